"""Tiles along a boundary: none forgotten, none needless, and no seam where they are blended."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.engines.schedule.tiling import Blend, boundary_tiles, feather

lengths = st.integers(1, 160)


@st.composite
def grids(draw):
    """(side, overlap) of a grid of tiles."""
    side = draw(st.integers(8, 96))
    return side, draw(st.integers(1, side // 2))


def every_tile(width, height, side, overlap):
    return boundary_tiles(np.ones((height, width), bool), side, overlap)


def test_an_image_below_the_side_is_one_tile():
    (tile,) = every_tile(60, 40, 64, 16)
    assert tile == image_box(60, 40)
    assert np.all(feather(tile, 60, 40, 16) == 1)


def test_tiles_are_made_only_where_something_is_needed():
    needed = np.zeros((500, 500), bool)
    assert boundary_tiles(needed, 64, 16) == []
    needed[250, 250] = True
    (tile,) = boundary_tiles(needed, 64, 16)
    assert tile.width == tile.height == 64
    assert needed[tile.slices].any()


def test_a_needed_pixel_is_half_the_overlap_away_from_a_tiles_inner_border():
    needed = np.zeros((500, 500), bool)
    for y, x in np.random.default_rng(0).integers(0, 500, (50, 2)):
        needed[:] = False
        needed[y, x] = True
        (tile,) = boundary_tiles(needed, 64, 16)
        # One pixel of tolerance: tiles start at whole pixels.
        assert x - tile.x0 >= 7 or tile.x0 == 0
        assert tile.x1 - x >= 7 or tile.x1 == 500
        assert y - tile.y0 >= 7 or tile.y0 == 0
        assert tile.y1 - y >= 7 or tile.y1 == 500


@settings(max_examples=50)
@given(
    needed=hnp.arrays(
        bool, st.tuples(lengths, lengths), elements=st.booleans(), fill=st.just(False)
    ),
    grid=grids(),
)
def test_every_needed_pixel_lies_in_a_tile_inside_the_image(needed, grid):
    side, overlap = grid
    height, width = needed.shape
    covered = np.zeros_like(needed)
    for tile in boundary_tiles(needed, side, overlap):
        assert tile.intersection(image_box(width, height)) == tile
        assert (tile.width, tile.height) == (min(side, width), min(side, height))
        assert needed[tile.slices].any()
        covered[tile.slices] = True
    assert not np.any(needed & ~covered)


@settings(max_examples=50)
@given(width=lengths, height=lengths, grid=grids())
def test_blended_weights_are_positive_and_change_gently(width, height, grid):
    side, overlap = grid
    tiles = every_tile(width, height, side, overlap)
    total = np.zeros((height, width))
    for tile in tiles:
        weight = feather(tile, width, height, overlap)
        assert weight.min() > 0
        assert weight.max() <= 1
        total[tile.slices] += weight
    assert total.min() > 0
    # A tile's share falls from 1 to 0 over the overlap, and at most twice as fast where a third
    # tile joins in; whole pixels make the overlap one smaller at worst, hence 3.
    for tile in tiles:
        share = np.zeros((height, width))
        share[tile.slices] = feather(tile, width, height, overlap) / total[tile.slices]
        for axis in (0, 1):
            assert np.abs(np.diff(share, axis=axis)).max(initial=0) < 3 / overlap


@settings(max_examples=30)
@given(width=lengths, height=lengths, grid=grids())
def test_tiles_of_one_picture_blend_back_to_it(width, height, grid):
    side, overlap = grid
    picture = np.random.default_rng(width).random((height, width), np.float32)
    blend = Blend(width, height, overlap)
    for tile in every_tile(width, height, side, overlap):
        blend.add(tile, picture[tile.slices])
    replaced, laid_over = np.zeros_like(picture), picture.copy()
    blend.replace(replaced, np.ones(picture.shape, bool))
    assert np.allclose(replaced, picture, atol=1e-5)
    blend.over(laid_over)
    assert np.allclose(laid_over, picture, atol=1e-5)


def test_a_blend_is_the_weighted_mean_to_the_bit():
    rng = np.random.default_rng(0)
    needed = rng.random((150, 130)) < 0.001
    tiles = boundary_tiles(needed, 48, 16)
    blend, found = Blend(130, 150, 16), rng.random((150, 130), np.float32)
    expected = found.copy()
    total, weights = np.zeros_like(found), np.zeros_like(found)
    for tile in tiles:
        values = rng.random((tile.height, tile.width), np.float32)
        blend.add(tile, values)
        weight = feather(tile, 130, 150, 16)
        total[tile.slices] += weight * values
        weights[tile.slices] += weight
    where = rng.random((150, 130)) < 0.5
    changed = where & (weights > 0)
    assert 0 < np.count_nonzero(changed) < np.count_nonzero(where)
    expected[changed] = total[changed] / weights[changed]
    blend.replace(found, where)
    assert np.array_equal(found, expected)


def test_what_lies_under_a_tile_shows_through_towards_its_inner_borders():
    plane = np.zeros((200, 200), np.float32)
    blend = Blend(200, 200, 16)
    blend.add(Box(50, 0, 114, 64), np.ones((64, 64), np.float32))
    blend.over(plane)
    assert np.all(plane[:48, 66:98] == 1)
    assert np.abs(np.diff(plane, axis=1)).max() < 2 / 16
    assert np.abs(np.diff(plane, axis=0)).max() < 2 / 16
    assert not plane[64:].any()
