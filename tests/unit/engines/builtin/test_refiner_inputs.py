"""What the built-in refiner's network is shown."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.engines.builtin.inputs import (
    CHANNELS,
    ColourEvidence,
    band_width,
    network_inputs,
    signed_distance,
)


def scene(height=240, width=320):
    """A red disk on green with some noise, and a coarse mask that lies a little beside it."""
    rng = np.random.default_rng(3)
    image = np.full((height, width, 3), (50, 120, 60), np.uint8)
    centre, radius = (width // 2, height // 2), min(height, width) // 4
    cv2.circle(image, centre, radius, (200, 60, 40), -1)
    image = np.clip(image + rng.normal(0, 10, image.shape), 0, 255).astype(np.uint8)
    coarse = np.zeros((height, width), np.uint8)
    cv2.circle(coarse, (centre[0] + 6, centre[1] - 4), radius, 1, -1)
    return image, coarse.astype(bool)


def test_the_band_follows_the_size_of_the_object():
    assert band_width(0) == band_width(100) > 0
    assert band_width(400 * 400) == pytest.approx(2 * band_width(200 * 200))


def test_the_distance_is_positive_inside_and_finite_without_a_boundary():
    mask = np.zeros((9, 9), bool)
    mask[3:6, 3:6] = True
    distance = signed_distance(mask)
    assert np.array_equal(distance > 0, mask)
    assert distance[4, 4] == pytest.approx(2, abs=0.1)
    for flat in (np.zeros((5, 70), bool), np.ones((5, 70), bool)):
        assert np.all(np.abs(signed_distance(flat)) == 75)
        assert np.array_equal(signed_distance(flat) > 0, flat)


def test_near_the_boundary_every_plane_tells_colours_apart():
    image, coarse = scene()
    planes = ColourEvidence(image, coarse).planes(image)
    assert planes.shape == (4, *coarse.shape)
    assert planes.dtype == np.float32
    red, near = image[..., 0] > 125, np.abs(signed_distance(coarse)) < 10
    for plane in planes:
        assert plane[red & near].mean() > 0.5
        assert plane[~red & near].mean() < -0.5


@pytest.mark.parametrize("scale", [1, 0.5, 2])
def test_a_window_shows_what_the_whole_shows_there(scale):
    image, coarse = scene()
    evidence = ColourEvidence(image, coarse)
    size = (round(320 * scale), round(240 * scale))
    view = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    whole = evidence.planes(view)
    rows, columns = slice(40, 104), slice(64, 112)
    pixels = np.ascontiguousarray(view[rows, columns])
    window = (64 / scale, 40 / scale, 112 / scale, 104 / scale)
    part = evidence.planes(pixels, window)
    # The colour odds look at single pixels. The other planes are enlarged from a small copy,
    # whose pixels OpenCV finds to 1/32: a step from -1 to 1 is off by at most 2/32 + 2/32.
    assert np.array_equal(part[0], whole[0, rows, columns])
    assert np.abs(part - whole[:, rows, columns]).max() <= 4 / 32
    assert np.abs(part - whole[:, rows, columns]).mean() < 0.01


def test_one_side_without_sure_pixels_leaves_the_coarse_mask_for_evidence():
    image, _ = scene()
    nearly_full = np.ones(image.shape[:2], bool)
    nearly_full[0, 0] = False
    planes = ColourEvidence(image, nearly_full).planes(image)
    assert np.all(planes[[0, 2, 3]] == 0)
    assert np.all(planes[1] == 1)


def test_the_same_input_gives_the_same_evidence_whatever_ran_before():
    image, coarse = scene()
    first = ColourEvidence(image, coarse).planes(image)
    cv2.setRNGSeed(4321)
    cv2.randu(np.zeros((3, 3)), 0, 1)
    assert np.array_equal(ColourEvidence(image, coarse).planes(image), first)


def test_the_channels_are_in_the_order_that_the_network_learnt():
    image, coarse = scene()
    evidence = ColourEvidence(image, coarse).planes(image)
    planes = network_inputs(image, coarse, evidence, band=20)
    assert planes.shape == (CHANNELS, *coarse.shape)
    assert planes.dtype == np.float32
    assert np.allclose((planes[:3].transpose(1, 2, 0) + 1) * 127.5, image, atol=0.01)
    assert np.array_equal(planes[3] == 1, coarse)
    assert np.array_equal(np.abs(planes[4]) < 1, np.abs(signed_distance(coarse)) < 20)
    assert np.array_equal(planes[5:], evidence)


@settings(max_examples=40)
@given(
    mask=hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24)),
    seed=st.integers(0, 2**16),
)
def test_every_channel_of_any_mask_on_any_image_stays_within_one(mask, seed):
    image = np.random.default_rng(seed).integers(0, 256, (*mask.shape, 3), dtype=np.uint8)
    evidence = ColourEvidence(image, mask).planes(image)
    planes = network_inputs(image, mask, evidence, band_width(int(mask.sum())))
    assert np.isfinite(planes).all()
    assert np.abs(planes).max() <= 1
