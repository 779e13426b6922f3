"""GrabCut on drawn scenes whose truth is known to the pixel."""

import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.drawn_scenes import scene, strided

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.metrics import iou, mean_boundary_accuracy
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.classical.grabcut import GrabCutFactory, GrabCutRefiner, GrabCutSettings


def refine(image, mask, **changes):
    return GrabCutRefiner(GrabCutSettings(**changes)).refine(image, mask, CancelToken())


def test_finds_the_boundary_where_colours_differ():
    image, truth, coarse = scene()
    refined = refine(image, coarse) >= 128
    assert iou(coarse, truth) < 0.95
    assert iou(refined, truth) > 0.99
    assert mean_boundary_accuracy(refined, truth) > 0.95


def test_leaves_a_mask_alone_whose_surroundings_look_the_same():
    image, _, coarse = scene(inside=(90, 90, 90), outside=(90, 90, 90), noise=30)
    assert iou(refine(image, coarse) >= 128, coarse) > 0.9


def test_does_not_leak_into_a_neighbour_of_the_same_colour():
    image, truth, coarse = scene()
    image[:, 200:][~truth[:, 200:]] = image[truth][0]
    refined = refine(image, coarse) >= 128
    grown = cv2.dilate(coarse.view(np.uint8), np.ones((19, 19), np.uint8)) > 0
    assert not np.any(refined & ~grown)
    assert iou(refined, truth) > 0.9


def test_changes_only_a_band_around_the_coarse_boundary():
    image, _, coarse = scene()
    coarse = cv2.dilate(coarse.view(np.uint8), np.ones((25, 25), np.uint8)) > 0
    refined = refine(image, coarse) >= 128
    depth = cv2.distanceTransform(coarse.view(np.uint8), cv2.DIST_L2, 5)
    size = np.sqrt(np.count_nonzero(coarse))
    limit = GrabCutSettings().wide * size + GrabCutSettings().softness + 1
    assert np.all(refined[depth > limit])
    assert not np.array_equal(refined, coarse)


def test_the_answer_is_soft_and_the_same_each_time():
    image, _, coarse = scene(noise=25)
    first = refine(image, coarse)
    assert first.dtype == np.uint8
    assert first.shape == coarse.shape
    assert len(np.unique(first)) > 20
    cv2.setRNGSeed(12345)
    assert np.array_equal(refine(image, coarse), first)


def test_the_layout_in_memory_does_not_matter():
    image, _, coarse = scene()
    expected = refine(image, coarse)
    for other_image, other_mask in strided(image, coarse):
        assert np.array_equal(refine(other_image, other_mask), expected)


def test_an_empty_mask_stays_empty_and_a_full_one_full():
    image, _, _ = scene()
    assert not refine(image, np.zeros(image.shape[:2], bool)).any()
    assert np.all(refine(image, np.ones(image.shape[:2], bool)) == 255)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 2), (3, 2000), (2000, 2)])
def test_crops_a_pixel_high_or_wide_come_back_whole(shape):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    for share in (0.1, 0.5, 0.9):
        mask = np.zeros(shape, bool)
        mask.ravel()[: max(1, int(mask.size * share))] = True
        soft = refine(image, mask)
        assert soft.shape == shape
        assert soft.dtype == np.uint8


def test_an_object_of_one_pixel_is_not_lost():
    image, _, _ = scene()
    mask = np.zeros(image.shape[:2], bool)
    mask[120, 160] = True
    assert refine(image, mask)[120, 160] >= 128


def test_a_line_too_thin_for_the_working_size_comes_back_as_it_is():
    image = np.zeros((1600, 1600, 3), np.uint8)
    mask = np.zeros((1600, 1600), bool)
    mask[100, 100:900] = True
    assert np.array_equal(refine(image, mask, working_side=100), mask.astype(np.uint8) * 255)


def test_a_large_crop_gets_a_full_size_boundary_in_seconds():
    image, truth, coarse = scene(3000, 4000, noise=6)
    started = time.perf_counter()
    soft = refine(image, coarse)
    assert time.perf_counter() - started < 20
    assert soft.shape == truth.shape
    assert iou(soft >= 128, truth) > 0.995
    # Shrunk fivefold and only enlarged again, a boundary pixel would be right half the time.
    assert mean_boundary_accuracy(soft >= 128, truth) > 0.9


def test_a_set_token_stops_it_before_it_begins():
    image, _, coarse = scene()
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        GrabCutRefiner().refine(image, coarse, token)


def test_progress_rises_to_one():
    image, _, coarse = scene()
    shares: list[float] = []
    GrabCutRefiner().refine(image, coarse, CancelToken(), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_run_says_how_to_make_it_again():
    run = GrabCutRefiner(GrabCutSettings(iterations=3)).run
    assert run.engine == "grabcut"
    assert run.version == cv2.__version__
    assert run.parameters["iterations"] == 3
    assert run.device == "cpu"


@settings(max_examples=40)
@given(
    mask=hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24)),
    seed=st.integers(0, 2**16),
)
def test_any_mask_on_any_image_gives_a_soft_mask_of_its_size(mask, seed):
    image = np.random.default_rng(seed).integers(0, 256, (*mask.shape, 3), dtype=np.uint8)
    soft = refine(image, mask)
    assert soft.shape == mask.shape
    assert soft.dtype == np.uint8
    assert np.any(soft >= 128) == mask.any()


def test_parameters_are_used_and_recorded(tmp_path):
    image, _, coarse = scene()
    options = EngineOptions(tmp_path, parameters={"narrow": 0.1, "softness": 3})
    refiner = GrabCutFactory().load(options)
    assert refiner.run.parameters["softness"] == 3
    assert refiner.run.parameters["wide"] == 0.1  # never below the narrow one
    expected = refine(image, coarse, narrow=0.1, wide=0.1, softness=3)
    assert np.array_equal(refiner.refine(image, coarse, CancelToken()), expected)
    assert not np.array_equal(refine(image, coarse), expected)
