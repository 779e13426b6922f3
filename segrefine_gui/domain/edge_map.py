"""Where an image has edges, found piece by piece as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import BoolMask

DEFAULT_CONTRAST = 30
"""Steps of grey value from which on there is an edge, 0..255."""

_TILE, _MARGIN = 256, 16
"""Sides in pixels of the pieces, and how far around them is looked for what edges are joined to."""


class EdgeMap:
    """Edges one pixel wide, of which those that were found are remembered.

    They are Canny's (Canny: A Computational Approach to Edge Detection, PAMI 1986) of the channel
    that changes most. Not thread-safe: one thread owns it.

    Args:
        image: uint8 (h, w, 3) RGB, which does not change.
        contrast: the step between both sides of an edge, in grey values 0..255; a fainter edge
            counts where it is joined to one of that contrast.
    """

    def __init__(self, image: npt.NDArray[np.uint8], contrast: float = DEFAULT_CONTRAST) -> None:
        self.image = image
        self._contrast = contrast
        self._bounds = image_box(image.shape[1], image.shape[0])
        self._found: dict[tuple[int, int], BoolMask] = {}

    def edges(self, box: Box) -> BoolMask:
        """The edges in a box inside the image: bool (box.height, box.width)."""
        edges: BoolMask = np.empty((box.height, box.width), np.bool_)
        for key, tile in self._tiles(box):
            found = self._found.get(key)
            if found is None:
                found = self._found[key] = self._find(tile)
            met = tile.intersection(box)
            here = met.shifted(-box.x0, -box.y0)
            edges[here.slices] = found[met.shifted(-tile.x0, -tile.y0).slices]
        return edges

    def _tiles(self, box: Box) -> Iterator[tuple[tuple[int, int], Box]]:
        if box.area == 0:
            return
        for row in range(box.y0 // _TILE, (box.y1 - 1) // _TILE + 1):
            for column in range(box.x0 // _TILE, (box.x1 - 1) // _TILE + 1):
                tile = Box(0, 0, _TILE, _TILE).shifted(column * _TILE, row * _TILE)
                yield (row, column), tile.intersection(self._bounds)

    def _find(self, tile: Box) -> BoolMask:
        region = tile.grown(_MARGIN, self._bounds)
        calm = cv2.GaussianBlur(np.ascontiguousarray(self.image[region.slices]), (3, 3), 0)
        across, down, strongest = (np.zeros(calm.shape[:2], np.int16) for _ in range(3))
        for channel in cv2.split(calm):
            steps = [cv2.Sobel(channel, cv2.CV_16S, *order) for order in ((1, 0), (0, 1))]
            strength = np.abs(steps[0]) + np.abs(steps[1])
            is_stronger = (strength > strongest).view(np.uint8)
            for best, new in zip((across, down, strongest), (*steps, strength), strict=True):
                cv2.copyTo(new, is_stronger, best)
        # Sobel's weights sum to 4 on either side; the blur leaves three quarters of a sharp step.
        high = max(1.0, 3.0 * self._contrast)
        found: BoolMask = cv2.Canny(across, down, high / 2, high, L2gradient=True) > 0
        return np.ascontiguousarray(found[tile.shifted(-region.x0, -region.y0).slices])
