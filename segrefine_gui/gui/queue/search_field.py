"""A field in which typing never does what the same keys do in the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from segrefine_gui.gui.icons import icon

_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def keeps_key(event: QEvent) -> bool:
    """Whether a key, which could be a shortcut of the window, is kept for the focused field.

    Without this, Enter in a field would accept the instance that is shown.
    """
    if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    if event.modifiers() & _COMMANDS:
        return False
    event.accept()
    return True


class SearchField(QLineEdit):
    """The field in which the queue is searched."""

    entered = Signal(str)
    """Enter was pressed on this text."""

    left = Signal()
    """The person goes back to the instances."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(self.tr("Search, or #id"))
        self.setToolTip(
            self.tr("Image, category or note; #12 for ids; Enter goes to #12, 17 or an image")
        )
        self.setAccessibleName(self.tr("Search the queue"))
        self.setClearButtonEnabled(True)
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)

    def event(self, event: QEvent) -> bool:
        """Keys are for this field, not for the window's actions."""
        return keeps_key(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes there; Escape and Down go back to the instances."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(self.text().strip())
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down):
            self.left.emit()
        else:
            super().keyPressEvent(event)
