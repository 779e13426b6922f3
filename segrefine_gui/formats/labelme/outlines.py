"""Outlines through the middles of pixels, as programs have them that fill a polygon and draw it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.masks import BoolMask

Points = npt.NDArray[np.int32]
"""Pixels x, y of an outline, shape (n, 2)."""


def pixel_outlines(mask: BoolMask, tolerance: float = 0.0) -> list[Points]:
    """The outline of every part (8-connected) of a mask, with its holes.

    Filled and drawn, the outlines are the mask: a hole is joined to the outline around it by a
    seam that goes through the mask, there and back. With a tolerance they may stray.

    Args:
        mask: bool (h, w).
        tolerance: how far, in pixels, points may be from what remains of an outline that are left
            out of it (Ramer-Douglas-Peucker); 0 for those that are not needed.

    Returns:
        For each part at least three points, of which some are the same for one of a pixel or two.
    """
    contours, hierarchy = cv2.findContours(
        mask.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    holes_of: dict[int, list[Points]] = {}
    parents = [] if hierarchy is None else hierarchy[0, :, 3].tolist()
    for parent, contour in zip(parents, contours, strict=True):
        if parent >= 0:
            holes_of.setdefault(parent, []).append(contour.reshape(-1, 2))
    return [
        _simplified(_opened(contour.reshape(-1, 2), holes_of.get(number, []), mask), tolerance)
        for number, (parent, contour) in enumerate(zip(parents, contours, strict=True))
        if parent < 0
    ]


def _opened(outline: Points, holes: list[Points], mask: BoolMask) -> Points:
    """One outline of a part's and those of its holes, each joined straight to its left."""
    if not holes:
        return outline
    turned = [
        np.roll(hole, -int(np.lexsort((hole[:, 1], hole[:, 0]))[0]), axis=0) for hole in holes
    ]
    turned.sort(key=lambda hole: (int(hole[0, 0]), int(hole[0, 1])))
    rings = [outline, *turned]
    # What lies to the left begins further left, so it comes before and no circle arises.
    owner = dict.fromkeys(map(tuple, outline.tolist()), 0)
    joins: dict[int, dict[tuple[int, int], list[int]]] = {}
    for number, hole in enumerate(turned, 1):
        x, y = hole[0].tolist()
        # The nearest pixel to the left of which there is no mask.
        row = mask[y, : x + 1]
        gaps = np.flatnonzero(~row)
        end = (int(gaps[-1]) + 1 if gaps.size else 0, y)
        joins.setdefault(owner.get(end, 0), {}).setdefault(end, []).append(number)
        for point in map(tuple, hole.tolist()):
            owner.setdefault(point, number)
    paths: dict[int, list[tuple[int, int]]] = {}
    for number in reversed(range(len(rings))):
        path: list[tuple[int, int]] = []
        waiting = joins.get(number, {})
        for point in map(tuple, rings[number].tolist()):
            path.append(point)
            for child in waiting.pop(point, []):
                path += [*paths[child], paths[child][0], point]
        paths[number] = path
    return np.array(paths[0], dtype=np.int32)


def _simplified(outline: Points, tolerance: float) -> Points:
    if len(outline) > 3:
        simple: Points = cv2.approxPolyDP(outline, tolerance, closed=True).reshape(-1, 2)
        if len(simple) >= 3:
            return simple
        if tolerance > 0:
            return _simplified(outline, 0.0)
    return np.resize(outline, (max(3, len(outline)), 2))
