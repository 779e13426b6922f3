from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.brushes import dab
from segrefine_gui.domain.edge_map import EdgeMap
from segrefine_gui.domain.edge_snap import snapped_dab
from segrefine_gui.domain.masks import BoolMask, place_mask

HEIGHT, WIDTH = 120, 160
IMAGE = image_box(WIDTH, HEIGHT)
Y, X = np.mgrid[:HEIGHT, :WIDTH] + 0.5


def two_sides(slope: float, step: int, channel: int | None = None) -> tuple[BoolMask, np.ndarray]:
    """One side of a straight edge through the middle, and the image of both."""
    side: BoolMask = HEIGHT / 2 + slope * (X - WIDTH / 2) > Y
    image = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    image[~side] = 100 + step if channel is None else np.insert([100, 100], channel, 100 + step)
    return side, image


def laid(found: tuple[Box, BoolMask]) -> BoolMask:
    return place_mask(found[1], found[0], HEIGHT, WIDTH)


@pytest.mark.parametrize("slope", [0, 0.3, -1, 4])
@pytest.mark.parametrize("channel", [None, 0, 2])
@pytest.mark.parametrize("above", [True, False])
def test_it_covers_the_side_its_centre_is_on(
    slope: float, channel: int | None, above: bool
) -> None:
    side, image = two_sides(slope, 60, channel)
    away = 9 * np.array([slope, -1]) / np.hypot(slope, 1) * (1 if above else -1)
    x, y = WIDTH / 2 + away[0], HEIGHT / 2 + away[1]
    covered = laid(snapped_dab(EdgeMap(image), x, y, 30, IMAGE))
    np.testing.assert_array_equal(covered, laid(dab(x, y, 30, IMAGE)) & (side if above else ~side))


def test_a_faint_edge_does_not_stop_it_but_a_lower_contrast_does() -> None:
    side, image = two_sides(0, 12)
    whole = laid(dab(80, 50, 30, IMAGE))
    np.testing.assert_array_equal(laid(snapped_dab(EdgeMap(image), 80, 50, 30, IMAGE)), whole)
    found = snapped_dab(EdgeMap(image, 8), 80, 50, 30, IMAGE)
    np.testing.assert_array_equal(laid(found), whole & side)


@given(st.floats(-10, WIDTH + 10), st.floats(-10, HEIGHT + 10), st.floats(0, 30), st.integers(0, 9))
def test_it_covers_a_part_of_the_dab_with_the_pixel_under_it(
    x: float, y: float, radius: float, seed: int
) -> None:
    noise: npt.NDArray[np.uint8] = np.random.default_rng(seed).integers(
        0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8
    )
    whole = dab(x, y, radius, IMAGE)
    box, covered = snapped_dab(EdgeMap(noise), x, y, radius, IMAGE)
    assert box == whole[0]
    assert not (covered & ~whole[1]).any()
    column, row = int(np.floor(x)), int(np.floor(y))
    if 0 <= column < WIDTH and 0 <= row < HEIGHT:
        assert covered[row - box.y0, column - box.x0]
    else:
        np.testing.assert_array_equal(covered, whole[1])


def test_a_centre_on_the_edge_goes_with_the_side_of_its_colour() -> None:
    side, image = two_sides(0, 80)
    for y, expected in ((59.5, side), (60.5, ~side)):
        covered = laid(snapped_dab(EdgeMap(image), 80, y, 20, IMAGE))
        np.testing.assert_array_equal(covered, laid(dab(80, y, 20, IMAGE)) & expected)
