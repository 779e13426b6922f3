"""The app's own line icons, drawn in the ink of the theme that is in force when they are shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from segrefine_gui.domain.records import Decision
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.gui.colors import decision_ink, scheme_of

_DRAWN_INK = b"#000"
"""The stroke in the files of `resources/icons`, which is replaced by the ink."""

_DECISION_OF = {
    "accept": Decision.REFINED,
    "reject": Decision.COARSE,
    "drop": Decision.DROPPED,
}

Ink = Callable[[QPalette], QColor]
"""The colour of an icon under a palette."""


def icon(name: str) -> QIcon:
    """The icon `resources/icons/<name>.svg`, tinted for the palette whenever it is painted.

    The icons of decisions have their decision's colour, "warning" has that of warnings, and
    "app" keeps the colours it is drawn in.

    Args:
        name: the file's name without its ending, for example "open-folder".

    Raises:
        FileNotFoundError: there is no such icon.
    """
    path = resources_folder() / "icons" / f"{name}.svg"
    if name == "app":
        return QIcon(str(path))
    return QIcon(_TintedIcon(path.read_bytes(), _ink_of(name)))


class IconLabel(QWidget):
    """An icon that is only looked at; sharp on every screen and right in every theme.

    Args:
        name: see `icon`.
        side: in device-independent pixels.
    """

    def __init__(self, name: str, side: int) -> None:
        super().__init__()
        self._icon = icon(name)
        self.setFixedSize(side, side)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the icon."""
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        self._icon.paint(QPainter(self), self.rect(), mode=mode)


def _ink_of(name: str) -> Ink:
    if name == "warning":
        return lambda palette: QColor(scheme_of(palette).warning)
    if name in _DECISION_OF:
        return partial(decision_ink, _DECISION_OF[name])
    return lambda palette: palette.color(QPalette.ColorRole.WindowText)


class _TintedIcon(QIconEngine):
    """Draws a black line icon in another ink.

    Args:
        svg: the drawing.
        ink: that other ink, while the icon is neither disabled nor selected.
    """

    def __init__(self, svg: bytes, ink: Ink) -> None:
        super().__init__()
        self._svg = svg
        self._ink = ink

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        mode: QIcon.Mode,
        state: QIcon.State,  # noqa: ARG002 - Qt's signature
    ) -> None:
        """Draw the icon into `rect`."""
        ink = self._color(mode).name().encode()
        renderer = QSvgRenderer(QByteArray(self._svg.replace(_DRAWN_INK, ink)))
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        renderer.render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon on a clear ground, `size` in device pixels."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Another one that draws the same."""
        return _TintedIcon(self._svg, self._ink)

    def _color(self, mode: QIcon.Mode) -> QColor:
        palette = QGuiApplication.palette()
        if mode is QIcon.Mode.Disabled:
            return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
        if mode is QIcon.Mode.Selected:
            return palette.color(QPalette.ColorRole.HighlightedText)
        return self._ink(palette)
