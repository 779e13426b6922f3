"""Builds a Detectron2 network from files that are not trusted. Imports Detectron2 when called.

Left to itself Detectron2 evaluates Python in YAML files, unpickles whatever a weights file asks
for, and downloads what a configuration names. None of that happens here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.engines import checkpoints


def read_config(path: Path, device: str, score_threshold: float) -> Any:
    """A configuration for inference, as Detectron2's `CfgNode`.

    Args:
        path: a YAML file; its `_BASE_` may name other local files.
        device: "cpu" or "cuda:N".
        score_threshold: 0..1, set for every kind of head.

    Raises:
        EngineError: it cannot be read, holds Python tags or remote bases, or describes a network
            without masks.
    """
    import yaml  # type: ignore[import-untyped]
    from detectron2.config import CfgNode, get_cfg

    class LocalConfig(CfgNode):  # type: ignore[misc]  # untyped base class
        """Opens files only, where its base class would follow an address."""

        @classmethod
        def _open_cfg(cls, filename: str) -> IO[str]:
            if "://" in filename:
                raise EngineError(
                    f"The configuration {path} builds on {filename}: download that file and name "
                    "it by its path."
                )
            return Path(filename).open(encoding="utf-8")

    config = LocalConfig(get_cfg())
    try:
        config.merge_from_file(str(path), allow_unsafe=False)
    except yaml.constructor.ConstructorError as error:
        raise EngineError(
            f"The configuration {path} holds Python code (a !!python tag) and was refused.",
            str(error),
        ) from error
    except (
        yaml.YAMLError, OSError, KeyError, ValueError, TypeError, AttributeError,
        AssertionError, RecursionError,
    ) as error:  # fmt: skip
        raise EngineError(
            f"The configuration {path} is not one of Detectron2.",
            f"{type(error).__name__}: {error}",
        ) from error
    if not config.MODEL.MASK_ON and config.MODEL.META_ARCHITECTURE != "PanopticFPN":
        raise EngineError(f"The model of {path} finds boxes only: choose one that makes masks.")
    if config.INPUT.FORMAT not in ("RGB", "BGR"):
        raise EngineError(
            f"The model of {path} wants images as {config.INPUT.FORMAT}; "
            "only RGB and BGR are supported."
        )
    config.MODEL.WEIGHTS = ""
    config.MODEL.DEVICE = device
    config.MODEL.ROI_HEADS.SCORE_THRESH_TEST = score_threshold
    config.MODEL.RETINANET.SCORE_THRESH_TEST = score_threshold
    config.MODEL.PANOPTIC_FPN.COMBINE.INSTANCES_CONFIDENCE_THRESH = score_threshold
    return config


def build_network(config: Any, weights: Path) -> Any:
    """The network of `config` with the parameters of `weights`, ready for inference.

    Raises:
        EngineError: the configuration describes no network that can be built.
        WeightsError: the file is damaged, hostile, or of another network.
    """
    from detectron2.checkpoint import DetectionCheckpointer
    from detectron2.modeling import build_model

    try:
        network = build_model(config).eval()
    except Exception as error:
        # A configuration names classes and shapes freely: what goes wrong then can be anything.
        raise EngineError(
            "Detectron2 could not build the network that the configuration describes.",
            f"{type(error).__name__}: {error}",
        ) from error
    misfit = (
        f"The weights file {weights} is not one of this model: choose the configuration that it "
        "was trained with."
    )
    try:
        keys = DetectionCheckpointer(network)._load_model(_read_checkpoint(weights))
    except (RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise WeightsError(misfit, f"{type(error).__name__}: {error}") from error
    # Counters of batch normalisation came later than many published files; inference needs none.
    missing = [key for key in keys.missing_keys if not key.endswith("num_batches_tracked")]
    if missing or keys.incorrect_shapes:
        raise WeightsError(
            misfit, f"missing: {missing[:5]}; of another shape: {keys.incorrect_shapes[:5]}"
        )
    return network


def _read_checkpoint(path: Path) -> dict[str, Any]:
    """The file in the form that Detectron2's checkpointer takes, as its `_load_file` makes it.

    Zoo files are pickles {"model", "__author__"}; other pickles come from Caffe2 and need
    Detectron2's matching of names; training writes {"model", ...} by `torch.save`.
    """
    if path.suffix != ".pkl":
        content = checkpoints.read_torch(path)
        return {"model": dict(_parameters(content, path))}
    content = checkpoints.read_pickle(path)
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
