"""Where the image lies on one widget: pure maths, no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

from segrefine_gui.domain.boxes import Box


@dataclass(frozen=True, slots=True)
class ViewTransform:
    """The placement of an image on the device pixels of one widget.

    The image's top left corner sits on a whole device pixel. So image and masks, sampled apart,
    meet exactly; edges stay crisp at whole zooms; and panning moves the drawing by whole pixels.

    Two pixel units occur: *device pixels*, in which is drawn, and *widget pixels*
    (device-independent), in which Qt gives positions. One widget pixel is `device_pixel_ratio`
    device pixels.

    Attributes:
        scale: device pixels per image pixel, > 0.
        left: device column of the image's left edge; may lie outside the widget.
        top: device row of the image's top edge; may lie outside the widget.
        width: device columns of the widget.
        height: device rows of the widget.
        device_pixel_ratio: device pixels per widget pixel, > 0.
    """

    scale: float
    left: int
    top: int
    width: int
    height: int
    device_pixel_ratio: float = 1.0

    @classmethod
    def centred(
        cls,
        centre: tuple[float, float],
        scale: float,
        widget_size: tuple[float, float],
        device_pixel_ratio: float = 1.0,
    ) -> ViewTransform:
        """The placement that shows one image point in the middle of a widget.

        Args:
            centre: image point (x, y) shown in the middle, up to the snap of half a device pixel.
            scale: widget pixels per image pixel, > 0.
            widget_size: (width, height) in widget pixels.
            device_pixel_ratio: device pixels per widget pixel, > 0.
        """
        device_scale = scale * device_pixel_ratio
        width, height = (side * device_pixel_ratio for side in widget_size)
        return cls(
            scale=device_scale,
            left=math.floor(width / 2 - centre[0] * device_scale + 0.5),
            top=math.floor(height / 2 - centre[1] * device_scale + 0.5),
            width=math.ceil(width),
            height=math.ceil(height),
            device_pixel_ratio=device_pixel_ratio,
        )

    @property
    def widget_box(self) -> Box:
        """The whole widget, in device pixels."""
        return Box(0, 0, self.width, self.height)

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """The image point under a point of the widget, in widget pixels."""
        ratio = self.device_pixel_ratio
        return (x * ratio - self.left) / self.scale, (y * ratio - self.top) / self.scale

    def to_widget(self, x: float, y: float) -> tuple[float, float]:
        """The point of the widget, in widget pixels, at which an image point is drawn."""
        ratio = self.device_pixel_ratio
        return (self.left + x * self.scale) / ratio, (self.top + y * self.scale) / ratio

    def device_box(self, box: Box) -> Box:
        """The device pixels whose centres lie in a box of the image; not cut to the widget."""
        return Box(
            self.left + self._first_pixel(box.x0),
            self.top + self._first_pixel(box.y0),
            self.left + self._first_pixel(box.x1),
            self.top + self._first_pixel(box.y1),
        )

    def touched_box(self, box: Box) -> Box:
        """The device pixels that a box of the image covers in part; not cut to the widget."""
        return Box(
            self.left + math.floor(box.x0 * self.scale),
            self.top + math.floor(box.y0 * self.scale),
            self.left + math.ceil(box.x1 * self.scale),
            self.top + math.ceil(box.y1 * self.scale),
        )

    def _first_pixel(self, edge: int) -> int:
        return math.ceil(edge * self.scale - 0.5)
