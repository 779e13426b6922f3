"""The light and the dark theme, one of which the whole app wears."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, REFINED_COLOR
from segrefine_gui.gui.colors import (
    CHIP_TEXT_COLOR,
    DARK,
    DECISION_COLORS,
    LIGHT,
    decision_ink,
    is_dark,
    palette_of,
    scheme_of,
)
from segrefine_gui.gui.icons import icon
from segrefine_gui.gui.stylesheet import stylesheet

__all__ = [
    "CHIP_TEXT_COLOR",
    "COARSE_COLOR",
    "DECISION_COLORS",
    "REFINED_COLOR",
    "apply_theme",
    "decision_ink",
    "icon",
    "is_dark",
    "scheme_of",
]

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


def apply_theme(app: QApplication, choice: str) -> None:
    """Dress the app; may be called again at any time.

    Args:
        app: the application.
        choice: "light", "dark", or "system" to follow the desktop, also when it changes later.

    Raises:
        KeyError: `choice` is none of these.
    """
    scheme = _SCHEMES[choice]
    hints = app.styleHints()
    follower = app.findChild(_Follower) or _Follower(app)
    follower.following = choice == "system"
    # Title bars and native menus follow this; a platform that cannot do so leaves it as it is.
    hints.setColorScheme(scheme)
    _dress(app, hints.colorScheme() if follower.following else scheme)


class _Follower(QObject):
    """Dresses the app anew when the desktop's colour scheme changes.

    Attributes:
        following: whether it does.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.following = False
        self._app = app
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        if self.following:
            _dress(self._app, scheme)


def _dress(app: QApplication, scheme: Qt.ColorScheme) -> None:
    colors = DARK if scheme is Qt.ColorScheme.Dark else LIGHT
    app.setStyle("Fusion")
    app.setPalette(palette_of(colors))
    app.setStyleSheet(stylesheet(colors))
