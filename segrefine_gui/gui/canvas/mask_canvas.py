"""The widget that shows an image with masks over it."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
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

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.adjustment import AS_IT_IS, Adjustment
from segrefine_gui.gui.canvas.frame import Layer
from segrefine_gui.gui.canvas.lettering import Caption, draw_captions, draw_message
from segrefine_gui.gui.canvas.painting import device_width, touched_box
from segrefine_gui.gui.canvas.picture import Blend, Easel, Picture
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.canvas.viewport import Viewport

ZOOM_PER_NOTCH = 1.25
"""Factor of one notch of a mouse wheel."""

NOTCH_ANGLE = 120
"""Qt's angleDelta of one notch, in eighths of a degree."""

NOTCH_PIXELS = 60
"""Trackpad scrolling, in widget pixels, that zooms as far as one notch."""

CLICK_SLACK = 3
"""Widget pixels that the pointer may move between press and release of a click."""

LAYER_REACH = 4.0
"""How far around a change of a mask layers draw at most, in widget pixels: outline and halo."""


class MaskCanvas(QWidget):
    """Shows one image and overlays through a `Viewport`, and lets a person zoom and pan it.

    Wheel and pinch zoom at the cursor, dragging with the left or middle button pans, a double
    click fits, the wheel with Alt is for the opacity of the masks. Painting only resamples pixels
    that are in memory, and what it made is kept until the view or the thing drawn changes.

    Args:
        viewport: the zoom and pan; canvases that share one move together.
        parent: the widget that holds this one.
    """

    hovered = Signal(object)
    """The image point (QPointF) under the cursor, or None when it is not over the image."""

    clicked = Signal(QPointF)
    """Where in the widget the left button was pressed and let go without a drag."""

    opacity_turned = Signal(float)
    """Notches that the wheel was turned with Alt held; above 0 for more."""

    picture_changed = Signal()
    """`picture` is another one."""

    def __init__(self, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewport = viewport
        self._picture: Picture | None = None
        self._overlays: tuple[Layer, ...] = ()
        self._others: tuple[Layer, ...] = ()
        self._blend: Blend | None = None
        self._adjustment = AS_IT_IS
        self._captions: tuple[Caption, ...] = ()
        self._right_captions: tuple[Caption, ...] = ()
        self._message = ""
        self._is_hot: Callable[[QPointF], bool] = lambda _: False
        self._pressed_at: QPointF | None = None
        self._drag_button = Qt.MouseButton.NoButton
        self._drag_from = QPointF()
        self._easel = Easel()

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

    @property
    def picture(self) -> Picture | None:
        """What is shown, None while there is no image."""
        return self._picture

    def view(self) -> ViewTransform:
        """Where the image lies on this widget now."""
        return self._viewport.transform(QSizeF(self.size()), self.devicePixelRatioF())

    def set_image(self, image: ImagePyramid | None) -> None:
        """Show an image, or none. One of another size than before is fitted into the viewport."""
        if image is None:
            self.hovered.emit(None)
            self._set_picture(None)
            return
        self._viewport.set_image_size(image.width, image.height)
        self._compose(image)

    def set_overlays(
        self,
        overlays: Sequence[Layer],
        others: Sequence[Layer] = (),
        blend: Blend | None = None,
    ) -> None:
        """Show these over the image, the last on top.

        Args:
            overlays: layers.
            others: layers that lie over the image in its second showing, when there is a blend.
            blend: how the two showings of the image make one; None shows the first alone.
        """
        self._overlays, self._others, self._blend = tuple(overlays), tuple(others), blend
        if self._picture is not None:
            self._compose(self._picture.image)

    def replace_overlays(self, overlays: Sequence[Layer], changed: Box) -> None:
        """Show others over the image that look different in one part alone: only it is painted.

        Args:
            overlays: layers; there is no blend.
            changed: the part, in image pixels.
        """
        self._overlays = tuple(overlays)
        if self._picture is None:
            return
        self._picture = replace(self._picture, layers=self._overlays)
        ratio = self.devicePixelRatioF()
        box = touched_box(changed, self.view(), device_width(LAYER_REACH, self.view()))
        x, y = math.floor(box.x0 / ratio), math.floor(box.y0 / ratio)
        self.update(x, y, math.ceil(box.x1 / ratio) - x, math.ceil(box.y1 / ratio) - y)

    def set_adjustment(self, adjustment: Adjustment) -> None:
        """Show the image with other brightness, contrast and gamma; its data stay."""
        self._adjustment = adjustment
        if self._picture is not None:
            self._compose(self._picture.image)

    def set_caption(self, text: str, color: QColor | None = None) -> None:
        """Name what is shown, in the top left corner; an empty text takes the name away.

        Args:
            text: one line, translated.
            color: of a dot that ties the caption to an overlay.
        """
        self.set_captions([Caption(text, color)] if text else ())

    def set_captions(self, captions: Sequence[Caption], right: Sequence[Caption] = ()) -> None:
        """Name what is shown in the top left corner, and in the top right one."""
        self._captions, self._right_captions = tuple(captions), tuple(right)
        texts = [caption.text for caption in (*captions, *right)]
        self.setAccessibleName(" · ".join(texts) or self.tr("Image with masks"))
        self.update()

    def set_hot_spots(self, is_hot: Callable[[QPointF], bool]) -> None:
        """Tell which points of the widget mean something to a click.

        The cursor shows them, and a double click on one is two clicks, not a fit.
        """
        self._is_hot = is_hot

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
        if self._picture is not None:
            self._easel.paint(painter, self._picture, self.view(), self.background_color())
        else:
            painter.fillRect(event.rect(), self.background_color())
            draw_message(painter, self._message, QRectF(self.rect()))
        draw_captions(painter, self._captions, self.width(), on_right=False)
        draw_captions(painter, self._right_captions, self.width(), on_right=True)

    def _compose(self, image: ImagePyramid) -> None:
        layers, others = self._overlays, self._others
        self._set_picture(Picture(image, self._adjustment, layers, others, self._blend))

    def _set_picture(self, picture: Picture | None) -> None:
        if picture != self._picture:
            self._picture = picture
            self.update()
            self.picture_changed.emit()

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
        """Zoom at the cursor; with Alt, ask for another opacity of the masks."""
        # angleDelta is there for wheels and trackpads alike; some trackpads send only pixels.
        angle, pixels = event.angleDelta(), event.pixelDelta()
        notches = angle.y() / NOTCH_ANGLE or pixels.y() / NOTCH_PIXELS
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            # Some desktops turn the wheel sideways while Alt is held.
            notches = notches or angle.x() / NOTCH_ANGLE or pixels.x() / NOTCH_PIXELS
            self.opacity_turned.emit(notches)
        elif notches:
            self._zoom_at(event.position(), ZOOM_PER_NOTCH**notches)
        event.setAccepted(notches != 0)

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
        """Begin a click, or to drag the image."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            event.ignore()
            return
        if self._drag_button == Qt.MouseButton.NoButton and self._picture is not None:
            self._drag_button = event.button()
            self._drag_from = self._pressed_at = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the image, and tell what is under the cursor."""
        position = event.position()
        if self._drag_button != Qt.MouseButton.NoButton:
            if self._pressed_at is not None and _is_near(position, self._pressed_at):
                return
            self._pressed_at = None
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            moved = position - self._drag_from
            self._drag_from = position
            self._viewport.pan_by(moved.x(), moved.y())
        else:
            self._show_hot(position)
        self._tell_hovered(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End dragging; without a drag it was a click."""
        if event.button() != self._drag_button:
            return
        clicked = self._pressed_at is not None and event.button() == Qt.MouseButton.LeftButton
        self._drag_button, self._pressed_at = Qt.MouseButton.NoButton, None
        self.unsetCursor()
        if clicked:
            self.clicked.emit(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit the image, unless two clicks are meant."""
        if event.button() == Qt.MouseButton.LeftButton and not self._is_hot(event.position()):
            self._viewport.fit_image()
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the cursor any more."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def _zoom_at(self, point: QPointF, factor: float) -> None:
        if self._picture is not None:
            self._viewport.zoom_at(point, factor, QSizeF(self.size()))

    def _show_hot(self, position: QPointF) -> None:
        if self._picture is not None and self._is_hot(position):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def _tell_hovered(self, position: QPointF) -> None:
        if self._picture is None:
            return
        x, y = self.view().to_image(position.x(), position.y())
        image = self._picture.image
        over = 0 <= x < image.width and 0 <= y < image.height
        self.hovered.emit(QPointF(x, y) if over else None)


def _is_near(point: QPointF, other: QPointF) -> bool:
    return (point - other).manhattanLength() <= CLICK_SLACK
