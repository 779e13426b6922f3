"""The widget that shows an image with masks over it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QWidget

from segrefine_gui.gui.canvas.frame import Frame, Layer
from segrefine_gui.gui.canvas.image_layer import ImageLayer
from segrefine_gui.gui.canvas.lettering import draw_caption, draw_message
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.canvas.viewport import Viewport

ZOOM_PER_NOTCH = 1.25
"""Factor of one notch of a mouse wheel."""

NOTCH_ANGLE = 120
"""Qt's angleDelta of one notch, in eighths of a degree."""

NOTCH_PIXELS = 60
"""Trackpad scrolling, in widget pixels, that zooms as far as one notch."""


class MaskCanvas(QWidget):
    """Shows one image and overlays through a `Viewport`, and lets a person zoom and pan it.

    Wheel and pinch zoom at the cursor, dragging with the left or middle button pans, a double
    click fits. Painting only resamples pixels that are in memory, and what it made is kept until
    the view or the thing drawn changes.

    Args:
        viewport: the zoom and pan; canvases that share one move together.
        parent: the widget that holds this one.
    """

    hovered = Signal(object)
    """The image point (QPointF) under the cursor, or None when it is not over the image."""

    def __init__(self, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewport = viewport
        self._image: ImageLayer | None = None
        self._overlays: tuple[Layer, ...] = ()
        self._caption = ""
        self._caption_color: QColor | None = None
        self._message = ""
        self._drag_button = Qt.MouseButton.NoButton
        self._drag_from = QPointF()
        self._frame = Frame()

        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Image with masks"))
        # macOS sends pinches as native gestures and would send each again as a QPinchGesture.
        if sys.platform != "darwin":
            self.grabGesture(Qt.GestureType.PinchGesture)
        viewport.changed.connect(self.update)

    @property
    def viewport(self) -> Viewport:
        """The zoom and pan of this canvas."""
        return self._viewport

    def set_image(self, image: ImagePyramid | None) -> None:
        """Show an image, or none. One of another size than before is fitted into the viewport."""
        self._image = None if image is None else ImageLayer(image)
        if image is not None:
            self._viewport.set_image_size(image.width, image.height)
        else:
            self.hovered.emit(None)
        self.update()

    def set_overlays(self, overlays: Sequence[Layer]) -> None:
        """Show these over the image, the last on top."""
        self._overlays = tuple(overlays)
        self.update()

    def set_caption(self, text: str, color: QColor | None = None) -> None:
        """Name what is shown, in the top left corner; an empty text takes the name away.

        Args:
            text: one line, translated.
            color: of a dot that ties the caption to an overlay.
        """
        self._caption, self._caption_color = text, color
        self.setAccessibleName(text or self.tr("Image with masks"))
        self.update()

    def set_message(self, text: str) -> None:
        """Say in the middle why there is nothing to see; shown only while there is no image."""
        self._message = text
        self.setAccessibleDescription(text)
        self.update()

    def background_color(self) -> QColor:
        """A dark neutral grey, a little lighter in a light theme; colours look true on it."""
        grey = 22 + self.palette().color(QPalette.ColorRole.Window).lightness() // 6
        return QColor(grey, grey, grey)

    def sizeHint(self) -> QSize:
        """A size that shows a photo well."""
        return QSize(640, 480)

    def minimumSizeHint(self) -> QSize:
        """The least that still shows something."""
        return QSize(160, 120)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw image, overlays and words; what did not change is drawn from its last pixels."""
        painter = QPainter(self)
        if self._image is not None:
            view = self._view()
            frame = self._frame.show([self._image, *self._overlays], view, self.background_color())
            painter.save()
            # The frame is made of device pixels: undo the ratio, so that each lands on its own.
            painter.scale(1 / view.device_pixel_ratio, 1 / view.device_pixel_ratio)
            painter.drawImage(QPoint(0, 0), frame)
            painter.restore()
        else:
            painter.fillRect(event.rect(), self.background_color())
            draw_message(painter, self._message, QRectF(self.rect()))
        if self._caption:
            draw_caption(painter, self._caption, self._caption_color)

    def _view(self) -> ViewTransform:
        return self._viewport.transform(QSizeF(self.size()), self.devicePixelRatioF())

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the viewport, so that a fit stays a fit."""
        super().resizeEvent(event)
        if self.isVisible():
            self._viewport.set_view_size(id(self), QSizeF(event.size()))

    def showEvent(self, event: QShowEvent) -> None:
        """Take part in the fits of the viewport."""
        super().showEvent(event)
        self._viewport.set_view_size(id(self), QSizeF(self.size()))

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the fits of the viewport to the canvases in sight."""
        super().hideEvent(event)
        self._viewport.remove_view(id(self))

    # Zoom, pan and hover

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        # angleDelta is there for wheels and trackpads alike; some trackpads send only pixels.
        notches = event.angleDelta().y() / NOTCH_ANGLE or event.pixelDelta().y() / NOTCH_PIXELS
        if notches == 0:
            event.ignore()
            return
        self._zoom_at(event.position(), ZOOM_PER_NOTCH**notches)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom with two fingers on a trackpad or a touch screen."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._zoom_at(event.position(), 1 + max(event.value(), -0.9))
                return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                centre = self.mapFromGlobal(pinch.centerPoint())
                self._zoom_at(centre, max(pinch.scaleFactor(), 0.1))
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag the image."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            event.ignore()
            return
        if self._drag_button == Qt.MouseButton.NoButton and self._image is not None:
            self._drag_button = event.button()
            self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the image, and tell what is under the cursor."""
        if self._drag_button != Qt.MouseButton.NoButton:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            moved = event.position() - self._drag_from
            self._drag_from = event.position()
            self._viewport.pan_by(moved.x(), moved.y())
        self._tell_hovered(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End dragging."""
        if event.button() == self._drag_button:
            self._drag_button = Qt.MouseButton.NoButton
            self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit the image."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._viewport.fit_image()
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the cursor any more."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def _zoom_at(self, point: QPointF, factor: float) -> None:
        if self._image is not None:
            self._viewport.zoom_at(point, factor, QSizeF(self.size()))

    def _tell_hovered(self, position: QPointF) -> None:
        if self._image is None:
            return
        x, y = self._view().to_image(position.x(), position.y())
        image = self._image.image
        over = 0 <= x < image.width and 0 <= y < image.height
        self.hovered.emit(QPointF(x, y) if over else None)
