"""The real network of `segmentation-refinement` with random weights, in the real file format."""

from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, WeightsError
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.cascadepsp import CascadePspFactory, CascadePspSettings
from segrefine_gui.engines.weights import CASCADEPSP, file_hash

torch = pytest.importorskip("torch", reason="torch is not installed")
package = pytest.importorskip(
    "segmentation_refinement", reason="segmentation-refinement is not installed"
)
pytestmark = pytest.mark.engines

SIDE = 80
SETTINGS = CascadePspSettings(L=SIDE)


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory) -> Path:
    """Random weights as the authors publish theirs: a state dict of a `DataParallel` network."""
    from segmentation_refinement.models.psp.pspnet import RefinementModule

    torch.manual_seed(0)
    network = RefinementModule().eval()
    # Untrained it calls everything the object, and the package skips such tiles.
    with torch.inference_mode():
        logits = network(torch.randn(1, 3, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE))["out_224"]
    network.final_21.bias.data -= logits.median()
    state = {f"module.{name}": value for name, value in network.state_dict().items()}
    path = tmp_path_factory.mktemp("weights") / "model"
    torch.save(state, path)
    return path


@pytest.fixture(scope="module")
def refiner(weights_file):
    options = EngineOptions(weights_file.parent, device="cpu", weights=weights_file)
    return CascadePspFactory(SETTINGS).load(options)


@pytest.fixture(scope="module")
def crop():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (96, 72, 3), dtype=np.uint8)
    image[..., 0] //= 4  # the channels must differ, or their order could not show
    mask = np.zeros((96, 72), bool)
    mask[24:72, 16:56] = True
    return image, mask


@pytest.fixture(scope="module")
def refined(refiner, crop):
    """The soft mask of the crop, and the progress that was told on the way."""
    shares: list[float] = []
    return refiner.refine(*crop, CancelToken(), shares.append), shares


def test_gives_what_the_package_gives_on_rgb_and_0_255(refined, weights_file, crop):
    image, mask = crop
    theirs = package.Refiner(
        device="cpu", model_folder=str(weights_file.parent), download_and_check_model=False
    )
    expected = theirs.refine(image, mask.astype(np.uint8) * 255, fast=False, L=SIDE)
    soft, _ = refined
    assert soft.dtype == np.uint8
    assert np.array_equal(soft, expected)
    assert len(np.unique(soft)) > 20


def test_the_order_of_the_channels_matters(refined, refiner, crop):
    image, mask = crop
    swapped = refiner.refine(np.ascontiguousarray(image[..., ::-1]), mask, CancelToken())
    assert not np.array_equal(swapped, refined[0])


def test_progress_rises_pass_by_pass_to_one(refined):
    _, shares = refined
    assert len(shares) > 2
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert 0 < shares[0] < 0.6


def test_cancel_is_answered_after_the_pass_that_runs(refiner, crop):
    token = CancelToken()
    shares: list[float] = []

    def cancel_at_once(share: float) -> None:
        shares.append(share)
        token.cancel()

    with pytest.raises(Cancelled):
        refiner.refine(*crop, token, cancel_at_once)
    assert len(shares) == 1


def test_an_empty_mask_stays_empty_and_a_full_one_full(refiner, crop):
    image, mask = crop
    assert not refiner.refine(image, np.zeros_like(mask), CancelToken()).any()
    assert np.all(refiner.refine(image, np.ones_like(mask), CancelToken()) == 255)


def test_the_run_names_engine_version_parameters_and_weights(refiner, weights_file):
    run = refiner.run
    assert run.engine == "cascadepsp"
    assert run.version
    assert dict(run.parameters) == {"fast": False, "L": SIDE}
    assert run.weights_hash == file_hash(weights_file)
    assert run.device == "cpu"


def test_what_breaks_in_the_network_is_an_engine_error(refiner, crop):
    image, mask = crop
    with pytest.raises(EngineError, match="failed on this instance"):
        refiner.refine(image, mask[:40], CancelToken())


def load(folder: Path, own: Path | None = None):
    options = EngineOptions(weights_folder=folder, device="cpu", weights=own)
    return CascadePspFactory(SETTINGS).load(options)


def test_damaged_weights_are_one_sentence(weights_file, tmp_path):
    whole = weights_file.read_bytes()
    path = tmp_path / "model.pth"
    for content in (whole[: len(whole) // 2], b"<html>Not Found</html>", b""):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match="damaged or not a weights file") as damaged:
            load(tmp_path, path)
        assert str(path) in damaged.value.sentence


def test_weights_of_another_network_are_one_sentence(tmp_path):
    path = tmp_path / "model.pth"
    torch.save({"module.other": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match="not one of CascadePSP"):
        load(tmp_path, path)


def test_fetched_weights_must_be_the_published_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with pytest.raises(WeightsError, match="segrefine weights fetch cascadepsp") as missing:
        load(tmp_path)
    assert CASCADEPSP.url in missing.value.sentence
    assert str(tmp_path) in missing.value.sentence
    (tmp_path / CASCADEPSP.file_name).write_bytes(b"something else")
    with pytest.raises(WeightsError, match="damaged or not the one"):
        load(tmp_path)


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


def test_runs_on_a_gpu_as_on_the_cpu(refined, weights_file, crop):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA GPU here")
    options = EngineOptions(weights_file.parent, device="cuda", weights=weights_file)
    on_gpu = CascadePspFactory(SETTINGS).load(options)
    assert on_gpu.run.device == "cuda:0"
    difference = on_gpu.refine(*crop, CancelToken()).astype(int) - refined[0]
    assert np.median(np.abs(difference)) <= 2
