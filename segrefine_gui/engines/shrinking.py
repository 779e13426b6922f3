"""A smaller copy of a crop and its mask, for engines that need not see every pixel."""

from __future__ import annotations

import cv2
import numpy as np

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.base import RgbImage


def shrunk(image: RgbImage, mask: BoolMask, longest: int) -> tuple[RgbImage, BoolMask]:
    """Shrink both until the longer side is at most `longest` pixels; smaller ones stay.

    A pixel of the smaller mask is set where at least half of what it covers is.

    Args:
        image: uint8 (h, w, 3) RGB.
        mask: bool (h, w).
        longest: pixels, at least 1.
    """
    height, width = mask.shape
    scale = longest / max(height, width)
    if scale >= 1:
        return image, mask
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    cover = cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), cover >= DEFAULT_THRESHOLD
