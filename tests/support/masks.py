"""Masks and mask files in memory."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.masks import Rle, encode_mask
from segrefine_gui.formats.base import ImageEntry, MaskEntry, MaskFile


class FixedMask:
    """A segmentation that is one mask, whatever the image."""

    def __init__(self, mask: npt.NDArray[np.bool_]) -> None:
        self._rle = encode_mask(mask)

    def rasterise(self, height: int, width: int) -> Rle:
        assert (height, width) == (self._rle.height, self._rle.width)
        return self._rle


def a_mask_file(names: Iterable[str], mask: npt.NDArray[np.bool_]) -> MaskFile:
    entries = [
        MaskEntry(number, ImageEntry(name), FixedMask(mask), "disk", 1, 0.9)
        for number, name in enumerate(names)
    ]
    return MaskFile("test", [entry.image for entry in entries], entries)
