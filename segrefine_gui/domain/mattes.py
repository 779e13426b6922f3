"""Mattes: how much of each pixel a mask covers, for cut-outs whose edge is not a staircase."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.clean_up import distances
from segrefine_gui.domain.masks import BoolMask, tight_box

Matte = npt.NDArray[np.uint8]
"""uint8 (h, w): 255 is all of the pixel, 0 nothing of it."""

MOST_FEATHER = 100
"""Widest soft edge, in pixels to either side of the outline."""


def matte(mask: BoolMask, feather: float) -> Matte:
    """A matte whose edge rises evenly over `feather` pixels to either side of the mask's outline.

    Where the image cuts an object off its edge is hard, for the object goes on. Beyond finding the
    mask it costs what the box around it holds.

    Args:
        mask: bool (h, w), of a whole image, or of a part of one that holds all of the mask and
            `feather` pixels around it where the image has them.
        feather: in pixels, 0..`MOST_FEATHER`; 0 for a hard edge.

    Returns:
        uint8 (h, w): 255 from `feather` pixels inside on, 0 from as many outside on, never falling
        from outside to inside; at least 128 exactly where the mask is.

    Raises:
        ValueError: the feather is negative or above `MOST_FEATHER`.
    """
    if not 0 <= feather <= MOST_FEATHER:
        raise ValueError(f"a feather of {feather} pixels is not within 0 and {MOST_FEATHER}")
    values = np.zeros(mask.shape, np.uint8)
    box = tight_box(mask)
    if box.area == 0:
        return values
    region = box.grown(int(feather) + 1, image_box(mask.shape[1], mask.shape[0]))
    part = np.ascontiguousarray(mask[region.slices])
    if feather == 0 or part.all():
        values[region.slices] = part * np.uint8(255)
        return values
    # The outline runs between pixels: half a pixel from the centres on either side of it.
    signed = np.where(part, distances(part) - 0.5, 0.5 - distances(~part))
    rising = np.rint(127.5 + 127.5 * (signed / feather).clip(-1, 1))
    values[region.slices] = np.where(part, np.maximum(rising, 128), np.minimum(rising, 127))
    return values
