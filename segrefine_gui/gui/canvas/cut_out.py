"""The object alone: everything else of the image hidden behind a ground."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.frame import Layer
from segrefine_gui.gui.canvas.painting import device_width, paint_classes, touched_box
from segrefine_gui.gui.canvas.pyramid import MaskSource, Pixels
from segrefine_gui.gui.canvas.sampling import sample_mask
from segrefine_gui.gui.canvas.view_transform import ViewTransform

SQUARE = 8
"""Side of the squares of a checkerboard, in widget pixels."""

LIGHT_SQUARE, DARK_SQUARE = 0xCC, 0x99


class Ground(Enum):
    """What an object is laid on: the two greys of a checkerboard, the same for a plain ground."""

    BLACK = (0x00, 0x00)
    WHITE = (0xFF, 0xFF)
    CHECKER = (LIGHT_SQUARE, DARK_SQUARE)


@dataclass(frozen=True)
class CutOut:
    """Hides what of the image is not in a mask.

    Attributes:
        mask: what stays in sight; None hides everything.
        ground: what it lies on.
        image_box: the box of the whole image.
    """

    mask: MaskSource | None
    ground: Ground
    image_box: Box

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of the whole image."""
        return view.device_box(self.image_box)

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw the ground in `window`, as far as the mask lets it through."""
        drawn = self.device_box(view).intersection(window)
        if drawn.area == 0:
            return
        if self.mask is None:
            share = np.zeros((drawn.height, drawn.width), dtype=np.uint8)
        else:
            share = sample_mask(self.mask, view, drawn)
        # One bit of the share makes room for the square: classes are 0..127 and 128..255.
        paint_classes(painter, drawn, share // 2 + 128 * _squares(view, drawn), self._colors())

    def changed_since(self, before: Layer, view: ViewTransform) -> Box | None:
        """Where the masks differ, when all else is the same."""
        if not isinstance(before, CutOut) or replace(before, mask=self.mask) != self:
            return None
        if self.mask is None or before.mask is None:
            return None
        return touched_box(self.mask.differs_in(before.mask), view, 0)

    def _colors(self) -> npt.NDArray[np.uint32]:
        alpha = 255 - np.rint(np.arange(128) * (255 / 127)).astype(np.uint32)
        return np.concatenate([alpha << 24 | grey * 0x010101 for grey in self.ground.value])


def _squares(view: ViewTransform, window: Box) -> Pixels:
    """A checkerboard of 0 and 1 that keeps its size on the screen and moves with the image."""
    side = device_width(SQUARE, view)
    rows = (np.arange(window.y0, window.y1) - view.top) // side
    columns = (np.arange(window.x0, window.x1) - view.left) // side
    return ((rows[:, np.newaxis] + columns) & 1).astype(np.uint8)
