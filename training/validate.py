"""Measures a model: `python -m training.validate MODEL --data ../shared/data`.

Each case goes the way of `segrefine refine`: the region around the instance, the refiner's whole
schedule, the cut at one half. The truth itself is refined as well: whatever changes is harm.
"""

from __future__ import annotations

import argparse
import logging
import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.domain.masks import BoolMask, encode_mask
from segrefine_gui.domain.metrics import MaskQuality, is_harm, measure
from segrefine_gui.domain.records import Category, EngineRun, Instance, refined_mask
from segrefine_gui.engines.base import EngineOptions, Refiner, RgbImage, ignore_progress
from segrefine_gui.engines.builtin.refiner import BuiltinFactory, BuiltinRefiner
from segrefine_gui.engines.builtin.tiles import Network
from segrefine_gui.services.refine import refine_instance
from training.cases import Case, generated_cases, set_cases, sets_in

SCENES = 200
"""How many generated scenes a model is measured on."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What refining did to one case.

    Attributes:
        refined: bool (h, w).
        before: quality of the coarse mask.
        after: quality of the refined mask.
    """

    refined: BoolMask
    before: MaskQuality
    after: MaskQuality


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the cases of a set; harm is the share, 0..1, that refining made worse."""

    cases: int
    before: MaskQuality
    after: MaskQuality
    harm: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of one set.

    Attributes:
        coarse: with the coarse masks.
        truth: with the truth itself as coarse mask; its quality before is 1.
    """

    coarse: Figures
    truth: Figures


def load_refiner(path: Path) -> Refiner:
    """The built-in refiner with a model, on the CPU.

    Args:
        path: an .onnx file, or a checkpoint (.pt) of a training that may still go on.

    Raises:
        SegRefineError: it is no .onnx file that can be used.
    """
    if path.suffix == ".pt":
        return BuiltinRefiner(_torch_network(path), EngineRun("builtin"))
    return BuiltinFactory().load(EngineOptions(path.parent, device="cpu", weights=path))


def refine(refiner: Refiner, image: RgbImage, coarse: BoolMask, truth: BoolMask) -> Outcome:
    """Refine one mask as the app does, and hold it against the truth.

    Args:
        refiner: the engine.
        image: uint8 (h, w, 3) RGB.
        coarse: bool (h, w), not empty.
        truth: bool (h, w).
    """
    instance = Instance(0, 0, Category(0, "", 0), encode_mask(coarse), 0)
    refinement = refine_instance(refiner, image, instance, CancelToken(), ignore_progress)
    refined = refined_mask(refinement, instance.coarse).decode()
    return Outcome(refined, measure(coarse, truth), measure(refined, truth))


def measure_cases(refiner: Refiner, cases: Iterable[Case]) -> Measured:
    """Refine each case twice, from its coarse mask and from its truth, and take the means.

    Raises:
        ValueError: there are no cases.
    """
    coarse: list[tuple[MaskQuality, MaskQuality]] = []
    truth: list[tuple[MaskQuality, MaskQuality]] = []
    for case in cases:
        for mask, qualities in ((case.coarse, coarse), (case.truth, truth)):
            outcome = refine(refiner, case.image, mask, case.truth)
            qualities.append((outcome.before, outcome.after))
    if not coarse:
        raise ValueError("There is nothing to measure.")
    return Measured(_figures(coarse), _figures(truth))


def table(measured: Mapping[str, Measured]) -> str:
    """Sets and their figures as a Markdown table, IoU and mBA as shares, harm in per cent."""
    lines = [
        "| set (instances) | coarse IoU / mBA | refined IoU / mBA | harm "
        "| truth refined: IoU / mBA | harm |",
        "|---|---|---|---|---|---|",
    ]
    for name, figures in measured.items():
        coarse, truth = figures.coarse, figures.truth
        lines.append(
            f"| {name} ({coarse.cases}) | {_pair(coarse.before)} | {_pair(coarse.after)} "
            f"| {coarse.harm:.1%} | {_pair(truth.after)} | {truth.harm:.1%} |"
        )
    return "\n".join(lines)


def validate(refiner: Refiner, scenes: int, data: Path | None) -> str:
    """Measure on generated scenes and, where given, on each set of a folder.

    Args:
        refiner: the engine.
        scenes: how many generated scenes, at least 1.
        data: folder of sets as `cases.set_cases` reads them; None for none.

    Returns:
        `table` of all.

    Raises:
        SegRefineError: a set is damaged.
    """
    measured = {"generated": measure_cases(refiner, generated_cases(scenes))}
    for folder in sets_in(data) if data else []:
        logging.info("measuring %s", folder.name)
        measured[folder.name] = measure_cases(refiner, set_cases(folder))
    return table(measured)


def main() -> None:
    """Parse the command line, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m training.validate", description=__doc__)
    parser.add_argument("model", type=Path, help="an .onnx file, or a checkpoint (.pt)")
    parser.add_argument("--data", type=Path, help="folder of sets of real photos")
    parser.add_argument("--scenes", type=int, default=SCENES, help="how many generated scenes")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        print(validate(load_refiner(chosen.model), chosen.scenes, chosen.data))
    except SegRefineError as error:
        sys.exit(error.sentence)


def _torch_network(checkpoint: Path) -> Network:
    import torch

    from training.network import RefinerNetwork

    network = RefinerNetwork().eval()
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network.load_state_dict(state["averaged"])

    def run(inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            logits: npt.NDArray[np.float32] = network(torch.from_numpy(inputs)).numpy()
        return logits

    return run


def _figures(qualities: list[tuple[MaskQuality, MaskQuality]]) -> Figures:
    return Figures(
        len(qualities),
        _mean([before for before, _ in qualities]),
        _mean([after for _, after in qualities]),
        sum(is_harm(before, after) for before, after in qualities) / len(qualities),
    )


def _mean(qualities: list[MaskQuality]) -> MaskQuality:
    bounded = [quality.mba for quality in qualities if not math.isnan(quality.mba)]
    return MaskQuality(
        float(np.mean([quality.iou for quality in qualities])),
        float(np.mean(bounded)) if bounded else math.nan,
        float(np.mean([quality.boundary_iou for quality in qualities])),
    )


def _pair(quality: MaskQuality) -> str:
    return f"{quality.iou:.3f} / {quality.mba:.3f}"


if __name__ == "__main__":
    main()
