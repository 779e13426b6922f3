"""The guided filter: smooths a mask along the edges of an image, and enlarges it by them.

He, Sun, Tang: Guided Image Filtering, ECCV 2010; the enlarging is He, Sun: Fast Guided Filter,
arXiv:1505.00996. Own code because opencv-python-headless comes without the ximgproc module.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.engines.base import RgbImage, SoftValues

Values = npt.NDArray[np.float32]


def soften(
    mask: BoolMask, small: RgbImage, image: RgbImage, radius: int, smoothness: float
) -> SoftValues:
    """A soft mask that follows the edges of `image`.

    In each window the mask is approximated by a straight line over the grey values of `small`;
    the lines, enlarged, are then applied to the grey values of `image`.

    Args:
        mask: bool (h, w).
        small: uint8 RGB (h, w, 3).
        image: uint8 RGB (H, W, 3): the same view, as large as `small` or larger.
        radius: of the window, in pixels of `small`.
        smoothness: variance of the grey values (0..1) below which an edge is smoothed over.

    Returns:
        uint8 (H, W), 0..255.
    """
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(values: Values) -> Values:
        blurred: Values = cv2.boxFilter(values, -1, window, borderType=cv2.BORDER_REPLICATE)
        return blurred

    guide: Values = _grey(small)
    target: Values = mask.astype(np.float32)
    mean_guide, mean_target = mean(guide), mean(target)
    variance = mean(guide * guide) - mean_guide * mean_guide
    covariance = mean(guide * target) - mean_guide * mean_target
    slope: Values = np.divide(covariance, variance + smoothness, dtype=np.float32)
    slope, offset = mean(slope), mean(mean_target - slope * mean_guide)
    if small.shape != image.shape:
        size = (image.shape[1], image.shape[0])
        guide, slope, offset = _grey(image), cv2.resize(slope, size), cv2.resize(offset, size)
    soft: SoftValues = np.clip(np.rint((slope * guide + offset) * 255), 0, 255).astype(np.uint8)
    return soft


def _grey(image: RgbImage) -> Values:
    grey: Values = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)
    return grey
