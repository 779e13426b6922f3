"""What a person has shown, as questions that SAM 2 was trained to answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.prompts import Mark, Point, Prompt

STROKE_POINTS = 6
"""Most points that stand for a stroke: SAM 2 was trained with eight in all."""

STROKE_STEP = 8.0
"""Points of a stroke are at least so far apart, in pixels."""


@dataclass(frozen=True, slots=True)
class Query:
    """One thing that is asked for.

    Attributes:
        points: in pixels of the image.
        labels: 1 for each point on the object, 0 for each beside it.
        box: around the object; None for none.
    """

    points: tuple[Point, ...]
    labels: tuple[int, ...]
    box: Box | None = None


def queries_of(prompt: Prompt) -> list[Query]:
    """What to ask for a prompt; the answers together are its mask.

    SAM 2 knows one box a question, so each box asks for a thing of its own. Points on the object
    belong to the box that they lie in, those in no box ask for one more thing, and points beside
    the object are beside every one.

    Args:
        prompt: not empty.
    """
    beside = [point for mark in prompt.marks if not mark.is_object for point in _points(mark)]
    left = [point for mark in prompt.marks if mark.is_object for point in _points(mark)]
    queries = []
    for box in prompt.boxes:
        inside = [point for point in left if _holds(box, point)]
        left = [point for point in left if not _holds(box, point)]
        queries.append(_query(inside, beside, box))
    if left or not queries:
        queries.append(_query(left, beside, None))
    return queries


def _query(inside: Sequence[Point], beside: Sequence[Point], box: Box | None) -> Query:
    labels = (*(1 for _ in inside), *(0 for _ in beside))
    return Query((*inside, *beside), labels, box)


def _holds(box: Box, point: Point) -> bool:
    return box.x0 <= point[0] <= box.x1 and box.y0 <= point[1] <= box.y1


def _points(mark: Mark) -> list[Point]:
    """The points that stand for a mark: in the middle of equally long pieces of a stroke.

    A stroke's very ends are left out: the hand begins and ends it near the edge.
    """
    points = mark.points
    walked = [0.0, *accumulate(math.dist(a, b) for a, b in pairwise(points))]
    length = walked[-1]
    count = min(max(int(length / STROKE_STEP), 1), STROKE_POINTS)
    return [_at(points, walked, length * (number + 0.5) / count) for number in range(count)]


def _at(points: Sequence[Point], walked: Sequence[float], distance: float) -> Point:
    """The point of a line that lies so far along it."""
    for (start, end), (before, after) in zip(pairwise(points), pairwise(walked), strict=True):
        if after >= distance and after > before:
            share = (distance - before) / (after - before)
            return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
    return points[-1]
