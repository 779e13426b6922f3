"""COCO instances JSON, written: exact run-length code, or polygons where they can be exact."""

from __future__ import annotations

import itertools
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Image
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.writing.polygons import polygons_of

FILE_NAME = "instances.json"
_INFO = {"description": "Masks exported by SegRefine"}
_SPOOL_BYTES = 16 << 20


class CocoWriter:
    """Writes `instances.json`, or `instances_train.json` and `instances_val.json`.

    An instance keeps its `source_id` as annotation id when that is above 0 and not taken yet;
    the others come last and get new ids. `source_id` is also written as a field of its own.
    `iscrowd` is 0, as evaluation treats crowds otherwise; `area` and `bbox` are the mask's.

    Args:
        options: with `polygons`, polygons instead of run-length code. They are exact, too: an
            instance that polygons cannot hold (with a hole, or empty) stays run-length code and
            is reported.
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
    """One export as COCO; see `MaskSink`."""

    def __init__(self, folder: Path, head: ExportHead, options: WriterOptions) -> None:
        self._folder = folder
        self._head = head
        self._options = options
        self._image_ids = _output_ids({each.image.id: each.image.source_id for each in head.images})
        self._documents: dict[str, _Document] = {}
        for split in sorted({each.split for each in head.images} or {""}):
            self._documents[split] = self._open(split)

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write an image with its annotations."""
        document = self._documents[image.split]
        image_id = self._image_ids[image.image.id]
        document.add_image(_image(image.image, image_id))
        problems: list[Problem] = []
        for record in records:
            assert record.mask is not None
            segmentation, sentence, pixels = self._segmentation(record.mask)
            if sentence:
                problems.append(Problem(record.subject, sentence, pixels))
            category_id = record.instance.category.source_id
            document.add_annotation(
                _annotation(record, record.mask, segmentation, image_id, category_id)
            )
        return Added(written=len(records), problems=problems)

    def close(self) -> Sequence[Problem]:
        """Complete the files."""
        for document in self._documents.values():
            document.close()
        return ()

    def _open(self, split: str) -> _Document:
        name = FILE_NAME.replace(".", f"_{split}.") if split else FILE_NAME
        head = {
            "info": _INFO,
            "categories": [
                {"id": each.source_id, "name": each.name} for each in self._head.categories
            ],
        }
        return _Document(self._folder / name, head)

    def _segmentation(self, mask: Rle) -> tuple[object, str, int]:
        """The mask as JSON, with what to say of it and how many pixels are others."""
        if not self._options.polygons:
            return mask.to_coco(), "", 0
        found = polygons_of(mask, self._options.tolerance)
        if found is None:
            why = "too ragged for polygons" if mask.area else "empty"
            return mask.to_coco(), f"It is {why}, so it was written as run-length code.", 0
        if found.pixels:
            return found.parts, f"Its polygons change {found.pixels:,} pixels.", found.pixels
        return found.parts, "", 0


class _Document:
    """A file of images and annotations: each id once, those that need a new one last."""

    def __init__(self, path: Path, head: Mapping[str, object]) -> None:
        self._stream = path.open("wb")
        self._annotations = SpooledTemporaryFile(_SPOOL_BYTES)  # noqa: SIM115 - until close
        self._postponed = SpooledTemporaryFile(_SPOOL_BYTES)  # noqa: SIM115 - until close
        self._ids: set[int] = set()
        self._images = 0
        self._stream.write(_json(head).removesuffix(b"}") + b', "images": [')

    def add_image(self, image: Mapping[str, object]) -> None:
        self._stream.write((b",\n" if self._images else b"\n") + _json(image))
        self._images += 1

    def add_annotation(self, annotation: Mapping[str, object]) -> None:
        source_id = annotation["source_id"]
        if isinstance(source_id, int) and source_id > 0 and source_id not in self._ids:
            self._write(source_id, annotation)
        else:
            self._postponed.write(_json(annotation) + b"\n")

    def close(self) -> None:
        """Write the annotations, last those that had to wait until all taken ids were known."""
        first = max(self._ids, default=0) + 1
        self._postponed.seek(0)
        for new_id, line in enumerate(self._postponed, start=first):
            self._write(new_id, json.loads(line))
        self._stream.write(b'\n], "annotations": [')
        self._annotations.seek(0)
        shutil.copyfileobj(self._annotations, self._stream)
        self._stream.write(b"\n]}\n")
        for stream in (self._annotations, self._postponed, self._stream):
            stream.close()

    def _write(self, annotation_id: int, annotation: Mapping[str, object]) -> None:
        self._annotations.write(b",\n" if self._ids else b"\n")
        self._annotations.write(_json({"id": annotation_id, **annotation}))
        self._ids.add(annotation_id)


def _annotation(
    record: ExportRecord, mask: Rle, segmentation: object, image_id: int, category_id: int
) -> dict[str, object]:
    instance = record.instance
    annotation = {
        "image_id": image_id,
        "category_id": category_id,
        "segmentation": segmentation,
        "area": mask.area,
        "bbox": mask.box.to_xywh(),
        "iscrowd": 0,
        "source_id": instance.source_id,
    }
    return annotation if instance.score is None else {**annotation, "score": instance.score}


def _output_ids(source_ids: Mapping[int, int | None]) -> dict[int, int]:
    """An id for each project id: its source id when nothing else has it, else one that is free."""
    counts = Counter(source_ids.values())
    kept = {
        own: source
        for own, source in source_ids.items()
        if source is not None and source >= 0 and counts[source] == 1
    }
    taken = set(kept.values())
    unused = itertools.count(max([*taken, *source_ids], default=0) + 1)
    for own in [own for own in source_ids if own not in kept]:
        kept[own] = own if own not in taken else next(unused)
    return kept


def _image(image: Image, image_id: int) -> dict[str, object]:
    return {
        "id": image_id,
        "file_name": image.name,
        "width": image.width,
        "height": image.height,
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
