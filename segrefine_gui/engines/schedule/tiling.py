"""Tiles along a boundary, and how their results are blended back without seams."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask

Plane = npt.NDArray[np.float32]
"""Shape (h, w)."""


def boundary_tiles(needed: BoolMask, side: int, overlap: int) -> list[Box]:
    """Tiles of a regular grid that hold at least one needed pixel in their own part.

    A tile's own part is what is left of it when half the overlap is cut off where it meets its
    neighbours, so that every needed pixel is well inside one tile.

    Args:
        needed: bool (h, w), the pixels to be covered.
        side: of a tile in pixels; tiles are smaller only where the image is.
        overlap: pixels that neighbouring tiles share at least, from 1 to below `side`.

    Returns:
        Boxes inside the image, row by row.
    """
    height, width = needed.shape
    tiles = []
    for y0, y1, top, bottom in _spans(height, side, overlap):
        for x0, x1, left, right in _spans(width, side, overlap):
            if needed[top:bottom, left:right].any():
                tiles.append(Box(x0, y0, x1, y1))
    return tiles


def feather(box: Box, width: int, height: int, overlap: int) -> Plane:
    """How much a tile counts at each of its pixels: falling to its borders inside the image.

    Args:
        box: the tile, inside the image.
        width: of the image in pixels; at its border the tile counts in full.
        height: of the image in pixels.
        overlap: pixels over which the weight falls, at least 1.

    Returns:
        float32 (h, w) of the tile, above 0 and at most 1.
    """
    across = _ramp(box.x0, box.x1, width, overlap)
    down = _ramp(box.y0, box.y1, height, overlap)
    return down[:, None] * across[None, :]


class Blend:
    """Gathers the tiles of an image, each counting as much as its `feather` says.

    Args:
        width: of the image in pixels.
        height: of the image in pixels.
        overlap: pixels over which a tile's weight falls.
    """

    def __init__(self, width: int, height: int, overlap: int) -> None:
        self._total = np.zeros((height, width), np.float32)
        self._weights = np.zeros_like(self._total)
        self._overlap = overlap

    def add(self, tile: Box, values: Plane) -> None:
        """Add what was found for a tile, float32 (h, w) of it."""
        height, width = self._total.shape
        weight = feather(tile, width, height, self._overlap)
        self._total[tile.slices] += weight * values
        self._weights[tile.slices] += weight

    def replace(self, plane: Plane, where: BoolMask) -> None:
        """Put the tiles' weighted mean into a plane, at those pixels of `where` that tiles cover.

        Args:
            plane: float32 (h, w) of the whole image; changed.
            where: bool (h, w).
        """
        changed = where & (self._weights > 0)
        plane[changed] = self._total[changed] / self._weights[changed]

    def over(self, plane: Plane) -> None:
        """Lay the tiles over a plane, which shows through where their weights fall below 1.

        So a tile without a neighbour ends without a seam, too.

        Args:
            plane: float32 (h, w) of the whole image; changed.
        """
        # In one plane more, not in four: an image may have 8K.
        share = np.subtract(np.float32(1), self._weights)
        plane *= np.maximum(share, 0, out=share)
        plane += self._total
        plane /= np.maximum(self._weights, 1, out=share)


def _spans(length: int, side: int, overlap: int) -> list[tuple[int, int, int, int]]:
    """(start, stop, own start, own stop) of each tile along one axis."""
    if length <= side:
        return [(0, length, 0, length)]
    count = math.ceil((length - overlap) / (side - overlap))
    starts = [round(index * (length - side) / (count - 1)) for index in range(count)]
    meets = [(first + side + second) // 2 for first, second in itertools.pairwise(starts)]
    return [
        (start, start + side, low, high)
        for start, low, high in zip(starts, [0, *meets], [*meets, length], strict=True)
    ]


def _ramp(start: int, stop: int, limit: int, overlap: int) -> Plane:
    positions = np.arange(start, stop, dtype=np.float32) + np.float32(0.5)
    ramp = np.ones(stop - start, np.float32)
    if start > 0:
        ramp = np.minimum(ramp, (positions - start) / overlap)
    if stop < limit:
        ramp = np.minimum(ramp, (stop - positions) / overlap)
    return ramp
