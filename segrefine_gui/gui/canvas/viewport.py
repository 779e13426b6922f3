"""The zoom and pan that canvases side by side share."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QObject, QPointF, QSizeF, Signal

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.gui.canvas.view_transform import ViewTransform

MAX_SCALE = 64.0
"""Largest zoom, in widget pixels per image pixel."""

MIN_SHARE_OF_FIT = 0.25
"""Smallest zoom, as a share of the zoom that fits the whole image."""

ALWAYS_REACHED = 0.25
"""A scale that zooming out reaches on small images too: actual size on a HiDPI screen is less
than 1 widget pixel per image pixel."""


class Viewport(QObject):
    """Which part of an image the canvases show: an image point in their middle, and a scale.

    Every canvas reports its size here, so a fit shows everything in each of them. A fit holds
    until the person zooms or pans: when a canvas is resized before that, it is made again.

    Lengths are widget (device-independent) pixels; see `ViewTransform`.
    """

    changed = Signal()
    """Zoom, pan or image size are not what they were."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._image = Box(0, 0, 1, 1)
        self._scale = 1.0
        self._centre = (0.5, 0.5)
        self._view_sizes: dict[Hashable, tuple[float, float]] = {}
        self._framed: Box | None = self._image

    @property
    def scale(self) -> float:
        """Widget pixels per image pixel."""
        return self._scale

    @property
    def centre(self) -> QPointF:
        """The image point in the middle of every canvas."""
        return QPointF(*self._centre)

    @property
    def image_size(self) -> tuple[int, int]:
        """(width, height) of the image in pixels."""
        return self._image.width, self._image.height

    @property
    def fit_scale(self) -> float:
        """The scale at which the whole image just fits into the smallest canvas."""
        return self._scale_to_fit(self._image)

    @property
    def scale_limits(self) -> tuple[float, float]:
        """Smallest and largest scale that zooming reaches."""
        return min(self.fit_scale * MIN_SHARE_OF_FIT, ALWAYS_REACHED), MAX_SCALE

    def transform(self, widget_size: QSizeF, device_pixel_ratio: float = 1.0) -> ViewTransform:
        """The placement of the image on a widget of a given size."""
        size = (widget_size.width(), widget_size.height())
        return ViewTransform.centred(self._centre, self._scale, size, device_pixel_ratio)

    def set_image_size(self, width: int, height: int) -> None:
        """Take an image of `width` x `height` pixels, > 0; one of another size is fitted.

        Between images of one size the zoom and pan stay: the caller fits when it wants to.
        """
        if width <= 0 or height <= 0:
            raise ValueError(f"an image has a positive size, not {width}x{height}")
        if (width, height) == self.image_size:
            return
        self._image = image_box(width, height)
        self._frame(self._image)
        self.changed.emit()

    def set_view_size(self, view: Hashable, size: QSizeF) -> None:
        """Tell the size of a canvas that shows this viewport, identified by `view`."""
        self._view_sizes[view] = (max(1.0, size.width()), max(1.0, size.height()))
        before = (self._centre, self._scale)
        if self._framed is not None:
            self._frame(self._framed)
        else:
            self._scale = self._limited(self._scale)
        if (self._centre, self._scale) != before:
            self.changed.emit()

    def remove_view(self, view: Hashable) -> None:
        """Forget a canvas that is not shown any more: the next fit does without it.

        Nothing moves now, and no signal is sent: canvases hide while an application ends, when
        the Qt side of this object may be gone already.
        """
        self._view_sizes.pop(view, None)

    def fit_image(self) -> None:
        """Show the whole image in every canvas, as large as it goes."""
        self._frame(self._image)
        self.changed.emit()

    def fit_box(self, box: Box, margin: float = 0.25) -> None:
        """Show a box of the image in every canvas, as large as it goes.

        Args:
            box: the box, in image pixels; an empty one shows the whole image.
            margin: what to leave free around it, as a share of its longer side, >= 0.
        """
        around = round(margin * max(box.width, box.height))
        self._frame(box.grown(around, self._image) if box.area else self._image)
        self.changed.emit()

    def actual_size(self, device_pixel_ratio: float = 1.0) -> None:
        """Show each image pixel as one device pixel, about the same middle."""
        self._framed = None
        self._move(self._centre, 1.0 / device_pixel_ratio)

    def zoom_by(self, factor: float) -> None:
        """Multiply the scale by `factor`, > 0, about the middle."""
        self._framed = None
        self._move(self._centre, self._scale * factor)

    def zoom_at(self, point: QPointF, factor: float, widget_size: QSizeF) -> None:
        """Multiply the scale by `factor`, > 0, and keep the image point under `point` there.

        The point moves only where the image would leave the middle of the canvases.

        Args:
            point: position in a widget.
            factor: above 1 to zoom in; the scale stops at `scale_limits`.
            widget_size: size of that widget.
        """
        scale = self._limited(self._scale * factor)
        offset_x = point.x() - widget_size.width() / 2
        offset_y = point.y() - widget_size.height() / 2
        shift = 1 / self._scale - 1 / scale
        self._framed = None
        self._move((self._centre[0] + offset_x * shift, self._centre[1] + offset_y * shift), scale)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the image by (dx, dy) widget pixels, as a hand that drags it."""
        if dx == 0 and dy == 0:
            return
        self._framed = None
        self._move(
            (self._centre[0] - dx / self._scale, self._centre[1] - dy / self._scale), self._scale
        )

    def centre_on(self, x: float, y: float) -> None:
        """Bring an image point into the middle, as far as the image reaches."""
        self._framed = None
        self._move((x, y), self._scale)

    def _frame(self, box: Box) -> None:
        self._framed = box
        self._scale = self._limited(self._scale_to_fit(box))
        self._centre = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)

    def _move(self, centre: tuple[float, float], scale: float) -> None:
        x = min(max(centre[0], 0.0), float(self._image.width))
        y = min(max(centre[1], 0.0), float(self._image.height))
        before = (self._centre, self._scale)
        self._centre, self._scale = (x, y), self._limited(scale)
        if (self._centre, self._scale) != before:
            self.changed.emit()

    def _limited(self, scale: float) -> float:
        smallest, largest = self.scale_limits
        return min(max(scale, smallest), largest)

    def _scale_to_fit(self, box: Box) -> float:
        sizes = self._view_sizes.values() or [(1.0, 1.0)]
        width = min(size[0] for size in sizes)
        height = min(size[1] for size in sizes)
        return min(width / box.width, height / box.height)
