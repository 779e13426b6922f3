"""Lets the control that has the focus keep the keys that it uses itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

TEXT_INPUTS = (QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit)
"""Controls that letters are typed into."""

_Key = Qt.Key
_TO_NEXT_CONTROL = frozenset({_Key.Key_Tab, _Key.Key_Backtab})
_TO_PRESS = frozenset({_Key.Key_Space, _Key.Key_Return, _Key.Key_Enter})
_TO_SLIDE = frozenset(
    {
        _Key.Key_Left,
        _Key.Key_Right,
        _Key.Key_Up,
        _Key.Key_Down,
        _Key.Key_PageUp,
        _Key.Key_PageDown,
        _Key.Key_Home,
        _Key.Key_End,
    }
)
_WITH_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class FocusGuard(QObject):
    """Keeps shortcuts of one window from taking keys that the control with the focus needs.

    Letters are typed into text fields, Tab goes on to the next control, arrows move sliders; keys
    with Ctrl or Alt, F1 to F35 and Esc stay shortcuts everywhere.

    Args:
        window: the window.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer Qt's question whether the key is for the control."""
        if event.type() != QEvent.Type.ShortcutOverride:
            return False
        assert isinstance(event, QKeyEvent)
        uses = _uses(watched, event)
        if uses:
            event.accept()
        return uses

    def _follow_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None:
            old.removeEventFilter(self)
        if new is not None and new.window() is self._window:
            new.installEventFilter(self)


def _uses(control: QObject, event: QKeyEvent) -> bool:
    if event.modifiers() & _WITH_COMMANDS:
        return False
    key = event.key()
    if isinstance(control, TEXT_INPUTS):
        return key != _Key.Key_Escape and not _Key.Key_F1 <= key <= _Key.Key_F35
    if isinstance(control, QAbstractSlider):
        return key in _TO_SLIDE or key in _TO_NEXT_CONTROL
    return isinstance(control, QAbstractButton) and (key in _TO_PRESS or key in _TO_NEXT_CONTROL)
