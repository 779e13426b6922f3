"""What a person shows of an object, and what a region sees of that."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.prompts import Mark, Prompt

places = st.tuples(st.floats(-50, 250), st.floats(-50, 250))
MASK = np.eye(200, dtype=np.bool_)


@pytest.mark.parametrize(
    ("prompt", "shows"),
    [
        (Prompt(), False),
        (Prompt((Mark(((1.0, 1.0),), is_object=False),)), False),
        (Prompt((Mark(((1.0, 1.0),)),)), True),
        (Prompt((), (Box(0, 0, 2, 2),)), True),
        (Prompt(mask=MASK), True),
        (Prompt(mask=np.zeros_like(MASK)), False),
    ],
)
def test_only_marks_on_it_boxes_and_masks_show_an_object(prompt, shows):
    assert prompt.shows_object is shows


def test_the_extent_holds_every_pixel_that_was_shown():
    marks = (Mark(((10.2, 5.0), (30.0, 40.9))), Mark(((3.0, 60.0),), is_object=False))
    assert Prompt(marks).extent == Box(3, 5, 31, 61)
    assert Prompt(marks, (Box(100, 0, 110, 10),)).extent == Box(3, 0, 110, 61)
    assert Prompt().extent.area == 0


@given(st.lists(st.lists(places, min_size=1, max_size=4), max_size=4))
def test_points_stay_in_the_region_and_keep_their_place_where_they_were(strokes):
    region = Box(20, 30, 120, 90)
    prompt = Prompt(tuple(Mark(tuple(points)) for points in strokes), mask=MASK)
    seen = prompt.seen_from(region)
    assert np.array_equal(seen.mask, MASK[30:90, 20:120])
    for before, after in zip(prompt.marks, seen.marks, strict=True):
        for (x, y), (column, row) in zip(before.points, after.points, strict=True):
            assert 0 <= column <= 100
            assert 0 <= row <= 60
            if 20 <= x <= 120:
                assert column == x - 20
            if 30 <= y <= 90:
                assert row == y - 30


def test_boxes_outside_the_region_are_left_out():
    prompt = Prompt((), (Box(0, 0, 30, 40), Box(150, 150, 160, 160)))
    assert prompt.seen_from(Box(20, 30, 120, 90)).boxes == (Box(0, 0, 10, 10),)
