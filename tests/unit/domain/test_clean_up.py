from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain import clean_up
from segrefine_gui.domain.masks import BoolMask, place_mask

MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14))
AREAS = st.integers(0, 12)
RADII = st.integers(0, 5)
ACROSS = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]
STRAIGHT = [(-1, 0), (0, -1), (0, 1), (1, 0)]


def near(mask: BoolMask, pixels: int) -> BoolMask:
    """By the definition: at most that far from a pixel of the mask."""
    rows, columns = np.nonzero(mask)
    y, x = np.indices(mask.shape)
    squared = (y[..., None] - rows) ** 2 + (x[..., None] - columns) ** 2
    found: BoolMask = (squared <= pixels * pixels).any(axis=-1)
    return found


def regions(mask: BoolMask, steps: list[tuple[int, int]]) -> list[set[tuple[int, int]]]:
    """By walking from pixel to pixel."""
    left = set(zip(*(axis.tolist() for axis in np.nonzero(mask)), strict=True))
    found = []
    while left:
        region, ahead = set(), [left.pop()]
        while ahead:
            y, x = ahead.pop()
            region.add((y, x))
            for dy, dx in steps:
                if (y + dy, x + dx) in left:
                    left.remove((y + dy, x + dx))
                    ahead.append((y + dy, x + dx))
        found.append(region)
    return found


def of(pixels: set[tuple[int, int]], shape: tuple[int, ...]) -> BoolMask:
    mask = np.zeros(shape, np.bool_)
    for pixel in pixels:
        mask[pixel] = True
    return mask


@given(MASKS, RADII)
def test_grow_and_shrink_go_by_distance(mask: BoolMask, pixels: int) -> None:
    np.testing.assert_array_equal(clean_up.grow(mask, pixels), near(mask, pixels))
    np.testing.assert_array_equal(clean_up.grow(mask, -pixels), ~near(~mask, pixels))


@given(MASKS, RADII)
def test_opened_and_closed_are_shrunk_and_grown(mask: BoolMask, radius: int) -> None:
    opened, closed = clean_up.opened(mask, radius), clean_up.closed(mask, radius)
    np.testing.assert_array_equal(opened, near(~near(~mask, radius), radius))
    room = 2 * radius + 1
    wide = ~near(~near(np.pad(mask, room), radius), radius)
    np.testing.assert_array_equal(closed, wide[room:-room, room:-room])
    assert not (opened & ~mask).any()
    assert not (mask & ~closed).any()


@given(MASKS, AREAS)
def test_holes_up_to_an_area_are_filled(mask: BoolMask, max_area: int) -> None:
    height, width = mask.shape
    filled, all_filled = mask.copy(), mask.copy()
    for region in regions(~mask, STRAIGHT):
        if not any(y in (0, height - 1) or x in (0, width - 1) for y, x in region):
            all_filled |= of(region, mask.shape)
            if len(region) <= max_area:
                filled |= of(region, mask.shape)
    np.testing.assert_array_equal(clean_up.fill_holes(mask, max_area), filled)
    np.testing.assert_array_equal(clean_up.fill_holes(mask), all_filled)


@given(MASKS, AREAS)
def test_islands_up_to_an_area_are_removed_but_not_the_largest(
    mask: BoolMask, max_area: int
) -> None:
    found = sorted(regions(mask, ACROSS), key=len, reverse=True)
    kept = clean_up.remove_islands(mask, max_area)
    assert not (kept & ~mask).any()
    expected = [len(region) for region in found if len(region) > max_area]
    assert [len(region) for region in sorted(regions(kept, ACROSS), key=len, reverse=True)] == (
        expected or [len(region) for region in found[:1]]
    )


@given(MASKS)
def test_the_largest_is_kept(mask: BoolMask) -> None:
    kept = clean_up.keep_largest(mask)
    found = regions(mask, ACROSS)
    assert not found or of(max(found, key=len), mask.shape).sum() == kept.sum()
    assert len(regions(kept, ACROSS)) == min(1, len(found))
    assert not (kept & ~mask).any()


@given(MASKS)
def test_components_are_the_connected_regions(mask: BoolMask) -> None:
    found = clean_up.components(mask)
    expected = {of(region, mask.shape).tobytes() for region in regions(mask, ACROSS)}
    assert {part.tobytes() for part in found} == expected
    areas = [int(part.sum()) for part in found]
    assert areas == sorted(areas, reverse=True)
    for (box, inside), part in zip(clean_up.component_parts(mask), found, strict=True):
        np.testing.assert_array_equal(place_mask(inside, box, *mask.shape), part)
        assert inside.any(axis=0)[[0, -1]].all()
        assert inside.any(axis=1)[[0, -1]].all()


@given(MASKS)
def test_the_convex_hull_holds_what_lies_between_any_of_its_pixels(mask: BoolMask) -> None:
    hull = clean_up.convex_hull(mask)
    # A point is in the hull of others when no half plane parts them: the extreme directions are
    # the normals of lines through two pixels of the mask.
    points = np.argwhere(mask).astype(np.int64)
    if len(points) < 2:
        np.testing.assert_array_equal(hull, mask)
        return
    along = (points[:, None] - points[None]).reshape(-1, 2)
    along = np.unique(along[along.any(axis=1)], axis=0)
    normals = np.concatenate([np.stack([-along[:, 1], along[:, 0]], axis=1), along])
    least = (points @ normals.T).max(axis=0)
    pixels = np.argwhere(np.ones_like(mask)).astype(np.int64)
    expected = (pixels @ normals.T <= least).all(axis=1).reshape(mask.shape)
    np.testing.assert_array_equal(hull, expected)
    np.testing.assert_array_equal(clean_up.convex_hull(hull), hull)


@given(MASKS, st.integers(1, 4))
def test_smoothing_is_a_weighted_majority(mask: BoolMask, radius: int) -> None:
    sigma, reach = radius / 2, 2 * radius + 2
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma * sigma))
    # OpenCV cuts the Gaussian at four standard deviations: worth 1e-4 at most.
    weights /= weights.sum()
    wide = np.pad(mask, reach, mode="edge").astype(float)
    for axis in (0, 1):
        wide = np.apply_along_axis(np.convolve, axis, wide, weights, mode="valid")
    sure = np.abs(wide - 0.5) > 2e-3
    np.testing.assert_array_equal(clean_up.smooth(mask, radius)[sure], (wide > 0.5)[sure])


def test_smoothing_takes_specks_and_spurs_and_leaves_straight_outlines() -> None:
    block = np.zeros((60, 60), np.bool_)
    block[20:40, :30] = True
    rough = block.copy()
    rough[5, 50] = rough[19, 15] = True
    rough[30, 10] = False
    smoothed = clean_up.smooth(rough, 4)
    np.testing.assert_array_equal(smoothed[:, :22], block[:, :22])
    assert not smoothed[5, 50]


EVERY: list[Callable[[BoolMask], BoolMask]] = [
    lambda mask: clean_up.grow(mask, 2),
    lambda mask: clean_up.grow(mask, -1),
    lambda mask: clean_up.opened(mask, 1),
    lambda mask: clean_up.closed(mask, 2),
    lambda mask: clean_up.smooth(mask, 2),
    lambda mask: clean_up.fill_holes(mask, 5),
    lambda mask: clean_up.remove_islands(mask, 5),
    clean_up.keep_largest,
    clean_up.convex_hull,
]


@pytest.mark.parametrize("clean", EVERY)
@pytest.mark.parametrize("value", [False, True])
def test_empty_and_full_masks_stay(clean: Callable[[BoolMask], BoolMask], value: bool) -> None:
    mask = np.full((9, 12), value)
    cleaned = clean(mask)
    np.testing.assert_array_equal(cleaned, mask)
    assert not np.shares_memory(cleaned, mask)


@pytest.mark.parametrize("clean", EVERY)
def test_the_mask_itself_stays_as_it_was(clean: Callable[[BoolMask], BoolMask]) -> None:
    mask = np.random.default_rng(3).random((30, 40)) < 0.5
    before = mask.copy()
    clean(mask)
    np.testing.assert_array_equal(mask, before)


def test_components_of_nothing_are_none() -> None:
    assert clean_up.components(np.zeros((4, 5), np.bool_)) == []
