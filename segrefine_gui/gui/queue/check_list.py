"""A list of names to tick; searchable when it is long."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

SEARCHED_FROM = 8
"""Names from which on there is a field to search them."""

ROWS_SHOWN = 5


class CheckList(QWidget):
    """Names of which some are ticked.

    Args:
        name: what they are, for screen readers.
    """

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search: {}").format(name))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setUniformItemSizes(True)
        self.list.itemChanged.connect(lambda _: self.changed.emit())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.search)
        layout.addWidget(self.list)

    def show_names(self, names: Sequence[str], ticked: Collection[str]) -> None:
        """Show names and which of them are ticked, without telling of a change."""
        self.list.blockSignals(True)
        self.list.clear()
        for name in names:
            item = QListWidgetItem(name, self.list)
            state = Qt.CheckState.Checked if name in ticked else Qt.CheckState.Unchecked
            item.setCheckState(state)
        self.list.blockSignals(False)
        self.search.setVisible(len(names) >= SEARCHED_FROM)
        rows = min(max(len(names), 1), ROWS_SHOWN)
        self.list.setFixedHeight(rows * max(self.list.sizeHintForRow(0), 20) + 6)
        self._narrow(self.search.text())

    def ticked(self) -> frozenset[str]:
        """The names that are ticked."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return frozenset(i.text() for i in items if i.checkState() is Qt.CheckState.Checked)

    def _narrow(self, part: str) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(part.casefold() not in item.text().casefold())
