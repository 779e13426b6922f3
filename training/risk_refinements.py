"""Refinements of generated scenes, with the truth: what the risk models are learned from.

They are kept on disk as they are made, so that a run can be stopped and resumed, and so that
features can be tried without refining again.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, context_region
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.metrics import is_harm, measure
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.builtin.refiner import BuiltinRefiner
from segrefine_gui.engines.classical.grabcut import GrabCutRefiner
from segrefine_gui.engines.classical.guided_filter import soften
from segrefine_gui.services.reruns import larger_region, rerun_flipped, rerun_larger
from segrefine_gui.triage.base import RERUNS, Rerun
from segrefine_gui.triage.working_copy import bounding_box
from training.risk_scenes import broken, generous, imitate_segmenter, make_risk_scene
from training.scenes import Scene
from training.texture_bank import TextureBank

Soft = npt.NDArray[np.uint8]
Rgb = npt.NDArray[np.uint8]
Refine = Callable[[Rgb, BoolMask], Soft]

SEED = 9001
"""Far from the seeds that the refiner's network is trained and checked with."""
MIXTURE = "mixture"
"""The name under which refinements of several kinds are kept, for refiners not at hand."""
SOURCES = ("builtin", "grabcut", MIXTURE)

_FORM = 1
"""Of what is kept; raised whenever scenes, refiners or the files change."""
_MASKS_PER_SCENE = 2
_RERUNS = 0.5
"""How often there is each kind of rerun: a model must do with any of them, and with none."""
_KNOWN_NEIGHBOURS = 0.5
_BROKEN = 0.04
"""Share of refinements that are spoilt on purpose: a model must know what it has never seen go
right. They count in fitting alone, not in any figure."""


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """One refinement of a generated scene; arrays of one region.

    Attributes:
        scene: which scene; cases of one scene are never split between fitting and checking.
        source: one of `SOURCES`.
        image: uint8 (h, w, 3) RGB.
        coarse: bool (h, w).
        truth: bool (h, w).
        neighbours: bool (h, w); None where they are not known.
        soft: uint8 (h, w).
        reruns: uint8 (h, w) by kind.
        harmed: whether refining harmed.
        broken: whether the refinement was spoilt on purpose.
    """

    scene: str
    source: str
    image: Rgb
    coarse: BoolMask
    truth: BoolMask
    neighbours: BoolMask | None
    soft: Soft
    reruns: Mapping[Rerun, Soft]
    harmed: bool
    broken: bool


class RefinementMaker:
    """Makes the refinements of a scene by its number: the same number always gives the same.

    Args:
        model: the built-in refiner's network.
        cache: folder in which the refinements of each scene are kept.
        bank: surfaces of the scenes.
    """

    def __init__(self, model: Path, cache: Path, bank: TextureBank) -> None:
        # What a refiner answers depends on its weights.
        digest = hashlib.sha256(model.read_bytes()).hexdigest()[:8]
        self._cache = cache / f"form-{_FORM}-{digest}"
        self._cache.mkdir(parents=True, exist_ok=True)
        self._bank = bank
        builtin = BuiltinRefiner(_network(model), EngineRun(engine="builtin"))
        self._engines: dict[str, Refine] = {
            "grabcut": partial(_run, GrabCutRefiner()),
            "builtin": partial(_run, builtin),
        }

    def refinements(self, number: int) -> list[Refined]:
        """Those of one scene by all sources, from the cache where they are."""
        path = self._cache / f"{number:05d}.npz"
        try:
            return _read(path)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            made = self._made(number)
            _write(path, made)
            return made

    def _made(self, number: int) -> list[Refined]:
        rng = np.random.default_rng((SEED, 2, number))
        scene = make_risk_scene(rng, self._bank)
        made = []
        for turn in range(_MASKS_PER_SCENE):
            coarse = imitate_segmenter(rng, scene)
            neighbours = None
            if rng.random() < _KNOWN_NEIGHBOURS and scene.neighbours.any():
                # They are known by their coarse masks, which are as generous as any.
                neighbours = generous(rng, scene.neighbours)
            for source in SOURCES:
                own = np.random.default_rng((SEED, 3, number, turn, *source.encode()))
                made.append(self._refined(own, source, scene, coarse, neighbours, str(number)))
        return made

    def _refined(
        self,
        rng: np.random.Generator,
        source: str,
        scene: Scene,
        coarse: BoolMask,
        neighbours: BoolMask | None,
        name: str,
    ) -> Refined:
        height, width = coarse.shape
        region = context_region(bounding_box(coarse), width, height)
        refine, other = self._pair(rng, source, scene, region)
        soft = refine(scene.image[region.slices], coarse[region.slices])
        is_broken = bool(rng.random() < _BROKEN)
        if is_broken:
            soft = broken(rng, soft)
        whole = coarse.copy()
        whole[region.slices] = soft >= DEFAULT_THRESHOLD
        return Refined(
            name,
            source,
            np.ascontiguousarray(scene.image[region.slices]),
            np.ascontiguousarray(coarse[region.slices]),
            np.ascontiguousarray(scene.truth[region.slices]),
            None if neighbours is None else np.ascontiguousarray(neighbours[region.slices]),
            soft,
            _reruns(rng, refine, other, scene.image, coarse, region),
            is_harm(measure(coarse, scene.truth), measure(whole, scene.truth)),
            is_broken,
        )

    def _pair(
        self, rng: np.random.Generator, source: str, scene: Scene, region: Box
    ) -> tuple[Refine, Refine]:
        """A refiner, and another to agree with; in the mixture any of several."""
        if source == MIXTURE:
            kind = rng.random()
            if kind >= 0.75:
                found = imitate_segmenter(rng, scene)
                return partial(_another_mask, rng, found, region), self._engines["builtin"]
            if kind >= 0.65:
                smoothed = partial(_smoothed, int(rng.integers(2, 12)))
                return smoothed, self._engines["grabcut"]
            source = "grabcut" if kind < 0.3 else "builtin"
        other = "builtin" if source == "grabcut" else "grabcut"
        return self._engines[source], self._engines[other]


def _reruns(
    rng: np.random.Generator,
    refine: Refine,
    other: Refine,
    image: Rgb,
    coarse: BoolMask,
    region: Box,
) -> dict[Rerun, Soft]:
    wanted = [kind for kind in RERUNS if rng.random() < _RERUNS]
    if isinstance(refine, partial) and refine.func is _another_mask:
        # What another segmenter says does not depend on how it is asked.
        wanted = [kind for kind in wanted if kind == "other"]
    crop, view = image[region.slices], coarse[region.slices]
    made: dict[Rerun, Soft] = {}
    if "flipped" in wanted:
        made["flipped"] = rerun_flipped(refine, crop, view)
    wider = larger_region(region, coarse.shape[1], coarse.shape[0])
    if "larger" in wanted and wider != region:
        made["larger"] = rerun_larger(
            refine, image[wider.slices], coarse[wider.slices], region, wider
        )
    if "other" in wanted:
        made["other"] = other(crop, view)
    return made


def _another_mask(
    rng: np.random.Generator, found: BoolMask, region: Box, image: Rgb, mask: BoolMask
) -> Soft:
    """What another segmenter says of the same thing, in place of a refinement."""
    del image, mask
    view = found[region.slices].astype(np.uint8) * 255
    blurred: Soft = cv2.GaussianBlur(view, (0, 0), float(rng.uniform(0.4, 2)))
    return blurred


def _smoothed(radius: int, image: Rgb, mask: BoolMask) -> Soft:
    return soften(mask, image, image, radius, 1e-3)


def _run(refiner: GrabCutRefiner | BuiltinRefiner, image: Rgb, mask: BoolMask) -> Soft:
    contiguous = np.ascontiguousarray(image), np.ascontiguousarray(mask)
    return refiner.refine(*contiguous, CancelToken())


def _network(path: Path) -> Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])

    def run(inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        (logits,) = session.run(None, {"inputs": np.ascontiguousarray(inputs)})
        return np.asarray(logits, np.float32)

    return run


def _write(path: Path, made: list[Refined]) -> None:
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    flags = []
    for at, item in enumerate(made):
        # Sources of one mask share the crop.
        if at % len(SOURCES) == 0:
            arrays[f"{at}.image"] = np.frombuffer(_png(item.image), np.uint8)
            arrays[f"{at}.coarse"] = np.frombuffer(_png(item.coarse), np.uint8)
            arrays[f"{at}.truth"] = np.frombuffer(_png(item.truth), np.uint8)
            if item.neighbours is not None:
                arrays[f"{at}.neighbours"] = np.frombuffer(_png(item.neighbours), np.uint8)
        arrays[f"{at}.soft"] = np.frombuffer(_png(item.soft), np.uint8)
        for kind, rerun in item.reruns.items():
            arrays[f"{at}.{kind}"] = np.frombuffer(_png(rerun), np.uint8)
        flags.append(
            {
                "scene": item.scene,
                "source": item.source,
                "harmed": item.harmed,
                "broken": item.broken,
            }
        )
    arrays["flags"] = np.frombuffer(json.dumps(flags).encode(), np.uint8)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    unfinished.replace(path)


def _read(path: Path) -> list[Refined]:
    with np.load(path, allow_pickle=False) as arrays:
        made = []
        for at, flags in enumerate(json.loads(arrays["flags"].tobytes())):
            first = at - at % len(SOURCES)
            neighbours = f"{first}.neighbours"
            made.append(
                Refined(
                    flags["scene"],
                    flags["source"],
                    _plane(arrays[f"{first}.image"]),
                    _plane(arrays[f"{first}.coarse"]) > 0,
                    _plane(arrays[f"{first}.truth"]) > 0,
                    _plane(arrays[neighbours]) > 0 if neighbours in arrays else None,
                    _plane(arrays[f"{at}.soft"]),
                    {
                        kind: _plane(arrays[f"{at}.{kind}"])
                        for kind in RERUNS
                        if f"{at}.{kind}" in arrays
                    },
                    flags["harmed"],
                    flags["broken"],
                )
            )
        return made


def _png(plane: npt.NDArray[np.generic]) -> bytes:
    pixels = plane.astype(np.uint8) * 255 if plane.dtype == np.bool_ else plane
    return bytes(cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])


def _plane(png: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    pixels = cv2.imdecode(png, cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("it is no picture")
    return np.asarray(pixels, np.uint8)
