"""Outlines of masks along pixel edges, exact when COCO's rasteriser fills them again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.masks import BoolMask

# A corner is a point where the outline turns. It is described by which of its four pixels are in
# the mask: 1 north-west, 2 north-east, 4 south-west, 8 south-east, added up. Where two pixels
# meet only diagonally the outline turns twice, once around each of them.
_IS_CORNER = ~np.isin(np.arange(16), (0, 3, 5, 10, 12, 15))
_DIAGONAL = {9: (1, 8), 6: (2, 4)}
_EDGE_GOES_EAST = np.isin(np.arange(16), (2, 8, 13, 7))
_EDGE_GOES_SOUTH = np.isin(np.arange(16), (4, 8, 11, 7))
_HOLE_BEGINS = 7
"""What the topmost, leftmost corner of a hole looks like; that of a part is an 8."""


def trace_outlines(mask: BoolMask) -> tuple[list[list[int]], list[list[int]]]:
    """Trace the outline of every part (4-connected) and every hole (8-connected) of a mask.

    The outlines run along pixel edges: COCO's rasteriser (`rleFrPoly` of cocoapi's
    `common/maskApi.c`) turns a column's pixel on where its centre line crosses such an edge, so
    filling the parts of a mask without holes gives that very mask.

    Args:
        mask: bool array of shape (h, w).

    Returns:
        The parts and the holes as flat lists x0, y0, x1, y1, ... of whole pixels from the top
        left, only corners, each beginning with the leftmost of its topmost ones.
    """
    rows, columns, codes = _corners(mask)
    by_row = np.lexsort((_EDGE_GOES_EAST[codes], columns, rows))
    by_column = np.lexsort((_EDGE_GOES_SOUTH[codes], rows, columns))
    across, along = _partners(by_row), _partners(by_column)
    parts: list[list[int]] = []
    holes: list[list[int]] = []
    visited = [False] * len(codes)
    for start in range(len(codes)):
        if visited[start]:
            continue
        path = []
        corner = start
        while not visited[corner]:
            turn = across[corner]
            path += [corner, turn]
            visited[corner] = visited[turn] = True
            corner = along[turn]
        outline = np.stack((columns[path], rows[path]), axis=1).ravel().tolist()
        (holes if codes[start] == _HOLE_BEGINS else parts).append(outline)
    return parts, holes


def _corners(mask: BoolMask) -> tuple[npt.NDArray[np.int64], ...]:
    """Rows, columns and codes of all corners, from the top left row by row."""
    pixels = np.pad(mask, 1).astype(np.uint8)
    code = pixels[:-1, :-1] + 2 * pixels[:-1, 1:] + 4 * pixels[1:, :-1] + 8 * pixels[1:, 1:]
    rows, columns = np.nonzero(_IS_CORNER[code])
    codes = code[rows, columns].astype(np.int64)
    for diagonal, (first, second) in _DIAGONAL.items():
        at = np.flatnonzero(codes == diagonal)
        codes[at] = first
        codes = np.insert(codes, at + 1, second)
        rows, columns = np.insert(rows, at + 1, rows[at]), np.insert(columns, at + 1, columns[at])
    return rows, columns, codes


def _partners(order: npt.NDArray[np.int64]) -> list[int]:
    """For each corner the one at the other end of its edge: along a line they come in pairs."""
    partners = np.empty(len(order), dtype=np.int64)
    partners[order[0::2]], partners[order[1::2]] = order[1::2], order[0::2]
    found: list[int] = partners.tolist()
    return found
