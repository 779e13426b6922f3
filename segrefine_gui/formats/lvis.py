"""LVIS (https://www.lvisdataset.org/dataset): COCO's lists and what its evaluation needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from segrefine_gui.domain.records import Category, Image
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    Format,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.coco.entries import ImageId
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.formats.coco.writer import CocoSink

_FREQUENT, _COMMON = 100, 10
"""A category of more images than this is frequent, or common; all others are rare."""


class LvisReader(CocoReader):
    """Reads LVIS files, whose images are named by the last part of their `coco_url`."""

    name = "lvis"
    patterns = ("lvis*.json",)
    keys = ("images", "annotations", "neg_category_ids")
    other_keys = ()


class LvisWriter:
    """Writes `lvis.json`, or `lvis_train.json` and `lvis_val.json`.

    There is no `iscrowd`, and all ids count from 1. Masks are polygons, as Detectron2 reads no
    others: exact, a hole being joined to the outline around it by a seam that cocoapi's
    rasteriser does not see, unless there is a `tolerance`. `neg_category_ids`,
    `not_exhaustive_category_ids` and what is said of categories are as they were imported; where
    they are missing, the lists are empty and `image_count`, `instance_count` and `frequency` are
    those of the file. An image without a `coco_url` gets its name after a slash, which Detectron2
    takes for a file in the folder of the images.

    Args:
        options: `tolerance` is for the polygons.
    """

    name = "lvis"
    overlaps = True
    incremental = False

    def __init__(self, options: WriterOptions) -> None:
        self._options = replace(options, polygons=True)

    def open(self, folder: Path, head: ExportHead) -> LvisSink:
        """Begin an export; see `MaskWriter.open`."""
        return LvisSink(folder, head, self._options)


class LvisSink(CocoSink):
    """One export as LVIS; see `MaskSink`."""

    file_name: ClassVar[str] = "lvis.json"
    least_id: ClassVar[int] = 1
    drops: ClassVar[frozenset[str]] = frozenset({"iscrowd"})

    def __init__(self, folder: Path, head: ExportHead, options: WriterOptions) -> None:
        super().__init__(folder, head, options)
        least = min((each.source_id for each in head.categories), default=1)
        self._shift = max(0, 1 - least)
        self._images: dict[str, Counter[int]] = {}
        self._instances: dict[str, Counter[int]] = {}

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write an image with its annotations."""
        categories = [record.instance.category.source_id for record in records]
        self._images.setdefault(image.split, Counter()).update(set(categories))
        self._instances.setdefault(image.split, Counter()).update(categories)
        return super().add(image, records)

    def close(self) -> Sequence[Problem]:
        """Complete the files."""
        problems = list(super().close())
        if self._shift:
            sentence = f"{self._shift} was added to their ids, as those of LVIS count from 1."
            problems.append(Problem("all categories", sentence))
        return problems

    def category_id(self, category: Category) -> int:
        """A category's id in the file."""
        return category.source_id + self._shift

    def image_fields(self, image: Image, image_id: ImageId) -> dict[str, object]:
        """All fields of an image."""
        asked: dict[str, object] = {
            "coco_url": f"/{image.name}",
            "neg_category_ids": [],
            "not_exhaustive_category_ids": [],
        }
        return {**asked, **super().image_fields(image, image_id)}

    def annotation_fields(self, record: ExportRecord) -> dict[str, object]:
        """The fields of an annotation besides its mask's and those that it came with."""
        score = record.instance.score
        return {} if score is None else {"score": score}

    def category_fields(self, category: Category, split: str) -> dict[str, object]:
        """All fields of a category."""
        images = self._images.get(split, Counter())[category.source_id]
        instances = self._instances.get(split, Counter())[category.source_id]
        frequency = "f" if images > _FREQUENT else "c" if images > _COMMON else "r"
        counted = {"image_count": images, "instance_count": instances, "frequency": frequency}
        return {**counted, **super().category_fields(category, split)}


FORMAT = Format(
    "lvis",
    "LVIS",
    "One lvis.json with polygons, for what trains or evaluates on LVIS.",
    LvisReader(),
    LvisWriter,
    has_polygons=True,
)
