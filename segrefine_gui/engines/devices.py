"""Which device an engine runs on, and what it uses there. `choose_device` imports torch."""

from __future__ import annotations

import re
import sys

import psutil

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.vitals import Vitals


def choose_device(requested: str) -> str:
    """Turn what a person chose into a device that is there.

    Args:
        requested: "auto", "cpu", "cuda" or "cuda:N".

    Returns:
        "cpu" or "cuda:N"; "auto" gives the first GPU where torch finds one.

    Raises:
        EngineError: it is none of these words, or this machine has no such GPU.
    """
    kind, index = parse_device(requested)
    if kind == "cpu":
        return "cpu"
    gpus = _gpu_count()
    if kind == "auto":
        return "cuda:0" if gpus else "cpu"
    if gpus == 0:
        raise EngineError(
            f"The device {requested!r} cannot be used because torch finds no CUDA GPU here: "
            "choose auto or cpu."
        )
    if index >= gpus:
        raise EngineError(
            f"There is no device {requested!r}: torch finds {gpus} CUDA GPU(s) here, "
            f"the last being cuda:{gpus - 1}."
        )
    return f"cuda:{index}"


def parse_device(requested: str) -> tuple[str, int]:
    """Read what a person chose, without asking whether it is there.

    Args:
        requested: "auto", "cpu", "cuda" or "cuda:N".

    Returns:
        ("auto", 0), ("cpu", 0) or ("cuda", N).

    Raises:
        EngineError: it is none of these words.
    """
    match = re.fullmatch(r"(auto|cpu|cuda)|cuda:(\d{1,3})", requested)
    if match is None:
        raise EngineError(
            f"The device {requested!r} is not known: choose auto, cpu, cuda or cuda:N."
        )
    return match[1] or "cuda", int(match[2] or 0)


def describe_device(device: str) -> str:
    """A device in words: "CPU", or the GPU's name and its memory.

    Args:
        device: what `choose_device` returned.
    """
    if device == "cpu":
        return "CPU"
    import torch

    properties = torch.cuda.get_device_properties(device)
    return f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB ({device})"


def measure_vitals(device: str) -> Vitals:
    """What this program uses while an engine runs on a device; a millisecond, in any thread.

    torch is never imported for this: where it is not, no engine of its own runs.

    Args:
        device: as `EngineRun` names it: "cpu" or "cuda:N".
    """
    process_bytes = int(psutil.Process().memory_info().rss)
    torch = sys.modules.get("torch")
    if torch is None or not device.startswith("cuda"):
        return Vitals("CPU" if device == "cpu" else device, process_bytes)
    # What torch has reserved of the GPU others cannot have, also where no tensor lies in it.
    reserved = int(torch.cuda.memory_reserved(device))
    properties = torch.cuda.get_device_properties(device)
    return Vitals(str(properties.name), process_bytes, reserved, int(properties.total_memory))


def _gpu_count() -> int:
    try:
        import torch
    except ImportError:
        return 0
    return int(torch.cuda.device_count()) if torch.cuda.is_available() else 0
