"""COCO instances JSON, written: exact run-length code, or polygons where they can be exact."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Image
from segrefine_gui.formats.atomic import atomic_file
from segrefine_gui.formats.base import ExportRecord, ExportReport, ExportSet, Problem
from segrefine_gui.formats.outlines import trace_outlines

FILE_NAME = "instances.json"
_INFO = {"description": "Masks exported by SegRefine"}
_SPOOL_BYTES = 16 << 20


class CocoWriter:
    """Writes `instances.json`.

    An instance keeps its `source_id` as annotation id when that is above 0 and not taken yet;
    the others come last and get new ids. `source_id` is also written as a field of its own.
    `iscrowd` is 0, as evaluation treats crowds otherwise; `area` and `bbox` are the mask's.

    Args:
        polygons: write polygons instead of run-length code. They are exact, too: an instance
            that polygons cannot hold (with a hole, or empty) stays run-length code and is
            reported.
    """

    name = "coco"

    def __init__(self, polygons: bool = False) -> None:
        self._polygons = polygons

    def write(
        self,
        export: ExportSet,
        folder: Path,
        cancel: CancelToken,
        on_written: Callable[[int], None],
    ) -> ExportReport:
        """Write the file; see `MaskWriter.write`."""
        image_ids = _output_ids({image.id: image.source_id for image in export.images})
        category_ids = _output_ids({each.id: each.source_id for each in export.categories})
        problems = [
            Problem(f"category {each.name}", f"Its id is {category_ids[each.id]} in the export.")
            for each in export.categories
            if category_ids[each.id] != each.source_id
        ]
        head = {
            "info": _INFO,
            "images": [_image(image, image_ids[image.id]) for image in export.images],
            "categories": [
                {"id": category_ids[each.id], "name": each.name} for each in export.categories
            ],
        }
        path = folder / FILE_NAME
        with atomic_file(path) as stream, SpooledTemporaryFile(_SPOOL_BYTES) as spool:
            stream.write(_json(head).removesuffix(b"}") + b', "annotations": [')
            annotations = _Annotations(stream, spool)
            for done, record in enumerate(export.records, start=1):
                cancel.raise_if_cancelled()
                if record.mask is not None:
                    segmentation, problem = self._segmentation(record.mask)
                    if problem:
                        problems.append(Problem(_subject(record), problem))
                    image_id = image_ids[record.image.id]
                    category_id = category_ids[record.instance.category.id]
                    annotations.add(
                        _annotation(record, record.mask, segmentation, image_id, category_id)
                    )
                on_written(done)
            annotations.add_postponed()
            stream.write(b"\n]}\n")
        return ExportReport([path], annotations.count, problems)

    def _segmentation(self, mask: Rle) -> tuple[object, str]:
        """The mask as JSON, and why it is no polygon though polygons were asked for."""
        if not self._polygons:
            return mask.to_coco(), ""
        box = mask.box
        if box.area == 0:
            return mask.to_coco(), "It is empty, so it was written as run-length code."
        parts, holes = trace_outlines(mask.decode(box))
        if holes:
            return mask.to_coco(), "It has a hole, so it was written as run-length code."
        offset = (box.x0, box.y0)
        return [[value + offset[i % 2] for i, value in enumerate(part)] for part in parts], ""


class _Annotations:
    """The list of annotations in a file: each id once, those that need a new one last."""

    def __init__(self, stream: IO[bytes], spool: IO[bytes]) -> None:
        self._stream = stream
        self._spool = spool
        self._ids: set[int] = set()
        self.count = 0

    def add(self, annotation: Mapping[str, object]) -> None:
        source_id = annotation["source_id"]
        if isinstance(source_id, int) and source_id > 0 and source_id not in self._ids:
            self._write(source_id, annotation)
        else:
            self._spool.write(_json(annotation) + b"\n")

    def add_postponed(self) -> None:
        """Write those that had to wait until all taken ids were known."""
        first = max(self._ids, default=0) + 1
        self._spool.seek(0)
        for new_id, line in enumerate(self._spool, start=first):
            self._write(new_id, json.loads(line))

    def _write(self, annotation_id: int, annotation: Mapping[str, object]) -> None:
        self._stream.write(b",\n" if self.count else b"\n")
        self._stream.write(_json({"id": annotation_id, **annotation}))
        self._ids.add(annotation_id)
        self.count += 1


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


def _subject(record: ExportRecord) -> str:
    return f"instance {record.instance.source_id} of {record.image.name}"


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
