"""Which pixels a brush, a straight line and a lasso cover.

Points are in image pixels, x to the right and y down; the centre of the first pixel is at
(0.5, 0.5). A pixel is covered when its centre is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask

Point = tuple[float, float]
"""x and y in image pixels."""

LEAST_RADIUS = 0.5
"""Radius of a brush of one pixel; a thinner line would have gaps."""

_PIECE = 256
"""Longest piece of a line, in pixels."""

_LEVEL = 1e-12
"""A way that rises less than this is level: over an image's width that is no part of a pixel."""

_Spans = npt.NDArray[np.float64]


def dab(x: float, y: float, radius: float, within: Box) -> tuple[Box, BoolMask]:
    """The pixels that a round brush covers at one point.

    Args:
        x: the brush's centre, in image pixels.
        y: the same.
        radius: in pixels; below `LEAST_RADIUS` it counts as that.
        within: the box that the result is clipped to, as a rule the image's.

    Returns:
        A box inside `within`, and bool (box.height, box.width): the pixels whose centre lies at
        most `radius` from the point, and always the one that the point lies in.
    """
    return segment((x, y), (x, y), radius, within)


def segment(start: Point, end: Point, radius: float, within: Box) -> tuple[Box, BoolMask]:
    """The pixels that a round brush covers on a straight way: those of a capsule.

    Args:
        start: where the brush's centre begins, in image pixels.
        end: where it ends.
        radius: in pixels; below `LEAST_RADIUS` it counts as that.
        within: the box that the result is clipped to.

    Returns:
        A box inside `within`, and bool (box.height, box.width): the pixels whose centre lies at
        most `radius` from the way, and always the two that its ends lie in.
    """
    radius = max(radius, LEAST_RADIUS)
    (xa, ya), (xb, yb) = start, end
    box = Box(
        min(math.ceil(min(xa, xb) - radius - 0.5), math.floor(min(xa, xb))),
        min(math.ceil(min(ya, yb) - radius - 0.5), math.floor(min(ya, yb))),
        math.floor(max(xa, xb) + radius + 0.5),
        math.floor(max(ya, yb) + radius + 0.5),
    )
    box = Box(
        box.x0,
        box.y0,
        max(box.x1, math.floor(max(xa, xb)) + 1),
        max(box.y1, math.floor(max(ya, yb)) + 1),
    ).intersection(within)
    if box.area == 0:
        return box, np.zeros((box.height, box.width), np.bool_)
    # A capsule is convex, so that each row of it is one span: far cheaper than a distance for
    # every pixel of a long way.
    rows = np.arange(box.y0, box.y1, dtype=np.float64) + 0.5
    low, high = _spans(start, end, radius, rows)
    first = np.clip(np.ceil(low - 0.5) - box.x0, 0, box.width).astype(np.int64).tolist()
    beyond = np.clip(np.floor(high + 0.5) - box.x0, 0, box.width).astype(np.int64).tolist()
    covered = np.zeros((box.height, box.width), np.bool_)
    for line, x0, x1 in zip(covered, first, beyond, strict=True):
        line[x0:x1] = True
    for x, y in (start, end):
        column, row = math.floor(x), math.floor(y)
        if box.x0 <= column < box.x1 and box.y0 <= row < box.y1:
            covered[row - box.y0, column - box.x0] = True
    return box, covered


def line(start: Point, end: Point, radius: float, within: Box) -> Iterator[tuple[Box, BoolMask]]:
    """The same as `segment` in short pieces, which together cover no more than it.

    The box of a long line that runs aslant is nearly all empty, and costs its area: across
    7680x4320 the pieces take about a sixth of the time.

    Args:
        start: as in `segment`.
        end: the same.
        radius: the same.
        within: the same.

    Yields:
        Pieces as `segment` returns them, from start to end; those outside of `within` left out.
    """
    (xa, ya), (xb, yb) = start, end
    count = max(1, math.ceil(math.hypot(xb - xa, yb - ya) / _PIECE))
    shares = [number / count for number in range(count + 1)]
    points = [(xa + share * (xb - xa), ya + share * (yb - ya)) for share in shares[:-1]]
    for before, after in itertools.pairwise([*points, end]):
        box, covered = segment(before, after, radius, within)
        if box.area:
            yield box, covered


def polygon(points: Sequence[Point], within: Box) -> tuple[Box, BoolMask]:
    """The pixels inside a closed outline, as of a polygon or a lasso.

    What the outline goes round in either sense is inside, also where it crosses itself (the
    nonzero rule): a lasso drawn twice around something leaves no hole.

    Args:
        points: the corners in order, in image pixels; the last is joined to the first. Fewer than
            three cover nothing.
        within: the box that the result is clipped to.

    Returns:
        A box inside `within`, and bool (box.height, box.width): the pixels whose centre is inside.
    """
    corners = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(corners) < 3:
        return Box(within.x0, within.y0, within.x0, within.y0), np.zeros((0, 0), np.bool_)
    low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    box = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).intersection(within)
    if box.area == 0:
        return box, np.zeros((box.height, box.width), np.bool_)
    # Each edge crosses a range of rows. It turns the winding number of all pixels to the right
    # of where it crosses a row's centres, so it is counted once there and summed along the row.
    following = np.roll(corners, -1, axis=0)
    upper = np.where(corners[:, 1:] <= following[:, 1:], corners, following)
    lower = np.where(corners[:, 1:] <= following[:, 1:], following, corners)
    turn = np.where(corners[:, 1] <= following[:, 1], 1, -1).astype(np.int16)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), box.y0, box.y1).astype(np.int64)
    count = np.clip(np.ceil(lower[:, 1] - 0.5), box.y0, box.y1).astype(np.int64) - first
    edge = np.repeat(np.arange(len(corners)), count)
    row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    step = (lower[edge] - upper[edge]).T
    x = upper[edge, 0] + (row + 0.5 - upper[edge, 1]) * step[0] / step[1]
    column = np.clip(np.ceil(x - 0.5), box.x0, box.x1).astype(np.int64)
    winding = np.zeros((box.height, box.width + 1), np.int16)
    np.add.at(winding, (row - box.y0, column - box.x0), turn[edge])
    np.cumsum(winding, axis=1, out=winding)
    covered: BoolMask = winding[:, :-1] != 0
    return box, covered


def _spans(start: Point, end: Point, radius: float, rows: _Spans) -> tuple[_Spans, _Spans]:
    """Least and greatest x of a capsule at each y; the least is above the greatest where none."""
    low, high = np.full(rows.shape, np.inf), np.full(rows.shape, -np.inf)
    for x, y in (start, end):
        reach = radius * radius - (rows - y) ** 2
        half = np.sqrt(np.maximum(reach, 0))
        low = np.where(reach >= 0, np.minimum(low, x - half), low)
        high = np.where(reach >= 0, np.maximum(high, x + half), high)
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    if length == 0:
        return low, high
    # Between the two discs: 0 <= along <= length and -radius <= across <= radius, both of them
    # linear in x.
    ux, uy = dx / length, dy / length
    down = rows - start[1]
    inner_low, inner_high = np.full(rows.shape, -np.inf), np.full(rows.shape, np.inf)
    for slope, offset, least, most in (
        (ux, down * uy, 0.0, length),
        (-uy, down * ux, -radius, radius),
    ):
        if abs(slope) < _LEVEL:
            fits = (offset >= least) & (offset <= most)
            inner_low = np.where(fits, inner_low, np.inf)
            continue
        ends = (least - offset) / slope, (most - offset) / slope
        inner_low = np.maximum(inner_low, np.minimum(*ends))
        inner_high = np.minimum(inner_high, np.maximum(*ends))
    inner_low, inner_high = inner_low + start[0], inner_high + start[0]
    fits = inner_low <= inner_high
    return (
        np.where(fits, np.minimum(low, inner_low), low),
        np.where(fits, np.maximum(high, inner_high), high),
    )
