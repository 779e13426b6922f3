"""Writes a trained network as the ONNX file that the app ships, and checks it against torch."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from segrefine_gui.engines.builtin.inputs import CHANNELS
from training.network import STRIDE, RefinerNetwork

if TYPE_CHECKING:
    import onnx

_OPSET = 18
_LEAST_HALVED = 1024
"""Numbers in a weight; smaller ones are not worth a cast."""
_TOLERANCE = 0.05
"""Largest difference of a logit: by rounding, a pixel at the limit of confidence may count for the
colours around it or not."""


def export(network: RefinerNetwork, path: Path) -> float:
    """Write the network for inputs of any batch, height and width (multiples of 32).

    Weights are stored as half floats, which halves the file; they are made whole again when it
    is opened. The same weights give the same file wherever the repository lies.

    Args:
        network: with the weights to ship; moved to the CPU, put into evaluation mode, and its
            large weights rounded to half floats.
        path: of the .onnx file, written only when it agrees with torch.

    Returns:
        The largest difference of a logit to torch's on random input.

    Raises:
        RuntimeError: that difference is larger than 0.05.
    """
    import onnx

    network = network.cpu().eval()
    _round_weights(network)
    example = torch.zeros(2, CHANNELS, 2 * STRIDE, 3 * STRIDE)
    batch, rows, columns = (torch.export.Dim(name, min=1) for name in ("n", "rows", "columns"))
    program = torch.onnx.export(
        network,
        (example,),
        input_names=["inputs"],
        output_names=["logits"],
        opset_version=_OPSET,
        dynamo=True,
        external_data=False,
        dynamic_shapes={"inputs": {0: batch, 2: STRIDE * rows, 3: STRIDE * columns}},
        verbose=False,
    )
    assert program is not None
    model = program.model_proto
    graph = model.graph
    for part in itertools.chain(
        graph.node, graph.input, graph.output, graph.value_info, graph.initializer
    ):
        del part.metadata_props[:]  # torch notes there the source lines, with their whole paths
    _store_halves(model)
    unfinished = path.with_name(f"{path.name}.part")
    onnx.save(model, unfinished)
    difference = _difference(network, unfinished)
    if difference > _TOLERANCE:
        raise RuntimeError(f"The exported network differs from torch's by {difference:.4f}.")
    unfinished.replace(path)
    return difference


def _round_weights(network: RefinerNetwork) -> None:
    for weight in network.parameters():
        if weight.numel() >= _LEAST_HALVED:
            weight.data = weight.data.half().float()


def _store_halves(model: onnx.ModelProto) -> None:
    """Replace large float weights by half floats and a cast, which the runtime does once."""
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _LEAST_HALVED:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _difference(network: RefinerNetwork, path: Path) -> float:
    """The largest difference of a logit between a network and its file, over a few sizes."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    worst = 0.0
    for shape in ((1, CHANNELS, 128, 160), (3, CHANNELS, 32, 64)):
        inputs = rng.uniform(-1, 1, shape).astype(np.float32)
        with torch.inference_mode():
            expected = network(torch.from_numpy(inputs)).numpy()
        (logits,) = session.run(None, {"inputs": inputs})
        worst = max(worst, float(np.abs(logits - expected).max()))
    return worst
