from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.masks import rle_from_polygons
from segrefine_gui.formats.writing.single_outline import fill_outline, single_outline

MASKS = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14).flatmap(
    lambda shape: hnp.arrays(np.bool_, shape).filter(np.any)
)


def parts_of(mask: np.ndarray) -> int:
    return int(cv2.connectedComponents(mask.view(np.uint8), connectivity=8)[0]) - 1


@given(MASKS)
def test_whatever_hangs_together_is_exact_and_nothing_is_ever_lost(mask):
    points = single_outline(mask)
    filled = fill_outline(points, *mask.shape)
    assert (filled | ~mask).all()
    if parts_of(mask) == 1:
        np.testing.assert_array_equal(filled, mask)
    assert parts_of(filled) == 1


@given(MASKS)
def test_every_point_lies_in_a_pixel_of_the_mask(mask):
    columns, rows = single_outline(mask).astype(int).T
    assert mask[rows, columns].all()


def test_seams_from_part_to_part_are_the_shortest():
    mask = np.zeros((20, 60), dtype=bool)
    for left in (2, 10, 30):
        mask[5:15, left : left + 5] = True
    filled = fill_outline(single_outline(mask), 20, 60)
    assert np.count_nonzero(filled & ~mask) == 3 + 15


def test_a_part_inside_of_a_hole():
    mask = np.zeros((30, 30), dtype=bool)
    mask[2:28, 2:28] = True
    mask[6:24, 6:24] = False
    mask[10:20, 9:20] = True
    filled = fill_outline(single_outline(mask), 30, 30)
    assert (np.count_nonzero(filled & ~mask), np.count_nonzero(mask & ~filled)) == (3, 0)


def test_programs_that_take_the_outline_as_continuous_find_the_same_pixels():
    rows, columns = np.mgrid[:90, :120]
    disc = (columns - 60) ** 2 / 50**2 + (rows - 45) ** 2 / 40**2 < 1
    ring = disc & ((columns - 50) ** 2 + (rows - 45) ** 2 > 15**2)
    found = rle_from_polygons([single_outline(ring).ravel().tolist()], 90, 120).decode()
    np.testing.assert_array_equal(found, ring)


@pytest.mark.parametrize("tolerance", [0.5, 1.0, 3.0])
def test_with_tolerance_there_are_fewer_points_and_all_are_near(tolerance):
    rows, columns = np.mgrid[:300, :400]
    disc = (columns - 200) ** 2 / 180**2 + (rows - 150) ** 2 / 130**2 < 1
    ring = disc & ((columns - 200) ** 2 + (rows - 150) ** 2 > 40**2)
    simple = single_outline(ring, tolerance)
    assert 6 <= len(simple) < len(single_outline(ring))
    wrong = (fill_outline(simple, 300, 400) ^ ring).view(np.uint8)
    thickness = cv2.distanceTransform(wrong, cv2.DIST_L2, cv2.DIST_MASK_PRECISE).max()
    assert thickness <= tolerance + 1
    assert np.count_nonzero(wrong[150, 150:250]) <= 4 * (tolerance + 1)


@given(MASKS, st.floats(0.1, 5))
def test_a_single_pixel_has_three_points_too(mask, tolerance):
    assert len(single_outline(mask, tolerance)) >= 3
