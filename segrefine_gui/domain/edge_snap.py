"""A brush that stops at the image's edges: it covers the side of an edge that its centre is on."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.brushes import dab
from segrefine_gui.domain.masks import BoolMask

DEFAULT_CONTRAST = 30
"""Steps of grey value from which on an edge stops the brush, 0..255."""

_MARGIN = 4
"""Pixels around the dab in which edges are still found as in the whole image."""


def snapped_dab(
    image: npt.NDArray[np.uint8],
    x: float,
    y: float,
    radius: float,
    within: Box,
    contrast: float = DEFAULT_CONTRAST,
) -> tuple[Box, BoolMask]:
    """The pixels of a round brush that are joined to its centre without crossing an edge.

    Edges are Canny's (Canny: A Computational Approach to Edge Detection, PAMI 1986) of the
    channel that changes most. An edge's own pixels go to the side whose colour is nearer to theirs.

    Args:
        image: uint8 (h, w, 3) RGB, of the whole image.
        x: the brush's centre, in image pixels.
        y: the same.
        radius: in pixels.
        within: the box that the result is clipped to, inside the image.
        contrast: the step between both sides of an edge that stops the brush, in grey values
            0..255; a fainter edge stops it where it is joined to one of that contrast.

    Returns:
        As `brushes.dab`; all of the dab where its centre is outside of `within`, for there is no
        side to go by.
    """
    box, covered = dab(x, y, radius, within)
    column, row = math.floor(x), math.floor(y)
    if not (box.x0 <= column < box.x1 and box.y0 <= row < box.y1):
        return box, covered
    height, width = image.shape[:2]
    region = box.grown(_MARGIN, Box(0, 0, width, height))
    inner = box.shifted(-region.x0, -region.y0).slices
    part = np.ascontiguousarray(image[region.slices])
    edges = _edges(part, contrast)[inner]
    part = np.ascontiguousarray(part[inner])
    seed = _seed(part, edges, column - box.x0, row - box.y0)
    if seed is None:
        return box, covered
    # Across sides alone: an edge of one pixel that runs aslant is joined across corners.
    _, labels = cv2.connectedComponents((covered & ~edges).view(np.uint8), connectivity=4)
    if labels[seed] == 0:
        return box, covered
    reached: BoolMask = labels == labels[seed]
    reached |= edges & covered & _nearer(part, reached, ~reached & ~edges)
    reached[row - box.y0, column - box.x0] = True
    return box, reached


def _edges(part: npt.NDArray[np.uint8], contrast: float) -> BoolMask:
    """One pixel wide edges: bool (h, w)."""
    calm = cv2.GaussianBlur(part, (3, 3), 0)
    across, down = (cv2.Sobel(calm, cv2.CV_16S, *order) for order in ((1, 0), (0, 1)))
    strongest = (np.abs(across) + np.abs(down)).argmax(axis=2)[..., None]
    across = np.ascontiguousarray(np.take_along_axis(across, strongest, 2)[..., 0])
    down = np.ascontiguousarray(np.take_along_axis(down, strongest, 2)[..., 0])
    # Sobel's weights sum to 4 on either side; the blur leaves three quarters of a sharp step.
    high = max(1.0, 3.0 * contrast)
    found: BoolMask = cv2.Canny(across, down, high / 2, high, L2gradient=True) > 0
    return found


def _seed(part: npt.NDArray[np.uint8], edges: BoolMask, x: int, y: int) -> tuple[int, int] | None:
    """The pixel (row, column) to begin from: on an edge, the beside one of the nearest colour."""
    if not edges[y, x]:
        return y, x
    y0, x0 = max(0, y - 2), max(0, x - 2)
    rows, columns = np.nonzero(~edges[y0 : y + 3, x0 : x + 3])
    if rows.size == 0:
        return None
    rows, columns = rows + y0, columns + x0
    differences = np.abs(part[rows, columns].astype(np.int64) - part[y, x]).sum(axis=1)
    nearest = int(differences.argmin())
    return int(rows[nearest]), int(columns[nearest])


def _nearer(part: npt.NDArray[np.uint8], here: BoolMask, there: BoolMask) -> BoolMask:
    """Where the colour is nearer to that of `here` than to that of `there`, 5x5 pixels around."""
    away = [_difference(part, side) for side in (here, there)]
    nearer: BoolMask = away[0] < away[1]
    return nearer


def _difference(part: npt.NDArray[np.uint8], side: BoolMask) -> npt.NDArray[np.float32]:
    """How far each pixel is from the mean colour of one side around it; infinite where none is."""
    share = cv2.boxFilter(side.astype(np.float32), -1, (5, 5), borderType=cv2.BORDER_CONSTANT)
    colours = np.where(side[..., None], part, 0).astype(np.float32)
    sums = cv2.boxFilter(colours, -1, (5, 5), borderType=cv2.BORDER_CONSTANT)
    some = share > 1e-3
    mean = sums / np.where(some, share, 1)[..., None]
    away = np.abs(part - mean).sum(axis=2)
    difference: npt.NDArray[np.float32] = np.where(some, away, np.float32(np.inf))
    return difference
