import sys

import numpy as np
import pytest

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.devices import (
    choose_device,
    describe_device,
    measure_vitals,
    parse_device,
)


def gpu_count():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def test_the_cpu_is_always_there():
    assert choose_device("cpu") == "cpu"
    assert describe_device("cpu") == "CPU"


@pytest.mark.parametrize("text", ["", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:0:1", "0"])
def test_a_word_that_is_no_device_is_named_with_those_that_are(text):
    with pytest.raises(EngineError, match="choose auto, cpu, cuda or cuda:N") as unknown:
        choose_device(text)
    assert repr(text) in unknown.value.sentence


@pytest.mark.parametrize(
    ("text", "parsed"),
    [("auto", ("auto", 0)), ("cpu", ("cpu", 0)), ("cuda", ("cuda", 0)), ("cuda:12", ("cuda", 12))],
)
def test_a_device_is_read_without_asking_for_it(text, parsed):
    assert parse_device(text) == parsed


def test_auto_takes_a_gpu_where_there_is_one():
    assert choose_device("auto") == ("cuda:0" if gpu_count() else "cpu")


def test_a_gpu_that_is_not_there_is_one_sentence():
    with pytest.raises(EngineError, match=r"cuda:999.*torch finds"):
        choose_device("cuda:999")


def test_cuda_means_the_first_gpu():
    if gpu_count():
        assert choose_device("cuda") == "cuda:0"
        assert "cuda:0" in describe_device("cuda:0")
    else:
        with pytest.raises(EngineError, match="no CUDA GPU"):
            choose_device("cuda")


def test_what_this_program_uses_is_measured_without_importing_torch(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    vitals = measure_vitals("cpu")
    assert vitals.device == "CPU"
    assert 10 << 20 < vitals.process_bytes < 1 << 40
    assert (vitals.device_bytes, vitals.device_total) == (None, None)
    assert measure_vitals("cuda:0").device == "cuda:0"
    assert "torch" not in sys.modules


def test_memory_grows_with_what_is_held():
    before = measure_vitals("cpu").process_bytes
    # So much is never taken from what the process has freed before.
    held = np.ones(256 << 20, np.uint8)
    assert measure_vitals("cpu").process_bytes - before > 128 << 20
    assert held.any()


def test_memory_of_a_gpu_is_what_torch_has_reserved():
    if not gpu_count():
        pytest.skip("no GPU here")
    import torch

    held = torch.ones(1 << 20, device="cuda:0")
    vitals = measure_vitals("cuda:0")
    assert vitals.device_bytes == torch.cuda.memory_reserved("cuda:0") >= held.nbytes
    assert vitals.device_total > vitals.device_bytes
    assert vitals.device in describe_device("cuda:0")
