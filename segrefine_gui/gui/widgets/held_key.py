"""A key that does something for as long as it is held down."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget

_TEXT_INPUTS = (QLineEdit, QAbstractSpinBox, QComboBox)


class HeldKey(QObject):
    """Watches one key in one window, whichever of its widgets has the focus.

    Only the window and the widget with the focus are watched: a filter on the whole application
    would see every event there is.

    Args:
        key: the key, pressed without modifiers.
        window: the window.
    """

    held = Signal(bool)
    """True when the key goes down, False when it comes up or the window is left."""

    def __init__(self, key: Qt.Key, window: QWidget) -> None:
        super().__init__(window)
        self._key = key
        self._window = window
        self._is_down = False
        self._is_enabled = True
        window.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)

    def set_enabled(self, enabled: bool) -> None:
        """Watch, or leave the key to whoever has the focus."""
        self._is_enabled = enabled
        if not enabled:
            self._set(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Take the key before the widget does."""
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate:
            self._set(False)
        if not isinstance(event, QKeyEvent) or event.key() != self._key or not self._is_enabled:
            return False
        if kind == QEvent.Type.KeyPress and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._set(True)
            return True
        if kind == QEvent.Type.KeyRelease and self._is_down:
            # Held keys repeat: each repetition looks like a release and a press.
            if not event.isAutoRepeat():
                self._set(False)
            return True
        return False

    def _follow_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and old is not self._window:
            old.removeEventFilter(self)
        if new is not None and self._window.isAncestorOf(new) and new.window() is self._window:
            if isinstance(new, _TEXT_INPUTS):
                self._set(False)
            else:
                new.installEventFilter(self)

    def _set(self, down: bool) -> None:
        if down != self._is_down:
            self._is_down = down
            self.held.emit(down)
