"""The whole image in a corner, with the part that the canvas shows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.picture import Easel, Picture
from segrefine_gui.gui.canvas.view_transform import ViewTransform

LONG_SIDE = 168
"""Longer side of the map in widget pixels."""

LARGEST_SHARE = 0.3
"""Most of a side of the canvas that the map may take."""

INSET = 10
FRAME_COLOR = QColor(0, 0, 0, 190)
OUT_OF_SIGHT_COLOR = QColor(0, 0, 0, 95)
SIGHT_COLOR = QColor(255, 255, 255, 230)


class Minimap(QWidget):
    """A small overview in the bottom right corner of a canvas; clicking or dragging goes there.

    It is there only while some of the image is out of sight.

    Args:
        canvas: the canvas it lies on.
    """

    def __init__(self, canvas: MaskCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._easel = Easel()
        self._is_wanted = True
        self.setAccessibleName(self.tr("Overview of the image"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        canvas.installEventFilter(self)
        canvas.viewport.changed.connect(self._place)
        canvas.picture_changed.connect(self._place)
        self.hide()

    def set_wanted(self, wanted: bool) -> None:
        """Show the map when there is something out of sight, or never."""
        self._is_wanted = wanted
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the photo, and dim what is out of sight."""
        picture = self._canvas.picture
        if picture is None:
            return
        painter = QPainter(self)
        photo = Picture(picture.image, picture.adjustment)
        self._easel.paint(painter, photo, self._view(), self._canvas.background_color())
        sight, whole = self._sight(), QRectF(self.rect())
        for dimmed in _frame_around(whole, sight):
            painter.fillRect(dimmed, OUT_OF_SIGHT_COLOR)
        painter.setPen(QPen(SIGHT_COLOR, 1.5))
        painter.drawRect(sight.adjusted(0.75, 0.75, -0.75, -0.75))
        painter.setPen(FRAME_COLOR)
        painter.drawRect(whole.adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        self._go_to(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go there, for as long as the button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go there; a fit is for the canvas."""
        self._go_to(event)

    def _go_to(self, event: QMouseEvent) -> None:
        x, y = self._view().to_image(event.position().x(), event.position().y())
        self._canvas.viewport.centre_on(x, y)

    def _place(self) -> None:
        """Take the size of the image and the corner of the canvas, or hide."""
        canvas = self._canvas
        width, height = canvas.viewport.image_size
        largest = LARGEST_SHARE * min(canvas.width(), canvas.height())
        scale = min(LONG_SIDE, largest) / max(width, height)
        size = QSize(max(1, round(width * scale)), max(1, round(height * scale)))
        self.setGeometry(
            canvas.width() - size.width() - INSET,
            canvas.height() - size.height() - INSET,
            size.width(),
            size.height(),
        )
        all_in_sight = self._sight().contains(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        self.setVisible(self._is_wanted and canvas.picture is not None and not all_in_sight)
        self.update()

    def _view(self) -> ViewTransform:
        width, height = self._canvas.viewport.image_size
        return ViewTransform.centred(
            (width / 2, height / 2),
            self.width() / width,
            (self.width(), self.height()),
            self.devicePixelRatioF(),
        )

    def _sight(self) -> QRectF:
        """What the canvas shows, on this map; it may reach past it."""
        canvas, here = self._canvas.view(), self._view()
        corner = here.to_widget(*canvas.to_image(0, 0))
        foot = here.to_widget(*canvas.to_image(self._canvas.width(), self._canvas.height()))
        sight = QRectF(QPointF(*corner), QPointF(*foot))
        return sight.intersected(QRectF(QPointF(0, 0), QSizeF(self.size())))


def _frame_around(whole: QRectF, inner: QRectF) -> tuple[QRectF, ...]:
    return (
        QRectF(whole.left(), whole.top(), whole.width(), inner.top() - whole.top()),
        QRectF(whole.left(), inner.bottom(), whole.width(), whole.bottom() - inner.bottom()),
        QRectF(whole.left(), inner.top(), inner.left() - whole.left(), inner.height()),
        QRectF(inner.right(), inner.top(), whole.right() - inner.right(), inner.height()),
    )
