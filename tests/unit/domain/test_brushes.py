from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.brushes import LEAST_RADIUS, Point, dab, line, polygon, segment
from segrefine_gui.domain.masks import BoolMask

WITHIN = Box(5, 3, 45, 33)
Y, X = np.mgrid[0:40, 0:50] + 0.5
# Quarters, so that a centre can lie exactly on a boundary, and positions that never do.
NUMBERS = st.one_of(st.integers(-60, 220).map(lambda n: n / 4), st.floats(-15, 55))
POINTS = st.tuples(NUMBERS, NUMBERS)
TOLERANCE = 1e-6

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


def laid(box: Box, inside: BoolMask) -> BoolMask:
    assert box.intersection(WITHIN) == box
    assert inside.shape == (box.height, box.width)
    whole = np.zeros(X.shape, np.bool_)
    whole[box.slices] = inside
    return whole


@given(POINTS, POINTS, st.floats(0, 25))
def test_a_segment_covers_the_centres_near_its_way(start: Point, end: Point, radius: float) -> None:
    covered = laid(*segment(start, end, radius, WITHIN))
    dx, dy = end[0] - start[0], end[1] - start[1]
    squared = dx * dx + dy * dy
    along = ((X - start[0]) * dx + (Y - start[1]) * dy) / squared if squared > 1e-30 else 0 * X
    along = along.clip(0, 1)
    distance = np.hypot(X - start[0] - along * dx, Y - start[1] - along * dy)
    radius = max(radius, LEAST_RADIUS)
    sure = np.abs(distance - radius) > TOLERANCE
    for x, y in (start, end):
        sure &= (np.floor(x) != X - 0.5) | (np.floor(y) != Y - 0.5)
    inside = np.zeros(X.shape, np.bool_)
    inside[WITHIN.slices] = True
    np.testing.assert_array_equal(covered[sure], (inside & (distance <= radius))[sure])


@given(POINTS, POINTS)
def test_the_thinnest_line_has_both_ends_and_no_gap(start: Point, end: Point) -> None:
    within = image_box(200, 200)
    start, end = (start[0] + 60, start[1] + 60), (end[0] + 60, end[1] + 60)
    box, covered = segment(start, end, 0, within)
    count, _ = cv2.connectedComponents(covered.view(np.uint8), connectivity=8)
    assert count == 2
    for x, y in (start, end):
        assert covered[int(np.floor(y)) - box.y0, int(np.floor(x)) - box.x0]


@given(
    st.tuples(st.floats(-500, 1500), st.floats(-500, 1500)),
    st.tuples(st.floats(-500, 1500), st.floats(-500, 1500)),
    st.floats(0, 40),
)
def test_a_line_in_pieces_covers_the_same(start: Point, end: Point, radius: float) -> None:
    within = image_box(900, 800)
    whole, pieces = np.zeros((2, 800, 900), np.bool_)
    box, covered = segment(start, end, radius, within)
    whole[box.slices] = covered
    for box, covered in line(start, end, radius, within):
        assert 0 < box.area <= (256 + 2 * 41) ** 2
        pieces[box.slices] |= covered
    # Where two pieces meet, the pixel of that point is covered though its centre may be beyond a
    # brush of one pixel; and a centre may lie on the outline to within rounding.
    assert not (whole & ~pieces).sum() > 2
    near = cv2.dilate(whole.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert not (pieces & ~near).any()
    assert (pieces & ~whole).sum() <= (8 if radius < 0.8 else 2)


def test_a_dab_is_a_disc_of_pixel_centres() -> None:
    box, covered = dab(10, 10, 1, WITHIN)
    assert box == Box(9, 9, 11, 11)
    assert covered.all()
    box, covered = dab(10.5, 10.5, 1, WITHIN)
    assert box == Box(9, 9, 12, 12)
    np.testing.assert_array_equal(covered, [[0, 1, 0], [1, 1, 1], [0, 1, 0]])


@given(POINTS)
def test_the_smallest_brush_paints_the_pixel_under_it(point: Point) -> None:
    covered = laid(*dab(*point, 0.1, WITHIN))
    column, row = int(np.floor(point[0])), int(np.floor(point[1]))
    if WITHIN.x0 <= column < WITHIN.x1 and WITHIN.y0 <= row < WITHIN.y1:
        assert covered[row, column]


@pytest.mark.parametrize("point", [(-500, 10), (10, 500), (4.0, 3.0)])
def test_what_is_outside_covers_nothing(point: Point) -> None:
    box, covered = dab(*point, 0.5, WITHIN)
    assert (box.area, covered.size) == (0, 0)


@given(st.lists(POINTS, max_size=9))
def test_a_polygon_covers_what_it_goes_round(points: list[Point]) -> None:
    covered = laid(*polygon(points, WITHIN))
    # By the crossings of a ray from each centre to the left, counted with their sense.
    winding = np.zeros(X.shape, np.int64)
    sure = np.ones(X.shape, np.bool_)
    for (xa, ya), (xb, yb) in zip(points, points[1:] + points[:1], strict=True):
        if ya == yb or len(points) < 3:
            continue
        with np.errstate(over="ignore", invalid="ignore"):  # far from a nearly level edge
            crossing = xa + (Y - ya) * (xb - xa) / (yb - ya)
        up, down = (ya <= Y) & (yb > Y), (yb <= Y) & (ya > Y)
        sure &= ~(up | down) | (np.abs(crossing - X) > TOLERANCE)
        sure &= (np.abs(Y - ya) > 1e-12) | (ya == Y)
        sure &= (np.abs(Y - yb) > 1e-12) | (yb == Y)
        winding += (crossing <= X) * (up * 1 - down * 1)
    inside = np.zeros(X.shape, np.bool_)
    inside[WITHIN.slices] = True
    np.testing.assert_array_equal(covered[sure], (inside & (winding != 0))[sure])


def test_a_rectangle_covers_exactly_its_pixels() -> None:
    covered = laid(*polygon([(10, 10), (20, 10), (20, 14), (10, 14)], WITHIN))
    expected = np.zeros(X.shape, np.bool_)
    expected[10:14, 10:20] = True
    np.testing.assert_array_equal(covered, expected)


def test_polygons_side_by_side_share_no_pixel_and_leave_none() -> None:
    shared: list[Point] = [(20.3, 5.1), (17.9, 15.2), (25.5, 24.5)]
    left = laid(*polygon([(6, 5.1), *shared, (6, 24.5)], WITHIN))
    right = laid(*polygon([(40, 5.1), *shared, (40, 24.5)], WITHIN))
    both = laid(*polygon([(6, 5.1), (40, 5.1), (40, 24.5), (6, 24.5)], WITHIN))
    assert not (left & right).any()
    np.testing.assert_array_equal(left | right, both)


def test_a_lasso_drawn_twice_leaves_no_hole() -> None:
    once: list[Point] = [(10, 10), (30, 10), (30, 25), (10, 25)]
    np.testing.assert_array_equal(laid(*polygon(once + once, WITHIN)), laid(*polygon(once, WITHIN)))
