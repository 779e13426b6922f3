"""Images and masks at halved sizes, so that painting touches few pixels at any zoom. No Qt.

Building reads every pixel once: do it in a worker. What comes out is never changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import BoolMask

Pixels = npt.NDArray[np.uint8]

SMALLEST_SIDE = 64
"""Halving stops when the longer side is at most this many pixels."""


@dataclass(frozen=True, eq=False)
class Pyramid:
    """Pixels of a region of an image, level 0 in full, each further level half the size.

    Attributes:
        levels: uint8 arrays (height, width) or (height, width, 3); sides are rounded up.
        region: where in the image level 0 lies, in image pixels.
    """

    levels: tuple[Pixels, ...]
    region: Box

    def level_for(self, scale: float) -> int:
        """The smallest level that still has a pixel for every screen pixel.

        Args:
            scale: screen pixels per image pixel, > 0.
        """
        halvings = math.floor(math.log2(1 / scale) + 1e-9)
        return min(max(halvings, 0), len(self.levels) - 1)

    def level_scale(self, level: int) -> tuple[float, float]:
        """Pixels of a level per image pixel along (x, y); 0.5 ** level up to rounding of sides."""
        height, width = self.levels[level].shape[:2]
        return width / self.region.width, height / self.region.height

    def crop(self, level: int, box: Box) -> Pixels:
        """A view, not a copy, of the part of a level that lies in `box` (pixels of that level)."""
        pixels = self.levels[level]
        return pixels[box.intersection(image_box(pixels.shape[1], pixels.shape[0])).slices]


@dataclass(frozen=True, eq=False)
class ImagePyramid(Pyramid):
    """An image and its halved sizes: RGB uint8 arrays of shape (height, width, 3)."""

    @classmethod
    def build(cls, image: Pixels) -> ImagePyramid:
        """Halve an image until it is small.

        Args:
            image: RGB uint8 array of shape (height, width, 3); kept as level 0, not copied when
                contiguous, so it must not be written to afterwards.

        Raises:
            ValueError: the array is empty or of another shape or type.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
            raise ValueError(f"an image is uint8 (h, w, 3), not {image.dtype} {image.shape}")
        height, width = image.shape[:2]
        return cls(_halved(np.ascontiguousarray(image)), image_box(width, height))

    @property
    def width(self) -> int:
        """Columns of the image."""
        return self.region.width

    @property
    def height(self) -> int:
        """Rows of the image."""
        return self.region.height


@dataclass(frozen=True, eq=False)
class MaskPyramid(Pyramid):
    """A mask and its halved sizes: uint8 (height, width), 0..255 as the share of pixels inside."""

    @classmethod
    def build(cls, mask: BoolMask, region: Box) -> MaskPyramid:
        """Halve a mask until it is small.

        Args:
            mask: bool array of shape (region.height, region.width).
            region: where in the image the mask lies; everything outside it is not in the mask.

        Raises:
            ValueError: the mask is empty, not bool or not of the region's size.
        """
        if mask.shape != (region.height, region.width) or mask.dtype != np.bool_ or mask.size == 0:
            raise ValueError(f"a mask of {region} is bool, not {mask.dtype} {mask.shape}")
        inside = np.multiply(mask, 255, dtype=np.uint8, casting="unsafe")
        return cls(_halved(inside), region)


def _halved(pixels: Pixels) -> tuple[Pixels, ...]:
    levels: list[Pixels] = [pixels]
    while max(levels[-1].shape[:2]) > SMALLEST_SIDE:
        height, width = levels[-1].shape[:2]
        half: Any = cv2.resize(
            levels[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA
        )
        levels.append(half)
    return tuple(levels)
