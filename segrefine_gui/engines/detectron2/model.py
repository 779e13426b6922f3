"""Builds a Detectron2 network and fills it from a weights file that is not trusted.

Left to itself Detectron2 unpickles whatever a weights file asks for, and downloads what a
configuration names. None of that happens here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.engines.detectron2.blueprint import Blueprint, boxes_only
from segrefine_gui.engines.torch_base import checkpoints
from segrefine_gui.engines.torch_base.segmenter_parameters import SegmenterSettings


def build_network(
    blueprint: Blueprint,
    weights: Path,
    device: str,
    settings: SegmenterSettings,
    trust_weights: bool = False,
) -> Any:
    """The network with the parameters of `weights`, ready for inference.

    Args:
        blueprint: what to build.
        weights: the file; `.pkl` as the zoo publishes them, else as `torch.save` writes them.
        device: "cpu" or "cuda:N".
        settings: limits of its answer, set in every head that has them.
        trust_weights: a pickle that asks for more than arrays is read nevertheless.

    Raises:
        EngineError: the configuration describes no network that can be built, or none with masks.
        TrustError: the pickle asks to run something, and is not trusted.
        WeightsError: the file is damaged, or of another network.
    """
    from detectron2.checkpoint import DetectionCheckpointer

    try:
        network = blueprint.build().eval()
    except Exception as error:
        # A configuration names classes and shapes freely: what goes wrong then can be anything.
        raise EngineError(
            "Detectron2 could not build the network that the configuration describes.",
            f"{type(error).__name__}: {error}",
        ) from error
    heads = getattr(network, "roi_heads", None)
    if not getattr(heads, "mask_on", True) or getattr(heads, "mask_head", True) is None:
        raise boxes_only(blueprint.path)
    misfit = (
        f"The weights file {weights} is not one of this model: choose the configuration that it "
        "was trained with."
    )
    checkpoint = _read_checkpoint(weights, trust_weights)
    try:
        keys = DetectionCheckpointer(network)._load_model(checkpoint)
    except (RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise WeightsError(misfit, f"{type(error).__name__}: {error}") from error
    # Counters of batch normalisation came later than many published files; inference needs none.
    missing = [key for key in keys.missing_keys if not key.endswith("num_batches_tracked")]
    if missing or keys.incorrect_shapes:
        raise WeightsError(
            misfit, f"missing: {missing[:5]}; of another shape: {keys.incorrect_shapes[:5]}"
        )
    _limit(network, settings)
    return network.to(device)


def _limit(network: Any, settings: SegmenterSettings) -> None:
    """Set the score threshold and the number of detections, under the names of Detectron2's heads.

    They are set in the network because a LazyConfig has no one place for them.
    """
    for module in network.modules():
        if hasattr(module, "test_score_thresh"):
            module.test_score_thresh = settings.threshold
        if hasattr(module, "test_topk_per_image") and settings.detections:
            module.test_topk_per_image = settings.detections
        if hasattr(module, "combine_instances_score_thresh"):
            module.combine_instances_score_thresh = settings.threshold


def _read_checkpoint(path: Path, trusted: bool) -> dict[str, Any]:
    """The file in the form that Detectron2's checkpointer takes, as its `_load_file` makes it.

    Zoo files are pickles {"model", "__author__"}; other pickles come from Caffe2 and need
    Detectron2's matching of names; training writes {"model", ...} by `torch.save`.
    """
    if path.suffix != ".pkl":
        content = checkpoints.read_torch(path)
        return {"model": dict(_parameters(content, path))}
    content = checkpoints.read_pickle(path, trusted)
    if "model" in content and "__author__" in content:
        zoo = {"model": dict(_parameters(content, path)), "__author__": content["__author__"]}
        if content.get("matching_heuristics"):
            zoo["matching_heuristics"] = True
        return zoo
    blobs = content.get("blobs", content)
    parameters = {key: blobs[key] for key in blobs if not key.endswith("_momentum")}
    return {"model": parameters, "__author__": "Caffe2", "matching_heuristics": True}


def _parameters(content: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    parameters = content.get("model", content)
    if not isinstance(parameters, Mapping):
        raise WeightsError(
            f"The weights file {path} holds no parameters where Detectron2 keeps them."
        )
    return parameters
