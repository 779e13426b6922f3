"""What the refiner believes: its soft mask as grey."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.painting import paint_classes
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.canvas.sampling import sample_mask
from segrefine_gui.gui.canvas.view_transform import ViewTransform

OUTSIDE_COLOR = QColor(8, 10, 14, 205)
"""Over the image where the refiner did not look: dark, with a hint of where we are."""

_GREYS = [0xFF000000 | grey * 0x010101 for grey in range(256)]


@dataclass(frozen=True)
class SoftLayer:
    """A soft mask over its region: black is surely not the object, white surely is.

    Attributes:
        soft: its values and their halved sizes.
        image_box: the box of the whole image.
    """

    soft: MaskPyramid
    image_box: Box

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of the whole image."""
        return view.device_box(self.image_box)

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw what of the soft mask, and of the dark around it, lies in `window`."""
        drawn = self.device_box(view).intersection(window)
        inside = view.device_box(self.soft.region).intersection(drawn)
        for dark in _without(drawn, inside):
            painter.fillRect(QRect(dark.x0, dark.y0, dark.width, dark.height), OUTSIDE_COLOR)
        if inside.area:
            paint_classes(painter, inside, sample_mask(self.soft, view, inside), _GREYS)


def _without(box: Box, hole: Box) -> list[Box]:
    """A box without a box inside it, as boxes that do not overlap."""
    if hole.area == 0:
        return [box]
    return [
        Box(box.x0, box.y0, box.x1, hole.y0),
        Box(box.x0, hole.y1, box.x1, box.y1),
        Box(box.x0, hole.y0, hole.x0, hole.y1),
        Box(hole.x1, hole.y0, box.x1, hole.y1),
    ]
