"""What a segmenter's mask head said before its answer was cut to a coarse mask.

A mask head gives a small map of probabilities, 28x28 as a rule, for the box of each object. The
segmenter stretches it over the box and cuts it; the coarse mask no longer shows where that was a
close call. Keeping the small map costs a few hundred bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.grey_png import decode_grey, encode_grey, grey_size

MAX_SIDE = 1024
"""Longest side of a mask head's answer; the largest known one, PointRend's, has 224."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadMask:
    """A mask head's answer for one object.

    Attributes:
        box: (x0, y0, x1, y1) in pixels of the image, not whole ones, that the values cover.
        values: uint8 0..255, shape (rows, columns) of the head's own choice; 255 is surely the
            object.
    """

    box: tuple[float, float, float, float]
    values: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        x0, y0, x1, y1 = self.box
        if not (all(map(math.isfinite, self.box)) and x0 < x1 and y0 < y1):
            raise ValueError(f"a mask head's box is not {self.box}")
        if self.values.dtype != np.uint8 or self.values.ndim != 2:
            raise ValueError("a mask head's values are a uint8 array of two dimensions")
        if not 0 < min(self.values.shape) <= max(self.values.shape) <= MAX_SIDE:
            raise ValueError(f"a mask head's values have no shape {self.values.shape}")

    def pasted(self, region: Box) -> npt.NDArray[np.float32]:
        """The values stretched over their box, as the segmenter itself does it before the cut.

        Bilinear, each value at the centre of its cell and 0 beyond the outermost cells, so that it
        falls to half on the box's edge (Detectron2's `paste_masks_in_image`).

        Args:
            region: the part of the image that is wanted.

        Returns:
            float32 (region.height, region.width), 0..255.
        """
        x0, y0, x1, y1 = self.box
        rows = _weights(region.y0, region.y1, y0, y1, self.values.shape[0])
        columns = _weights(region.x0, region.x1, x0, x1, self.values.shape[1])
        return rows @ self.values.astype(np.float32) @ columns.T

    def doubt(self, region: Box) -> npt.NDArray[np.uint8]:
        """How unsure the segmenter was at each pixel of a region.

        Returns:
            uint8 (region.height, region.width): 255 where the probability was one half, 0 where
            it was 0 or 1, straight in between.
        """
        doubt: npt.NDArray[np.float32] = 255 - np.abs(2 * self.pasted(region) - 255)
        return np.rint(doubt).astype(np.uint8)

    def to_png(self) -> bytes:
        """The values as a lossless grey PNG; the box is kept apart."""
        return encode_grey(self.values)

    @classmethod
    def from_png(cls, box: tuple[float, float, float, float], png: bytes) -> HeadMask:
        """Read what `to_png` wrote.

        Raises:
            MaskError: the bytes are no grey PNG of a mask head's size, or the box is none.
        """
        height, width = grey_size(png)
        if max(height, width) > MAX_SIDE:
            raise MaskError("A stored head mask is larger than any mask head makes them.")
        try:
            return cls(box, decode_grey(png, height, width, "head mask"))
        except ValueError as error:
            raise MaskError("A stored head mask is damaged.", str(error)) from error


def _weights(
    first: int, end: int, start: float, stop: float, cells: int
) -> npt.NDArray[np.float32]:
    """How much each cell counts at each pixel of first..end: float32 (pixels, cells)."""
    pixels = np.arange(first, end, dtype=np.float64) + 0.5
    places = (pixels - start) / (stop - start) * cells - 0.5
    weights: npt.NDArray[np.float64] = 1 - np.abs(places[:, None] - np.arange(cells))
    return np.maximum(0, weights).astype(np.float32)
