"""What a model is measured on: generated scenes that no training shows, and sets of real photos."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.metrics import iou
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.formats.base import MaskEntry, MaskFile
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.formats.detectron2.results import Detectron2Reader
from segrefine_gui.services.evaluate import MIN_COARSE_IOU
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.storage.image_io import find_images, read_rgb
from training.coarse_masks import imitate_coarse_mask
from training.samples import TEXTURES
from training.scenes import make_scene
from training.texture_bank import TextureBank

SCENE_SIDE = 320
"""Side of a generated scene, in pixels; training shows smaller ones."""

_log = logging.getLogger(__name__)

_BANK_SEED = 1
"""Training has the textures that seed 0 gives."""
_STREAM = 3
"""Training draws its scenes from stream 2, so that no seed of it gives one of these."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One instance to refine.

    Attributes:
        image: uint8 (h, w, 3) RGB.
        coarse: bool (h, w).
        truth: bool (h, w), never empty.
    """

    image: RgbImage
    coarse: BoolMask
    truth: BoolMask


def generated_cases(count: int, side: int = SCENE_SIDE) -> Iterator[Case]:
    """The first `count` validation scenes, always the same ones.

    The photographs that they are made of are those of the training; everything else differs.
    """
    bank = TextureBank(_BANK_SEED, TEXTURES)
    for number in range(count):
        rng = np.random.default_rng((0, _STREAM, number))
        scene = make_scene(rng, side, bank)
        yield Case(scene.image, imitate_coarse_mask(rng, scene), scene.truth)


def sets_in(folder: Path) -> list[Path]:
    """The sets in a folder, by name: its folders that hold a `truth.json`."""
    return sorted(truth.parent for truth in folder.glob("*/truth.json"))


def set_cases(folder: Path) -> Iterator[Case]:
    """The instances of a set of real photos, each with the truth that it overlaps most.

    As in `segrefine evaluate`, instances whose coarse IoU is below 0.5 are left out.

    Args:
        folder: with `images/`, `images.json` (COCO), `coco_instances_results.json` (Detectron2)
            and `truth.json` (COCO).

    Raises:
        SegRefineError: one of these is missing or damaged.
    """
    photos = folder / "images"
    matcher = ImageMatcher(find_images([photos]), [photos])
    coarse = _by_image(
        matcher,
        Detectron2Reader().read(folder / "coco_instances_results.json", folder / "images.json"),
    )
    truths = _by_image(matcher, CocoReader().read(folder / "truth.json"))
    for photo, entries in coarse.items():
        image = read_rgb(photo)
        shape = image.shape[:2]
        true_masks = list(_masks(truths.get(photo, []), shape))
        for mask in _masks(entries, shape):
            overlaps = [iou(mask, truth) for truth in true_masks]
            if overlaps and max(overlaps) >= MIN_COARSE_IOU:
                yield Case(image, mask, true_masks[int(np.argmax(overlaps))])


def _by_image(matcher: ImageMatcher, found: MaskFile) -> dict[Path, list[MaskEntry]]:
    for problem in found.problems:
        _log.warning("%s: %s", problem.subject, problem.sentence)
    entries: dict[Path, list[MaskEntry]] = defaultdict(list)
    for entry in found.masks:
        entries[matcher.find(entry.image)].append(entry)
    return entries


def _masks(entries: Iterable[MaskEntry], shape: Sequence[int]) -> Iterator[BoolMask]:
    for entry in entries:
        yield entry.segmentation.rasterise(shape[0], shape[1]).decode()
