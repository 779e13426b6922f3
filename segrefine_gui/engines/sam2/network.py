"""Building a SAM 2 network from weights in the safetensors format, which cannot hold code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from segrefine_gui.domain.errors import EngineError, WeightsError

_MOST_NAMES = 3
"""Of what does not fit, so many names go into the log."""


def build_network(configuration: Any, path: Path) -> Any:
    """A `Sam2Model` ready for inference on the CPU, in 32 bits.

    Before memory is spent on weights, their names and sizes are compared with those of the
    network: it gets just what it needs, from a file that has all of it. What the network for
    videos has besides is left.

    Args:
        configuration: a `Sam2Config`.
        path: a safetensors file.

    Raises:
        EngineError: there is no such network.
        WeightsError: the file is damaged, is no safetensors file, or is of another network.
    """
    import torch
    from safetensors import SafetensorError, safe_open
    from transformers import Sam2Model

    try:
        # Shapes alone, so that a large network costs nothing yet, nor does trying it out.
        with torch.device("meta"), torch.inference_mode():
            network = Sam2Model(configuration).eval()
            side = network.prompt_encoder.input_image_size
            features = network.get_image_embeddings(torch.empty(1, 3, side, side))
            network(image_embeddings=features, input_points=torch.empty(1, 1, 1, 2))
    except Exception as error:
        # Numbers that are well each may not go together, and torch has many words for that.
        raise EngineError(
            "The configuration is not one of a SAM 2 network.", f"{type(error).__name__}: {error}"
        ) from error
    wanted = {name: tuple(values.shape) for name, values in network.state_dict().items()}
    other = f"The weights file {path} is of another network than its configuration."
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            held = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 - no mapping
            problems = _problems(wanted, held, network._keys_to_ignore_on_load_unexpected or ())
            if problems:
                raise WeightsError(other, problems)
            weights = {name: file.get_tensor(name).float() for name in wanted}
    except (SafetensorError, OSError) as error:
        raise WeightsError(
            f"The weights file {path} is damaged or not a safetensors file: remove it, then "
            "fetch it again.",
            str(error),
        ) from error
    if not all(bool(values.isfinite().all()) for values in weights.values()):
        raise WeightsError(f"The weights file {path} is damaged: it holds values without meaning.")
    network.load_state_dict(weights, assign=True)
    return network


def _problems(
    wanted: dict[str, tuple[int, ...]], held: dict[str, tuple[int, ...]], left: Any
) -> str:
    """What of a file does not fit, in a few words for the log; empty where all does."""
    found = {
        "missing": [name for name in wanted if name not in held],
        "of another size": [
            name for name, shape in wanted.items() if held.get(name, shape) != shape
        ],
        "not of this network": [
            name
            for name in held
            if name not in wanted and not any(re.search(pattern, name) for pattern in left)
        ],
    }
    return "; ".join(
        f"{len(names)} {words}: {', '.join(names[:_MOST_NAMES])}"
        for words, names in found.items()
        if names
    )
