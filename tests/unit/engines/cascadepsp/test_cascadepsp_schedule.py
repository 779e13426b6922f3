"""Our schedule: around a filter in the network's place where the schedule alone is looked at,
because what a filter sees does not depend on where a tile ends, and around the real network.
"""

import numpy as np
import pytest
from support.cascadepsp_weights import noise_crop, one_torch_thread, random_state
from support.drawn_scenes import scene, strided

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.domain.metrics import iou
from segrefine_gui.engines.base import Crop, ignore_progress
from segrefine_gui.engines.cascadepsp import schedule as cascadepsp_schedule
from segrefine_gui.engines.cascadepsp.network import Inputs, RefinementPass, read_network
from segrefine_gui.engines.cascadepsp.schedule import Sides, TiledSchedule, on_grid

torch = pytest.importorskip("torch", reason="torch is not installed")

SIDES = Sides(whole=64, least=32, tile=64, overlap=16)
OUT_OF_MEMORY = torch.cuda.OutOfMemoryError("CUDA out of memory.")


class RedFilter:
    """Believes what is red to be the object; raises what `fail` says at the n-th step of all."""

    device = "cpu"

    def __init__(self, fail=None, most_pixels=10**9):
        self.fail, self.most_pixels = fail or {}, most_pixels
        self.steps, self.shapes, self.channels = 0, [], set()

    def step(self):
        self.steps += 1
        if self.steps in self.fail:
            raise self.fail[self.steps]

    def upload(self, images, planes):
        self.step()
        assert images.dtype == np.uint8
        assert planes.dtype == np.float32
        assert np.abs(planes).max() <= 1
        assert images.shape[1] % 32 == images.shape[2] % 32 == 0
        assert images.shape[:3] == (planes.shape[0], *planes.shape[2:])
        self.shapes.append(images.shape)
        self.channels.add(planes.shape[1])
        return Inputs(images, planes)

    def start(self, inputs, between):
        between()
        self.step()
        if inputs.images[..., 0].size > self.most_pixels:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        red = (inputs.images[..., 0] > 120).astype(np.float32)

        def wait():
            self.step()
            return [np.stack([plane, plane]) for plane in red]

        return wait


def outcomes(network, crops, sides=SIDES, batch=8, cancel=None, progress=ignore_progress):
    schedule = TiledSchedule(network, sides, batch)
    crops = [Crop(image, mask) for image, mask in crops]
    done = list(schedule.refine_many(crops, cancel or CancelToken(), progress))
    assert sorted(outcome.index for outcome in done) == list(range(len(crops)))
    assert all(outcome.seconds > 0 for outcome in done)
    return [outcome.soft for outcome in sorted(done, key=lambda outcome: outcome.index)]


def drawn(height, width, seed=0):
    """A scene without noise: image, coarse mask, truth."""
    image, truth, coarse = scene(height, width, noise=0, seed=seed)
    return image, coarse, truth


@pytest.fixture(scope="module")
def crops():
    """Three of different sizes, two of which need tiles."""
    return [drawn(*size)[:2] for size in ((150, 190), (64, 50), (150, 190))]


def test_small_crops_get_one_pass_in_their_own_resolution():
    network = RedFilter()
    image, coarse, truth = drawn(60, 50)
    (soft,) = outcomes(network, [(image, coarse)])
    assert network.shapes == [(1, 64, 64, 3)]
    assert np.array_equal(soft >= 128, truth)


def test_large_crops_get_tiles_in_their_own_resolution_along_the_boundary():
    network = RedFilter()
    image, coarse, truth = drawn(400, 360)
    (soft,) = outcomes(network, [(image, coarse)], batch=1)
    assert network.shapes[0] == (1, 64, 64, 3)
    assert network.channels == {1, 2}
    assert set(network.shapes[1:]) == {(1, 64, 64, 3)}
    assert len(network.shapes) < 1 + 64  # a grid would need 8x8
    assert iou(soft >= 128, truth) > 0.995


def test_a_tile_that_is_nearly_full_or_empty_is_not_skipped():
    image = np.zeros((256, 256, 3), np.uint8)
    image[4:, 4:, 0] = 255  # a large object with a thin rim around it
    mask = np.zeros((256, 256), bool)
    mask[16:, 16:] = True
    (soft,) = outcomes(RedFilter(), [(image, mask)])
    assert np.array_equal(soft >= 128, image[..., 0] > 0)


def test_no_local_step_where_tiles_are_off_or_hardly_finer():
    for size, sides in (((200, 200), Sides(64, 32, 0, 16)), ((78, 70), SIDES)):
        network = RedFilter()
        (soft,) = outcomes(network, [drawn(*size)[:2]], sides)
        assert soft.shape == size
        assert len(network.shapes) == 1


def test_tiny_crops_are_enlarged():
    network = RedFilter()
    image, coarse, truth = drawn(40, 30)
    (soft,) = outcomes(network, [(image, coarse)], Sides(224, 120, 64, 16))
    assert network.shapes == [(1, 128, 96, 3)]
    assert soft.shape == (40, 30)
    assert iou(soft >= 128, truth) > 0.9


@pytest.mark.parametrize("size", [(1, 60), (60, 1), (2, 2), (3, 300), (300, 3), (33, 65)])
def test_any_size_comes_back_whole(size):
    image, mask = noise_crop(*size)
    mask.ravel()[: max(1, mask.size // 2)] = True
    mask.ravel()[-1] = False
    (soft,) = outcomes(RedFilter(), [(image, mask)])
    assert (soft.shape, soft.dtype) == (size, np.uint8)
    assert np.any(soft >= 128)


def test_the_layout_in_memory_does_not_matter():
    image, coarse, _ = drawn(150, 130)
    (expected,) = outcomes(RedFilter(), [(image, coarse)])
    for other in strided(image, coarse):
        assert np.array_equal(outcomes(RedFilter(), [other])[0], expected)


def test_tiles_are_blended_without_a_seam():
    class Uneven(RedFilter):
        """Calls the left half of every view half sure."""

        def start(self, inputs, between):
            wait = super().start(inputs, between)

            def dimmed():
                found = wait()
                for planes in found:
                    planes[0] *= np.linspace(0.6, 1, planes.shape[2], dtype=np.float32)
                return found

            return dimmed

    image = np.zeros((300, 300, 3), np.uint8)
    image[150:, :, 0] = 255
    mask = np.zeros((300, 300), bool)
    mask[140:] = True
    (soft,) = outcomes(Uneven(), [(image, mask)], Sides(64, 32, 64, 32))
    inside = soft[152:154].astype(int)
    assert np.ptp(inside) > 60
    # 0.4 of the range in a tile, and as much back over its overlap.
    assert np.abs(np.diff(inside, axis=1)).max() <= 2 * 255 * 0.4 / 32


def test_crops_share_batches_and_get_what_they_get_alone(crops):
    network = RedFilter()
    together = outcomes(network, crops)
    assert max(shape[0] for shape in network.shapes) == 8
    for crop, soft in zip(crops, together, strict=True):
        assert np.array_equal(outcomes(RedFilter(), [crop], batch=1)[0], soft)


def test_other_crops_may_be_refined_between_two_outcomes(crops):
    expected = outcomes(RedFilter(), crops)
    schedule = TiledSchedule(RedFilter(), SIDES, 2)
    given = [Crop(*crop) for crop in crops]
    for outcome in schedule.refine_many(given, CancelToken(), ignore_progress):
        assert np.array_equal(outcome.soft, expected[outcome.index])
        (other,) = schedule.refine_many(given[2:], CancelToken(), ignore_progress)
        assert np.array_equal(other.soft, expected[2])


def test_memory_that_runs_out_at_any_step_costs_nothing(crops, monkeypatch):
    monkeypatch.setattr(cascadepsp_schedule, "_LEAST_VIEW", 32)
    network = RedFilter()
    expected = outcomes(network, crops)
    for step in range(1, network.steps + 1):
        found = outcomes(RedFilter({step: OUT_OF_MEMORY}), crops)
        for soft, other in zip(found, expected, strict=True):
            assert np.array_equal(soft >= 128, other >= 128)


def test_without_room_views_are_halved_and_everything_is_done(crops, monkeypatch):
    monkeypatch.setattr(cascadepsp_schedule, "_LEAST_VIEW", 32)
    network = RedFilter(most_pixels=32 * 32)
    found = outcomes(network, crops)
    assert network.shapes[-1] == (1, 32, 32, 3)
    for (image, _), soft in zip(crops, found, strict=True):
        assert iou(soft >= 128, image[..., 0] > 120) > 0.95


def test_without_room_for_the_smallest_view_it_says_so(crops):
    for error in outcomes(RedFilter(most_pixels=0), crops):
        assert isinstance(error, EngineError)
        assert "not enough memory for CascadePSP" in error.sentence


def test_room_for_the_global_step_alone_is_said_of_those_with_tiles(crops):
    class NoTiles(RedFilter):
        def start(self, inputs, between):
            if inputs.planes.shape[1] == 2:
                raise OUT_OF_MEMORY
            return super().start(inputs, between)

    large, small, _ = outcomes(NoTiles(), crops)
    assert isinstance(large, EngineError)
    assert isinstance(small, np.ndarray)


def test_a_failure_costs_one_crop_alone(crops):
    class FailsOnWhite(RedFilter):
        def start(self, inputs, between):
            if (inputs.images == 255).all(3).any():
                raise RuntimeError("an odd view")
            return super().start(inputs, between)

    broken = crops[0][0].copy()
    broken[70:80, 90:100] = 255
    found = outcomes(FailsOnWhite(), [(broken, crops[0][1]), *crops[1:]])
    assert isinstance(found[0], EngineError)
    assert found[0].sentence == "CascadePSP failed on this instance."
    for soft, crop in zip(found[1:], crops[1:], strict=True):
        assert np.array_equal(soft, outcomes(RedFilter(), [crop])[0])


def test_cancelling_at_any_step_keeps_what_was_done(crops):
    network = RedFilter()
    expected = outcomes(network, crops, batch=2)
    kept = []
    for step in range(1, network.steps + 1):
        schedule = TiledSchedule(RedFilter({step: Cancelled()}), SIDES, 2)
        done = []
        with pytest.raises(Cancelled):
            done.extend(
                schedule.refine_many(
                    [Crop(*crop) for crop in crops], CancelToken(), ignore_progress
                )
            )
        kept.append(len(done))
        for outcome in done:
            assert np.array_equal(outcome.soft, expected[outcome.index])
    assert kept == sorted(kept)
    assert (kept[0], kept[-1]) == (0, 2)


def test_progress_rises_to_one(crops):
    shares = []
    outcomes(RedFilter(), crops, batch=1, progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 8
    assert shares[-1] == 1.0


def test_tiles_are_on_the_grid():
    assert [on_grid(side) for side in (512, 511, 130, 31)] == [512, 480, 128, 32]


# The real network


@pytest.fixture(scope="module")
def real():
    pytest.importorskip("segmentation_refinement", reason="it is not installed")
    with one_torch_thread():
        yield RefinementPass(read_network(random_state(), "memory"), "cpu", "float32")


REAL_SIDES = Sides(whole=32, least=32, tile=32, overlap=8)


@pytest.fixture(scope="module")
def real_crops():
    return [noise_crop(48, 40, seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def one_by_one(real, real_crops):
    return [outcomes(real, [crop], REAL_SIDES, 1)[0] for crop in real_crops]


def assert_near(found, expected):
    for soft, other in zip(found, expected, strict=True):
        assert np.abs(soft.astype(int) - other).max() <= 1
        assert len(np.unique(soft)) > 20


@pytest.mark.engines
def test_the_real_network_in_batches_gives_what_it_gives_one_by_one(real, real_crops, one_by_one):
    assert_near(outcomes(real, real_crops, REAL_SIDES, 8), one_by_one)


@pytest.mark.engines
@pytest.mark.parametrize("step", ["global", "local"])
def test_the_real_network_goes_on_when_memory_runs_out(
    real, real_crops, one_by_one, step, monkeypatch
):
    start, failed = real.start, []

    def start_once_without_memory(inputs, between):
        if not failed and inputs.planes.shape[1] == {"global": 1, "local": 2}[step]:
            failed.append(len(inputs.planes))
            # Between the network's stages, with words of the real allocator.
            return start(inputs, lambda: torch.empty(2**55))
        return start(inputs, between)

    monkeypatch.setattr(real, "start", start_once_without_memory)
    assert_near(outcomes(real, real_crops, REAL_SIDES, 8), one_by_one)
    assert failed[0] > 1
