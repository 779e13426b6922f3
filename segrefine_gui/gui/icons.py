"""The app's own line icons, drawn in the ink of the theme that is in force when they are shown."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.colors import decision_ink
from segrefine_gui.storage.locations import resources_folder

_DRAWN_INK = b"#000"
"""The stroke in the files of `resources/icons`, which is replaced by the ink."""

_DECISION_OF = {
    "accept": Decision.REFINED,
    "reject": Decision.COARSE,
    "drop": Decision.DROPPED,
}


def icon(name: str) -> QIcon:
    """The icon `resources/icons/<name>.svg`, tinted for the palette whenever it is painted.

    The icons of decisions have their decision's colour, and "app" has its own colours.

    Args:
        name: the file's name without its ending, for example "open-folder".

    Raises:
        FileNotFoundError: there is no such icon.
    """
    path = resources_folder() / "icons" / f"{name}.svg"
    if name == "app":
        return QIcon(str(path))
    return QIcon(_TintedIcon(path.read_bytes(), _DECISION_OF.get(name)))


class _TintedIcon(QIconEngine):
    """Draws a black line icon in another ink.

    Args:
        svg: the drawing.
        decision: the decision whose colour it has; None for the palette's ink.
    """

    def __init__(self, svg: bytes, decision: Decision | None) -> None:
        super().__init__()
        self._svg = svg
        self._decision = decision

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ink = self._ink(mode).name().encode()
        renderer = QSvgRenderer(QByteArray(self._svg.replace(_DRAWN_INK, ink)))
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        renderer.render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _TintedIcon(self._svg, self._decision)

    def _ink(self, mode: QIcon.Mode) -> QColor:
        palette = QGuiApplication.palette()
        if mode is QIcon.Mode.Disabled:
            return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
        if mode is QIcon.Mode.Selected:
            return palette.color(QPalette.ColorRole.HighlightedText)
        if self._decision is not None:
            return decision_ink(self._decision, palette)
        return palette.color(QPalette.ColorRole.WindowText)
