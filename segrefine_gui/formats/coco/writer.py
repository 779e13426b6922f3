"""COCO instances JSON, written: exact run-length code, or polygons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from segrefine_gui.domain.extras import Extra, extra_fields
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Category, Image
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.coco.document import CocoDocument
from segrefine_gui.formats.coco.entries import LISTS, ImageId
from segrefine_gui.formats.free_ids import free_ids
from segrefine_gui.formats.reading.provenance import KEY
from segrefine_gui.formats.writing.polygons import polygons_of
from segrefine_gui.formats.writing.provenance import provenance_of

RELATIVES = ("coco", "lvis")
"""Formats that say the same things by the same keys."""

_INFO = {"description": "Masks exported by SegRefine"}


class CocoWriter:
    """Writes `instances.json`, or `instances_train.json` and `instances_val.json`.

    An instance keeps its `source_id` as annotation id when that is above 0 and not taken yet;
    the others come last and get new ids. `iscrowd` is what it was when it was imported, else 0, as
    evaluation treats crowds otherwise; `area` and `bbox` are those of the mask that is written.
    What COCO has no key for is in an object `segrefine` of the annotation.

    Args:
        options: with `polygons`, polygons instead of run-length code, a hole being joined to the
            outline around it by a seam that cocoapi's rasteriser does not see. They are exact
            unless there is a `tolerance`; then each mask that they change is reported. What
            polygons cannot hold stays run-length code and is reported.
    """

    name = "coco"
    overlaps = True
    incremental = False

    def __init__(self, options: WriterOptions) -> None:
        self._options = options

    def open(self, folder: Path, head: ExportHead) -> CocoSink:
        """Begin an export; see `MaskWriter.open`."""
        return CocoSink(folder, head, self._options)


class CocoSink(MaskSink):
    """One export as COCO; see `MaskSink`.

    Attributes:
        file_name: of the file, without a split.
        least_id: lowest id that an image may have.
        drops: keys of imported annotations that are not written.
    """

    file_name: ClassVar[str] = "instances.json"
    least_id: ClassVar[int] = 0
    drops: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, folder: Path, head: ExportHead, options: WriterOptions) -> None:
        self._polygons = options.polygons
        self._tolerance = options.tolerance
        self._categories = head.categories
        self._image_ids = _output_ids([each.image for each in head.images], self.least_id)
        about = _about(head.documents)
        taken: set[int] = set()
        self._documents: dict[str, CocoDocument] = {}
        for split in sorted({each.split for each in head.images} or {""}):
            name = self.file_name.replace(".", f"_{split}.") if split else self.file_name
            self._documents[split] = CocoDocument(folder / name, about, taken)

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write an image with its annotations."""
        document = self._documents[image.split]
        image_id = self._image_ids[image.image.id]
        document.add_image(self.image_fields(image.image, image_id))
        problems: list[Problem] = []
        for record in records:
            assert record.mask is not None
            segmentation, mask, problem = self._segmentation(record, record.mask)
            if problem:
                problems.append(problem)
            fields = {
                "image_id": image_id,
                "category_id": self.category_id(record.instance.category),
                "segmentation": segmentation,
                "area": mask.area,
                "bbox": mask.box.to_xywh(),
                **self.annotation_fields(record),
            }
            fields = self.with_extra(fields, record.instance.extra)
            fields[KEY] = provenance_of(record)
            document.add_annotation(record.instance.source_id, fields)
        return Added(written=len(records), problems=problems)

    def close(self) -> Sequence[Problem]:
        """Complete the files."""
        for split, document in self._documents.items():
            document.close([self.category_fields(each, split) for each in self._categories])
        return ()

    def category_id(self, category: Category) -> int:
        """A category's id in the file."""
        return category.source_id

    def image_fields(self, image: Image, image_id: ImageId) -> dict[str, object]:
        """All fields of an image."""
        fields: dict[str, object] = {
            "id": image_id,
            "file_name": image.name,
            "width": image.width,
            "height": image.height,
        }
        return self.with_extra(fields, image.extra)

    def annotation_fields(self, record: ExportRecord) -> dict[str, object]:
        """The fields of an annotation besides its mask's and those that it came with."""
        came_with = extra_fields(record.instance.extra, *RELATIVES)
        score = record.instance.score
        fields: dict[str, object] = {"iscrowd": came_with.get("iscrowd", 0)}
        return fields if score is None else {**fields, "score": score}

    def category_fields(self, category: Category, split: str) -> dict[str, object]:  # noqa: ARG002
        """All fields of a category."""
        fields: dict[str, object] = {"id": self.category_id(category), "name": category.name}
        return self.with_extra(fields, category.extra)

    def with_extra(self, fields: dict[str, object], extra: Extra | None) -> dict[str, object]:
        """The fields, and after them those that a file of COCO or a relative had besides."""
        came_with = extra_fields(extra, *RELATIVES)
        more = {key: came_with[key] for key in came_with if key not in (*fields, *self.drops)}
        return {**fields, **more}

    def _segmentation(self, record: ExportRecord, mask: Rle) -> tuple[object, Rle, Problem | None]:
        """The mask as JSON, the mask that this is, and what to say of it."""
        if not self._polygons:
            return mask.to_coco(), mask, None
        found = polygons_of(mask, self._tolerance)
        if found is None:
            why = "too ragged for polygons" if mask.area else "empty"
            sentence = f"It is {why}, so it was written as run-length code."
            return mask.to_coco(), mask, Problem(record.subject, sentence)
        if found.pixels:
            sentence = f"Its simplified outline changes {found.pixels:,} pixels."
            return found.parts, found.drawn, Problem(record.subject, sentence, found.pixels)
        return found.parts, mask, None


def _about(documents: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {"info": _INFO}
    for name in reversed(RELATIVES):
        found.update(documents.get(name, {}))
    return {key: value for key, value in found.items() if key not in LISTS}


def _output_ids(images: Sequence[Image], least: int) -> dict[int, ImageId]:
    """An id for each project id: its source id when nothing else has it, else one that is free.

    Ids that were text, which a project has no column for, are among what the image came with.
    """
    wanted: dict[int, ImageId] = {}
    for each in images:
        text = extra_fields(each.extra, *RELATIVES).get("id")
        if each.source_id is not None and each.source_id >= least:
            wanted[each.id] = each.source_id
        elif isinstance(text, str):
            wanted[each.id] = text
    counts = Counter(wanted.values())
    kept = {own: source for own, source in wanted.items() if counts[source] == 1}
    taken = set(kept.values())
    own_ids = [each.id for each in images]
    unused = free_ids({*own_ids, *(number for number in taken if isinstance(number, int))})
    for own in own_ids:
        if own not in kept:
            kept[own] = own if own not in taken else next(unused)
    return kept
