"""Asks for a category: searched among those there are, or a new one by its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.gui.icons import icon
from segrefine_gui.gui.keys.fuzzy import match

WIDTH, ROWS = 440, 9

LONGEST_NAME = 100
"""Letters of a new name at most; it becomes part of file names."""

_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: 1 - ROWS,
    Qt.Key.Key_PageDown: ROWS - 1,
}

_NAME = Qt.ItemDataRole.UserRole


class CategoryDialog(FormDialog):
    """A field over a list of what fits; Up and Down choose while typing, Enter takes.

    Args:
        title: heading and window title.
        intro: what the category is for.
        accept_text: of the button that goes on.
        names: of all categories.
        chosen: the one to begin with; one that is none of them begins with the first.
        parent: the window.
    """

    def __init__(
        self,
        title: str,
        intro: str,
        accept_text: str,
        names: Sequence[str],
        chosen: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, intro, accept_text, parent)
        self._names = sorted(names, key=str.casefold)
        self._chosen = chosen
        self.field = QLineEdit()
        self.field.setMaxLength(LONGEST_NAME)
        self.field.setPlaceholderText(self.tr("Search, or a new name"))
        self.field.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Categories"))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemDoubleClicked.connect(lambda _: self.accept())
        self.add_section(self.tr("C&ategory"), self.field)
        self.add_section("", self.list)
        self.field.textChanged.connect(self._filter)
        self.list.currentRowChanged.connect(lambda _: self._tell_current())
        self._filter("")
        row_height = max(self.list.sizeHintForRow(0), self.fontMetrics().height() + 8)
        self.list.setFixedHeight(ROWS * row_height + 6)
        self.resize(WIDTH, 0)
        self.field.setFocus()

    def name(self) -> str:
        """The category that is chosen; empty for none."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(_NAME))

    def missing(self) -> str:
        """There is nothing to choose from yet."""
        return "" if self.name() else self.tr("Type the name of a category.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down go through the list while the field is typed in."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = _STEPS.get(Qt.Key(event.key()))
            if step is not None:
                row = self.list.currentRow() + step
                self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
                return True
        return super().eventFilter(watched, event)

    def _filter(self, typed: str) -> None:
        """List what fits, the best first, and a new name where there is none that is the same."""
        wanted = " ".join(typed.split())
        found = [(name, match(wanted, name)) for name in self._names]
        ranked = sorted(
            ((-fit.score, name) for name, fit in found if fit is not None),
            key=lambda row: (row[1].casefold() != wanted.casefold(), row[0]),
        )
        names = [name for _, name in ranked]
        self.list.clear()
        for name in names:
            self._add(name, name)
        if wanted and wanted.casefold() not in (name.casefold() for name in names):
            self._add(self.tr("New: {}").format(wanted), wanted)
        self.list.setCurrentRow(self._meant(wanted, names))
        self._tell_current()

    def _meant(self, wanted: str, names: Sequence[str]) -> int:
        """The row that Enter takes at first."""
        if not wanted:
            return names.index(self._chosen) if self._chosen in names else 0
        begun = wanted.casefold()
        is_begun = any(
            name.casefold().startswith(begun) or f" {begun}" in name.casefold() for name in names
        )
        # Letters here and there in other names are no reason to take one of these.
        return 0 if is_begun else self.list.count() - 1

    def _add(self, text: str, name: str) -> None:
        item = QListWidgetItem(text, self.list)
        item.setData(_NAME, name)

    def _tell_current(self) -> None:
        item = self.list.currentItem()
        # A screen reader follows the focus, which is in the field.
        self.field.setAccessibleDescription("" if item is None else item.text())
        self.revalidate()
