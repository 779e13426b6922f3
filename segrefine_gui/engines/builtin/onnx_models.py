"""Models run by ONNX Runtime: on its CPU, or on an accelerator that this build of it knows.

onnxruntime is imported when a model is opened or a device is asked for, never before.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.engines.devices import parse_device
from segrefine_gui.engines.installed import version_of

Tensor = npt.NDArray[np.float32]
"""Shape (n, channels, h, w)."""

INPUT, OUTPUT = "inputs", "logits"
"""What the only input of a model, and the output that is read, are named."""

NOT_INSTALLED = "ONNX Runtime is not installed: run `pip install onnxruntime`."

_DISTRIBUTIONS = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml")
"""Builds of the same module; a person installs the one for their machine."""
_CPU = "CPUExecutionProvider"
_ACCELERATORS = {
    "CUDAExecutionProvider": "cuda",
    "DmlExecutionProvider": "directml",
    "CoreMLExecutionProvider": "coreml",
}
_MOST_THREADS = 8
"""Convolutions this small gain nothing from more."""
_ONLY_FATAL = 4

_log = logging.getLogger(__name__)


class OnnxModel:
    """A model that is open; the same input gives the same output on the same device.

    Args:
        session: onnxruntime's `InferenceSession`.
        device: "cpu", "cuda:N", "directml" or "coreml".
    """

    def __init__(self, session: Any, device: str) -> None:
        self.device = device
        self._session = session

    def __call__(self, inputs: Tensor) -> Tensor:
        """Run one batch.

        Args:
            inputs: float32 (n, channels, h, w).

        Returns:
            float32 (n, 1, h, w), all of them finite.

        Raises:
            EngineError: the model failed on it, or gave something else.
        """
        try:
            (logits,) = self._session.run([OUTPUT], {INPUT: inputs})
        except Exception as error:
            raise EngineError(
                f"The model failed on this instance on the device {self.device}: "
                "choose the device cpu.",
                str(error),
            ) from error
        expected = (len(inputs), 1, *inputs.shape[2:])
        if logits.shape != expected or not np.isfinite(logits).all():
            raise EngineError(
                "The model gave no usable answer on this instance: use another model file.",
                f"shape {logits.shape}, expected {expected}, all of them finite numbers",
            )
        answer: Tensor = logits
        return answer


def installed_version() -> str:
    """The version of ONNX Runtime, whichever build; empty where there is none."""
    versions = [version_of(name, "onnxruntime") for name in _DISTRIBUTIONS]
    return next((version for version in versions if version != "unknown"), "unknown")


def choose_onnx_device(requested: str) -> str:
    """The device on which a model would run.

    Args:
        requested: "auto", "cpu", "cuda" or "cuda:N".

    Returns:
        "cpu", "cuda:N", "directml" or "coreml"; "cpu" where no accelerator is known.

    Raises:
        EngineError: it is none of these words, or ONNX Runtime cannot be imported.
    """
    kind, number = parse_device(requested)
    offered = set(_import().get_available_providers())
    for provider, device in _ACCELERATORS.items():
        if provider in offered and kind in ("auto", device):
            return f"cuda:{number}" if device == "cuda" else device
    return "cpu"


def open_model(path: Path, requested: str, channels: int) -> OnnxModel:
    """Open a model file on the best device that a person allows.

    An accelerator that does not work is given up for the CPU, and the log says so.

    Args:
        path: of the .onnx file: one float32 input "inputs" (n, channels, h, w), and an output
            "logits" (n, 1, h, w) among its outputs.
        requested: "auto", "cpu", "cuda" or "cuda:N".
        channels: that the model must take.

    Raises:
        EngineError: no such device, or ONNX Runtime cannot be imported.
        WeightsError: the file is missing, damaged, or a model of something else.
    """
    device = choose_onnx_device(requested)
    if not path.is_file():
        raise WeightsError(f"There is no model file {path}.")
    if device == "cpu" and requested not in ("auto", "cpu"):
        _log.warning("ONNX Runtime knows no device %s here: the CPU is used", requested)
    session = _session(path, device)
    if device != "cpu" and session.get_providers()[0] == _CPU:
        _log.warning("ONNX Runtime could not use the device %s: the CPU is used", device)
        device = "cpu"
    _check(session, path, channels)
    return OnnxModel(session, device)


def _import() -> Any:
    if not installed_version():
        raise EngineError(NOT_INSTALLED)
    try:
        import onnxruntime
    except ImportError as error:
        raise EngineError(
            "ONNX Runtime could not be imported: install it again with "
            "`pip install --force-reinstall onnxruntime`; on Windows it also needs Microsoft's "
            "Visual C++ Redistributable.",
            str(error),
        ) from error
    onnxruntime.disable_telemetry_events()  # its Windows builds report to their makers
    return onnxruntime


def _session(path: Path, device: str) -> Any:
    """Onnxruntime's session; its first provider is the CPU's where the device fails."""
    onnxruntime = _import()
    settings = onnxruntime.SessionOptions()
    # Set, because the default pins threads to cores that a container may not have.
    settings.intra_op_num_threads = _threads()
    # Inputs come in many sizes: it would keep a plan of the memory for each of them.
    settings.enable_mem_pattern = False
    settings.log_severity_level = _ONLY_FATAL  # what it would print is in the exception, too
    attempts = [[*_providers(device), _CPU], [_CPU]] if device != "cpu" else [[_CPU]]
    for providers in attempts:
        try:
            return onnxruntime.InferenceSession(str(path), settings, providers=providers)
        except Exception as error:  # noqa: BLE001 - onnxruntime's exceptions share no other base
            problem = error
            _log.warning("ONNX Runtime could not open %s with %s: %s", path, providers, error)
    raise WeightsError(
        f"The model file {path} is damaged or not a model that ONNX Runtime "
        f"{installed_version()} reads: use another, or install SegRefine again if it is its own.",
        str(problem),
    ) from problem


def _providers(device: str) -> list[object]:
    """What onnxruntime calls a device other than the CPU, with its options."""
    kind, _, number = device.partition(":")
    (provider,) = (name for name, its_device in _ACCELERATORS.items() if its_device == kind)
    if kind == "cuda":
        # Its default tries out every algorithm for each size of input that it meets.
        options = {"device_id": number, "cudnn_conv_algo_search": "HEURISTIC"}
        return [(provider, options)]
    return [provider]


def _check(session: Any, path: Path, channels: int) -> None:
    inputs, outputs = session.get_inputs(), [node.name for node in session.get_outputs()]
    found = [(node.name, node.type, node.shape) for node in inputs]
    fits = len(found) == 1 and found[0][:2] == (INPUT, "tensor(float)")
    if not fits or len(found[0][2]) != 4 or found[0][2][1] != channels or OUTPUT not in outputs:
        raise WeightsError(
            f"The model file {path} is a model of something else: one is needed that turns "
            f"{INPUT!r} of {channels} channels into {OUTPUT!r}.",
            f"its inputs are {found}, its outputs {outputs}",
        )


def _threads() -> int:
    """As many as this process was given, which may be fewer than the machine has."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:  # what torch and the like obey
        return int(asked)
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return min(_MOST_THREADS, len(affinity(0)) if affinity else os.cpu_count() or 1)
