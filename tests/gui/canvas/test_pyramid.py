from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.pyramid import ImagePyramid, MaskPyramid


def image(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@given(st.integers(1, 700), st.integers(1, 700))
def test_each_level_is_half_the_one_before(height: int, width: int):
    levels = ImagePyramid.build(image(height, width)).levels

    assert levels[0].shape == (height, width, 3)
    for larger, smaller in pairwise(levels):
        assert smaller.shape[0] == (larger.shape[0] + 1) // 2
        assert smaller.shape[1] == (larger.shape[1] + 1) // 2
    assert levels[-1].shape == (1, 1, 3)


def test_the_image_is_not_copied():
    pixels = image(300, 200)

    assert ImagePyramid.build(pixels).levels[0] is pixels


def test_a_level_holds_the_means_of_squares():
    pixels = image(128, 128)

    level = ImagePyramid.build(pixels).levels[1]

    means = pixels.reshape(64, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.abs(level - means).max() <= 0.51


@pytest.mark.parametrize(
    ("scale", "level"),
    [(8, 0), (1, 0), (0.6, 0), (0.5, 1), (0.3, 1), (0.25, 2), (0.13, 2), (0.125, 3), (0.001, 9)],
)
def test_the_level_has_a_pixel_for_every_screen_pixel(scale: float, level: int):
    assert ImagePyramid.build(image(512, 300)).level_for(scale) == level


def test_an_odd_side_ends_with_a_pixel_that_stands_for_its_square():
    mask = np.ones((5, 5), dtype=np.bool_)

    level = MaskPyramid.build(mask, Box(0, 0, 5, 5)).levels[1]

    assert level.tolist() == [[255, 255, 128], [255, 255, 128], [128, 128, 64]]
    edge = ImagePyramid.build(np.full((5, 5, 3), 90, np.uint8)).levels[1]
    assert (edge == 90).all()


def test_crop_is_cut_to_the_level():
    pyramid = ImagePyramid.build(image(100, 80))

    assert pyramid.crop(0, Box(-5, 90, 10, 200)).shape == (10, 10, 3)


def test_levels_of_a_mask_hold_the_share_inside():
    mask = np.zeros((128, 128), dtype=np.bool_)
    mask[:, :31] = True

    pyramid = MaskPyramid.build(mask, Box(10, 20, 138, 148))

    assert set(np.unique(pyramid.levels[0])) == {0, 255}
    assert pyramid.levels[1][0, 14:17].tolist() == [255, 128, 0]


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_what_is_no_rgb_image_is_refused(pixels: np.ndarray):
    with pytest.raises(ValueError, match="uint8"):
        ImagePyramid.build(pixels)


@pytest.mark.parametrize("mask", [np.zeros((4, 5), np.bool_), np.zeros((5, 4), np.uint8)])
def test_a_mask_must_be_bool_and_of_its_region(mask: np.ndarray):
    with pytest.raises(ValueError, match="mask"):
        MaskPyramid.build(mask, Box(0, 0, 4, 5))
