from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box, context_region, image_box

SIDE = 30
sides = st.integers(0, SIDE)
boxes = st.builds(
    lambda x0, y0, width, height: Box(x0, y0, min(SIDE, x0 + width), min(SIDE, y0 + height)),
    sides,
    sides,
    sides,
    sides,
)


def covered(box: Box) -> np.ndarray:
    pixels = np.zeros((SIDE, SIDE), dtype=bool)
    pixels[box.slices] = True
    return pixels


@given(boxes)
def test_area_is_the_number_of_pixels(box):
    assert box.area == covered(box).sum()


def test_a_box_turned_inside_out_is_empty():
    assert Box(5, 5, 2, 9).area == 0
    assert Box(5, 5, 2, 9).width == 0


@given(boxes, boxes)
def test_intersection_covers_what_both_cover(one, other):
    np.testing.assert_array_equal(covered(one.intersection(other)), covered(one) & covered(other))


@given(boxes, boxes)
def test_union_is_the_smallest_box_around_both(one, other):
    both = covered(one) | covered(other)
    union = one.union(other)
    assert covered(union)[both].all()
    if both.any():
        rows, columns = np.nonzero(both)
        assert union == Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    else:
        assert union.area == 0


def test_grown_box_stays_within():
    assert Box(1, 5, 4, 9).grown(2, within=image_box(10, 10)) == Box(0, 3, 6, 10)


def test_shifted_and_xywh():
    assert Box(1, 2, 4, 6).shifted(-1, 3) == Box(0, 5, 3, 9)
    assert Box(1, 2, 4, 6).to_xywh() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("box", "image", "expected"),
    [
        # a quarter of each side is added on each side
        (Box(400, 400, 800, 800), (2000, 2000), Box(300, 300, 900, 900)),
        # a small instance gets the least side
        (Box(500, 500, 510, 510), (2000, 2000), Box(393, 393, 617, 617)),
        # at the border the region is shifted, not cut
        (Box(0, 0, 10, 10), (2000, 2000), Box(0, 0, 224, 224)),
        (Box(1990, 1990, 2000, 2000), (2000, 2000), Box(1776, 1776, 2000, 2000)),
        # an image smaller than the least side is taken whole
        (Box(5, 5, 6, 6), (50, 40), Box(0, 0, 50, 40)),
    ],
)
def test_context_region(box, image, expected):
    assert context_region(box, *image) == expected


@given(st.data(), st.integers(1, 700), st.integers(1, 700))
def test_context_region_holds_the_box_and_lies_in_the_image(data, width, height):
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    x1, y1 = data.draw(st.integers(x0 + 1, width)), data.draw(st.integers(y0 + 1, height))
    box = Box(x0, y0, x1, y1)
    region = context_region(box, width, height)
    assert region.union(box) == region
    assert region.intersection(image_box(width, height)) == region
    assert region.width >= min(224, width)
    assert region.height >= min(224, height)
