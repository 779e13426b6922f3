"""A whole mask as one closed outline: seams lead around its holes and from part to part.

For formats that have one polygon an instance and fill it as OpenCV's `fillPoly` does: pixels are
named by whole coordinates, the polygon's own line belongs to it, and inside is where the outline is
crossed an odd number of times. Seams are gone there and back, so they cross nothing; a seam around
a hole runs inside the mask, and one from part to part adds the pixels that it runs over.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.formats.writing.outlines import trace_outlines

Points = npt.NDArray[np.float64]
"""Points x, y in pixels from the top left corner of the top left pixel, shape (n, 2)."""

INSET = 1 / 32
"""How far inside the mask the outline runs, in pixels: each point lies in a pixel of the mask, and
programs that take the outline as continuous find the same pixels, too."""

_Whole = npt.NDArray[np.int64]
_AnyWhole = TypeVar("_AnyWhole", int, _Whole)


def single_outline(mask: BoolMask, tolerance: float = 0.0) -> Points:
    """The outline of a mask with at least one pixel.

    Without tolerance, `fill_outline` of it gives the mask and the pixels under the seams from part
    to part, which are the shortest that there are.

    Args:
        mask: bool (h, w).
        tolerance: drop points that are nearer than this, in pixels, to the outline without them
            (Ramer-Douglas-Peucker).

    Returns:
        At least three points; the last one is joined to the first.
    """
    rings = _Rings(mask)
    joints = [*_hole_joints(mask, rings), *_part_joints(mask, rings)]
    points, is_joint = _joined(rings, joints)
    if tolerance > 0:
        points = _simplified(points, is_joint, tolerance)
    return points if len(points) >= 3 else np.resize(points, (3, 2))


def fill_outline(points: Points, height: int, width: int) -> BoolMask:
    """The pixels of an outline, by its points' whole parts: bool (height, width)."""
    filled = np.zeros((height, width), np.uint8)
    cv2.fillPoly(filled, [points.astype(np.int32)], color=1)
    return filled.view(np.bool_)


@dataclass(frozen=True, slots=True)
class _Joint:
    """A place on an edge where a seam ends: the edge, how far along, and the point."""

    edge: int
    along: float
    point: tuple[float, float]


class _Rings:
    """All outlines of a mask, of parts and holes, one after the other.

    Attributes:
        corners: whole corners x, y of all; edge i begins at corner i.
        points: the same, moved into the mask.
        following: the index of the next corner on the same outline.
        holes: the index of the first corner of each hole, the leftmost of its topmost ones.
    """

    def __init__(self, mask: BoolMask) -> None:
        parts, holes = trace_outlines(mask)
        outlines = [np.array(flat, dtype=np.int64).reshape(-1, 2) for flat in (*parts, *holes)]
        firsts = np.cumsum([0, *(len(outline) for outline in outlines)])
        self.corners: _Whole = np.concatenate(outlines)
        self.following: _Whole = np.arange(1, len(self.corners) + 1)
        self.following[firsts[1:] - 1] = firsts[:-1]
        self.holes: Sequence[int] = firsts[len(parts) : -1].tolist()
        # The mask lies to the right of a part's outline and to the left of a hole's.
        ahead = np.sign(self.corners[self.following] - self.corners)
        inwards = np.stack((-ahead[:, 1], ahead[:, 0]), axis=1)
        if self.holes:
            inwards[self.holes[0] :] *= -1
        before = np.empty_like(inwards)
        before[self.following] = inwards
        self.points: Points = self.corners + INSET * (inwards + before)
        self._length = int(self.corners.max()) + 2
        ends = self.corners[self.following]
        self._edges: dict[int, tuple[_Whole, _Whole]] = {}
        for axis in (0, 1):
            edges = np.flatnonzero(ahead[:, axis])
            low = np.minimum(self.corners[edges], ends[edges])
            key = self._key(low[:, 1 - axis], low[:, axis], inwards[edges, 1 - axis])
            order = np.argsort(key, kind="stable")
            self._edges[axis] = (key[order], edges[order])

    def joint(self, x: int, y: int, axis: int, inward: int) -> _Joint:
        """The middle of a pixel's side.

        Args:
            x: column of a pixel of the mask.
            y: its row.
            axis: 0 for its upper or lower side, 1 for its left or right one.
            inward: 1 for its upper or left side, -1 for the other one; there is no pixel beyond.
        """
        place = (x, y)
        line = place[1 - axis] + (inward < 0)
        keys, edges = self._edges[axis]
        key = self._key(line, place[axis], inward)
        edge = int(edges[np.searchsorted(keys, key, side="right") - 1])
        point = [0.0, 0.0]
        point[axis] = place[axis] + 0.5
        point[1 - axis] = line + INSET * inward
        along = abs(point[axis] - float(self.corners[edge, axis]))
        return _Joint(edge, along, (point[0], point[1]))

    def _key(self, line: _AnyWhole, start: _AnyWhole, inward: _AnyWhole) -> _AnyWhole:
        """Orders edges by their line, then by which side of it the mask is, then along it."""
        return (line * 3 + inward) * self._length + start


_Seam = tuple[_Joint, _Joint]


def _hole_joints(mask: BoolMask, rings: _Rings) -> Iterator[_Seam]:
    """From the top of each hole straight up to what comes first, inside the mask."""
    if not rings.holes:
        return
    rows = np.arange(1, len(mask) + 1, dtype=np.int32)[:, None]
    run_begins = np.maximum.accumulate(np.where(mask, 0, rows), axis=0)
    for first in rings.holes:
        x, y = rings.corners[first].tolist()
        top = int(run_begins[y - 1, x])
        # What is met began above this hole, so no holes are joined in a circle.
        yield rings.joint(x, y - 1, 0, -1), rings.joint(x, top, 0, 1)


def _part_joints(mask: BoolMask, rings: _Rings) -> Iterator[_Seam]:
    """The shortest seams that join all parts: a minimum spanning tree (Kruskal)."""
    count, parts = cv2.connectedComponents(mask.view(np.uint8), connectivity=4)
    if count <= 2:
        return
    # Each pixel belongs to the nearest part: where such territories meet, seams are shortest.
    _, nearest = cv2.distanceTransformWithLabels(
        (~mask).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    width = mask.shape[1]
    place_of = np.zeros(int(nearest.max()) + 1, dtype=np.int64)
    place_of[nearest[mask]] = np.flatnonzero(mask)
    territory = parts.ravel()[place_of][nearest]
    pairs = place_of[np.concatenate([*_borders(nearest, territory)])]
    ends = np.sort(parts.ravel()[pairs], axis=1)
    rows, columns = np.divmod(pairs, width)
    length = np.maximum(
        np.abs(np.diff(rows, axis=1)).ravel(), np.abs(np.diff(columns, axis=1)).ravel()
    )
    order = np.lexsort((length, ends[:, 1], ends[:, 0]))
    is_first = (np.diff(ends[order], axis=0, prepend=-1) != 0).any(axis=1)
    shortest = order[is_first]
    shortest = shortest[np.argsort(length[shortest], kind="stable")]
    leader = list(range(count))

    def leader_of(part: int) -> int:
        while leader[part] != part:
            leader[part] = leader[leader[part]]
            part = leader[part]
        return part

    for row, column, (one, other) in zip(
        rows[shortest].tolist(), columns[shortest].tolist(), ends[shortest].tolist(), strict=True
    ):
        one, other = leader_of(one), leader_of(other)
        if one != other:
            leader[one] = other
            yield (
                _outer_joint(mask, rings, column[0], row[0]),
                _outer_joint(mask, rings, column[1], row[1]),
            )


def _borders(
    nearest: npt.NDArray[np.int32], territory: npt.NDArray[np.int32]
) -> Iterator[npt.NDArray[np.int32]]:
    """What is nearest to each two neighbouring pixels of different territories, shape (n, 2)."""
    for one, other in (
        (np.s_[:, :-1], np.s_[:, 1:]),
        (np.s_[:-1], np.s_[1:]),
        (np.s_[:-1, :-1], np.s_[1:, 1:]),
        (np.s_[:-1, 1:], np.s_[1:, :-1]),
    ):
        differs = territory[one] != territory[other]
        yield np.stack((nearest[one][differs], nearest[other][differs]), axis=1)


def _outer_joint(mask: BoolMask, rings: _Rings, x: int, y: int) -> _Joint:
    """The middle of a side of a pixel beyond which the mask ends."""
    height, width = mask.shape
    if y == 0 or not mask[y - 1, x]:
        return rings.joint(x, y, 0, 1)
    if y == height - 1 or not mask[y + 1, x]:
        return rings.joint(x, y, 0, -1)
    if x == 0 or not mask[y, x - 1]:
        return rings.joint(x, y, 1, 1)
    assert x == width - 1 or not mask[y, x + 1], "a pixel nearest to another part is at the edge"
    return rings.joint(x, y, 1, -1)


def _joined(rings: _Rings, seams: Sequence[_Seam]) -> tuple[Points, npt.NDArray[np.bool_]]:
    """All rings as one, and which of its points are ends of seams."""
    count = len(rings.points)
    following = [*rings.following.tolist(), *[0] * (4 * len(seams))]
    added: list[tuple[float, float]] = []
    ends = [
        (joint, 2 * number + which)
        for number, s in enumerate(seams)
        for which, joint in enumerate(s)
    ]
    # Each end becomes two points in one place: the seam leaves at the one and returns to the other.
    last_on: dict[int, int] = {}
    leaves: dict[int, int] = {}
    for joint, end in sorted(ends, key=lambda each: (each[0].edge, each[0].along)):
        here = count + len(added)
        added += [joint.point, joint.point]
        before = last_on.get(joint.edge, joint.edge)
        following[here], following[here + 1], following[before] = here + 1, following[before], here
        last_on[joint.edge], leaves[end] = here + 1, here
    for number in range(len(seams)):
        one, other = leaves[2 * number], leaves[2 * number + 1]
        following[one], following[other] = other + 1, one + 1
    path = [0]
    while (after := following[path[-1]]) != 0:
        path.append(after)
    order = np.array(path)
    points = np.concatenate((rings.points, np.array(added).reshape(-1, 2)))
    return points[order], order >= count


def _simplified(points: Points, is_joint: npt.NDArray[np.bool_], tolerance: float) -> Points:
    """Fewer points, the ends of seams among them."""
    fixed = np.flatnonzero(is_joint)
    if fixed.size == 0:
        simple = cv2.approxPolyDP(points.astype(np.float32), tolerance, closed=True)
        return np.asarray(simple, dtype=np.float64).reshape(-1, 2)
    points = np.roll(points, -fixed[0], axis=0)
    stops = [*(fixed - fixed[0]).tolist(), len(points)]
    closed = np.concatenate((points, points[:1]))
    pieces: list[Points] = []
    for start, stop in itertools.pairwise(stops):
        piece = closed[start : stop + 1]
        # A piece that returns to where it began has no chord to be measured by.
        turn = int(((piece - piece[0]) ** 2).sum(axis=1).argmax()) or len(piece) - 1
        for half in (piece[: turn + 1], piece[turn:]):
            if len(half) > 1:
                simple = cv2.approxPolyDP(half.astype(np.float32), tolerance, closed=False)
                pieces.append(np.asarray(simple, dtype=np.float64).reshape(-1, 2)[:-1])
    return np.concatenate(pieces)
