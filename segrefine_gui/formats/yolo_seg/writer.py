"""YOLO's segmentation labels, written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
import yaml

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.writing.polygons import difference
from segrefine_gui.formats.writing.single_outline import INSET, Points, single_outline
from segrefine_gui.formats.yolo_seg.reader import DATA, IMAGES, KNOWN, LABELS, NAME
from segrefine_gui.formats.yolo_seg.rows import parse_row

_SPLIT_OF = {"train": "train", "val": "val", "valid": "val", "test": "test"}


class YoloSegWriter:
    """Writes `labels/train/photo.txt` for `images/train/photo.jpg`, and `data.yaml`.

    An instance is one row, with seams around holes and between parts. Read as `PolygonRow` reads
    it, only seams between parts and simplified outlines change pixels; how many is said. Photos
    stay where they are: training looks for `images` beside `labels`. Where all photos lie in
    folders named `images` already, their labels go where training looks for them.

    Args:
        options: how far an outline may stray.
    """

    name = NAME
    overlaps = True
    incremental = True

    def __init__(self, options: WriterOptions) -> None:
        self._options = options

    def open(self, folder: Path, head: ExportHead) -> YoloSegSink:
        """Begin an export; see `MaskWriter.open`."""
        return YoloSegSink(folder, head, self._options)


class YoloSegSink(MaskSink):
    """One export as YOLO labels; see `MaskSink`."""

    def __init__(self, folder: Path, head: ExportHead, options: WriterOptions) -> None:
        self._folder = folder
        self._head = head
        self._tolerance = options.tolerance
        self._class_of = {each.source_id: index for index, each in enumerate(head.categories)}
        self._in_folders = all(
            IMAGES in each.stem.parts[:-1] and not each.split for each in head.images
        )
        self._photos: dict[str, list[str]] = {}

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write the labels of an image."""
        rows: list[bytes] = []
        problems: list[Problem] = []
        with_holes = 0
        for record in records:
            assert record.mask is not None
            if record.mask.area == 0:
                problems.append(Problem(record.subject, "It is empty and was left out."))
                continue
            box = record.mask.box
            inside = record.mask.decode(box)
            outline = single_outline(inside, self._tolerance) + np.array([box.x0, box.y0])
            height, width = image.image.height, image.image.width
            row = _row(self._class_of[record.instance.category.source_id], outline, height, width)
            rows.append(row)
            with_holes += _has_holes(inside)
            drawn = parse_row(row)
            assert drawn is not None
            changed = difference(record.mask, drawn.rasterise(height, width))
            if changed:
                problems.append(Problem(record.subject, self._sentence(changed), changed))
        if with_holes:
            sentence = f"{with_holes} of its instances have holes, around which seams lead."
            problems.append(Problem(image.image.name, sentence))
        wanted = PurePosixPath(image.image.name.replace("\\", "/")).with_suffix("")
        if image.stem != wanted:
            sentence = (
                f"Its labels are for a photo named {image.stem.name}: rename it for training."
            )
            problems.append(Problem(image.image.name, sentence))
        file = self._labels(image)
        (self._folder / file).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / file).write_bytes(b"".join(rows))
        self.keep(image)
        return Added([file], len(rows), problems)

    def keep(self, image: ExportImage) -> None:
        """Note which folder the photo is looked for in."""
        folders = image.stem.parts[:-1]
        if self._in_folders:
            split = next((_SPLIT_OF[part] for part in folders if part in _SPLIT_OF), "train")
            photos = PurePosixPath(*folders)
        else:
            own = folders[0] if folders and folders[0] in _SPLIT_OF else ""
            split = image.split or _SPLIT_OF.get(own, "train")
            photos = PurePosixPath(IMAGES, image.split or own)
        known = self._photos.setdefault(split, [])
        if str(photos) not in known:
            known.append(str(photos))

    def close(self) -> Sequence[Problem]:
        """Write `data.yaml`."""
        if self._photos:
            # Training wants both.
            some = next(iter(self._photos.values()))
            self._photos.setdefault("train", some)
            self._photos.setdefault("val", self._photos["train"])
        photos = {
            split: folders[0] if len(folders) == 1 else sorted(folders)
            for split, folders in sorted(self._photos.items())
        }
        kept = self._head.documents.get(NAME, {})
        names = {index: _text(each.name) for index, each in enumerate(self._head.categories)}
        document = {
            **photos,
            "nc": len(names),
            "names": names,
            **{key: value for key, value in kept.items() if key not in KNOWN},
        }
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=1000)
        (self._folder / DATA).write_bytes(_text(text).encode())
        return ()

    def _labels(self, image: ExportImage) -> PurePosixPath:
        parts = list(image.stem.parts)
        if self._in_folders:
            parts[len(parts) - 2 - parts[-2::-1].index(IMAGES)] = LABELS
        else:
            parts = [LABELS, *([image.split] if image.split else []), *parts]
        place = PurePosixPath(*parts)
        return place.with_name(f"{place.name}.txt")

    def _sentence(self, changed: int) -> str:
        reason = "its parts are joined by seams"
        if self._tolerance > 0:
            reason = "its outline was simplified"
        return f"{changed:,} of its pixels are other than they were: {reason}."


def _row(class_index: int, outline: Points, height: int, width: int) -> bytes:
    """A row whose numbers have as many digits as it takes to find the same pixels again."""
    # Points lie INSET within their pixel: a tenth of that is close enough.
    places = [len(str(int(10 * side / INSET))) for side in (width, height)]
    numbers = [str(class_index)]
    for x, y in (outline / (width, height)).tolist():
        numbers += [f"{x:.{places[0]}f}", f"{y:.{places[1]}f}"]
    return " ".join(numbers).encode() + b"\n"


def _has_holes(mask: BoolMask) -> bool:
    outside = np.pad(~mask, 1, constant_values=True)
    return bool(cv2.connectedComponents(outside.view(np.uint8), connectivity=8)[0] > 2)


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
