"""Datumaro's own JSON, written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from segrefine_gui.domain.extras import extra_fields
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.datumaro.schema import ANNOTATIONS, COLOUR, LABEL, NAME, SKELETON
from segrefine_gui.formats.reading.provenance import KEY
from segrefine_gui.formats.writing.provenance import provenance_of

_VERSION = "1.0"
_IMAGE = 2
"""Datumaro's number for data sets of images."""

_SUBSET = "default"


class DatumaroWriter:
    """Writes `annotations/default.json`, or `annotations/train.json` and `annotations/val.json`.

    Each instance is an annotation of the type mask, `is_crowd` being false as long as no import
    said otherwise: without it, Datumaro's export to COCO makes crowds of all masks. The numbers of
    the categories, which Datumaro counts from 0, are noted in `infos`. It looks for the photos in
    `images/default/`, and most of its exports do without.
    """

    name = NAME
    overlaps = True
    incremental = False

    def __init__(self, options: WriterOptions) -> None: ...

    def open(self, folder: Path, head: ExportHead) -> DatumaroSink:
        """Begin an export; see `MaskWriter.open`."""
        return DatumaroSink(folder, head)


class DatumaroSink(MaskSink):
    """One export as Datumaro; see `MaskSink`."""

    def __init__(self, folder: Path, head: ExportHead) -> None:
        self._categories = {each.name: each for each in reversed(head.categories)}
        self._labels = list(dict.fromkeys(each.name for each in head.categories))
        start = _json(self._head(head.documents.get(NAME, {})))
        (folder / ANNOTATIONS).mkdir()
        self._streams: dict[str, BinaryIO] = {}
        for split in sorted({each.split for each in head.images} or {""}):
            stream = (folder / ANNOTATIONS / f"{split or _SUBSET}.json").open("wb")
            stream.write(start.removesuffix(b"}") + b',"items":[')
            self._streams[split] = stream
        self._begun: set[str] = set()

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write the item of an image."""
        kept = dict(extra_fields(image.image.extra, NAME))
        others = kept.pop(ANNOTATIONS, None)
        annotations = [self._annotation(record) for record in records]
        annotations += [self._with_number(each) for each in _objects(others)]
        size = [image.image.height, image.image.width]
        item = {
            **kept,
            "id": image.stem.as_posix(),
            ANNOTATIONS: annotations,
            "image": {"path": image.image.name, "size": size},
            KEY: {"image": image.image.name},
        }
        stream = self._streams[image.split]
        stream.write((b",\n" if image.split in self._begun else b"\n") + _json(item))
        self._begun.add(image.split)
        return Added(written=len(records))

    def close(self) -> Sequence[Problem]:
        """Complete the files."""
        for stream in self._streams.values():
            stream.write(b"\n]}\n")
            stream.close()
        return ()

    def _head(self, document: Mapping[str, object]) -> dict[str, object]:
        """All that comes before the items; the version first, as Datumaro looks for it there."""
        infos, groups = document.get("infos"), document.get("label")
        numbers = {name: each.source_id for name, each in self._categories.items()}
        kept = [extra_fields(self._categories[name].extra, NAME) for name in self._labels]
        tables: dict[str, object] = {
            "label": {
                "label_groups": [],
                "attributes": [],
                **(groups if isinstance(groups, dict) else {}),
                "labels": [
                    {"parent": "", "attributes": [], **_without_tables(each), "name": name}
                    for name, each in zip(self._labels, kept, strict=True)
                ],
            }
        }
        for table, entries, key in (("mask", "colormap", COLOUR), ("points", "items", SKELETON)):
            rows = [
                {"label_id": place, **row}
                for place, each in enumerate(kept)
                if isinstance(row := each.get(key), dict)
            ]
            if rows:
                tables[table] = {entries: rows}
        return {
            "dm_format_version": _VERSION,
            "media_type": _IMAGE,
            "infos": {
                **(infos if isinstance(infos, dict) else {}),
                KEY: {"categories": numbers},
            },
            "categories": tables,
        }

    def _annotation(self, record: ExportRecord) -> dict[str, object]:
        assert record.mask is not None
        instance = record.instance
        kept = dict(extra_fields(instance.extra, NAME))
        attributes = kept.pop("attributes", None)
        score = {} if instance.score is None else {"score": instance.score}
        return {
            "group": 0,
            "z_order": 0,
            **kept,
            "id": instance.source_id,
            "type": "mask",
            "attributes": {
                "is_crowd": False,
                **(attributes if isinstance(attributes, dict) else {}),
                **score,
            },
            "label_id": self._labels.index(instance.category.name),
            "rle": record.mask.to_coco(),
            KEY: provenance_of(record),
        }

    def _with_number(self, kept: Mapping[str, object]) -> dict[str, object]:
        """An annotation that is no mask, its label by number again."""
        fields = {key: value for key, value in kept.items() if key != LABEL}
        name = kept.get(LABEL)
        return {**fields, "label_id": self._labels.index(name)} if name in self._labels else fields


def _without_tables(kept: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in kept.items() if key not in (COLOUR, SKELETON)}


def _objects(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
