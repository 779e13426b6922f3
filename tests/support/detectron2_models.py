"""Detectron2's own networks with random weights, small enough for a test."""

from __future__ import annotations

import pickle
from pathlib import Path

import torch

from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.detectron2.segmenter import Detectron2Factory
from segrefine_gui.engines.detectron2.zoo import DEFAULT_MODEL, config_file

SMALL = (
    "INPUT: {MIN_SIZE_TEST: 64, MAX_SIZE_TEST: 96}\n"
    "MODEL: {RPN: {POST_NMS_TOPK_TEST: 20}}\n"
    "TEST: {DETECTIONS_PER_IMAGE: 5}\n"
)


def make_models(folder: Path) -> None:
    """Write `small.yaml`, the zoo's R50-FPN Mask R-CNN for small images, and random weights for it
    as training writes them (`trained.pth`) and as the zoo does (`zoo.pkl`).
    """
    (folder / "small.yaml").write_text(f"_BASE_: {config_file(DEFAULT_MODEL)}\n{SMALL}")
    state = random_state(folder / "small.yaml")
    torch.save({"model": state, "iteration": 7}, folder / "trained.pth")
    arrays = {name: value.numpy() for name, value in state.items()}
    zoo = {"model": arrays, "__author__": "Detectron2 Model Zoo"}
    (folder / "zoo.pkl").write_bytes(pickle.dumps(zoo, protocol=2))


def random_state(path: Path) -> dict:
    """Parameters of a network that has seen nothing but whose activations stay finite."""
    from detectron2.config import get_cfg
    from detectron2.modeling import build_model

    config = get_cfg()
    config.merge_from_file(str(path))
    config.MODEL.DEVICE = "cpu"
    torch.manual_seed(0)
    return tamed(build_model(config).state_dict())


def tamed(state: dict) -> dict:
    """Untrained, with its normalisation frozen, 16 residual blocks explode: make each smaller."""
    for name, value in state.items():
        if name.endswith("conv3.norm.weight"):
            value *= 0.1
    return state


def load(folder: Path, weights: str | Path, model: str | Path = "small.yaml", score=0.0, **changes):
    options = EngineOptions(
        weights_folder=folder,
        device="cpu",
        model=str(folder / model),
        weights=folder / weights,
        score_threshold=score,
        **changes,
    )
    return Detectron2Factory().load(options)


def same(some, others) -> bool:
    return [(d.mask, d.category, d.score) for d in some] == [
        (d.mask, d.category, d.score) for d in others
    ]
