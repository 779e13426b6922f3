"""Pictures of what a part of a mask would become. No widgets, any thread."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtGui import QColor, QImage

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.overlay import EDITED_COLOR
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.colors import COMING_COLOR, GOING_COLOR
from segrefine_gui.gui.queue.crops import as_image, draw_outlines, resized, square_around

FILL, CHANGED = 0.3, 0.6
"""Opacities of the mask, as on the canvas at first, and of what the answer changes in it."""

LINE = 1 / 72
"""Width of the outline, as a share of the picture's side: a pixel of one of the usual size."""


def draw_answer(image: Pixels, before: BoolMask, mask: BoolMask, box: Box, side: int) -> QImage:
    """A crop of a part with a mask in the colour of edited ones, and in others what changes.

    Args:
        image: uint8 (h, w, 3) RGB, with some of what is around the part.
        before: bool (h, w), the mask as it is.
        mask: bool (h, w), what it would be.
        box: the part, inside them.
        side: length of the longer side, in pixels.

    Returns:
        RGB888; a square unless the image is too narrow for one.
    """
    region = square_around(box, mask.shape[1], mask.shape[0])
    scale = side / max(region.width, region.height)
    size = max(1, round(region.width * scale)), max(1, round(region.height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    crop = np.asarray(cv2.resize(image[region.slices], size, interpolation=method), dtype=np.uint8)
    old, new = before[region.slices], mask[region.slices]
    inside = resized(new, size)
    _fill(crop, inside, EDITED_COLOR, FILL)
    _fill(crop, resized(new & ~old, size), COMING_COLOR, CHANGED)
    _fill(crop, resized(old & ~new, size), GOING_COLOR, CHANGED)
    draw_outlines(crop, [(inside, EDITED_COLOR)], side * LINE)
    return as_image(crop)


def _fill(crop: Pixels, inside: BoolMask, color: QColor, opacity: float) -> None:
    ink = np.array([color.red(), color.green(), color.blue()], np.float32)
    filled = np.rint((1 - opacity) * crop[inside] + opacity * ink)
    crop[inside] = filled.astype(np.uint8)
