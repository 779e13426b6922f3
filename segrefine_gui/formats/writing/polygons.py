"""Masks as polygons: exact or simplified, holes never filled, and what it changed in pixels.

The pixels are those of COCO's rasteriser (`rleFrPoly` of cocoapi's `common/maskApi.c`), which
takes a column's pixels between every second crossing of the outline. A way that the outline goes
there and back on the same line is crossed twice at the same place, so a hole that is joined to the
outline around it by such a seam stays a hole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco_mask

from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.masks import BoolMask, Rle, rle_from_polygons
from segrefine_gui.formats.writing.outlines import trace_outlines

Points = npt.NDArray[np.float64]
"""An outline's points x, y in pixels, shape (n, 2)."""

MAX_WORK = 200_000_000
"""Most pairs of a hole and an edge that are looked at to join a part's holes: some seconds."""


class Holes(Enum):
    """How polygons, which have no holes, go around one.

    SEAM: a part and its holes are one outline, joined by seams without width. Exact where outlines
    are only filled; a program that also draws them shows each seam as a thin line.
    SPLIT: a part is cut down the image beside each of its holes, so no piece has one; each piece is
    a plain polygon of its own.
    """

    SEAM = "seam"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Polygons:
    """A mask as polygons.

    Attributes:
        parts: flat lists x0, y0, x1, y1, ... of at least three points, in pixels from the top left
            corner of the image. Their union is the mask.
        drawn: the mask that they make when they are read.
        pixels: how many pixels of the image are in either that or the mask alone.
    """

    parts: Sequence[list[float]]
    drawn: Rle
    pixels: int


def polygons_of(mask: Rle, tolerance: float = 0.0, holes: Holes = Holes.SEAM) -> Polygons | None:
    """The polygons of a mask, a part that touches others at corners alone being one of its own.

    Args:
        mask: the mask.
        tolerance: 0 for outlines along the pixels' edges, which are exact. Else each outline,
            its corners cut by half a pixel (which alone changes no pixel), loses the points that
            are nearer than this, in pixels, to what remains (Ramer-Douglas-Peucker). An outline
            that nothing would remain of stays exact.
        holes: how to go around holes.

    Returns:
        None where polygons cannot hold it: it is empty, or too ragged to read or to join.
    """
    box = mask.box
    if box.area == 0:
        return None
    inside = mask.decode(box)
    pieces = _without_holes(inside) if holes is Holes.SPLIT else [(0, inside)]
    outlines: list[Points] = []
    for left, piece in pieces:
        for rings in _parts(piece):
            simple = [_simplified(ring, tolerance) for ring in rings]
            if (len(simple) - 1) * sum(map(len, simple)) > MAX_WORK:
                return None
            outlines.append(_joined(simple) + np.array([box.x0 + left, box.y0]))
    parts = [_numbers(outline) for outline in outlines]
    try:
        drawn = rle_from_polygons(parts, mask.height, mask.width)
    except MaskError:  # the outline is longer than any reader of ours takes
        return None
    return Polygons(parts, drawn, difference(mask, drawn))


def _parts(mask: BoolMask) -> list[list[Points]]:
    """For each part its outline, followed by those of its holes, which go the other way round."""
    parts, holes = trace_outlines(mask)
    found = [[_points(part)] for part in parts]
    if holes:
        labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=4)[1]
        number_of = {int(labels[part[1], part[0]]): number for number, part in enumerate(parts)}
        for hole in holes:
            found[number_of[int(labels[hole[1] - 1, hole[0]])]].append(_points(hole)[::-1])
    return found


def _without_holes(mask: BoolMask) -> list[tuple[int, BoolMask]]:
    """Pieces without holes, by the column that they begin at; together they are the mask."""
    pieces: list[tuple[int, BoolMask]] = []
    waiting = [(0, mask)]
    while waiting:
        left, piece = waiting.pop()
        columns = sorted({min(hole[::2]) for hole in trace_outlines(piece)[1]})
        if not columns:
            pieces.append((left, piece))
            continue
        # In the middle, so that many holes take few rounds.
        cut = columns[len(columns) // 2]
        waiting += [(left + cut, piece[:, cut:]), (left, piece[:, :cut])]
    return pieces


def _simplified(ring: Points, tolerance: float) -> Points:
    if tolerance <= 0:
        return ring
    ahead = np.roll(ring, -1, axis=0) - ring
    step = ahead / np.abs(ahead).sum(axis=1, keepdims=True) / 2
    cut = np.stack((ring + step, np.roll(ring, -1, axis=0) - step), axis=1).reshape(-1, 2)
    simple = cv2.approxPolyDP(cut.astype(np.float32), tolerance, closed=True)
    if len(simple) < 3 or cv2.contourArea(simple) == 0:
        return ring
    found: Points = simple.reshape(-1, 2).astype(np.float64)
    return found


def _joined(rings: Sequence[Points]) -> Points:
    """One outline of a part's outline and its holes, each joined straight up from its top."""
    if len(rings) == 1:
        return rings[0]
    whole, *holes = [_from_top(ring) for ring in rings]
    ordered = [whole, *sorted(holes, key=lambda ring: (ring[0, 1], ring[0, 0]))]
    starts = np.concatenate(ordered)
    ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in ordered])
    lengths = [len(ring) for ring in ordered]
    first_edge = np.cumsum([0, *lengths])
    joins: dict[int, list[tuple[Points, int]]] = {}
    for number in range(1, len(ordered)):
        # Only to outlines before it, so that no two are joined to each other in a circle.
        known = first_edge[number]
        edge, point = _edge_above(ordered[number][0], starts[:known], ends[:known])
        joins.setdefault(edge, []).append((point, number))
    paths: dict[int, Points] = {}
    for number in reversed(range(len(ordered))):
        pieces: list[Points] = []
        done = first_edge[number]
        for edge in sorted(e for e in joins if done <= e < first_edge[number + 1]):
            pieces.append(starts[done : edge + 1])
            done = edge + 1
            origin = starts[edge]
            for point, child in sorted(joins[edge], key=lambda j: _distance(j[0], origin)):
                path = paths.pop(child)
                pieces += [point[None], path, path[:1], point[None]]
        pieces.append(starts[done : first_edge[number + 1]])
        paths[number] = np.concatenate(pieces)
    outline = paths[0]
    is_new = (outline != np.roll(outline, 1, axis=0)).any(axis=1)
    found: Points = outline[is_new]
    return found


def _from_top(ring: Points) -> Points:
    return np.roll(ring, -int(np.lexsort((ring[:, 0], ring[:, 1]))[0]), axis=0)


def _edge_above(top: Points, starts: Points, ends: Points) -> tuple[int, Points]:
    """The edge that a way straight up from `top` meets first, and where; else the nearest point."""
    x, y = top
    across = np.flatnonzero(
        (np.minimum(starts[:, 0], ends[:, 0]) <= x) & (x < np.maximum(starts[:, 0], ends[:, 0]))
    )
    run = ends[across] - starts[across]
    heights = starts[across, 1] + run[:, 1] * (x - starts[across, 0]) / run[:, 0]
    heights = np.where(heights <= y, heights, -np.inf)
    if across.size and heights.max() > -np.inf:
        best = int(heights.argmax())
        return int(across[best]), np.array([x, round(float(heights[best]), 2)])
    nearest = int(((starts - top) ** 2).sum(axis=1).argmin())
    return nearest, starts[nearest]


def _distance(point: Points, other: Points) -> float:
    return float(((point - other) ** 2).sum())


def _points(flat: Sequence[int]) -> Points:
    return np.array(flat, dtype=np.float64).reshape(-1, 2)


def _numbers(outline: Points) -> list[float]:
    """Flat, whole numbers as such, so that files stay small."""
    return [int(value) if value.is_integer() else value for value in outline.ravel().tolist()]


def difference(mask: Rle, other: Rle) -> int:
    """How many pixels are in only one of two masks of the same size."""
    coded = [{"size": [each.height, each.width], "counts": each.counts} for each in (mask, other)]
    both = int(coco_mask.area(coco_mask.merge(coded, intersect=True)))
    return mask.area + other.area - 2 * both
