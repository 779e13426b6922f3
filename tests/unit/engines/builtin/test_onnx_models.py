"""Model files of all kinds, opened by the real ONNX Runtime."""

import logging
import sys

import numpy as np
import pytest

from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.engines.builtin.inputs import CHANNELS
from segrefine_gui.engines.builtin.onnx_models import (
    choose_onnx_device,
    installed_version,
    open_model,
)

onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

SHIPPED = resources_folder() / "models" / "refiner.onnx"
ACCELERATED = choose_onnx_device("auto") != "cpu"


@pytest.fixture
def make_model(tmp_path):
    """Writes a model of one operator over its input: a file of the right kind, unless told."""
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    from onnx import TensorProto, helper

    def make_model(
        name="inputs", output="logits", channels=3, kind=TensorProto.FLOAT, operator="mean"
    ):
        sides = ["n", channels, "rows", "columns"]
        nodes = {
            "mean": [helper.make_node("ReduceMean", [name, "axes"], [output], keepdims=1)],
            "same": [helper.make_node("Identity", [name], [output])],
            "no number": [
                helper.make_node("ReduceMean", [name, "axes"], ["mean"], keepdims=1),
                helper.make_node("Sub", ["mean", "mean"], ["zero"]),
                helper.make_node("Div", ["zero", "zero"], [output]),
            ],
            "size 8": [
                helper.make_node("ReduceMean", [name, "axes"], ["mean"], keepdims=1),
                helper.make_node("Reshape", ["mean", "shape"], [output]),
            ],
        }[operator]
        graph = helper.make_graph(
            nodes,
            "test",
            [helper.make_tensor_value_info(name, kind, sides)],
            [helper.make_tensor_value_info(output, kind, None)],
            [
                helper.make_tensor("axes", TensorProto.INT64, [1], [1]),
                helper.make_tensor("shape", TensorProto.INT64, [4], [1, 1, 8, 8]),
            ],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
        path = tmp_path / "own.onnx"
        onnx.save(model, path)
        return path

    return make_model


def test_the_shipped_model_answers_at_any_size():
    model = open_model(SHIPPED, "cpu", CHANNELS)
    assert model.device == "cpu"
    for shape in ((1, CHANNELS, 32, 64), (2, CHANNELS, 96, 32)):
        inputs = np.zeros(shape, np.float32)
        logits = model(inputs)
        assert logits.shape == (shape[0], 1, *shape[2:])
        assert logits.dtype == np.float32
        assert np.array_equal(model(inputs), logits)


def test_a_model_of_the_persons_own_is_run(make_model):
    model = open_model(make_model(), "cpu", 3)
    inputs = np.random.default_rng(0).random((2, 3, 4, 5), np.float32)
    assert np.allclose(model(inputs), inputs.mean(1, keepdims=True), atol=1e-6)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    for path in (tmp_path / "none.onnx", tmp_path):
        with pytest.raises(WeightsError) as missing:
            open_model(path, "cpu", CHANNELS)
        assert missing.value.sentence == f"There is no model file {path}."


def test_a_damaged_file_is_one_sentence(tmp_path, capfd):
    whole = SHIPPED.read_bytes()
    path = tmp_path / "own.onnx"
    for content in (whole[: len(whole) // 2], b"<html>Not Found</html>", b""):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match="damaged or not a model") as damaged:
            open_model(path, "cpu", CHANNELS)
        assert str(path) in damaged.value.sentence
        assert damaged.value.detail
    assert capfd.readouterr().err == "", "the library's own words belong into the log"


@pytest.mark.parametrize(
    "foreign",
    [{"name": "image"}, {"output": "mask"}, {"channels": 4}, {"channels": "c"}, {"kind": 11}],
    ids=str,
)
def test_a_model_of_something_else_is_one_sentence(make_model, foreign):
    path = make_model(**foreign)
    with pytest.raises(WeightsError, match="'inputs' of 3 channels into 'logits'") as wrong:
        open_model(path, "cpu", 3)
    assert str(path) in wrong.value.sentence


@pytest.mark.parametrize("operator", ["same", "no number"])
def test_an_answer_that_is_no_mask_is_an_engine_error(make_model, operator):
    model = open_model(make_model(operator=operator), "cpu", 3)
    with pytest.raises(EngineError, match="no usable answer"):
        model(np.ones((1, 3, 8, 8), np.float32))


def test_what_breaks_in_the_model_is_an_engine_error(make_model):
    model = open_model(make_model(operator="size 8"), "cpu", 3)
    assert model(np.ones((1, 3, 8, 8), np.float32)).shape == (1, 1, 8, 8)
    with pytest.raises(EngineError, match="failed on this instance"):
        model(np.ones((1, 3, 8, 9), np.float32))


def test_a_device_that_is_not_there_falls_back_to_the_cpu_and_the_log_says_so(caplog):
    if ACCELERATED:
        pytest.skip("ONNX Runtime knows an accelerator here")
    with caplog.at_level(logging.WARNING):
        assert open_model(SHIPPED, "cuda:1", CHANNELS).device == "cpu"
    assert "no device cuda:1 here: the CPU is used" in caplog.text
    caplog.clear()
    assert open_model(SHIPPED, "auto", CHANNELS).device == "cpu"
    assert caplog.text == ""


def test_cpu_means_the_cpu_and_another_word_is_refused():
    assert choose_onnx_device("cpu") == "cpu"
    with pytest.raises(EngineError, match="choose auto, cpu, cuda or cuda:N"):
        choose_onnx_device("directml")


def test_without_onnx_runtime_there_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert installed_version() == ""
    with pytest.raises(EngineError, match="run `pip install onnxruntime`"):
        open_model(SHIPPED, "cpu", CHANNELS)


def test_an_onnx_runtime_that_cannot_be_imported_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('DLL load failed')")
    monkeypatch.delitem(sys.modules, "onnxruntime")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EngineError, match="install it again") as broken:
        open_model(SHIPPED, "cpu", CHANNELS)
    assert broken.value.detail == "DLL load failed"
