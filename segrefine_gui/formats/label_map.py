"""Folders of label maps: one image file for each photo, a value for each instance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from segrefine_gui.domain.errors import ExportError, FormatError, MaskError
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    Format,
    ImageEntry,
    MaskEntry,
    MaskFile,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.reading.json_file import looks_like, read_json
from segrefine_gui.formats.reading.label_images import LabelSegmentation, encode_labels
from segrefine_gui.formats.reading.mask_pixels import (
    Kind,
    mask_images,
    read_mask_image,
    refuse_pictures,
    sample_kinds,
)
from segrefine_gui.formats.reading.texts import clean_name, clean_text, is_id, is_share
from segrefine_gui.formats.writing.mask_images import (
    encoded_png,
    numbers_for,
    paint,
    palette_png,
    voc_palette,
)

CATEGORY = "object"
"""Name of the class of instances of which nothing else is known: label maps have none."""

MOST = 65_535
"""Most instances of an image: 16 bits, without the 0 of the background."""

MOST_INDEXED = 254
"""The same with a palette, where readers take 255 for PASCAL VOC's void."""

_SUFFIXES = (".png", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class _Label:
    """What the file beside a label map says of a value."""

    source_id: int
    category: str = CATEGORY
    category_id: int = 1
    score: float | None = None


class LabelMapReader:
    """Reads PNG and TIFF label maps of one channel.

    A folder is one of label maps, not of binary masks, when any of the files looked at (up to
    16) has several values besides 0 or 16 bits, or has beside it a JSON file as `LabelMapWriter`
    writes: that file then tells each value's `source_id` and category, and the image's name.
    Without it the value is the `source_id` and the image is named by the file's path in the
    folder without its ending. Values must come in flat regions: grey photos and soft masks are
    refused. Palette images are read by index, without VOC's void index 255.
    """

    name = "label-map"

    def recognises(self, path: Path) -> bool:
        """Whether a file looked at is a label map."""
        try:
            kinds = _kinds(mask_images(path, _SUFFIXES))
        except (FormatError, OSError, ValueError):
            return False
        return Kind.LABELS in kinds.values()

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a folder; label maps need no images file.

        Raises:
            FormatError: it is no folder, has no label maps or mixes them with pictures.
        """
        files = mask_images(path, _SUFFIXES)
        if not files:
            raise FormatError(f"The folder “{path.name}” has no PNG or TIFF files.")
        refuse_pictures(path, _kinds(files))
        images: list[ImageEntry] = []
        masks: list[MaskEntry] = []
        problems: list[Problem] = []
        for file in files:
            relative = file.relative_to(path)
            subject = clean_text(relative.as_posix())
            try:
                values, kind = read_mask_image(file)
                if kind is Kind.PICTURE and not _has_labels(file):
                    raise FormatError("It is a picture, not a label map.")
                segmentations = encode_labels(values)
            except (FormatError, MaskError) as error:
                problems.append(Problem(subject, error.sentence))
                continue
            name, labels = relative.with_suffix("").as_posix(), dict[int, _Label]()
            if _has_labels(file):
                try:
                    name, labels = _read_labels(_labels_file(file), name)
                except FormatError as error:
                    problems.append(Problem(subject, error.sentence))
            image = ImageEntry(name=clean_text(name))
            images.append(image)
            for value, rle in segmentations.items():
                label = labels.get(value) or _Label(value)
                masks.append(
                    MaskEntry(
                        label.source_id,
                        image,
                        LabelSegmentation(rle),
                        label.category,
                        label.category_id,
                        label.score,
                    )
                )
        return MaskFile(self.name, images, masks, problems)


class LabelMapWriter:
    """Writes `photo.png` for `photo.jpg`, grey, and beside it `photo.json`.

    8 bits up to 255 instances in that image, else 16. A value is the instance's `source_id` where
    that is free and fits, else the next that is; the JSON file has both, the category, and who
    kept pixels that several shared. With a split the folders `train` and `val` lie above.

    Args:
        options: who keeps pixels that several share.
    """

    name = "label-map"
    overlaps = False
    incremental = True
    has_palette = False

    def __init__(self, options: WriterOptions) -> None:
        self._options = options

    def open(self, folder: Path, head: ExportHead) -> LabelMapSink:  # noqa: ARG002
        """Begin an export; see `MaskWriter.open`."""
        return LabelMapSink(folder, self._options, has_palette=self.has_palette)


class IndexedWriter(LabelMapWriter):
    """Writes the same as PNGs with VOC's palette, for at most 254 instances an image."""

    name = "indexed"
    has_palette = True


class LabelMapSink(MaskSink):
    """One export as label maps; see `MaskSink`."""

    def __init__(self, folder: Path, options: WriterOptions, *, has_palette: bool) -> None:
        self._folder = folder
        self._overlap = options.overlap
        self._has_palette = has_palette
        self._most = MOST_INDEXED if has_palette else MOST

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write the label map of an image."""
        if len(records) > self._most:
            raise ExportError(
                f"{image.image.name} has {len(records):,} instances, and such an image can hold "
                f"{self._most:,}; nothing was changed."
            )
        wanted = [record.instance.source_id for record in records]
        numbers = numbers_for(wanted, 1, self._most)
        values = paint(image, records, numbers, wide=max(numbers, default=0) > 255)
        content = palette_png(values, voc_palette()) if self._has_palette else encoded_png(values)
        stem = PurePosixPath(image.split) / image.stem
        file, beside = (stem.with_name(stem.name + ending) for ending in (".png", ".json"))
        (self._folder / file).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / file).write_bytes(content)
        (self._folder / beside).write_bytes(self._labels(image, records, numbers))
        other = sum(value != number for value, number in zip(wanted, numbers, strict=True))
        problems = []
        if other:
            sentence = (
                f"{other} of its instances have another value than their number, which is too "
                f"large or taken; {beside.name} tells which."
            )
            problems.append(Problem(image.image.name, sentence))
        return Added([file, beside], len(records), problems)

    def _labels(
        self, image: ExportImage, records: Sequence[ExportRecord], numbers: Sequence[int]
    ) -> bytes:
        labels = [
            {
                "value": number,
                "source_id": record.instance.source_id,
                "category": record.instance.category.name,
                "category_id": record.instance.category.source_id,
                "score": record.instance.score,
            }
            for record, number in zip(records, numbers, strict=True)
        ]
        document = {"image": image.image.name, "overlap": self._overlap.value, "labels": labels}
        return json.dumps(document, indent=1).encode("ascii") + b"\n"


def _kinds(files: Sequence[Path]) -> dict[Path, Kind]:
    """The kinds of some files; no pixels can make one with labels beside it a picture."""
    return {
        file: Kind.LABELS if _has_labels(file) else kind
        for file, kind in sample_kinds(files).items()
    }


def _labels_file(file: Path) -> Path:
    return file.with_suffix(".json")


def _has_labels(file: Path) -> bool:
    beside = _labels_file(file)
    return beside.is_file() and looks_like(beside, r"\{", "image", "overlap", "labels")


def _read_labels(file: Path, name: str) -> tuple[str, dict[int, _Label]]:
    """The image's name and what the file says of each value; of a damaged one as much as it can."""
    document = read_json(file)
    if not isinstance(document, dict) or not isinstance(document.get("labels"), list):
        raise FormatError(f"“{clean_text(file.name)}” does not tell of its labels.")
    own = document.get("image")
    name = own if isinstance(own, str) and own else name
    labels: dict[int, _Label] = {}
    for fields in document["labels"]:
        value = fields.get("value") if isinstance(fields, dict) else None
        if isinstance(value, int) and is_id(value):
            labels.setdefault(value, _label(value, fields))
    return name, labels


def _label(value: int, fields: Mapping[str, object]) -> _Label:
    source_id, category_id, score = (fields.get(k) for k in ("source_id", "category_id", "score"))
    return _Label(
        source_id if isinstance(source_id, int) and is_id(source_id) else value,
        clean_name(fields.get("category"), CATEGORY),
        category_id if isinstance(category_id, int) and is_id(category_id) else 1,
        score if isinstance(score, int | float) and is_share(score) else None,
    )


FORMAT = Format(
    "label-map",
    "Label maps",
    "One PNG or TIFF for each image, with a value for each instance; instances cannot overlap.",
    LabelMapReader(),
    LabelMapWriter,
)

INDEXED = Format(
    "indexed",
    "Label maps with colours",
    "Label maps as PNGs with a palette, as DAVIS has them; at most 254 instances an image.",
    writer=IndexedWriter,
)
