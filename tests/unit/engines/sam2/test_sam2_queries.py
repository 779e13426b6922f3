"""What SAM 2 is asked for what a person has shown."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.prompts import Mark, Prompt
from segrefine_gui.engines.sam2.queries import STROKE_POINTS, STROKE_STEP, queries_of

places = st.tuples(st.floats(0, 1000), st.floats(0, 1000))


def test_points_keep_their_places_and_what_they_say():
    prompt = Prompt((Mark(((10.5, 20.0),)), Mark(((3.0, 4.0),), is_object=False)))
    (query,) = queries_of(prompt)
    assert query.points == ((10.5, 20.0), (3.0, 4.0))
    assert query.labels == (1, 0)
    assert query.box is None


def test_each_box_asks_for_a_thing_with_the_points_in_it():
    left, right = Box(0, 0, 10, 10), Box(20, 0, 30, 10)
    marks = (
        Mark(((25.0, 5.0),)),
        Mark(((50.0, 50.0),)),
        Mark(((28.0, 2.0),), is_object=False),
    )
    first, second, other = queries_of(Prompt(marks, (left, right)))
    assert (first.box, first.points, first.labels) == (left, ((28.0, 2.0),), (0,))
    assert (second.box, second.points, second.labels) == (right, ((25.0, 5.0), (28.0, 2.0)), (1, 0))
    assert (other.box, other.points, other.labels) == (None, ((50.0, 50.0), (28.0, 2.0)), (1, 0))


def test_a_box_alone_is_one_question():
    box = Box(1, 2, 3, 4)
    (query,) = queries_of(Prompt((), (box,)))
    assert (query.box, query.points) == (box, ())


def test_a_stroke_is_a_few_points_along_it():
    stroke = Mark(((0.0, 0.0), (60.0, 0.0), (60.0, 60.0)))
    (query,) = queries_of(Prompt((stroke,)))
    expected = [(10, 0), (30, 0), (50, 0), (60, 10), (60, 30), (60, 50)]
    assert np.array(query.points) == pytest.approx(np.array(expected))
    assert query.labels == (1,) * 6


def test_a_short_stroke_is_one_point_in_its_middle():
    (query,) = queries_of(Prompt((Mark(((0.0, 0.0), (6.0, 0.0)), is_object=False),)))
    assert query.points == ((3.0, 0.0),)
    assert query.labels == (0,)


@given(st.lists(places, min_size=1, max_size=30))
def test_points_of_any_stroke_lie_on_it(points):
    (query,) = queries_of(Prompt((Mark(tuple(points)),)))
    pieces = [*pairwise(points), (points[-1], points[-1])]
    length = sum(math.dist(start, end) for start, end in pieces)
    assert 1 <= len(query.points) <= STROKE_POINTS
    assert len(query.points) == 1 or len(query.points) <= length / STROKE_STEP
    for x, y in query.points:
        assert min(_detour((x, y), *piece) for piece in pieces) < 1e-6


def _detour(point, start, end):
    """How much longer the way through a point is than the straight one."""
    return math.dist(start, point) + math.dist(point, end) - math.dist(start, end)
