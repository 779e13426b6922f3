"""labelme's JSON files, written."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image as Pillow

from segrefine_gui.domain.extras import extra_fields
from segrefine_gui.domain.masks import Rle
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.labelme.outlines import pixel_outlines
from segrefine_gui.formats.labelme.reader import NAME
from segrefine_gui.formats.labelme.shapes import DrawnSegmentation, Kind
from segrefine_gui.formats.reading.provenance import KEY
from segrefine_gui.formats.reading.unions import united
from segrefine_gui.formats.writing.groups import Groups
from segrefine_gui.formats.writing.polygons import difference
from segrefine_gui.formats.writing.provenance import provenance_of

_VERSION = "7.1.0"
"""Version of labelme that the files were checked against; it only warns of another one."""

_Shape = dict[str, object]


class LabelmeWriter:
    """Writes `photo.json` for `photo.jpg`, with a shape of the type mask for each instance.

    labelme looks for the photo beside the file, so the files go where the photos are. With a split
    the folders `train` and `val` lie above. Shapes have the score and what is known of the mask's
    origin (`segrefine`) as fields of their own, which labelme keeps. An instance of which nothing
    is left is left out.

    Args:
        options: with `polygons`, polygons instead of masks, joined by a `group_id` where an
            instance has several parts. Each goes through the middles of its outermost pixels, so
            labelme's own conversion, which draws the line, too, gives the mask back; holes are
            joined to the outline by a seam. `tolerance` makes them simpler; what either changes
            is reported.
    """

    name = NAME
    overlaps = True
    incremental = True

    def __init__(self, options: WriterOptions) -> None:
        self._options = options

    def open(self, folder: Path, head: ExportHead) -> LabelmeSink:  # noqa: ARG002
        """Begin an export; see `MaskWriter.open`."""
        return LabelmeSink(folder, self._options)


class LabelmeSink(MaskSink):
    """One export as labelme's files; see `MaskSink`."""

    def __init__(self, folder: Path, options: WriterOptions) -> None:
        self._folder = folder
        self._options = options

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write the file of an image."""
        shapes: list[object] = []
        problems: list[Problem] = []
        written = 0
        groups = Groups(records, NAME)
        for record in records:
            assert record.mask is not None
            if record.mask.area == 0:
                problems.append(Problem(record.subject, "It is empty and was left out."))
                continue
            parts, lost = self._parts(record.mask)
            if lost:
                sentence = f"Its polygons differ from the mask by {lost:,} pixels."
                problems.append(Problem(record.subject, sentence, lost))
            fields = _fields(record)
            fields["group_id"] = groups.group_of(record, several=len(parts) > 1)
            shapes += [{**fields, **part} for part in parts]
            written += 1
        kept = extra_fields(image.image.extra, NAME)
        without_area = kept.get("shapes")
        document = {
            "version": _VERSION,
            "flags": {},
            **kept,
            "shapes": shapes + (without_area if isinstance(without_area, list) else []),
            "imagePath": PurePosixPath(image.image.name).name,
            "imageData": None,
            "imageHeight": image.image.height,
            "imageWidth": image.image.width,
            KEY: {"image": image.image.name},
        }
        file = PurePosixPath(image.split) / image.stem.with_name(f"{image.stem.name}.json")
        (self._folder / file).parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
        (self._folder / file).write_bytes(text.encode("utf-8", "replace"))
        return Added([file], written, problems)

    def _parts(self, mask: Rle) -> tuple[list[_Shape], int]:
        """What makes the shapes of a mask, and the pixels in which they differ from it."""
        box = mask.box
        if not self._options.polygons:
            corners = [[box.x0, box.y0], [box.x1 - 1, box.y1 - 1]]
            return [{"shape_type": Kind.MASK.value, "points": corners, "mask": _png(mask)}], 0
        outlines = pixel_outlines(mask.decode(box), self._options.tolerance)
        polygons = [outline + np.array([box.x0, box.y0]) for outline in outlines]
        drawn = united([DrawnSegmentation(Kind.POLYGON, each.astype(float)) for each in polygons])
        shapes: list[_Shape] = [
            {"shape_type": Kind.POLYGON.value, "points": each.tolist(), "mask": None}
            for each in polygons
        ]
        return shapes, difference(mask, drawn.rasterise(mask.height, mask.width))


def _fields(record: ExportRecord) -> _Shape:
    """What the shapes of an instance have in common."""
    instance = record.instance
    score = {} if instance.score is None else {"score": instance.score}
    return {
        "flags": {},
        "description": "",
        **extra_fields(instance.extra, NAME),
        "label": instance.category.name,
        **score,
        KEY: provenance_of(record),
    }


def _png(mask: Rle) -> str:
    """Base64 of the mask's box as labelme has it: 8-bit grey of 0 and 1."""
    stream = io.BytesIO()
    Pillow.fromarray(mask.decode(mask.box).view(np.uint8)).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode("ascii")
