"""The guided filter as a refiner, on drawn scenes."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.drawn_scenes import scene, strided

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.domain.metrics import iou, mean_boundary_accuracy
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.classical.guided import GuidedFactory, GuidedRefiner, GuidedSettings


def refine(image, mask, **changes):
    return GuidedRefiner(GuidedSettings(**changes)).refine(image, mask, CancelToken())


@pytest.mark.parametrize("size", [(240, 320), (1500, 1200)])
def test_moves_the_boundary_towards_the_edge(size):
    image, truth, coarse = scene(*size)
    refined = refine(image, coarse) >= 128
    assert refined.shape == size
    assert iou(refined, truth) > iou(coarse, truth) + 0.02
    assert mean_boundary_accuracy(refined, truth) > mean_boundary_accuracy(coarse, truth) + 0.1


def test_leaves_a_mask_alone_whose_surroundings_look_the_same():
    image, _, coarse = scene(inside=(90, 90, 90), outside=(90, 90, 90), noise=3)
    assert iou(refine(image, coarse) >= 128, coarse) > 0.95


def test_a_right_mask_stays_as_it_is():
    image, truth, _ = scene(noise=6)
    assert iou(refine(image, truth) >= 128, truth) > 0.99


def test_changes_nothing_farther_than_two_radii_from_the_boundary():
    image, _, coarse = scene()
    soft = refine(image, coarse)
    radius = round(GuidedSettings().radius * np.sqrt(np.count_nonzero(coarse)))
    inside = cv2.distanceTransform(coarse.view(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~coarse).view(np.uint8), cv2.DIST_L2, 5)
    # Windows are squares: their corners lie sqrt(2) times as far.
    far = np.maximum(inside, outside) > 2 * np.sqrt(2) * radius + 1
    assert np.array_equal(soft[far] == 255, coarse[far])
    assert np.array_equal(soft[far] == 0, ~coarse[far])
    assert not np.array_equal(soft >= 128, coarse)


def test_an_empty_mask_stays_empty_and_a_full_one_full():
    image, _, coarse = scene()
    assert not refine(image, np.zeros_like(coarse)).any()
    assert np.all(refine(image, np.ones_like(coarse)) == 255)


def test_an_object_of_one_pixel_and_a_thin_line_are_not_lost():
    image, _, coarse = scene()
    mask = np.zeros_like(coarse)
    mask[120, 160] = True
    assert refine(image, mask)[120, 160] >= 128
    line = np.zeros((1600, 1600), bool)
    line[100, 100:900] = True
    black = np.zeros((1600, 1600, 3), np.uint8)
    assert np.array_equal(refine(black, line), line.astype(np.uint8) * 255)


def test_the_layout_in_memory_does_not_matter():
    image, _, coarse = scene()
    expected = refine(image, coarse)
    for other_image, other_mask in strided(image, coarse):
        assert np.array_equal(refine(other_image, other_mask), expected)


def test_progress_ends_at_one_and_a_set_token_stops_it():
    image, _, coarse = scene()
    shares: list[float] = []
    GuidedRefiner().refine(image, coarse, CancelToken(), shares.append)
    assert shares[-1] == 1.0
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        GuidedRefiner().refine(image, coarse, token)


def test_a_mask_of_another_size_is_one_sentence():
    image, _, coarse = scene()
    with pytest.raises(EngineError, match="failed on this instance"):
        refine(image, coarse[:100])


def test_the_run_says_how_to_make_it_again(tmp_path):
    run = GuidedFactory().load(EngineOptions(tmp_path)).run
    assert (run.engine, run.version, run.device) == ("guided", cv2.__version__, "cpu")
    assert run.parameters["radius"] == GuidedSettings().radius


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
    options = EngineOptions(tmp_path, parameters={"radius": 0.1, "working_side": 200})
    refiner = GuidedFactory().load(options)
    assert refiner.run.parameters["radius"] == 0.1
    expected = refine(image, coarse, radius=0.1, working_side=200)
    assert np.array_equal(refiner.refine(image, coarse, CancelToken()), expected)
    assert not np.array_equal(refine(image, coarse), expected)
