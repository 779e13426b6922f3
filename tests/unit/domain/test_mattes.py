from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.clean_up import grow
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.mattes import MOST_FEATHER, matte

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24)
MASKS = hnp.arrays(np.bool_, SHAPES, elements=st.booleans())


@given(MASKS, st.sampled_from([0, 0.5, 1, 2.5, 9]))
def test_it_is_cut_at_the_mask_and_soft_near_its_outline_alone(
    mask: BoolMask, feather: float
) -> None:
    values = matte(mask, feather)
    assert values.dtype == np.uint8
    np.testing.assert_array_equal(values >= 128, mask)
    reach = int(np.ceil(feather)) + 1
    deep = grow(mask, -reach) | mask.all()
    far = ~grow(mask, reach)
    assert (values[deep] == 255).all()
    assert (values[far] == 0).all()


@given(MASKS, st.integers(1, 9))
def test_it_never_falls_on_the_way_in(mask: BoolMask, feather: int) -> None:
    values = matte(mask, feather).astype(int)
    away = cv2.distanceTransform(
        np.pad(mask, 1, mode="edge").view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )[1:-1, 1:-1]
    if not mask.all():
        order = np.argsort(away[mask], kind="stable")
        assert (np.diff(values[mask][order]) >= 0).all()


@given(MASKS, st.integers(0, 9), st.integers(0, 5), st.integers(0, 5))
def test_a_part_with_enough_around_it_is_the_same_as_the_whole(
    mask: BoolMask, feather: int, right: int, down: int
) -> None:
    room = feather + 1
    image = np.pad(mask, ((room, room + down), (room, room + right)))
    height, width = mask.shape
    part = Box(0, 0, width + 2 * room, height + 2 * room)
    np.testing.assert_array_equal(
        matte(image, feather)[part.slices], matte(image[part.slices], feather)
    )


def test_it_rises_evenly_across_a_straight_outline() -> None:
    mask = np.zeros((30, 40), np.bool_)
    mask[:, 20:] = True
    values = matte(mask, 4)[15].astype(int)
    np.testing.assert_array_equal(values[:16], 0)
    np.testing.assert_array_equal(values[24:], 255)
    np.testing.assert_allclose(values[16:24], [16, 48, 80, 112, 143, 175, 207, 239], atol=1)
    np.testing.assert_array_equal(matte(mask, 0), mask * 255)


def test_an_object_that_the_image_cuts_off_does_not_fade_at_its_edge() -> None:
    mask = np.zeros((30, 40), np.bool_)
    mask[10:20] = True
    values = matte(mask, 3)
    np.testing.assert_array_equal(values, np.repeat(values[:, :1], 40, axis=1))
    assert (matte(np.ones((5, 5), np.bool_), 3) == 255).all()


@pytest.mark.parametrize("feather", [-1, MOST_FEATHER + 1, float("nan")])
def test_a_feather_that_makes_no_sense_is_refused(feather: float) -> None:
    with pytest.raises(ValueError, match="feather"):
        matte(np.ones((4, 4), np.bool_), feather)
