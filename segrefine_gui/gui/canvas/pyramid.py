"""Images and masks at halved sizes, so that painting touches few pixels at any zoom. No Qt.

Building reads every pixel once: do it in a worker. What comes out is never changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import BoolMask

Pixels = npt.NDArray[np.uint8]
"""Pixels in memory: uint8, (height, width) or (height, width, channels)."""


@dataclass(frozen=True, eq=False)
class Pyramid:
    """Pixels of a region of an image, level 0 in full, each further level half the size.

    Attributes:
        levels: uint8 arrays (height, width) or (height, width, 3), down to a single pixel; odd
            sides are rounded up, so a pixel of level n always stands for 2**n by 2**n pixels.
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

    def crop(self, level: int, box: Box) -> Pixels:
        """A view, not a copy, of the part of a level that lies in `box` (pixels of that level)."""
        return self.levels[level][box.intersection(self.level_box(level)).slices]

    def level_box(self, level: int) -> Box:
        """All pixels of a level, in pixels of that level."""
        height, width = self.levels[level].shape[:2]
        return image_box(width, height)


@dataclass(frozen=True, eq=False)
class ImagePyramid(Pyramid):
    """An image and its halved sizes: RGB uint8 arrays of shape (height, width, 3)."""

    @classmethod
    def build(cls, image: Pixels) -> ImagePyramid:
        """Halve an image again and again.

        Args:
            image: RGB uint8 array of shape (height, width, 3); kept as level 0, not copied when
                contiguous, so it must not be written to afterwards.

        Raises:
            ValueError: the array is empty or of another shape or type.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
            raise ValueError(f"an image is uint8 (h, w, 3), not {image.dtype} {image.shape}")
        height, width = image.shape[:2]
        return cls(
            _halved(np.ascontiguousarray(image), cv2.BORDER_REPLICATE), image_box(width, height)
        )

    @property
    def width(self) -> int:
        """Columns of the image."""
        return self.region.width

    @property
    def height(self) -> int:
        """Rows of the image."""
        return self.region.height


class MaskSource(Protocol):
    """A mask at halved sizes, wherever its pixels come from; `MaskPyramid` has them ready."""

    @property
    def region(self) -> Box:
        """Where in the image the mask lies; it is empty outside."""

    def level_for(self, scale: float) -> int:
        """See `Pyramid`."""

    def level_box(self, level: int) -> Box:
        """See `Pyramid`."""

    def crop(self, level: int, box: Box) -> Pixels:
        """See `Pyramid`: the share of pixels inside, 0..255; not to be written to."""

    def differs_in(self, before: MaskSource) -> Box:
        """Where in the image this mask may differ from another; empty when they are one."""


@dataclass(frozen=True, eq=False)
class MaskPyramid(Pyramid):
    """A mask and its halved sizes: uint8 (height, width), 0..255 as the share of pixels inside."""

    @classmethod
    def build(cls, mask: BoolMask, region: Box) -> MaskPyramid:
        """Halve a mask again and again.

        Args:
            mask: bool array of shape (region.height, region.width).
            region: where in the image the mask lies; everything outside it is not in the mask.

        Raises:
            ValueError: the mask is empty, not bool or not of the region's size.
        """
        if mask.shape != (region.height, region.width) or mask.dtype != np.bool_ or mask.size == 0:
            raise ValueError(f"a mask of {region} is bool, not {mask.dtype} {mask.shape}")
        return cls.of_values(np.multiply(mask, 255, dtype=np.uint8, casting="unsafe"), region)

    @classmethod
    def empty(cls) -> MaskPyramid:
        """A mask without a pixel."""
        return cls.build(np.zeros((1, 1), dtype=np.bool_), image_box(1, 1))

    @classmethod
    def of_values(cls, values: Pixels, region: Box) -> MaskPyramid:
        """Halve the values of a soft mask again and again.

        Args:
            values: uint8 array of shape (region.height, region.width); kept as level 0, so it
                must not be written to afterwards.
            region: where in the image they lie; not empty.
        """
        return cls(_halved(values, cv2.BORDER_CONSTANT), region)

    @property
    def inside(self) -> BoolMask:
        """Whether each pixel is in the mask at all: bool (region.height, region.width)."""
        inside: BoolMask = self.levels[0] != 0
        return inside

    def differs_in(self, before: MaskSource) -> Box:
        """Where in the image this mask may differ from another; empty when they are one."""
        return Box(0, 0, 0, 0) if before is self else self.region.union(before.region)


def _halved(pixels: Pixels, border: int) -> tuple[Pixels, ...]:
    levels: list[Pixels] = [pixels]
    while max(levels[-1].shape[:2]) > 1:
        height, width = levels[-1].shape[:2]
        even = levels[-1]
        if height % 2 or width % 2:
            even = cv2.copyMakeBorder(even, 0, height % 2, 0, width % 2, border)
        size = ((width + 1) // 2, (height + 1) // 2)
        half = cv2.resize(even, size, interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(half, dtype=np.uint8))
    return tuple(levels)
