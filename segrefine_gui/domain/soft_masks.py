"""Soft masks: what a refiner believes, kept so that the cut can be moved without running again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.grey_png import decode_grey, encode_grey
from segrefine_gui.domain.masks import BoolMask

DEFAULT_THRESHOLD = 128
"""Soft values at or above this belong to the refined mask (probability of one half)."""


@dataclass(frozen=True, slots=True, eq=False)
class SoftMask:
    """A probability map over a region of an image.

    Attributes:
        region: where in the image the values lie; outside of it the refined mask is empty.
        values: uint8 0..255, shape (region.height, region.width).
    """

    region: Box
    values: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.values.dtype != np.uint8:
            raise ValueError(f"soft mask values are uint8, not {self.values.dtype}")
        if self.values.shape != (self.region.height, self.region.width):
            raise ValueError(f"soft mask of shape {self.values.shape} does not fit {self.region}")

    def cut(self, threshold: int = DEFAULT_THRESHOLD) -> BoolMask:
        """The refined mask inside the region: bool, shape (region.height, region.width)."""
        return self.values >= threshold

    def to_png(self) -> bytes:
        """The values as a lossless 8-bit grey PNG."""
        return encode_grey(self.values)

    @classmethod
    def from_png(cls, region: Box, png: bytes) -> SoftMask:
        """Read what `to_png` wrote.

        Raises:
            MaskError: the bytes are not a grey PNG of the region's size.
        """
        return cls(region, decode_grey(png, region.height, region.width, "refined mask"))
