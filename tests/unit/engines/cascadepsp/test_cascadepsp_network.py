"""Our order of the network's work against the package's own `forward`, with random weights."""

import numpy as np
import pytest
from support.cascadepsp_weights import one_torch_thread, random_state

from segrefine_gui.domain.errors import Cancelled, WeightsError
from segrefine_gui.engines.cascadepsp.network import (
    RefinementPass,
    choose_precision,
    read_network,
)

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("segmentation_refinement", reason="segmentation-refinement is not installed")
pytestmark = pytest.mark.engines


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    with one_torch_thread():
        yield


@pytest.fixture(scope="module")
def ours():
    return RefinementPass(read_network(random_state(), "memory"), "cpu", "float32")


@pytest.fixture(scope="module")
def theirs():
    return read_network(random_state(), "memory")


@pytest.fixture(scope="module")
def views():
    """Two views: images, and masks with what a coarser step may have found."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (2, 40, 32, 3), dtype=np.uint8)
    masks = np.where(rng.random((2, 1, 40, 32)) < 0.5, np.float32(1), np.float32(-1))
    quarters = rng.uniform(-1, 1, (2, 1, 40, 32)).astype(np.float32)
    return images, masks, quarters


def run(network, images, planes, between=lambda: None):
    return np.stack(network.start(network.upload(images, planes), between)())


def package_run(network, images, *planes):
    from torchvision import transforms

    normalize = transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
    with torch.inference_mode():
        pixels = normalize(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255)
        found = network(pixels, *map(torch.from_numpy, planes))
    return np.concatenate([found["pred_224"], found["pred_56_2"]], 1)


def test_the_global_step_is_the_packages(ours, theirs, views):
    images, masks, _ = views
    expected = package_run(theirs, images, masks)
    found = run(ours, images, masks)
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() < 1e-5
    assert np.ptp(found[:, 0]) > 0.05
    assert np.ptp(found[:, 1]) > 0.05


def test_the_local_step_is_the_packages(ours, theirs, views):
    images, masks, quarters = views
    expected = package_run(theirs, images, masks, quarters)
    found = run(ours, images, np.concatenate([masks, quarters], 1))
    assert np.abs(found - expected).max() < 1e-5
    assert np.abs(found - run(ours, images, masks)).max() > 1e-4


def test_views_do_not_see_each_other(ours, views):
    images, masks, _ = views
    both = run(ours, images, masks)
    assert np.abs(run(ours, images[:1], masks[:1])[0] - both[0]).max() < 1e-5
    assert np.abs(run(ours, images[1:], masks[1:])[0] - both[1]).max() < 1e-5


def test_bfloat16_is_near(theirs, views):
    images, masks, quarters = views
    half = RefinementPass(read_network(random_state(), "memory"), "cpu", "bfloat16")
    found = run(half, images, np.concatenate([masks, quarters], 1))
    assert found.dtype == np.float32
    assert np.abs(found - package_run(theirs, images, masks, quarters)).max() < 0.03


def test_a_pass_can_be_ended_between_its_stages(ours, views):
    images, masks, _ = views
    for stage in range(3):
        calls = []

        def end(at=stage, calls=calls):
            calls.append(at)
            if len(calls) > at:
                raise Cancelled

        with pytest.raises(Cancelled):
            run(ours, images[:, :32], masks[:, :, :32], end)
        assert len(calls) == stage + 1


def test_other_weights_are_refused():
    state = random_state()
    short = {name: value for name, value in state.items() if "final_21" not in name}
    other = {**state, "module.final_21.bias": torch.zeros(7)}
    for wrong in (short, other, {"module.x": torch.zeros(1)}, {"module.final_21.bias": "text"}):
        with pytest.raises(WeightsError, match="weights file memory is not one of CascadePSP"):
            read_network(wrong, "memory")


def test_auto_precision_is_float32_on_the_cpu():
    assert choose_precision("auto", "cpu") == choose_precision("float32", "cpu") == "float32"
    assert choose_precision("bfloat16", "cpu") == "bfloat16"


def test_runs_on_a_gpu_as_on_the_cpu(ours, views):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA GPU here")
    images, masks, quarters = views
    planes = np.concatenate([masks, quarters], 1)
    expected = run(ours, images, planes)
    for precision, tolerance in (("float32", 0.01), ("bfloat16", 0.05)):
        on_gpu = RefinementPass(read_network(random_state(), "memory"), "cuda:0", precision)
        assert np.abs(run(on_gpu, images, planes) - expected).max() < tolerance
