"""The ONNX file of a network: the same answers as torch, and nothing of the machine in it."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("onnxscript", reason="onnxscript is not installed")

from training.export import export  # noqa: E402
from training.network import RefinerNetwork  # noqa: E402

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def network():
    """Random weights everywhere; a fresh head is all zeros and would hide the rest."""
    torch.manual_seed(0)
    network = RefinerNetwork()
    for part in (network.region, network.edge):
        torch.nn.init.normal_(part.head.weight, std=0.05)
    network(torch.rand(2, 9, 64, 64))  # so that the normalisation has statistics to be wrong in
    return network.eval()


@pytest.fixture(scope="module")
def exported(network, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model") / "refiner.onnx"
    assert export(network, path) < 0.05
    return path


@pytest.mark.parametrize("shape", [(1, 9, 32, 32), (2, 9, 96, 160)])
def test_the_file_answers_as_torch_does_for_any_size(network, exported, shape):
    inputs = np.random.default_rng(1).uniform(-1, 1, shape).astype(np.float32)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])

    (logits,) = session.run(["logits"], {"inputs": inputs})

    with torch.inference_mode():
        expected = network(torch.from_numpy(inputs)).numpy()
    assert logits.shape == (shape[0], 1, *shape[2:])
    np.testing.assert_allclose(logits, expected, atol=0.05)


def test_the_file_is_small_and_names_no_path_of_this_machine(exported):
    content = exported.read_bytes()

    assert len(content) <= 8_000_000
    assert b"network.py" not in content  # where torch says which line made a node
    assert [file.name for file in exported.parent.iterdir()] == [exported.name]
