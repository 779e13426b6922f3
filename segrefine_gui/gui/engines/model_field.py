"""A field for the name of a model, which finds it among those that an engine knows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from segrefine_gui.gui.icons import icon

ROWS_SHOWN = 12


class ModelField(QLineEdit):
    """A text field; any part of a name finds it, and Down or the arrow shows all names.

    What an engine does not list, as the path of a configuration file, can be typed as well.
    """

    def __init__(self) -> None:
        super().__init__()
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setMaxVisibleItems(ROWS_SHOWN)
        self.setCompleter(self._completer)
        self._show_all = QAction(icon("chevron-down"), self.tr("Show all models"), self)
        self._show_all.triggered.connect(self.show_all)
        self.addAction(self._show_all, QLineEdit.ActionPosition.TrailingPosition)
        self.set_names(())

    def set_names(self, names: Sequence[str]) -> None:
        """List these."""
        if list(names) != self._names.stringList():
            self._names.setStringList(list(names))
        self._show_all.setVisible(bool(names))

    def names(self) -> Sequence[str]:
        """Those that are found."""
        return self._names.stringList()

    def show_all(self) -> None:
        """Show every name, whatever is typed."""
        self.setFocus()
        self._completer.setCompletionPrefix("")
        self._completer.complete()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down shows the names."""
        if event.key() == Qt.Key.Key_Down and self._names.rowCount():
            self._completer.setCompletionPrefix(self.text())
            self._completer.complete()
        else:
            super().keyPressEvent(event)
