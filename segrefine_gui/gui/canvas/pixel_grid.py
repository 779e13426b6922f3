"""Lines between image pixels, once these are large enough to be counted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.frame import NOTHING
from segrefine_gui.gui.canvas.view_transform import ViewTransform

GRID_FROM = 8.0
"""Widget pixels per image pixel from which the grid is drawn."""

GRID_COLOR = QColor(128, 128, 128, 70)
"""Mid grey: seen on dark and on bright pixels, and never louder than an outline."""


@dataclass(frozen=True)
class PixelGrid:
    """A line of one device pixel along the top and left edge of every image pixel.

    Attributes:
        image_box: the box of the whole image.
    """

    image_box: Box

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of the whole image; none while the grid would be too fine."""
        if view.scale < GRID_FROM * view.device_pixel_ratio:
            return NOTHING
        return view.device_box(self.image_box)

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw the lines inside `window`."""
        drawn = self.device_box(view).intersection(window)
        if drawn.area == 0:
            return
        for column in _edges(drawn.x0, drawn.x1, view.left, view.scale):
            painter.fillRect(QRect(column, drawn.y0, 1, drawn.height), GRID_COLOR)
        for row in _edges(drawn.y0, drawn.y1, view.top, view.scale):
            painter.fillRect(QRect(drawn.x0, row, drawn.width, 1), GRID_COLOR)


def _edges(first: int, last: int, origin: int, scale: float) -> list[int]:
    """The device pixels within first..last at which an image pixel begins."""
    pixels = range(math.floor((first - origin) / scale), math.ceil((last - origin) / scale) + 1)
    edges = (origin + math.ceil(pixel * scale - 0.5) for pixel in pixels)
    return [edge for edge in edges if first <= edge < last]
