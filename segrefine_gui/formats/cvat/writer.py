"""CVAT's XML 1.1, "CVAT for images", written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from segrefine_gui.domain.extras import extra_fields
from segrefine_gui.domain.records import Category, Decision
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.cvat.reader import NAME, ROOT
from segrefine_gui.formats.cvat.shapes import GEOMETRY, mask_attributes
from segrefine_gui.formats.writing.colours import colour_of
from segrefine_gui.formats.writing.groups import Groups
from segrefine_gui.formats.writing.polygons import polygons_of
from segrefine_gui.formats.writing.xml_text import is_name, start_tag, text_of

FILE_NAME = "annotations.xml"
_SOURCES = {Decision.EDITED: "manual", Decision.REFINED: "semi-auto"}
"""What CVAT calls the origin of a shape, for those that are no longer as they came."""

_ABOUT = ("task", "project", "job")
_MOST_DEEP = 32


class CvatWriter:
    """Writes `annotations.xml`, or `train.xml` and `val.xml`, with a mask for each instance.

    In CVAT it goes into a task with these images by Upload annotations, "CVAT 1.1". The labels
    must be there; label attributes that were imported come back. CVAT has no field for a score or
    for how a mask came to be but `source`; the decision tables have them. An instance of which
    nothing is left is left out.

    Args:
        options: with `polygons`, polygons instead of masks, joined by a `group_id` where an
            instance has several parts; holes are joined to their outline by seams. They are exact,
            or as `tolerance` says, with what it changes reported.
    """

    name = NAME
    overlaps = True
    incremental = False

    def __init__(self, options: WriterOptions) -> None:
        self._options = options

    def open(self, folder: Path, head: ExportHead) -> CvatSink:
        """Begin an export; see `MaskWriter.open`."""
        return CvatSink(folder, head, self._options)


class CvatSink(MaskSink):
    """One export as CVAT's XML; see `MaskSink`."""

    def __init__(self, folder: Path, head: ExportHead, options: WriterOptions) -> None:
        self._options = options
        self._streams: dict[str, TextIO] = {}
        source_ids = [each.image.source_id for each in head.images]
        kept = None not in source_ids and len(set(source_ids)) == len(source_ids)
        self._ids = {
            each.image.id: each.image.source_id if kept else position
            for position, each in enumerate(head.images)
        }
        for split in sorted({each.split for each in head.images} or {""}):
            path = folder / (f"{split}.xml" if split else FILE_NAME)
            stream = path.open("w", encoding="utf-8", errors="replace", newline="\n")
            self._streams[split] = stream
            stream.write('<?xml version="1.0" encoding="utf-8"?>\n')
            stream.write(f"<{ROOT}>\n  <version>1.1</version>\n")
            stream.writelines(_meta(head.categories, head.documents.get(NAME, {})))

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write an image with its shapes."""
        stream = self._streams[image.split]
        kept = extra_fields(image.image.extra, NAME)
        attributes = {
            "id": str(self._ids[image.image.id]),
            "name": image.image.name.removeprefix(f"{kept.get('subset')}/"),
            "width": str(image.image.width),
            "height": str(image.image.height),
        }
        stream.write(f"  {start_tag('image', {**_texts(kept, set(attributes)), **attributes})}\n")
        problems: list[Problem] = []
        groups = Groups(records, NAME)
        written = 0
        for record in records:
            assert record.mask is not None
            if record.mask.area == 0:
                problems.append(Problem(record.subject, "It is empty and was left out."))
                continue
            shapes, problem = self._shapes(record)
            if problem is not None:
                problems.append(problem)
            group = groups.group_of(record, several=len(shapes) > 1)
            for tag, geometry in shapes:
                stream.writelines(_shape(tag, geometry, record, group))
            written += 1
        stream.writelines(_kept_elements(kept.get("elements"), "    "))
        stream.write("  </image>\n")
        return Added(written=written, problems=problems)

    def close(self) -> Sequence[Problem]:
        """Complete the files."""
        for stream in self._streams.values():
            stream.write(f"</{ROOT}>\n")
            stream.close()
        return ()

    def _shapes(
        self, record: ExportRecord
    ) -> tuple[list[tuple[str, Mapping[str, str]]], Problem | None]:
        """Tags and attributes of a mask's elements, and what is to be said of them."""
        mask, problem = record.mask, None
        assert mask is not None
        if self._options.polygons:
            polygons = polygons_of(mask, self._options.tolerance)
            if polygons is not None:
                if polygons.pixels:
                    sentence = f"Its polygons differ from the mask by {polygons.pixels:,} pixels."
                    problem = Problem(record.subject, sentence, polygons.pixels)
                return [("polygon", {"points": _points(part)}) for part in polygons.parts], problem
            sentence = "It is too ragged for polygons and was written as a mask."
            problem = Problem(record.subject, sentence)
        return [("mask", mask_attributes(mask.decode(mask.box), mask.box))], problem


def _shape(
    tag: str, geometry: Mapping[str, str], record: ExportRecord, group: int | None
) -> Iterator[str]:
    kept = extra_fields(record.instance.extra, NAME)
    source = _SOURCES.get(record.decision)
    attributes = {
        "label": record.instance.category.name,
        "source": "file",
        "occluded": "0",
        **geometry,
        "z_order": "0",
        **_texts(kept, GEOMETRY | {"group_id", "attributes"}),
        **({"source": source} if source else {}),
        **({"group_id": str(group)} if group is not None else {}),
    }
    yield f"    {start_tag(tag, attributes)}\n"
    told = kept.get("attributes")
    for pair in told if isinstance(told, list) else []:
        match pair:
            case [str(name), str(value)]:
                start = start_tag("attribute", {"name": name})
                yield f"      {start}{text_of(value)}</attribute>\n"
    yield f"    </{tag}>\n"


def _meta(categories: Sequence[Category], document: Mapping[str, object]) -> Iterator[str]:
    """What stands before the images: the labels, and what an imported file said besides."""
    kept = document.get("meta")
    nodes = [node for node in kept if isinstance(node, dict)] if isinstance(kept, list) else []
    about = next((node for node in nodes if node.get("tag") in _ABOUT), {"tag": "task"})
    children = about.get("children")
    yield f"  <meta>\n    <{about['tag']}>\n"
    yield from _kept_elements(children, "      ")
    yield "      <labels>\n"
    for position, category in enumerate(categories):
        yield f"        <label>\n          <name>{text_of(category.name)}</name>\n"
        told = extra_fields(category.extra, NAME).get("elements")
        if isinstance(told, list) and told:
            yield from _kept_elements(told, "          ")
        else:
            yield f"          <color>{colour_of(position)}</color>\n"
            yield "          <type>any</type>\n          <attributes>\n          </attributes>\n"
        yield "        </label>\n"
    yield f"      </labels>\n    </{about['tag']}>\n"
    yield from _kept_elements([node for node in nodes if node is not about], "    ")
    yield "  </meta>\n"


def _kept_elements(nodes: object, indent: str) -> Iterator[str]:
    """Elements as `Element.to_json` has them, as XML; what is none is passed over."""
    for node in nodes if isinstance(nodes, list) and len(indent) < 2 * _MOST_DEEP else []:
        if not isinstance(node, dict) or not is_name(node.get("tag")):
            continue
        tag, attributes, children = node["tag"], node.get("attributes"), node.get("children")
        start = start_tag(tag, _texts(attributes if isinstance(attributes, dict) else {}, set()))
        if isinstance(children, list) and children:
            yield f"{indent}{start}\n"
            yield from _kept_elements(children, indent + "  ")
            yield f"{indent}</{tag}>\n"
        else:
            text = node.get("text")
            yield f"{indent}{start}{text_of(text) if isinstance(text, str) else ''}</{tag}>\n"


def _texts(fields: Mapping[str, object], known: set[str] | frozenset[str]) -> dict[str, str]:
    """The fields that were attributes, without those known."""
    return {
        key: value
        for key, value in fields.items()
        if key not in known and is_name(key) and isinstance(value, str)
    }


def _points(part: Sequence[float]) -> str:
    pairs = zip(part[0::2], part[1::2], strict=True)
    return ";".join(f"{x:.2f},{y:.2f}" for x, y in pairs)
