"""Pictures of what a part of a mask would become. No widgets, any thread."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtGui import QImage

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.overlay import EDITED_COLOR
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.queue.crops import as_image, draw_outlines, resized, square_around

FILL = 0.3
"""Opacity of the fill, as on the canvas at first."""

LINE = 1 / 36
"""Width of the outline, as a share of the picture's side: two pixels of one of the usual size."""


def draw_answer(image: Pixels, mask: BoolMask, box: Box, side: int) -> QImage:
    """A crop of a part with a mask filled and outlined, in the colour of edited masks.

    Args:
        image: uint8 (h, w, 3) RGB, with some of what is around the part.
        mask: bool (h, w), what the whole of it would be.
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
    inside = resized(mask[region.slices], size)
    color = np.array([EDITED_COLOR.red(), EDITED_COLOR.green(), EDITED_COLOR.blue()], np.float32)
    filled = np.rint((1 - FILL) * crop[inside] + FILL * color)
    crop[inside] = filled.astype(np.uint8)
    draw_outlines(crop, [(inside, EDITED_COLOR)], side * LINE)
    return as_image(crop)
