"""A magnifier that follows the cursor."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.picture import Easel, Picture, Swipe
from segrefine_gui.gui.canvas.view_transform import ViewTransform

DIAMETER = 220
"""Of the loupe, in widget pixels."""

MAGNIFICATION = 4.0
"""How much larger than on the canvas things are."""

LEAST_SCALE, LARGEST_SCALE = 2.0, 64.0
"""Limits of the loupe's own zoom, in widget pixels per image pixel."""

RIM_COLOR, RIM_SHADOW_COLOR = QColor(255, 255, 255, 235), QColor(0, 0, 0, 160)
CROSS_COLOR, CROSS_ARM = QColor(255, 255, 255, 200), 5.0


class Loupe(QWidget):
    """A round glass over the cursor that shows the same picture larger; the mouse goes through.

    Args:
        canvas: the canvas it lies on.
    """

    def __init__(self, canvas: MaskCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._easel = Easel()
        self._is_on = False
        self._cursor: QPointF | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Loupe"))
        self.resize(DIAMETER, DIAMETER)
        canvas.installEventFilter(self)
        canvas.viewport.changed.connect(self.update)
        canvas.picture_changed.connect(self.update)
        self.hide()

    def set_on(self, on: bool) -> None:
        """Show the loupe while the cursor is over the canvas, or put it away."""
        self._is_on = on
        if on and self._canvas.underMouse():
            self._cursor = QPointF(self._canvas.mapFromGlobal(self._canvas.cursor().pos()))
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Follow the cursor."""
        if isinstance(event, QMouseEvent):
            self._cursor = event.position()
            self._follow()
        elif event.type() == QEvent.Type.Leave:
            self._cursor = None
            self._follow()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw what is under the cursor, larger, with a small cross in the middle."""
        picture = self._canvas.picture
        if picture is None or self._cursor is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        glass = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        circle = QPainterPath()
        circle.addEllipse(glass)
        painter.setClipPath(circle)
        view = self._view(self._cursor)
        shown = self._under_glass(picture, view)
        self._easel.paint(painter, shown, view, self._canvas.background_color())
        middle = glass.center()
        painter.setPen(QPen(CROSS_COLOR, 1))
        painter.drawLine(middle - QPointF(CROSS_ARM, 0), middle + QPointF(CROSS_ARM, 0))
        painter.drawLine(middle - QPointF(0, CROSS_ARM), middle + QPointF(0, CROSS_ARM))
        painter.setClipping(False)
        painter.setPen(QPen(RIM_SHADOW_COLOR, 4))
        painter.drawEllipse(glass)
        painter.setPen(QPen(RIM_COLOR, 2))
        painter.drawEllipse(glass)

    def _follow(self) -> None:
        if self._cursor is not None:
            self.move((self._cursor - QPointF(DIAMETER / 2, DIAMETER / 2)).toPoint())
        self.setVisible(
            self._is_on and self._cursor is not None and self._canvas.picture is not None
        )
        self.update()

    def _view(self, cursor: QPointF) -> ViewTransform:
        """The point under the cursor in the middle, magnified."""
        canvas = self._canvas
        scale = canvas.viewport.scale * MAGNIFICATION
        return ViewTransform.centred(
            canvas.view().to_image(cursor.x(), cursor.y()),
            min(max(scale, LEAST_SCALE), LARGEST_SCALE),
            (self.width(), self.height()),
            self.devicePixelRatioF(),
        )

    def _under_glass(self, picture: Picture, view: ViewTransform) -> Picture:
        """The picture, its swipe at the same place of the image as on the canvas."""
        if not isinstance(picture.blend, Swipe):
            return picture
        line, _ = self._canvas.view().to_image(picture.blend.position * self._canvas.width(), 0)
        share = view.to_widget(line, 0)[0] / self.width()
        return replace(picture, blend=Swipe(min(max(share, 0.0), 1.0)))
