"""The built-in refiner: the schedule around a network of our own making, and the shipped model.

`FollowRed` stands for a trained network where the schedule alone is tested: its answer depends on
a pixel and its neighbours, so that what a tile cuts off cannot matter beyond its border.
"""

import tracemalloc
from dataclasses import asdict

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.drawn_scenes import scene, strided

from segrefine_gui import __version__
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, WeightsError
from segrefine_gui.domain.metrics import iou, mean_boundary_accuracy
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.builtin import refiner as builtin_refiner
from segrefine_gui.engines.builtin.inputs import CHANNELS, band_width, signed_distance
from segrefine_gui.engines.builtin.refiner import (
    BuiltinFactory,
    BuiltinRefiner,
    BuiltinSettings,
)
from segrefine_gui.engines.weights.files import file_hash

MODEL = resources_folder() / "models" / "refiner.onnx"
RED, COARSE = 0, 3


class FollowRed:
    """A network that believes what is red on average within `reach` pixels to be the object."""

    def __init__(self, reach=1):
        self.shapes = []
        self.window = (2 * reach + 1, 2 * reach + 1)

    def __call__(self, inputs):
        self.shapes.append(inputs.shape)
        assert inputs.dtype == np.float32
        assert inputs.shape[1] == CHANNELS
        assert inputs.shape[2] % 32 == inputs.shape[3] % 32 == 0
        red = np.stack([cv2.blur(planes[RED], self.window) for planes in inputs])
        return 10 * red[:, None]


def contrary(inputs):
    """A network that always believes the opposite of the coarse mask."""
    return -10 * inputs[:, COARSE : COARSE + 1]


def refine(network, image, mask, **changes):
    refiner = BuiltinRefiner(network, EngineRun("builtin"), BuiltinSettings(**changes))
    return refiner.refine(image, mask, CancelToken())


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The refiner with the model that ships."""
    return BuiltinFactory().load(EngineOptions(tmp_path_factory.mktemp("weights"), device="cpu"))


def load_shipped(folder, **parameters):
    return BuiltinFactory().load(EngineOptions(folder, device="cpu", parameters=parameters))


def with_shipped(shipped, image, mask):
    return shipped.refine(image, mask, CancelToken())


# What the shipped model does


@pytest.mark.parametrize("size", [(240, 320), (560, 500)])
def test_the_shipped_model_mends_a_plain_scene(shipped, size):
    image, truth, coarse = scene(*size)
    refined = with_shipped(shipped, image, coarse) >= 128
    assert iou(refined, truth) > iou(coarse, truth) + 0.03
    assert mean_boundary_accuracy(refined, truth) > mean_boundary_accuracy(coarse, truth) + 0.1


def test_a_grey_image_is_mended_too(shipped):
    image, truth, coarse = scene()
    grey = np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    refined = with_shipped(shipped, grey, coarse) >= 128
    assert iou(refined, truth) > iou(coarse, truth) + 0.03


def test_a_right_mask_stays_as_it_is(shipped):
    image, truth, _ = scene()
    assert iou(with_shipped(shipped, image, truth) >= 128, truth) > 0.98


def test_the_same_input_gives_the_same_bytes(shipped, tmp_path):
    image, _, coarse = scene(480, 400)
    first = with_shipped(shipped, image, coarse)
    cv2.setRNGSeed(4321)
    cv2.randu(np.zeros((3, 3)), 0, 1)
    assert np.array_equal(with_shipped(shipped, image, coarse), first)
    fresh = BuiltinFactory().load(EngineOptions(tmp_path, device="cpu"))
    assert np.array_equal(with_shipped(fresh, image, coarse), first)


def test_an_empty_mask_stays_empty_and_a_full_one_full(shipped):
    image, _, coarse = scene()
    assert not with_shipped(shipped, image, np.zeros_like(coarse)).any()
    assert np.all(with_shipped(shipped, image, np.ones_like(coarse)) == 255)


def test_an_object_of_one_pixel_is_not_lost(shipped):
    image, _, coarse = scene()
    mask = np.zeros_like(coarse)
    mask[120, 160] = True
    soft = with_shipped(shipped, image, mask)
    assert np.any(soft >= 128)
    assert not np.any((soft >= 128) & (np.hypot(*(np.indices(mask.shape).T - (120, 160)).T) > 10))


@settings(max_examples=30)
@given(
    mask=hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)),
    seed=st.integers(0, 2**16),
)
def test_any_mask_on_any_image_gives_a_soft_mask_of_its_size(shipped, mask, seed):
    image = np.random.default_rng(seed).integers(0, 256, (*mask.shape, 3), dtype=np.uint8)
    soft = with_shipped(shipped, image, mask)
    assert soft.shape == mask.shape
    assert soft.dtype == np.uint8
    assert np.any(soft >= 128) == mask.any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 2), (3, 2000), (2000, 2)])
def test_crops_a_pixel_high_or_wide_come_back_whole(shipped, shape):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    for share in (0.1, 0.5, 0.9):
        mask = np.zeros(shape, bool)
        mask.ravel()[: max(1, int(mask.size * share))] = True
        assert with_shipped(shipped, image, mask).shape == shape


def test_tiles_of_the_shipped_model_agree_with_one_view_of_the_whole(shipped, tmp_path):
    # The network sees farther than a tile, so its answers are not the same to the grey value.
    # What must not be is a seam: the masks may differ by single pixels along the boundary.
    image, _, coarse = scene(500, 500)
    tiled, whole = (
        load_shipped(tmp_path, global_side=224, tile_side=side).refine(image, coarse, CancelToken())
        for side in (256, 512)
    )
    assert iou(tiled >= 128, whole >= 128) > 0.99
    assert np.abs(tiled.astype(int) - whole).mean() < 2


# The schedule


@pytest.mark.parametrize("size", [(240, 320), (700, 700), (1000, 400)])
def test_finds_the_boundary_at_any_size(size):
    image, truth, coarse = scene(*size)
    refined = refine(FollowRed(), image, coarse) >= 128
    assert iou(refined, truth) > 0.99
    assert mean_boundary_accuracy(refined, truth) > 0.95


def test_a_tiled_result_equals_an_untiled_one():
    image, _, coarse = scene(900, 900)
    tiled_net, whole_net = FollowRed(), FollowRed()
    tiled = refine(tiled_net, image, coarse, global_side=225, tile_side=256)
    whole = refine(whole_net, image, coarse, global_side=225, tile_side=928)
    assert len(tiled_net.shapes) > 10
    assert len(whole_net.shapes) == 2
    # A tile answers otherwise only on its outermost pixel, where the neighbour that looks inside
    # counts at least 127 times as much (0.5 of 64 pixels): 1/128 of the range, and rounding.
    assert np.abs(tiled.astype(int) - whole).max() <= 3
    assert np.array_equal(tiled >= 128, whole >= 128)


@pytest.mark.parametrize("side", ["top", "bottom", "left", "right"])
def test_an_object_cut_by_the_border_is_mended_up_to_it(side):
    image, truth, coarse = scene(600, 600)
    part = {
        "top": np.s_[300:, :],
        "bottom": np.s_[:300, :],
        "left": np.s_[:, 300:],
        "right": np.s_[:, :300],
    }[side]
    border = {"top": np.s_[0], "bottom": np.s_[-1], "left": np.s_[:, 0], "right": np.s_[:, -1]}
    image, truth, coarse = image[part], truth[part], coarse[part]
    refined = refine(FollowRed(), image, coarse, global_side=300) >= 128
    assert iou(refined, truth) > 0.99
    assert truth[border[side]].any()
    assert np.count_nonzero(refined[border[side]] != truth[border[side]]) <= 4


def test_a_panorama_is_refined_in_little_memory():
    rng = np.random.default_rng(0)
    image = rng.integers(60, 90, (300, 20_000, 3), dtype=np.uint8)
    truth = np.zeros((300, 20_000), np.uint8)
    cv2.ellipse(truth, (9_000, 150), (2_000, 90), 0, 0, 360, 1, -1)
    truth = truth.astype(bool)
    image[truth] = (220, 60, 40)
    coarse = np.roll(truth, 12, axis=1)
    network = FollowRed(reach=0)  # the global step sees 7 rows of it
    tracemalloc.start()
    refined = refine(network, image, coarse) >= 128
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert iou(refined, truth) > 0.99
    assert max(shape[2] * shape[3] for shape in network.shapes) <= 1.5 * 384**2  # with the padding
    # The image is 18 MB; a plane of floats over it 24 MB.
    assert peak < 200e6


def test_a_line_too_thin_for_the_global_step_comes_back_as_it_is():
    image = np.zeros((1600, 1600, 3), np.uint8)
    mask = np.zeros((1600, 1600), bool)
    mask[100, 100:900] = True
    assert np.array_equal(refine(FollowRed(), image, mask), mask.astype(np.uint8) * 255)


def test_the_layout_in_memory_does_not_matter():
    image, _, coarse = scene(300, 280)
    expected = refine(FollowRed(), image, coarse, global_side=160)
    for other_image, other_mask in strided(image, coarse):
        other = refine(FollowRed(), other_image, other_mask, global_side=160)
        assert np.array_equal(other, expected)


def test_nothing_changes_outside_the_band(monkeypatch):
    # Else the coarse mask would be kept whole: it lies on edges, what this network wants does not.
    monkeypatch.setattr(builtin_refiner, "_RIGHT", np.inf)
    image, _, coarse = scene()
    soft = refine(contrary, image, coarse)
    far = np.abs(signed_distance(coarse)) >= band_width(np.count_nonzero(coarse))
    assert np.array_equal(soft[far] >= 128, coarse[far])
    assert set(np.unique(soft[far])) <= {0, 255}
    assert not np.array_equal(soft >= 128, coarse)


def test_local_steps_widen_the_band_by_little():
    image, _, coarse = scene(700, 700)
    soft = refine(contrary, image, coarse, global_side=240)
    far = np.abs(signed_distance(coarse)) >= 1.3 * band_width(np.count_nonzero(coarse))
    assert far[coarse].any()
    assert np.array_equal(soft[far] >= 128, coarse[far])


def test_cancel_is_answered_between_tiles():
    token = CancelToken()

    class CancelsAtThird(FollowRed):
        def __call__(self, inputs):
            if len(self.shapes) == 2:
                token.cancel()
            return super().__call__(inputs)

    image, _, coarse = scene(900, 900)
    network = CancelsAtThird()
    with pytest.raises(Cancelled):
        BuiltinRefiner(network, EngineRun("builtin")).refine(image, coarse, token)
    assert len(network.shapes) == 3


def test_on_a_gpu_tiles_share_batches_and_get_what_they_get_alone():
    image, _, coarse = scene(900, 900)
    one_by_one, batched = FollowRed(), FollowRed()
    expected = refine(one_by_one, image, coarse)
    on_gpu = BuiltinRefiner(batched, EngineRun("builtin", device="cuda:0"))
    assert np.array_equal(on_gpu.refine(image, coarse, CancelToken()), expected)
    assert {shape[0] for shape in one_by_one.shapes} == {1}
    assert max(shape[0] for shape in batched.shapes) == 4


class SmallMemory(FollowRed):
    """Has room for so many tiles, and says that it has not as ONNX Runtime's adapter does."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def __call__(self, inputs):
        if len(self.shapes) and len(inputs) > self.room:
            raise EngineError("The model failed.", "BFCArena: Failed to allocate memory for 1 B")
        return super().__call__(inputs)


def test_without_memory_for_a_batch_it_goes_on_with_smaller_ones():
    image, _, coarse = scene(900, 900)
    network = SmallMemory(room=1)
    on_gpu = BuiltinRefiner(network, EngineRun("builtin", device="cuda:0"))
    found = on_gpu.refine(image, coarse, CancelToken())
    assert np.array_equal(found, refine(FollowRed(), image, coarse))


def test_without_memory_for_one_tile_it_is_one_sentence():
    image, _, coarse = scene(900, 900)
    with pytest.raises(EngineError, match="not enough memory for the built-in refiner"):
        refine(SmallMemory(room=0), image, coarse)


def test_a_set_token_stops_it_before_it_begins():
    image, _, coarse = scene()
    token, network = CancelToken(), FollowRed()
    token.cancel()
    with pytest.raises(Cancelled):
        BuiltinRefiner(network, EngineRun("builtin")).refine(image, coarse, token)
    assert network.shapes == []


@pytest.mark.parametrize("size", [(240, 320), (900, 900)])
def test_progress_rises_to_one(size):
    image, _, coarse = scene(*size)
    for mask in (coarse, np.zeros_like(coarse)):
        shares: list[float] = []
        refiner = BuiltinRefiner(FollowRed(), EngineRun("builtin"))
        refiner.refine(image, mask, CancelToken(), shares.append)
        assert shares == sorted(shares)
        assert shares[-1] == 1.0


# The factory


def test_the_run_says_how_to_make_it_again(shipped):
    run = shipped.run
    assert run.engine == "builtin"
    assert run.version.startswith(f"{__version__}, onnxruntime ")
    assert run.parameters["global_side"] == BuiltinSettings().global_side
    assert run.weights_hash == file_hash(MODEL)
    assert run.device == "cpu"


def test_parameters_are_recorded_as_they_are_used(tmp_path):
    run = load_shipped(tmp_path, tile_side=100, overlap=64, enlargement=2).run
    defaults = asdict(BuiltinSettings())
    assert dict(run.parameters) == {
        **defaults,
        "tile_side": 100,
        "overlap": 50,
        "enlargement": 2.0,
    }
    with pytest.raises(EngineError, match="Most tiles must be a whole number from 1 to 1000"):
        load_shipped(tmp_path, most_tiles=0)


def test_it_is_ready_with_its_own_model(tmp_path):
    status = BuiltinFactory().status(EngineOptions(tmp_path))
    assert status.usable
    assert status.problem == ""
    assert status.weights == MODEL
    assert status.version


def test_a_model_of_the_persons_own_is_used(tmp_path):
    own = tmp_path / "own.onnx"
    own.write_bytes(MODEL.read_bytes())
    options = EngineOptions(tmp_path, device="cpu", weights=own)
    assert BuiltinFactory().status(options).weights == own
    assert BuiltinFactory().load(options).run.weights_hash == file_hash(own)


def test_a_model_that_is_not_there_is_one_sentence(tmp_path):
    options = EngineOptions(tmp_path, weights=tmp_path / "none.onnx")
    status = BuiltinFactory().status(options)
    assert not status.usable
    assert not status.weights_found
    with pytest.raises(WeightsError, match=r"There is no model file .*none\.onnx\.") as missing:
        BuiltinFactory().load(options)
    assert missing.value.sentence == status.problem


def test_an_image_of_another_size_is_one_sentence():
    image, _, coarse = scene()
    with pytest.raises(EngineError, match="failed on this instance"):
        refine(FollowRed(), image, coarse[:100])
