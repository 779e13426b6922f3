"""Choose the gate of the risk models: `python -m training.risk_gate --scenes 300`.

On generated scenes that no model was fitted to, refinements go through the gate at every limit of
`LIMITS`. Of the limits that at least halve the harm that all refiners together do, the one that
keeps most IoU is written into every model's file, as `gate` of `made`: a good refiner alone harms
too seldom to choose by. No photographs with ground truth have a say in it.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.metrics import MaskQuality, is_harm, measure
from segrefine_gui.domain.records import Category, Instance, refined_mask
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.engines.base import EngineOptions, Refiner, ignore_progress
from segrefine_gui.engines.opinions import opinion_on
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.services.evaluate import MIN_COARSE_IOU
from segrefine_gui.services.gate import gate
from segrefine_gui.services.refine import refine_instance
from segrefine_gui.storage.locations import weights_folder
from segrefine_gui.triage.base import Evidence, Triage
from segrefine_gui.triage.risk import load_triage
from training.risk_refinements import SEED
from training.risk_scenes import imitate_segmenter, make_risk_scene
from training.samples import TEXTURES
from training.texture_bank import TextureBank

REFINERS = ("builtin", "grabcut")
LIMITS = (0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 1.0)
"""Ascending; the last lets everything through."""
HARM_KEPT = 0.5
"""A gate must bring harm down to this share of it, or less."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a limit does: means over all refinements, and the share that was harmed."""

    limit: float
    iou: float
    mba: float
    harm: float


def main() -> None:
    """Try the limits for each refiner and write the choice into every model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--refiners", nargs="+", default=REFINERS)
    parser.add_argument("--models", type=Path, default=resources_folder() / "models")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    triage = load_triage(chosen.models, opinion_on)
    options = EngineOptions(weights_folder())
    tried: list[list[Trial]] = []
    for name in chosen.refiners:
        refiner = EngineRegistry.discover().choose("refiner", name, options).load(options)
        assert isinstance(refiner, Refiner)
        tried.append(try_limits(refiner, triage, chosen.scenes))
        for trial in tried[-1]:
            _log.info("%s: %s", name, trial)
    best = choose(pooled(tried))
    _log.info("chosen: %g", best.limit)
    for path in sorted(chosen.models.glob("risk-*.json")):
        content = json.loads(path.read_text("utf-8"))
        content["made"]["gate"] = best.limit
        path.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", "utf-8")


def pooled(tried: Sequence[Sequence[Trial]]) -> list[Trial]:
    """The means over refiners that were tried on as many refinements and at the same limits."""
    return [
        Trial(
            same_limit[0].limit,
            float(np.mean([trial.iou for trial in same_limit])),
            float(np.mean([trial.mba for trial in same_limit])),
            float(np.mean([trial.harm for trial in same_limit])),
        )
        for same_limit in zip(*tried, strict=True)
    ]


def try_limits(refiner: Refiner, triage: Triage, scenes: int) -> list[Trial]:
    """What each of `LIMITS` does to the refinements of generated scenes.

    Args:
        refiner: makes the refinements.
        triage: estimates their risks.
        scenes: how many; always the same ones.
    """
    coarse, gated = [], []
    for before, after in _refinements(refiner, triage, scenes):
        coarse.append(before)
        gated.append([after[limit] for limit in LIMITS])
    return [
        Trial(
            limit,
            float(np.mean([quality.iou for quality in qualities])),
            float(np.nanmean([quality.mba for quality in qualities])),
            float(np.mean([is_harm(*pair) for pair in zip(coarse, qualities, strict=True)])),
        )
        for limit, qualities in zip(LIMITS, zip(*gated, strict=True), strict=True)
    ]


def choose(trials: Sequence[Trial]) -> Trial:
    """The trial that keeps most IoU, of those that bring harm down far enough.

    Args:
        trials: ascending by limit; the last let everything through.
    """
    allowed = HARM_KEPT * trials[-1].harm
    least = min(trial.harm for trial in trials)
    return max(
        (trial for trial in trials if trial.harm <= max(allowed, least)),
        key=lambda trial: (trial.iou, trial.limit),
    )


def _refinements(
    refiner: Refiner, triage: Triage, scenes: int
) -> Iterator[tuple[MaskQuality, Mapping[float, MaskQuality]]]:
    """Quality of each coarse mask, and by limit of what the gate lets through."""
    bank = TextureBank(0, TEXTURES)
    for number in range(scenes):
        # Another stream than that of the scenes which the models are fitted to.
        rng = np.random.default_rng((SEED, 4, number))
        scene = make_risk_scene(rng, bank)
        coarse = imitate_segmenter(rng, scene)
        before = measure(coarse, scene.truth)
        if before.iou < MIN_COARSE_IOU:
            continue
        rle = encode_mask(coarse)
        instance = Instance(0, 0, Category(0, "", 0), rle, 0)
        found = refine_instance(refiner, scene.image, instance, CancelToken(), ignore_progress)
        region = found.soft.region
        evidence = Evidence(
            np.ascontiguousarray(scene.image[region.slices]),
            coarse[region.slices],
            found.soft.values,
            region,
            found.run.engine,
            neighbours=scene.neighbours[region.slices],
        )
        refinement = replace(found, assessment=triage.assess(evidence))
        measured: dict[bytes, MaskQuality] = {}
        after = {}
        for limit in LIMITS:
            mask = refined_mask(refinement, rle, left_out=gate(refinement, rle, limit))
            if mask.counts not in measured:
                measured[mask.counts] = measure(mask.decode(), scene.truth)
            after[limit] = measured[mask.counts]
        yield before, after


if __name__ == "__main__":
    main()
