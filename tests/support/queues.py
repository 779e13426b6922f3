"""Projects with a long queue, made without engines."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.storage.base import NewImage, NewInstance
from segrefine_gui.storage.project import Project

CATEGORIES = ("cat", "dog", "bird")


def disk(radius: int, x: int = 80, y: int = 60) -> np.ndarray:
    """A disk in an image of 160 x 120."""
    mask = np.zeros((120, 160), np.uint8)
    cv2.circle(mask, (x, y), radius, 1, -1)
    return mask.astype(bool)


def make_queue(
    path: Path, images: Path, count: int, *, refined: int | None = None, risks: bool = True
) -> Path:
    """A project over `one.png` and `two.png` with `count` instances.

    Number n, from 0, has the source id n, a category by turns, score n / count, and a coarse disk
    of radius 10 + n % 20; the first `refined` (all, when None) are refined to radius 24 with the
    risk n / count where `risks` says so. The first half is in `one.png`.
    """
    with Project.create(path) as project:
        added = project.add_images(
            NewImage(images / name, name, 160, 120) for name in ("one.png", "two.png")
        )
        half = (count + 1) // 2
        for image, numbers in zip(added, (range(half), range(half, count)), strict=True):
            new = [
                NewInstance(n, CATEGORIES[n % 3], n % 3, encode_mask(disk(10 + n % 20)), n / count)
                for n in numbers
            ]
            project.add_instances(image.id, "made", new)
        soft = SoftMask(Box(40, 20, 120, 100), disk(24)[20:100, 40:120].astype(np.uint8) * 255)
        for entry in project.queue()[: count if refined is None else refined]:
            assessment = Assessment(entry.source_id / count, (), (), {}, "made") if risks else None
            run = EngineRun("made")
            project.add_refinement(Refinement(0, entry.instance_id, soft, run, assessment))
    return path
