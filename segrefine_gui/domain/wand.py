"""The wand: the pixels that look like the one that was clicked."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask, tight_box


def wand(
    image: npt.NDArray[np.uint8],
    x: int,
    y: int,
    tolerance: int,
    within: Box,
    *,
    contiguous: bool = True,
) -> tuple[Box, BoolMask]:
    """The pixels whose colour differs from the clicked one by at most a tolerance.

    Args:
        image: uint8 (h, w, 3) RGB.
        x: column of the clicked pixel.
        y: its row.
        tolerance: most difference in any of the channels, 0..255.
        within: the part of the image to look at, inside the image; the cost is its size.
        contiguous: only pixels that are joined to the clicked one by such pixels, side by side.

    Returns:
        A tight box inside `within`, and bool (box.height, box.width); of area 0 where the click
        is outside of `within`.
    """
    if not (within.x0 <= x < within.x1 and within.y0 <= y < within.y1):
        return Box(within.x0, within.y0, within.x0, within.y0), np.zeros((0, 0), np.bool_)
    part = np.ascontiguousarray(image[within.slices])
    seed = x - within.x0, y - within.y0
    tolerance = min(max(tolerance, 0), 255)
    if contiguous:
        room = np.zeros((within.height + 2, within.width + 2), np.uint8)  # one more on each side
        flags = 4 | (1 << 8) | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
        limit = (tolerance,) * 3
        cv2.floodFill(part, room, seed, (0, 0, 0), limit, limit, flags)
        found = room[1:-1, 1:-1].view(np.bool_)
    else:
        colour = part[seed[1], seed[0]].astype(np.int64)
        low, high = (colour - tolerance).clip(0, 255), (colour + tolerance).clip(0, 255)
        found = cv2.inRange(part, low.astype(np.uint8), high.astype(np.uint8)) > 0
    box = tight_box(found)
    return box.shifted(within.x0, within.y0), found[box.slices]
