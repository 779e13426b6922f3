"""CascadePSP as an engine: the real network with random weights, in the real file format."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from support.cascadepsp_weights import noise_crop, one_torch_thread, random_state

from segrefine_gui import __version__
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, WeightsError
from segrefine_gui.engines.base import BatchRefiner, Closable, Crop, EngineOptions
from segrefine_gui.engines.cascadepsp.refiner import CascadePspFactory, CascadePspSettings
from segrefine_gui.engines.schedule.change_cap import capped
from segrefine_gui.engines.weights.files import CASCADEPSP, file_hash

torch = pytest.importorskip("torch", reason="torch is not installed")
package = pytest.importorskip(
    "segmentation_refinement", reason="segmentation-refinement is not installed"
)
pytestmark = pytest.mark.engines

L = 96
SMALL = {"global_side": 64, "least_side": 32, "tile_side": 128, "overlap": 8}


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    with one_torch_thread():
        yield


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "model"
    torch.save(random_state(), path)
    return path


def load(path: Path, device="cpu", **parameters):
    options = EngineOptions(path.parent, device=device, weights=path, parameters=parameters)
    return CascadePspFactory().load(options)


@pytest.fixture(scope="module")
def exact(weights_file):
    return load(weights_file, schedule="exact", package_side=L)


@pytest.fixture(scope="module")
def ours(weights_file):
    return load(weights_file, **SMALL, batch=4, change_cap=0.1)


@pytest.fixture(scope="module")
def theirs(weights_file):
    """The package, which loads the file itself."""
    return package.Refiner(
        device="cpu", model_folder=str(weights_file.parent), download_and_check_model=False
    )


# The exact schedule


def at_the_border():
    image, mask = noise_crop(60, 52)
    mask[:] = False
    mask[30:, :26] = True
    return image, mask


@pytest.mark.parametrize(
    "crop",
    [
        noise_crop(101, 67),
        noise_crop(23, 17),
        noise_crop(9, 40),
        at_the_border(),
    ],
    ids=["odd", "tiny", "narrow", "border"],
)
def test_exact_is_the_packages_own(exact, theirs, crop):
    image, mask = crop
    expected = theirs.refine(image, mask.astype(np.uint8) * 255, fast=False, L=L)
    soft = exact.refine(image, mask, CancelToken())
    assert soft.dtype == np.uint8
    assert np.abs(soft.astype(int) - expected).max() <= 1
    # Where it skips every tile, 0 and 255 are all that it gives.
    assert len(np.unique(soft)) > 1


def test_exact_without_local_steps_is_the_packages_fast(theirs, weights_file):
    image, mask = noise_crop(40, 30)
    fast = load(weights_file, schedule="exact", package_side=L, global_only=True)
    expected = theirs.refine(image, mask.astype(np.uint8) * 255, fast=True, L=L)
    shares: list[float] = []
    soft = fast.refine(image, mask, CancelToken(), shares.append)
    assert np.abs(soft.astype(int) - expected).max() <= 1
    assert set(shares) == {1.0}
    swapped = fast.refine(np.ascontiguousarray(image[..., ::-1]), mask, CancelToken())
    assert not np.array_equal(swapped, soft)


def test_exact_tells_progress_and_is_cancelled_pass_by_pass(exact):
    crops = [Crop(*noise_crop(101, 67)), Crop(*noise_crop(40, 30))]
    token, shares = CancelToken(), []

    def cancel_at_second(share):
        shares.append(share)
        if len(shares) == 2:
            token.cancel()

    with pytest.raises(Cancelled):
        list(exact.refine_many(crops, token, cancel_at_second))
    assert len(shares) == 2
    assert 0 < shares[0] < shares[1] < 0.6


def test_exact_without_memory_is_one_sentence_and_goes_on(exact, monkeypatch):
    crops = [Crop(*noise_crop(40, 30)), Crop(*noise_crop(20, 30))]
    network, calls = exact._schedule._refiner.model, []

    def fails_first(*tensors):
        calls.append(tensors)
        if len(calls) == 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return network(*tensors)

    monkeypatch.setattr(exact._schedule._refiner, "model", fails_first)
    first, second = exact.refine_many(crops, CancelToken())
    assert isinstance(first.soft, EngineError)
    assert "not enough memory for CascadePSP's exact schedule" in first.soft.sentence
    assert isinstance(second.soft, np.ndarray)


# Both


@pytest.mark.parametrize("schedule", ["exact", "ours"])
def test_an_empty_mask_stays_empty_and_a_full_one_full(schedule, request):
    refiner = request.getfixturevalue(schedule)
    image, mask = noise_crop(40, 30)
    assert not refiner.refine(image, np.zeros_like(mask), CancelToken()).any()
    assert np.all(refiner.refine(image, np.ones_like(mask), CancelToken()) == 255)


@pytest.mark.parametrize("schedule", ["exact", "ours"])
def test_an_image_of_another_size_is_one_sentence(schedule, request):
    image, mask = noise_crop(40, 30)
    with pytest.raises(EngineError, match="failed on this instance"):
        request.getfixturevalue(schedule).refine(image, mask[:20], CancelToken())


def test_ours_refines_many_as_one_by_one_each_in_its_place(ours):
    crops = [Crop(*noise_crop(48, 40, seed)) for seed in range(3)]
    crops.insert(1, Crop(crops[0].image, np.zeros_like(crops[0].mask)))
    crops.append(Crop(crops[0].image[:20], crops[0].mask))
    shares: list[float] = []
    done = {each.index: each for each in ours.refine_many(crops, CancelToken(), shares.append)}
    assert set(done) == set(range(5))
    assert not done[1].soft.any()
    assert isinstance(done[4].soft, EngineError)
    for place in (0, 2, 3):
        soft = done[place].soft
        assert done[place].seconds > 0
        alone = ours.refine(crops[place].image, crops[place].mask, CancelToken())
        assert np.abs(soft.astype(int) - alone).max() <= 1
        assert len(np.unique(soft)) > 20
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_cap_keeps_far_pixels_as_they_were(ours, weights_file):
    image, mask = noise_crop(48, 40)
    free = load(weights_file, **SMALL).refine(image, mask, CancelToken())
    soft = ours.refine(image, mask, CancelToken())
    assert np.array_equal(capped(soft, mask, 0.1), soft)
    assert np.abs(capped(free, mask, 0.1).astype(int) - soft).max() <= 1
    assert not np.array_equal(free, soft)


def test_a_set_token_stops_it_before_it_begins(ours):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        ours.refine(*noise_crop(40, 30), token)


def test_a_closed_engine_holds_nothing_and_says_so(weights_file):
    refiner = load(weights_file)
    assert isinstance(refiner, Closable)
    refiner.close()
    with pytest.raises(EngineError, match="was closed"):
        refiner.refine(*noise_crop(40, 30), CancelToken())


# The factory


def test_the_run_names_engine_version_parameters_and_weights(ours, exact, weights_file):
    run = ours.run
    assert run.engine == "cascadepsp"
    assert run.version.startswith(f"{__version__}, segmentation-refinement ")
    assert exact.run.version.startswith("segmentation-refinement ")
    defaults = {field.name: field.default for field in fields(CascadePspSettings)}
    given = {**SMALL, "batch": 4, "change_cap": 0.1}
    assert dict(run.parameters) == {**defaults, **given, "precision": "float32"}
    assert run.weights_hash == file_hash(weights_file)
    assert run.device == "cpu"
    assert exact.run.parameters["schedule"] == "exact"


def test_only_where_batches_pay_several_crops_are_asked_for(ours, exact, weights_file):
    assert isinstance(ours, BatchRefiner)
    assert ours.crops_at_once > 4
    assert exact.crops_at_once == 1
    assert load(weights_file).crops_at_once == 1


def test_a_wrong_parameter_is_said_before_anything_is_read(tmp_path):
    options = EngineOptions(tmp_path, parameters={"tile_side": 8})
    with pytest.raises(EngineError, match="Tile side must be a whole number from 128 to 2048"):
        CascadePspFactory().load(options)


def test_damaged_weights_are_one_sentence(weights_file, tmp_path):
    whole = weights_file.read_bytes()
    path = tmp_path / "model.pth"
    for content in (whole[: len(whole) // 2], b"<html>Not Found</html>", b""):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match="damaged or not a weights file") as damaged:
            load(path)
        assert str(path) in damaged.value.sentence


def test_weights_of_another_network_are_one_sentence(tmp_path):
    path = tmp_path / "model.pth"
    torch.save({"module.other": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match="not one of CascadePSP"):
        load(path)


def test_no_memory_for_the_network_is_one_sentence(weights_file, monkeypatch):
    def full(*_, **__):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(torch.nn.Module, "to", full)
    with pytest.raises(EngineError, match="not enough memory for CascadePSP's network"):
        load(weights_file)


def test_fetched_weights_must_be_the_published_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    options = EngineOptions(tmp_path, device="cpu")
    with pytest.raises(WeightsError, match="segrefine weights fetch cascadepsp") as missing:
        CascadePspFactory().load(options)
    assert CASCADEPSP.url in missing.value.sentence
    assert str(tmp_path) in missing.value.sentence
    (tmp_path / CASCADEPSP.file_name).write_bytes(b"something else")
    with pytest.raises(WeightsError, match="damaged or not the one"):
        CascadePspFactory().load(options)


def test_the_packages_own_download_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    options = EngineOptions(weights_folder=tmp_path / "weights", device="cpu")
    status = CascadePspFactory().status(options)
    assert not status.usable
    assert not status.weights_found
    place = tmp_path / ".segmentation-refinement" / "model"
    place.parent.mkdir()
    place.touch()
    status = CascadePspFactory().status(options)
    assert status.usable
    assert status.weights == place


def test_runs_on_a_gpu_as_on_the_cpu(weights_file):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA GPU here")
    image, mask = noise_crop(300, 200)
    expected = load(weights_file, **SMALL).refine(image, mask, CancelToken())
    on_gpu = load(weights_file, "cuda", **SMALL)
    assert on_gpu.run.device == "cuda:0"
    assert on_gpu.crops_at_once > 1
    difference = on_gpu.refine(image, mask, CancelToken()).astype(int) - expected
    assert np.median(np.abs(difference)) <= 4
    on_gpu.close()
