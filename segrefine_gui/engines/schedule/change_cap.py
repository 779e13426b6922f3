"""Keeping a refiner's changes near the coarse boundary."""

from __future__ import annotations

import math

import cv2
import numpy as np

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.engines.base import SoftValues


def capped(soft: SoftValues, coarse: BoolMask, share: float) -> SoftValues:
    """Undo what was changed far from the coarse boundary.

    Args:
        soft: uint8 (h, w), 0..255, what a refiner found.
        coarse: bool (h, w); without a boundary it comes back as it is.
        share: how far a change may lie from the coarse boundary, as a share of the square root
            of the coarse mask's area.

    Returns:
        uint8 (h, w): 0 or 255, as the coarse mask says, at the pixels that lie further away.
    """
    whole = coarse.astype(np.uint8) * 255
    reach = share * math.sqrt(np.count_nonzero(coarse))
    sides = whole, 255 - whole
    near = np.zeros(coarse.shape, np.bool_)
    for side in sides:
        distance = cv2.distanceTransform(side, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        near |= (side > 0) & (distance <= reach)
    kept: SoftValues = np.where(near, soft, whole)
    return kept
