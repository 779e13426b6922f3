"""The configuration of a SAM 2 network, from a file that nobody vouches for.

transformers reads such a file itself, but takes whatever it says: sizes that fill the memory, and
code that is fetched and run. Here only the numbers that shape the network are taken, each within
its limits, and transformers is handed these.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segrefine_gui.domain.errors import EngineError

MAX_BYTES = 1 << 20
"""Largest configuration that is read; the published ones have 3000 bytes."""

_KINDS = ("sam2", "sam2_video")
"""What they are called: the published files hold the network for videos, of which the one for
images is a part."""

_SIDE, _WIDTH, _FEW = 4096, 8192, 64
"""Most pixels of a side, channels of a layer, and of all that is counted on fingers."""
_DEPTH = 16
"""Most numbers in a list."""

_BACKBONE: Mapping[str, float] = {
    "hidden_size": _WIDTH,
    "num_attention_heads": _FEW,
    "image_size": _SIDE,
    "patch_kernel_size": _FEW,
    "patch_stride": _FEW,
    "patch_padding": _FEW,
    "query_stride": _FEW,
    "window_positional_embedding_background_size": _FEW,
    "num_query_pool_stages": _FEW,
    "blocks_per_stage": _FEW,
    "embed_dim_per_stage": _WIDTH,
    "num_attention_heads_per_stage": _FEW,
    "window_size_per_stage": _FEW,
    "global_attention_blocks": 4 * _FEW,
    "mlp_ratio": _FEW,
    "layer_norm_eps": 1.0,
}
_VISION: Mapping[str, float] = {
    "backbone_channel_list": _WIDTH,
    "backbone_feature_sizes": _SIDE,
    "fpn_hidden_size": _WIDTH,
    "fpn_kernel_size": _FEW,
    "fpn_stride": _FEW,
    "fpn_padding": _FEW,
    "fpn_top_down_levels": _FEW,
    "num_feature_levels": _FEW,
    "layer_norm_eps": 1.0,
}
_PROMPTS: Mapping[str, float] = {
    "hidden_size": _WIDTH,
    "image_size": _SIDE,
    "patch_size": _FEW,
    "mask_input_channels": _WIDTH,
    "num_point_embeddings": _FEW,
    "layer_norm_eps": 1.0,
    "scale": _FEW,
}
_DECODER: Mapping[str, float] = {
    "hidden_size": _WIDTH,
    "mlp_dim": _WIDTH,
    "num_hidden_layers": _FEW,
    "num_attention_heads": _FEW,
    "attention_downsample_rate": _FEW,
    "num_multimask_outputs": _FEW,
    "iou_head_depth": _FEW,
    "iou_head_hidden_dim": _WIDTH,
    "dynamic_multimask_stability_delta": 1.0,
    "dynamic_multimask_stability_thresh": 1.0,
}


def published() -> Any:
    """The `Sam2Config` of SAM 2.1 tiny, which is what transformers takes where nothing is said."""
    from transformers import Sam2Config

    return Sam2Config()


def read_configuration(path: Path) -> Any:
    """The `Sam2Config` that a `config.json` describes.

    Args:
        path: a file as `save_pretrained` writes it.

    Raises:
        EngineError: it cannot be read, is no configuration of SAM 2, or has a number beyond all
            that such a network has.
    """
    values = _read(path)
    if values.get("model_type") not in _KINDS:
        raise EngineError(f"The file {path} is not a configuration of SAM 2.")
    vision = _section(values, "vision_config", path)
    sections = {
        "backbone": _checked(_section(vision, "backbone_config", path), _BACKBONE, path),
        "vision": _checked(vision, _VISION, path),
        "prompts": _checked(_section(values, "prompt_encoder_config", path), _PROMPTS, path),
        "decoder": _checked(_section(values, "mask_decoder_config", path), _DECODER, path),
    }
    from transformers import (
        Sam2Config,
        Sam2HieraDetConfig,
        Sam2MaskDecoderConfig,
        Sam2PromptEncoderConfig,
        Sam2VisionConfig,
    )

    try:
        backbone = Sam2HieraDetConfig(**sections["backbone"])
        return Sam2Config(
            vision_config=Sam2VisionConfig(backbone_config=backbone, **sections["vision"]),
            prompt_encoder_config=Sam2PromptEncoderConfig(**sections["prompts"]),
            mask_decoder_config=Sam2MaskDecoderConfig(**sections["decoder"]),
        )
    except Exception as error:
        # transformers checks types by means of its own, with exceptions of its own.
        raise EngineError(
            f"The file {path} is not a configuration of SAM 2.", f"{type(error).__name__}: {error}"
        ) from error


def _read(path: Path) -> Mapping[str, object]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise EngineError(f"The file {path} is too large for a configuration.")
        values = json.loads(path.read_bytes())
    except OSError as error:
        raise EngineError(f"The configuration {path} cannot be read.", str(error)) from error
    except (ValueError, RecursionError) as error:
        raise EngineError(
            f"The configuration {path} is damaged or not JSON.", str(error)
        ) from error
    if not isinstance(values, Mapping):
        raise EngineError(f"The file {path} is not a configuration of SAM 2.")
    return values


def _section(values: Mapping[str, object], name: str, path: Path) -> Mapping[str, object]:
    found = values.get(name)
    if not isinstance(found, Mapping):
        raise EngineError(f"The configuration {path} has no {name}.")
    return found


def _checked(
    values: Mapping[str, object], limits: Mapping[str, float], path: Path
) -> dict[str, object]:
    """The numbers of a section that shape the network; what it does not say is left out."""
    found = {name: values[name] for name in limits if values.get(name) is not None}
    for name, value in found.items():
        if not _is_within(value, limits[name]):
            raise EngineError(
                f"The configuration {path} is not one of SAM 2: its {name} is out of range.",
                repr(value)[:200],
            )
    return found


def _is_within(value: object, limit: float, levels: int = 2) -> bool:
    if isinstance(value, list):
        return (
            levels > 0
            and len(value) <= _DEPTH
            and all(_is_within(each, limit, levels - 1) for each in value)
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= limit
