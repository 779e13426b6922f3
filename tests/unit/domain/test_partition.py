from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.clean_up import components
from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.masks import BoolMask, encode_mask
from segrefine_gui.domain.partition import cut_by_neighbours, merge, split, without_neighbours

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
SCORES = st.none() | st.sampled_from([0.0, 0.25, 0.5, 1.0])


@st.composite
def several(draw: st.DrawFn) -> list[BoolMask]:
    masks = hnp.arrays(np.bool_, draw(SHAPES))
    return draw(st.lists(masks, min_size=1, max_size=5))


@given(several(), st.data())
def test_no_two_share_a_pixel_and_the_stronger_keeps_it(
    masks: list[BoolMask], data: st.DataObject
) -> None:
    scores = data.draw(st.none() | st.lists(SCORES, min_size=len(masks), max_size=len(masks)))
    cut = [rle.decode() for rle in cut_by_neighbours([encode_mask(m) for m in masks], scores)]

    # Pixel by pixel: the strongest of those that cover it, the first of equals.
    strength = [-1.0 if score is None else score for score in scores or [None] * len(masks)]
    expected = [np.zeros_like(mask) for mask in masks]
    for pixel in np.ndindex(masks[0].shape):
        here = [index for index, mask in enumerate(masks) if mask[pixel]]
        if here:
            expected[max(here, key=lambda index: (strength[index], -index))][pixel] = True
    np.testing.assert_array_equal(cut, expected)


@given(several())
def test_one_mask_loses_what_its_neighbours_cover(masks: list[BoolMask]) -> None:
    first, *others = masks
    cut = without_neighbours(first, [encode_mask(other) for other in others])
    covered = np.any(others, axis=0) if others else np.zeros_like(first)
    np.testing.assert_array_equal(cut, first & ~covered)
    assert not np.shares_memory(cut, first)


@given(several())
def test_merging_is_the_union(masks: list[BoolMask]) -> None:
    merged = merge([encode_mask(mask) for mask in masks])
    np.testing.assert_array_equal(merged.decode(), np.any(masks, axis=0))


@given(hnp.arrays(np.bool_, SHAPES), st.integers(1, 5))
def test_splitting_gives_the_regions_and_loses_no_pixel(mask: BoolMask, least_area: int) -> None:
    parts = [rle.decode() for rle in split(encode_mask(mask), least_area)]
    regions = components(mask)
    large = sum(int(region.sum()) >= least_area for region in regions)
    assert len(parts) == min(len(regions), max(1, large))
    if parts:
        np.testing.assert_array_equal(np.sum(parts, axis=0), mask.astype(int))
        np.testing.assert_array_equal(parts[1:], regions[1 : len(parts)])
        assert not (regions[0] & ~parts[0]).any()


def test_masks_of_different_images_are_refused() -> None:
    small, large = np.ones((2, 3), np.bool_), np.ones((3, 2), np.bool_)
    both = [encode_mask(small), encode_mask(large)]
    for act in (merge, cut_by_neighbours):
        with pytest.raises(MaskError, match="same image size"):
            act(both)
    with pytest.raises(MaskError, match="same image size"):
        without_neighbours(small, both[1:])


def test_nothing_is_cut_into_nothing() -> None:
    assert cut_by_neighbours([]) == []
    assert split(encode_mask(np.zeros((3, 4), np.bool_))) == []
