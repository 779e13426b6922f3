"""A key that does something for as long as it is held down."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from segrefine_gui.gui.keys.focus_guard import TEXT_INPUTS


class HeldKey(QObject):
    """Watches the keys of one held action in one window, whichever of its widgets has the focus.

    Only the window and the widget with the focus are watched: a filter on the whole application
    would see every event there is.

    Args:
        window: the window.
    """

    held = Signal(bool)
    """True when the key goes down, False when it comes up or the window is left."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._keys: frozenset[str] = frozenset()
        self._window = window
        self._is_down = False
        self._is_enabled = True
        window.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)

    def set_keys(self, keys: Iterable[str]) -> None:
        """Watch these keys, each in Qt's portable form and without modifiers."""
        self._set(False)
        self._keys = frozenset(keys)

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
        if not isinstance(event, QKeyEvent) or not self._is_enabled:
            return False
        if QKeySequence(event.key()).toString() not in self._keys:
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
            if isinstance(new, (*TEXT_INPUTS, QAbstractButton)):
                self._set(False)
            else:
                new.installEventFilter(self)

    def _set(self, down: bool) -> None:
        if down != self._is_down:
            self._is_down = down
            self.held.emit(down)
