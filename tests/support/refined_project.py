"""Projects whose masks and soft masks a test has made itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.storage.base import NewImage, NewInstance
from segrefine_gui.storage.project import Project

Pair = tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint8]]
"""A coarse mask and the soft mask of its refinement, both of the whole image."""


def make_refined_project(folder: Path, pairs: Sequence[Pair]) -> Path:
    """A project with one grey photo and one refined instance a pair."""
    path = folder / "refined.segrefine"
    store = Project.open_or_create(path)
    for number, (coarse, _) in enumerate(pairs):
        height, width = coarse.shape
        photo = folder / f"photo{number}.png"
        cv2.imwrite(str(photo), np.full((height, width, 3), 128, np.uint8))
        (image,) = store.add_images([NewImage(photo, photo.name, width, height)])
        instance = NewInstance(number, "thing", 1, encode_mask(coarse))
        store.add_instances(image.id, "test", [instance])
    for entry, (_, soft) in zip(store.queue(), pairs, strict=True):
        region = image_box(soft.shape[1], soft.shape[0])
        run = EngineRun("by-hand", device="cpu")
        store.add_refinement(Refinement(0, entry.instance_id, SoftMask(region, soft), run))
    store.close()
    return path
