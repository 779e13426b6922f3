"""A field that takes the next key, whichever it is."""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QWidget

from segrefine_gui.gui.keys.keymap import portable

_MODIFIER_KEYS = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Meta,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
        Qt.Key.Key_unknown,
    }
)


class KeyCapture(QLabel):
    """Waits for one key, also Tab or Enter; Esc or a click elsewhere leaves."""

    captured = Signal(str)
    """The key in Qt's portable form."""

    left = Signal()
    """No key was taken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_waiting = False
        self.setProperty("role", "capture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("New key"))

    def begin(self, prompt: str) -> None:
        """Take the focus and wait.

        Args:
            prompt: what the person is asked to do.
        """
        self._is_waiting = True
        self.setText(prompt)
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Take keys before they move the focus or press buttons."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Wait no longer."""
        super().focusOutEvent(event)
        self._leave()

    def _take(self, event: QKeyEvent) -> None:
        if event.key() in _MODIFIER_KEYS:
            return
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        key = portable(_written(event))
        if key:
            self._is_waiting = False
            self.captured.emit(key)

    def _leave(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            self.left.emit()


def _written(event: QKeyEvent) -> str:
    """What was pressed, as keyboards are labelled: "?" rather than "Shift+?"."""
    modifiers = event.modifiers() & ~(
        Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier
    )
    key = Qt.Key.Key_Tab if event.key() == Qt.Key.Key_Backtab else event.key()
    sign = chr(key) if key <= sys.maxunicode else ""
    if sign and sign.isprintable() and not (sign.isalnum() or sign.isspace()):
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(key | modifiers.value).toString()
