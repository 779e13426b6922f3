"""Refinements of generated scenes, what triage sees of them, and whether they did harm."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, context_region
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.changes import find_changes
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.metrics import is_harm, measure
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.builtin_refiner import BuiltinRefiner
from segrefine_gui.engines.grabcut import GrabCutRefiner
from segrefine_gui.engines.guided_filter import soften
from segrefine_gui.triage.base import Evidence
from segrefine_gui.triage.change_features import CHANGE_FEATURES, describe_changes
from segrefine_gui.triage.features import describe
from segrefine_gui.triage.model_file import VERSION
from segrefine_gui.triage.working_copy import WorkingCopy, bounding_box
from training.risk_scenes import broken, generous, imitate_segmenter, make_risk_scene
from training.scenes import Scene
from training.texture_bank import TextureBank

Soft = npt.NDArray[np.uint8]
Rgb = npt.NDArray[np.uint8]
Refine = Callable[[Rgb, BoolMask], Soft]
Runs = tuple[Refine, Refine]
"""A refiner, and its second run to agree with."""

SEED = 9001
"""Far from the seeds that the refiner's network is trained and checked with."""
MIXTURE = "mixture"
"""The name under which refinements of several kinds are kept, for refiners not at hand."""

_MASKS_PER_SCENE = 2
_SECOND_RUNS = 1 / 3
_KNOWN_NEIGHBOURS = 0.5
_BROKEN = 0.04
"""Share of refinements that are spoilt on purpose: a model must know what it has never seen go
right. They count in fitting alone, not in any figure."""


@dataclass(frozen=True, slots=True)
class RiskCase:
    """One refinement of a generated scene.

    Attributes:
        scene: which scene; cases of one scene are never split between fitting and checking.
        features: of the refinement.
        change_table: float64 (changes, features), in the order of `CHANGE_FEATURES`.
        change_areas: float64 (changes,), shares of the object's area.
        change_wrong: float64 (changes,), share 0..1 of each change's pixels that it made wrong.
        harmed: whether refining harmed.
        broken: whether the refinement was spoilt on purpose.
    """

    scene: str
    features: dict[str, float]
    change_table: npt.NDArray[np.float64]
    change_areas: npt.NDArray[np.float64]
    change_wrong: npt.NDArray[np.float64]
    harmed: bool
    broken: bool


class CaseMaker:
    """Makes the cases of a scene by its number: the same number always gives the same cases.

    Args:
        refiners: names among "grabcut", "builtin" and `MIXTURE`.
        model: the built-in refiner's network.
        cache: folder in which the cases of each scene are kept.
        bank: surfaces of the scenes.
    """

    def __init__(
        self, refiners: Sequence[str], model: Path, cache: Path, bank: TextureBank
    ) -> None:
        self._refiners = tuple(refiners)
        # What a refiner answers depends on its weights, and features on their version.
        digest = hashlib.sha256(model.read_bytes()).hexdigest()[:8]
        self._cache = cache / f"v{VERSION}-{digest}"
        self._cache.mkdir(parents=True, exist_ok=True)
        self._bank = bank
        builtin = BuiltinRefiner(_network(model), EngineRun(engine="builtin"))
        self._engines: dict[str, Refine] = {
            "grabcut": partial(_run, GrabCutRefiner()),
            "builtin": partial(_run, builtin),
        }

    def cases(self, number: int) -> dict[str, list[RiskCase]]:
        """The cases of one scene by refiner, from the cache where they are."""
        kept: dict[str, list[RiskCase]] = {}
        for refiner in self._refiners:
            path = self._cache / f"{refiner}-{number:05d}.json"
            if path.exists():
                kept[refiner] = [_from_json(item) for item in json.loads(path.read_text())]
        missing = [refiner for refiner in self._refiners if refiner not in kept]
        if missing:
            made = self._made(number, missing)
            for refiner, cases in made.items():
                path = self._cache / f"{refiner}-{number:05d}.json"
                unfinished = path.with_suffix(".part")
                unfinished.write_text(json.dumps([_to_json(case) for case in cases]))
                unfinished.replace(path)
            kept |= made
        return kept

    def _made(self, number: int, refiners: Sequence[str]) -> dict[str, list[RiskCase]]:
        rng = np.random.default_rng((SEED, 2, number))
        scene = make_risk_scene(rng, self._bank)
        cases: dict[str, list[RiskCase]] = {refiner: [] for refiner in refiners}
        for turn in range(_MASKS_PER_SCENE):
            coarse = imitate_segmenter(rng, scene)
            for refiner in refiners:
                # A stream of its own, so that a case does not depend on who else is asked for.
                own = np.random.default_rng((SEED, 3, number, turn, *refiner.encode()))
                runs = self._runs(own, refiner, scene, coarse)
                cases[refiner].append(_case(own, scene, coarse, refiner, runs, str(number)))
        return cases

    def _runs(self, rng: np.random.Generator, refiner: str, scene: Scene, coarse: BoolMask) -> Runs:
        """How a case is refined; in the mixture by any of several refiners."""
        kind = rng.random()
        if refiner == MIXTURE:
            if kind >= 0.75:
                return _another_mask(rng, scene, _region(coarse))
            if kind >= 0.65:
                return _and_mirrored(partial(_smoothed, int(rng.integers(2, 12))))
            refiner = "grabcut" if kind < 0.3 else "builtin"
        return _and_mirrored(self._engines[refiner])


def _and_mirrored(refine: Refine) -> Runs:
    def mirrored(image: Rgb, mask: BoolMask) -> Soft:
        soft = refine(np.ascontiguousarray(image[:, ::-1]), np.ascontiguousarray(mask[:, ::-1]))
        return np.ascontiguousarray(soft[:, ::-1])

    return refine, mirrored


def _another_mask(rng: np.random.Generator, scene: Scene, region: Box) -> Runs:
    """What another segmenter might say of the same thing, in place of a refinement."""

    def other(image: Rgb, mask: BoolMask) -> Soft:  # noqa: ARG001 - it has seen the scene
        found = imitate_segmenter(rng, scene)[region.slices].astype(np.uint8) * 255
        blurred: Soft = cv2.GaussianBlur(found, (0, 0), float(rng.uniform(0.4, 2)))
        return blurred

    return other, other


def _smoothed(radius: int, image: Rgb, mask: BoolMask) -> Soft:
    return soften(mask, image, image, radius, 1e-3)


def _case(
    rng: np.random.Generator,
    scene: Scene,
    coarse: BoolMask,
    refiner: str,
    runs: Runs,
    name: str,
) -> RiskCase:
    region = _region(coarse)
    image = np.ascontiguousarray(scene.image[region.slices])
    view = np.ascontiguousarray(coarse[region.slices])
    first_run, second_run = runs
    soft = first_run(image, view)
    is_broken = rng.random() < _BROKEN
    if is_broken:
        soft = broken(rng, soft)
    second = second_run(image, view) if rng.random() < _SECOND_RUNS else None
    neighbours = None
    if rng.random() < _KNOWN_NEIGHBOURS and scene.neighbours.any():
        # They are known by their coarse masks, which are as generous as any.
        neighbours = generous(rng, scene.neighbours)[region.slices]
    refined = soft >= DEFAULT_THRESHOLD
    changes = find_changes(view, refined, region)
    evidence = Evidence(image, view, soft, region, refiner, neighbours=neighbours, second=second)
    copy = WorkingCopy(evidence, changes)
    whole = coarse.copy()
    whole[region.slices] = refined
    wrong = (refined != scene.truth[region.slices]).ravel()
    count = len(changes.changes) + 1
    areas = np.bincount(changes.labels.ravel(), minlength=count)[1:]
    mistakes = np.bincount(changes.labels.ravel(), weights=wrong, minlength=count)[1:]
    return RiskCase(
        name,
        describe(copy, changes, None),
        describe_changes(copy, changes),
        areas * (copy.scale / copy.extent) ** 2,
        mistakes / areas,
        is_harm(measure(coarse, scene.truth), measure(whole, scene.truth)),
        is_broken,
    )


def _region(coarse: BoolMask) -> Box:
    height, width = coarse.shape
    return context_region(bounding_box(coarse), width, height)


def _run(refiner: GrabCutRefiner | BuiltinRefiner, image: Rgb, mask: BoolMask) -> Soft:
    return refiner.refine(image, mask, CancelToken())


def _network(path: Path) -> Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])

    def run(inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        (logits,) = session.run(None, {"inputs": np.ascontiguousarray(inputs)})
        return np.asarray(logits, np.float32)

    return run


def _to_json(case: RiskCase) -> dict[str, object]:
    return {
        "scene": case.scene,
        "features": case.features,
        "change_table": case.change_table.tolist(),  # NaN is written as NaN; the cache is ours
        "change_areas": case.change_areas.tolist(),
        "change_wrong": case.change_wrong.tolist(),
        "harmed": case.harmed,
        "broken": case.broken,
    }


def _from_json(item: dict[str, object]) -> RiskCase:
    table = np.array(item["change_table"], np.float64)
    return RiskCase(
        str(item["scene"]),
        dict(item["features"]),  # type: ignore[call-overload]
        table.reshape(len(table), len(CHANGE_FEATURES)),
        np.array(item["change_areas"], np.float64),
        np.array(item["change_wrong"], np.float64),
        bool(item["harmed"]),
        bool(item["broken"]),
    )
