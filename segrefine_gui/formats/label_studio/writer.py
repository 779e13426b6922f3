"""Label Studio's JSON of tasks, written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from segrefine_gui.domain.extras import extra_fields
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
from segrefine_gui.formats.label_studio.brush import MAX_PIXELS, encode_brush
from segrefine_gui.formats.label_studio.names import LOCAL_FILES, image_key
from segrefine_gui.formats.label_studio.reader import NAME, PARTS
from segrefine_gui.formats.label_studio.shapes import parse_value
from segrefine_gui.formats.reading.provenance import KEY
from segrefine_gui.formats.reading.unions import united
from segrefine_gui.formats.writing.colours import colour_of
from segrefine_gui.formats.writing.polygons import difference, polygons_of
from segrefine_gui.formats.writing.provenance import provenance_of
from segrefine_gui.formats.writing.xml_text import start_tag

FILE_NAME = "tasks.json"
CONFIG_NAME = "config.xml"
FROM_NAME, TO_NAME, DATA_KEY = "label", "image", "image"
"""Names of the control, the image and the task's data where an import gave no others."""

_Fields = dict[str, object]


class LabelStudioWriter:
    """Writes `tasks.json`, or `tasks_train.json` and `tasks_val.json`, and `config.xml`.

    The masks are brush regions of an annotation, which Label Studio takes as finished work, not of
    a prediction. `config.xml` is the labelling config that shows them. A task that was imported
    keeps its data, so the image is where it was; others name a file of a local storage, by the
    image's path in the folder that was given. An instance of which nothing is left is left out.

    Args:
        options: with `polygons`, polygons instead of brush masks, a region for each part; holes
            are joined to their outline by seams. They are exact, or as `tolerance` says, with what
            it changes reported.
    """

    name = NAME
    overlaps = True
    incremental = False

    def __init__(self, options: WriterOptions) -> None:
        self._options = options

    def open(self, folder: Path, head: ExportHead) -> LabelStudioSink:
        """Begin an export; see `MaskWriter.open`."""
        return LabelStudioSink(folder, head, self._options)


@dataclass(slots=True)
class _Controls:
    """What a labelling config must have, by name, for what was written."""

    keys: dict[str, str] = field(default_factory=dict)
    """Key of the tasks' data, by the name of an image."""
    images: dict[str, str] = field(default_factory=dict)
    """Name of the image, by the name of a control."""


class LabelStudioSink(MaskSink):
    """One export as tasks; see `MaskSink`."""

    def __init__(self, folder: Path, head: ExportHead, options: WriterOptions) -> None:
        self._folder = folder
        self._head = head
        self._options = options
        self._type = "polygonlabels" if options.polygons else "brushlabels"
        self._controls = _Controls()
        self._streams: dict[str, BinaryIO] = {}
        self._counts: dict[str, int] = {}
        for split in sorted({each.split for each in head.images} or {""}):
            path = folder / (f"tasks_{split}.json" if split else FILE_NAME)
            self._streams[split] = path.open("wb")
            self._streams[split].write(b"[")
            self._counts[split] = 0

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write the task of an image."""
        kept = extra_fields(image.image.extra, NAME)
        annotations = _annotations(kept.get("annotations"))
        if records and not annotations:
            annotations = [{"result": [], "was_cancelled": False, "ground_truth": False}]
        of_annotations = [list(each["result"]) for each in annotations]
        data = kept.get("data")
        if not isinstance(data, dict) or image_key(data) is None:
            data = {DATA_KEY: LOCAL_FILES + quote(image.image.name, errors="replace")}
        problems: list[Problem] = []
        ids: set[str] = set()
        written = 0
        for record in records:
            results = self._results(record, ids, image_key(data) or DATA_KEY, problems)
            if results:
                place = extra_fields(record.instance.extra, NAME).get("annotation")
                if not isinstance(place, int) or not 0 <= place < len(of_annotations):
                    place = 0
                of_annotations[place] += results
                written += 1
        told = [
            {**each, "result": results}
            for each, results in zip(annotations, of_annotations, strict=True)
        ]
        task: _Fields = {**kept, "data": data, "annotations": told}
        if image.image.source_id is not None:
            task = {"id": image.image.source_id, **task}
        stream = self._streams[image.split]
        stream.write(b",\n" if self._counts[image.split] else b"\n")
        self._counts[image.split] += 1
        text = json.dumps(task, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        stream.write(text.encode("utf-8", "replace"))
        return Added(written=written, problems=problems)

    def close(self) -> Sequence[Problem]:
        """Complete the tasks and write the labelling config."""
        for stream in self._streams.values():
            stream.write(b"\n]\n")
            stream.close()
        config = _config(self._controls, self._type, self._head.categories)
        (self._folder / CONFIG_NAME).write_bytes(config.encode("utf-8", "replace"))
        return ()

    def _results(
        self, record: ExportRecord, ids: set[str], data_key: str, problems: list[Problem]
    ) -> list[_Fields]:
        """The regions of an instance, and what else was said of it."""
        mask, image = record.mask, record.image
        assert mask is not None
        values = self._values(record, mask, problems)
        kept = dict(extra_fields(record.instance.extra, NAME))
        kept.pop("annotation", None)
        attached, meta, labels = (kept.pop(key, None) for key in ("results", "meta", "labels"))
        names = self._names(kept, data_key)
        category = record.instance.category.name
        # Other labels of the region stay while its first one does.
        all_labels = labels if isinstance(labels, list) and labels[:1] == [category] else [category]
        ours = provenance_of(record)
        if len(values) > 1:
            ours = {**ours, PARTS: len(values)}
        score = {} if record.instance.score is None else {"score": record.instance.score}
        wanted = kept.pop("id", None)
        results: list[_Fields] = []
        for value in values:
            region_id = _new_id(wanted, record.instance.source_id, ids)
            results.append(
                {
                    **kept,
                    "id": region_id,
                    **names,
                    "type": self._type,
                    "image_rotation": 0,
                    "original_width": image.width,
                    "original_height": image.height,
                    "value": {**value, self._type: all_labels},
                    **score,
                    "meta": {**(meta if isinstance(meta, dict) else {}), KEY: ours},
                }
            )
        if results:
            for each in attached if isinstance(attached, list) else []:
                if isinstance(each, dict):
                    results.append({**each, "id": results[0]["id"]})
        return results

    def _values(
        self, record: ExportRecord, mask: Rle, problems: list[Problem]
    ) -> list[Mapping[str, object]]:
        """The `value` of each region of a mask."""
        if mask.area == 0:
            problems.append(Problem(record.subject, "It is empty and was left out."))
            return []
        polygons = None
        if self._options.polygons:
            polygons = polygons_of(mask, self._options.tolerance)
            if polygons is None:
                sentence = "It is too ragged for polygons and was left out."
                problems.append(Problem(record.subject, sentence, mask.area))
                return []
        if polygons is None:
            if mask.height * mask.width > MAX_PIXELS:
                sentence = "Its image is too large for brush masks, so it was left out."
                problems.append(Problem(record.subject, sentence, mask.area))
                return []
            return [{"format": "rle", "rle": list(encode_brush(mask))}]
        values: list[Mapping[str, object]] = [
            {"points": _percent(part, record.image), "closed": True} for part in polygons.parts
        ]
        size = (mask.height, mask.width)
        drawn = united([parse_value("polygon", value, size) for value in values])
        lost = difference(mask, drawn.rasterise(*size))
        if lost:
            sentence = f"Its polygons differ from the mask by {lost:,} pixels."
            problems.append(Problem(record.subject, sentence, lost))
        return values

    def _names(self, kept: Mapping[str, object], data_key: str) -> Mapping[str, str]:
        """The names of the control and the image: those imported, while the type is the same."""
        from_name, to_name = kept.get("from_name"), kept.get("to_name")
        if not isinstance(to_name, str):
            to_name = TO_NAME
        if not isinstance(from_name, str) or kept.get("type") != self._type:
            from_name = FROM_NAME
        self._controls.images.setdefault(from_name, to_name)
        self._controls.keys.setdefault(to_name, data_key)
        return {"from_name": from_name, "to_name": to_name}


def _annotations(value: object) -> list[dict[str, Any]]:
    """The annotations of an imported task with their results that were no masks."""
    return [
        each
        for each in (value if isinstance(value, list) else [])
        if isinstance(each, dict) and isinstance(each.get("result"), list)
    ]


def _config(controls: _Controls, type_: str, categories: Sequence[Category]) -> str:
    """A labelling config (https://labelstud.io/tags) that shows what was written."""
    tag = {"brushlabels": "BrushLabels", "polygonlabels": "PolygonLabels"}[type_]
    lines = ["<View>"]
    for name, key in (controls.keys or {TO_NAME: DATA_KEY}).items():
        lines.append("  " + start_tag("Image", {"name": name, "value": f"${key}"}, empty=True))
    for from_name, to_name in (controls.images or {FROM_NAME: TO_NAME}).items():
        lines.append("  " + start_tag(tag, {"name": from_name, "toName": to_name}))
        for position, category in enumerate(categories):
            label = {"value": category.name, "background": colour_of(position)}
            lines.append("    " + start_tag("Label", label, empty=True))
        lines.append(f"  </{tag}>")
    return "\n".join([*lines, "</View>", ""])


def _new_id(wanted: object, source_id: int, taken: set[str]) -> str:
    """A region's own id where no other region has it, else one that is new in its task."""
    first = wanted if isinstance(wanted, str) and wanted else f"instance_{source_id}"
    region_id, number = first, 1
    while region_id in taken:
        number += 1
        region_id = f"{first}_{number}"
    taken.add(region_id)
    return region_id


def _percent(part: Sequence[float], image: Image) -> list[list[float]]:
    pairs = zip(part[0::2], part[1::2], strict=True)
    return [[100 * x / image.width, 100 * y / image.height] for x, y in pairs]
