"""A brush that stops at the image's edges: it covers the side of an edge that its centre is on."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.brushes import dab
from segrefine_gui.domain.edge_map import EdgeMap
from segrefine_gui.domain.masks import BoolMask

_AROUND = (5, 5)
"""Size in pixels of what is around a pixel, where the colours of sides are compared."""


def snapped_dab(
    edge_map: EdgeMap, x: float, y: float, radius: float, within: Box
) -> tuple[Box, BoolMask]:
    """The pixels of a round brush that are joined to its centre without crossing an edge.

    An edge's own pixels go to the side whose colour is nearer to theirs.

    Args:
        edge_map: of the whole image.
        x: the brush's centre, in image pixels.
        y: the same.
        radius: in pixels.
        within: the box that the result is clipped to, inside the image.

    Returns:
        As `brushes.dab`; all of the dab where its centre is outside of `within`, for there is no
        side to go by.
    """
    box, covered = dab(x, y, radius, within)
    column, row = math.floor(x), math.floor(y)
    if not (box.x0 <= column < box.x1 and box.y0 <= row < box.y1):
        return box, covered
    edges, part = edge_map.edges(box), np.ascontiguousarray(edge_map.image[box.slices])
    seed = _seed(part, edges, column - box.x0, row - box.y0)
    if seed is None:
        return box, covered
    # Across sides alone: an edge of one pixel that runs aslant is joined across corners.
    _, labels = cv2.connectedComponents((covered & ~edges).view(np.uint8), connectivity=4)
    if labels[seed] == 0:
        return box, covered
    reached: BoolMask = labels == labels[seed]
    _add_near_edges(part, reached, edges, covered)
    reached[row - box.y0, column - box.x0] = True
    return box, reached


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


def _add_near_edges(
    part: npt.NDArray[np.uint8], reached: BoolMask, edges: BoolMask, covered: BoolMask
) -> None:
    """Take in the edges' pixels whose colour is nearer to what was reached than to all else."""
    here = np.flatnonzero(edges & covered & (_around(reached.view(np.uint8), cv2.CV_8U) > 0))
    if here.size == 0:
        return
    sides = reached, ~(reached | edges)
    nearer, away = (_difference(part, side, here) for side in sides)
    reached.reshape(-1)[here[nearer < away]] = True


def _difference(
    part: npt.NDArray[np.uint8], side: BoolMask, where: npt.NDArray[np.intp]
) -> npt.NDArray[np.float32]:
    """How far some pixels are from the mean colour of one side around; infinite where none is.

    Args:
        part: uint8 (h, w, 3) RGB.
        side: bool (h, w).
        where: int (n,), the pixels, row by row.

    Returns:
        float32 (n,): the sum over the channels.
    """
    inside = side.view(np.uint8)
    count = _around(inside, cv2.CV_8U).ravel()[where].astype(np.float32)
    share = 1 / np.maximum(count, 1)
    sums = _around(cv2.copyTo(part, inside), cv2.CV_16U).ravel()
    difference = np.where(count > 0, np.float32(0), np.float32(np.inf))
    colours = part.ravel()
    # Channel by channel: NumPy is slow at sums over three values.
    for place in (3 * where, 3 * where + 1, 3 * where + 2):
        difference += np.abs(sums[place] * share - colours[place])
    return difference


def _around(values: npt.NDArray[np.uint8], depth: int) -> npt.NDArray[np.integer]:
    """The sum of what is around each pixel."""
    summed = cv2.boxFilter(values, depth, _AROUND, normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(summed)
