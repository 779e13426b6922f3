"""What lies over a canvas while a box is dragged around a new object."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.gui.canvas.lettering import Caption, draw_captions
from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, MaskOverlay
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.editor.tools.base import Held, Point
from segrefine_gui.gui.editor.tools.rectangle import LINE, LINE_COLOR, RIM, RIM_COLOR, Rectangle

CROSS_COLOR = QColor(255, 255, 255, 150)
CROSS_DASHES = (4.0, 4.0)


class BoxLayer(QWidget):
    """Gives the left button of a canvas to a box; the others, and the wheel, go on zooming.

    Args:
        over: the canvas.
        dragged: called with a box inside the image.
        slipped: called instead where the box is too small to mean one.
    """

    def __init__(
        self, over: MaskCanvas, dragged: Callable[[Box], None], slipped: Callable[[], None]
    ) -> None:
        super().__init__(over)
        self._over = over
        self._dragged = dragged
        self._slipped = slipped
        self._rectangle: Rectangle | None = None
        self._is_dragging = False
        self._pointer: QPointF | None = None
        self._box: Box | None = None
        self._found: MaskPyramid | None = None
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Box around a new instance"))
        over.installEventFilter(self)
        over.viewport.changed.connect(self.update)
        self.hide()

    def begin(self) -> None:
        """Wait for a box."""
        picture = self._over.picture
        if picture is None:
            return
        bounds = image_box(picture.image.width, picture.image.height)
        self._rectangle = Rectangle(
            bounds, lambda box, _: self._dragged(box), lambda: False, lambda: False, self._slipped
        )
        self.show_box(None)
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()

    def end(self) -> None:
        """Give the button back."""
        self._rectangle = None
        self._is_dragging = False
        self.show_box(None)
        self.hide()

    def take_back(self) -> bool:
        """Forget the box that is being dragged; False where none is."""
        self._is_dragging = False
        self.update()
        return self._rectangle is not None and self._rectangle.take_back()

    def show_box(self, box: Box | None, found: MaskPyramid | None = None) -> None:
        """Show a box that was dragged, with what was found in it once that is known."""
        self._box, self._found = box, found
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Stay as large as the canvas."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._over.rect())
        return False

    # The pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a box at one corner."""
        if event.button() != Qt.MouseButton.LeftButton or self._rectangle is None:
            event.ignore()
            return
        self._is_dragging = True
        self.show_box(None)
        self._rectangle.press(self._point(event), Held())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the other corner, and the cross."""
        self._pointer = event.position()
        if self._is_dragging and self._rectangle is not None:
            self._rectangle.drag(self._point(event), Held())
        else:
            event.ignore()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell the box."""
        if event.button() != Qt.MouseButton.LeftButton or not self._is_dragging:
            event.ignore()
            return
        self._is_dragging = False
        if self._rectangle is not None:
            self._rectangle.release(self._point(event), Held())
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The same as a press: nothing is fitted now."""
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The cross goes with the pointer."""
        super().leaveEvent(event)
        self._pointer = None
        self.update()

    def _point(self, event: QMouseEvent) -> Point:
        return self._over.view().to_image(event.position().x(), event.position().y())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the cross or the box, and what was found in it."""
        painter, view = QPainter(self), self._over.view()
        if self._found is not None:
            painter.save()
            painter.scale(1 / view.device_pixel_ratio, 1 / view.device_pixel_ratio)
            MaskOverlay(self._found, COARSE_COLOR).draw(painter, view, view.widget_box)
            painter.restore()
        if self._rectangle is not None:
            self._rectangle.draw(painter, view, None)
        if self._box is not None:
            self._draw_box(painter, self._box)
        elif self._pointer is not None and not self._is_dragging:
            self._draw_cross(painter, self._pointer)

    def _draw_box(self, painter: QPainter, box: Box) -> None:
        view = self._over.view()
        top_left, bottom_right = view.to_widget(box.x0, box.y0), view.to_widget(box.x1, box.y1)
        frame = QRectF(QPointF(*top_left), QPointF(*bottom_right))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((RIM_COLOR, RIM), (LINE_COLOR, LINE)):
            painter.setPen(QPen(color, width))
            painter.drawRect(frame)
        if self._found is None:
            painter.translate(frame.topLeft())
            words = [Caption(self.tr("Looking for the object…"))]
            draw_captions(painter, words, round(frame.width()), on_right=False)

    def _draw_cross(self, painter: QPainter, at: QPointF) -> None:
        pen = QPen(CROSS_COLOR, 1)
        pen.setDashPattern(list(CROSS_DASHES))
        painter.setPen(pen)
        painter.drawLine(QPointF(0, at.y()), QPointF(self.width(), at.y()))
        painter.drawLine(QPointF(at.x(), 0), QPointF(at.x(), self.height()))
