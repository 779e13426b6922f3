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
    return at_scale(image, mask, _scale(mask, longest))


def shrunk_mask(mask: BoolMask, longest: int) -> BoolMask:
    """The mask alone, as `shrunk` makes it."""
    return _mask_at_scale(mask, _scale(mask, longest))


def at_scale(image: RgbImage, mask: BoolMask, scale: float) -> tuple[RgbImage, BoolMask]:
    """Shrink both by a factor of at most 1, as `shrunk` does; at 1 they stay as they are."""
    if scale == 1:
        return image, mask
    size = scaled(mask.shape, scale)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), _mask_at_scale(mask, scale)


def scaled(shape: tuple[int, ...], scale: float) -> tuple[int, int]:
    """The (width, height), as OpenCV wants it, of an array (height, width) at a scale."""
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))


def _scale(mask: BoolMask, longest: int) -> float:
    scale: float = min(1.0, longest / max(mask.shape))
    return scale


def _mask_at_scale(mask: BoolMask, scale: float) -> BoolMask:
    if scale == 1:
        return mask
    size = scaled(mask.shape, scale)
    cover = cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    found: BoolMask = cover >= DEFAULT_THRESHOLD
    return found
