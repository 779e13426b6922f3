"""Asks which categories to export, and by which names."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from segrefine_gui.gui.widgets.plain_text import as_tooltip

_NAME, _COUNT, _WRITTEN = range(3)
_HEIGHT = 170


class CategoryTable(QTableWidget):
    """A line for each category: a tick, how many instances it has, and the name to write.

    Args:
        counts: instances by category, in the order to show.
        names: what to begin with: the name to write by category, empty to leave it out.
    """

    changed = Signal()

    def __init__(self, counts: Mapping[str, int], names: Mapping[str, str]) -> None:
        super().__init__(len(counts), 3)
        self.setHorizontalHeaderLabels(
            [self.tr("Category"), self.tr("Instances"), self.tr("Written as")]
        )
        self.setAccessibleName(self.tr("Categories"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.DoubleClicked
            | triggers.SelectedClicked
            | triggers.EditKeyPressed
            | triggers.AnyKeyPressed
        )
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for row, (name, count) in enumerate(counts.items()):
            self._fill(row, name, count, names.get(name, name))
        for column in (_NAME, _WRITTEN):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.itemChanged.connect(lambda _: self.changed.emit())

    def sizeHint(self) -> QSize:
        """Room for a handful of lines; more scroll."""
        return QSize(super().sizeHint().width(), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(super().minimumSizeHint().width(), _HEIGHT)

    def names(self) -> dict[str, str]:
        """The names to write that are other than the project's; empty for what is left out."""
        found = {}
        for row in range(self.rowCount()):
            name, written = self._text(row, _NAME), self._text(row, _WRITTEN).strip()
            if self._cell(row, _NAME).checkState() is Qt.CheckState.Unchecked:
                found[name] = ""
            elif written and written != name:
                found[name] = written
        return found

    def _fill(self, row: int, name: str, count: int, written: str) -> None:
        texts = {_NAME: name, _COUNT: f"{count:,}", _WRITTEN: written or name}
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        for column, text in texts.items():
            item = QTableWidgetItem(text)
            item.setToolTip(as_tooltip(text))
            item.setFlags(plain)
            if column == _NAME:
                item.setFlags(plain | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if written else Qt.CheckState.Unchecked)
            elif column == _WRITTEN:
                item.setFlags(plain | Qt.ItemFlag.ItemIsEditable)
            self.setItem(row, column, item)

    def _text(self, row: int, column: int) -> str:
        return self._cell(row, column).text()

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        item = self.item(row, column)
        assert item is not None
        return item
