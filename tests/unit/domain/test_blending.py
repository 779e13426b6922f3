from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.blending import blend_in
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import SoftMask

HEIGHT, WIDTH = 60, 80


@st.composite
def parts(draw: st.DrawFn) -> tuple[BoolMask, SoftMask, BoolMask | None]:
    x0, y0 = draw(st.integers(0, WIDTH - 1)), draw(st.integers(0, HEIGHT - 1))
    region = Box(x0, y0, draw(st.integers(x0 + 1, WIDTH)), draw(st.integers(y0 + 1, HEIGHT)))
    random = np.random.default_rng(draw(st.integers(0, 50)))
    mask = random.random((HEIGHT, WIDTH)) < 0.5
    values = random.integers(0, 256, (region.height, region.width), dtype=np.uint8)
    inside = draw(st.none() | hnp.arrays(np.bool_, values.shape))
    return mask, SoftMask(region, values), inside


@given(parts(), st.integers(0, 20), st.integers(1, 255))
def test_only_what_is_inside_changes_and_only_towards_the_new_mask(
    part: tuple[BoolMask, SoftMask, BoolMask | None], feather: int, threshold: int
) -> None:
    mask, soft, inside = part
    before = mask.copy()
    region, blended = blend_in(mask, soft, inside, feather=feather, threshold=threshold)
    np.testing.assert_array_equal(mask, before)
    assert region == soft.region
    old, new = mask[region.slices], soft.cut(threshold)
    changed = blended != old
    np.testing.assert_array_equal(blended[changed], new[changed])
    if inside is not None:
        assert not (changed & ~inside).any()
    if feather == 0:
        expected = new if inside is None else np.where(inside, new, old)
        np.testing.assert_array_equal(blended, expected)


@given(parts())
def test_a_refined_mask_that_agrees_changes_nothing(
    part: tuple[BoolMask, SoftMask, BoolMask | None],
) -> None:
    mask, soft, inside = part
    same = SoftMask(soft.region, mask[soft.region.slices].astype(np.uint8) * 255)
    np.testing.assert_array_equal(blend_in(mask, same, inside)[1], mask[soft.region.slices])


def test_far_from_the_edge_it_is_the_new_mask() -> None:
    random = np.random.default_rng(1)
    mask = random.random((HEIGHT, WIDTH)) < 0.5
    region = Box(0, 10, 50, 60)  # on the image's left and lower edge
    soft = SoftMask(region, random.integers(0, 256, (50, 50), dtype=np.uint8))
    _, blended = blend_in(mask, soft, feather=8)
    np.testing.assert_array_equal(blended[9:, :41], soft.cut()[9:, :41])


def test_an_outline_passes_from_one_to_the_other_without_a_step() -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[:30] = True
    region = Box(20, 0, 60, HEIGHT)
    # Refined, the outline lies six pixels lower, and is soft over twenty.
    rows = np.arange(HEIGHT)[:, None] + np.zeros((1, 40))
    values = np.clip(127.5 + (36 - rows - 0.5) * 12.75, 0, 255).astype(np.uint8)
    soft = SoftMask(region, values)
    hard = blend_in(mask, soft, feather=0)[1].sum(axis=0)
    assert hard[0] == 36
    heights = blend_in(mask, soft, feather=14)[1].sum(axis=0)
    assert heights[19] == 36
    assert (np.diff(heights[:20]) >= 0).all()
    assert np.diff(heights, prepend=30).max() <= 3
    np.testing.assert_array_equal(heights, heights[::-1])


def test_what_does_not_fit_is_refused() -> None:
    mask = np.zeros((10, 10), np.bool_)
    soft = SoftMask(Box(5, 5, 11, 9), np.zeros((4, 6), np.uint8))
    with pytest.raises(ValueError, match="not inside"):
        blend_in(mask, soft)
    soft = SoftMask(Box(5, 5, 9, 9), np.zeros((4, 4), np.uint8))
    with pytest.raises(ValueError, match="do not fit"):
        blend_in(mask, soft, np.ones((3, 4), np.bool_))


def test_a_part_too_narrow_for_the_seam_is_new_in_the_middle() -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    soft = SoftMask(Box(10, 20, 70, 28), np.full((8, 60), 255, np.uint8))
    _, blended = blend_in(mask, soft)
    assert blended[3:5, 4:-4].all()
    thin = np.zeros((8, 60), np.bool_)
    thin[4, 5:50] = True
    _, blended = blend_in(mask, soft, thin)
    np.testing.assert_array_equal(blended, thin)
