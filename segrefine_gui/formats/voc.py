"""PASCAL VOC's segmentation masks, as CVAT writes them, too: a mask of classes, one of objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.errors import ExportError, FormatError, MaskError
from segrefine_gui.domain.extras import extra_fields, extra_of
from segrefine_gui.domain.records import Category
from segrefine_gui.formats.base import (
    Added,
    CategoryEntry,
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
from segrefine_gui.formats.reading.label_images import (
    LabelImage,
    LabelSegmentation,
    colour_code,
    encode_labels,
    read_label_image,
)
from segrefine_gui.formats.reading.mask_pixels import VOID, mask_images
from segrefine_gui.formats.reading.texts import clean_name, clean_text
from segrefine_gui.formats.writing.mask_images import (
    Palette,
    numbers_for,
    paint,
    palette_png,
    voc_palette,
)

NAME = "voc"
CLASSES, OBJECTS = "SegmentationClass", "SegmentationObject"
LABELS = "labelmap.txt"
SETS = "ImageSets/Segmentation"
MOST = 254
"""Most classes, and most instances of an image: 8 bits without background and void."""

CATEGORY = "object"
"""Name of the class of objects that have none."""

VOC_NAMES = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa"),
    *("train", "tvmonitor"),
)
"""The challenge's classes, from 1; what a folder without `labelmap.txt` means."""

_MAX_LABEL_BYTES = 1 << 20
_MAX_COLOURS = 4096
_LAST_COLOUR = 1 << 24
_HEADING = "# label:color_rgb:parts:actions"
_BACKGROUND = "background"
_VOC_CODES = [colour_code(*colour) for colour in voc_palette().tolist()]
_Numbers = npt.NDArray[np.integer]


class VocReader:
    """Reads a folder with `SegmentationClass`, `SegmentationObject` or both.

    An instance is a value or colour of an object mask, `source_id` its place among VOC's colours;
    its class is the one that most of its pixels have in the class mask. Void (255) belongs to
    none. Classes are told by their colours where `labelmap.txt` has these, else by their place in
    it; without that file they are the challenge's. Where there is no object mask, each class of an
    image is one instance. The image is named by the mask's path without its ending.
    """

    name = NAME

    def recognises(self, path: Path) -> bool:
        """Whether the folder has one of the two folders."""
        try:
            return any((path / folder).is_dir() for folder in (CLASSES, OBJECTS))
        except (OSError, ValueError):
            return False

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a folder.

        Raises:
            FormatError: it has no masks, or its `labelmap.txt` cannot be read.
        """
        classes, objects = _masks_in(path / CLASSES), _masks_in(path / OBJECTS)
        if not classes and not objects:
            raise FormatError(f"The folder “{path.name}” has no PNG files in {CLASSES}.")
        labels = _Labels.of(path / LABELS)
        problems: list[Problem] = []
        images: list[ImageEntry] = []
        masks: list[MaskEntry] = []
        without_objects = 0
        for stem in sorted({*classes, *objects}):
            subject = clean_text(stem)
            try:
                parts = None if stem not in classes else labels.numbers(classes[stem])
                values = parts if stem not in objects else _object_numbers(objects[stem])
                assert values is not None
                if parts is not None and parts.shape != values.shape:
                    sentence = "Its class mask is of another size than its object mask."
                    problems.append(Problem(subject, sentence))
                    parts = None
                found = encode_labels(values)
            except (FormatError, MaskError) as error:
                problems.append(Problem(subject, error.sentence))
                continue
            without_objects += stem not in objects
            image = ImageEntry(name=subject)
            images.append(image)
            majority = _majority(values, parts)
            for value, rle in found.items():
                number = majority.get(value) or labels.number_of_unknown(CATEGORY)
                segmentation = LabelSegmentation(rle)
                masks.append(MaskEntry(value, image, segmentation, labels.names[number], number))
        if without_objects:
            sentence = (
                f"{without_objects} of its images have no mask in {OBJECTS}; each class of such an "
                "image became one instance."
            )
            problems.append(Problem(clean_text(path.name) or NAME, sentence))
        return MaskFile(self.name, images, masks, problems, labels.listed)


class VocWriter:
    """Writes both masks with a palette, `labelmap.txt` and the lists in `ImageSets`.

    Classes are numbered from 1 in the order of their ids, objects by their `source_id` where that
    is free and fits. There is no void. `trainval.txt` lists every image, `train.txt` and `val.txt`
    those of a split; photos are not copied.

    Args:
        options: who keeps pixels that several share.
    """

    name = NAME
    overlaps = False
    incremental = True

    def __init__(self, options: WriterOptions) -> None:
        self._options = options

    def open(self, folder: Path, head: ExportHead) -> VocSink:
        """Begin an export; see `MaskWriter.open`."""
        if len(head.categories) > MOST:
            raise ExportError(
                f"There are {len(head.categories):,} categories, and VOC masks can hold {MOST}; "
                "nothing was changed."
            )
        return VocSink(folder, head.categories)


class VocSink(MaskSink):
    """One export as VOC masks; see `MaskSink`."""

    def __init__(self, folder: Path, categories: Sequence[Category]) -> None:
        self._folder = folder
        self._categories = categories
        self._number_of = {each.source_id: n for n, each in enumerate(categories, 1)}
        self._palette = _class_palette(categories)
        self._stems: dict[str, list[PurePosixPath]] = {}

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write both masks of an image."""
        if len(records) > MOST:
            raise ExportError(
                f"{image.image.name} has {len(records):,} instances, and VOC masks can hold "
                f"{MOST}; nothing was changed."
            )
        wanted = [record.instance.source_id for record in records]
        objects = numbers_for(wanted, 1, MOST)
        classes = [self._number_of[each.instance.category.source_id] for each in records]
        file = image.stem.with_name(f"{image.stem.name}.png")
        files = [PurePosixPath(CLASSES) / file, PurePosixPath(OBJECTS) / file]
        for place, numbers, palette in zip(
            files, (classes, objects), (self._palette, voc_palette()), strict=True
        ):
            (self._folder / place).parent.mkdir(parents=True, exist_ok=True)
            content = palette_png(paint(image, records, numbers), palette)
            (self._folder / place).write_bytes(content)
        other = sum(own != number for own, number in zip(wanted, objects, strict=True))
        problems = []
        if other:
            sentence = f"{other} of its instances have another number: VOC's end at {MOST}."
            problems.append(Problem(image.image.name, sentence))
        self.keep(image)
        return Added(files, len(records), problems)

    def keep(self, image: ExportImage) -> None:
        """List an image."""
        for name in {"trainval", image.split or "trainval"}:
            self._stems.setdefault(name, []).append(image.stem)

    def close(self) -> Sequence[Problem]:
        """Write the lists of classes and images."""
        names, problems = _label_names(self._categories)
        lines = [_HEADING, f"{_BACKGROUND}:0,0,0::"]
        for number, (name, category) in enumerate(zip(names, self._categories, strict=True), 1):
            red, green, blue = self._palette[number].tolist()
            known = extra_fields(category.extra, NAME)
            parts, actions = (_label_text(known.get(key)) for key in ("parts", "actions"))
            lines.append(f"{name}:{red},{green},{blue}:{parts}:{actions}")
        _write_lines(self._folder / LABELS, lines)
        for name, stems in self._stems.items():
            _write_lines(self._folder / SETS / f"{name}.txt", [str(stem) for stem in stems])
        return problems


@dataclass(slots=True)
class _Labels:
    """The classes of a folder.

    Attributes:
        names: by number, from 1.
        by_place: numbers by place in the palette.
        by_colour: numbers by `colour_code`.
        listed: those of `labelmap.txt`.
    """

    names: dict[int, str] = field(default_factory=dict)
    by_place: dict[int, int] = field(default_factory=dict)
    by_colour: dict[int, int] = field(default_factory=dict)
    listed: list[CategoryEntry] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path) -> _Labels:
        """What a `labelmap.txt` says; the challenge's classes where there is none."""
        labels = cls()
        if not file.is_file():
            labels.names = dict(enumerate(VOC_NAMES, 1))
            labels.by_place = {number: number for number in labels.names}
            labels.by_colour = {_VOC_CODES[number]: number for number in labels.names}
            return labels
        place = 0
        for line in _lines(file):
            fields = line.split(":")
            name = clean_name(fields[0], "")
            colour = re.fullmatch(
                r"\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*", (*fields, "")[1]
            )
            code = colour_code(*map(int, colour.groups())) if colour else None
            if not name or line.startswith("#"):
                continue
            if name.lower() == _BACKGROUND and not code:
                labels.by_place.setdefault(place, 0)
                labels.by_colour.setdefault(0, 0)
                place += place == 0
                continue
            place = place or 1  # what stands first without a background is 1 all the same
            labels.names[place] = name
            labels.by_place[place] = place
            more: dict[str, object] = dict(zip(("parts", "actions"), fields[2:4], strict=False))
            if code is not None:
                labels.by_colour.setdefault(code, place)
                more["colour"] = code
            known = [key for key, value in more.items() if value == ""]
            labels.listed.append(CategoryEntry(name, place, extra_of(NAME, more, known)))
            place += 1
        return labels

    def number_of_unknown(self, name: str) -> int:
        """A number for a class that is in no list, by its name."""
        if name not in self.unknown:
            number = max(self.names, default=0) + 1
            self.names[number] = name
            self.unknown[name] = number
        return self.unknown[name]

    def numbers(self, file: Path) -> _Numbers:
        """The class of each pixel of a class mask, 0 for none; raises `FormatError`."""
        image = read_label_image(file)
        return _replaced(image, lambda value: self._number(value, image))

    def _number(self, value: int, image: LabelImage) -> int:
        code = value if image.in_colours else _palette_code(image, value)
        if code == _VOC_CODES[VOID] or (value == VOID and not image.in_colours):
            return 0
        if code is not None and code in self.by_colour:
            return self.by_colour[code]
        if not image.in_colours and value in self.by_place:
            return self.by_place[value]
        if value == 0:
            return 0
        return self.number_of_unknown(f"#{value:06x}" if image.in_colours else f"class {value}")


def _replaced(image: LabelImage, number: Callable[[int], int]) -> _Numbers:
    """Each value replaced by a number of its own, at the cost of looking it up."""
    if image.values.max() >= _LAST_COLOUR:
        raise FormatError("It has values that are no classes and no colours.")
    seen = np.zeros(_LAST_COLOUR if image.in_colours else int(image.values.max()) + 1, np.bool_)
    seen[image.values] = True
    values = np.flatnonzero(seen).tolist()
    if len(values) > _MAX_COLOURS:
        raise FormatError("It is a picture, not a mask.")
    table = np.zeros(len(seen), dtype=np.int32)
    table[values] = [number(value) for value in values]
    replaced: _Numbers = table[image.values]
    return replaced


def _palette_code(image: LabelImage, place: int) -> int | None:
    if image.palette is None or place >= len(image.palette):
        return None
    return colour_code(*image.palette[place].tolist())


def _object_numbers(file: Path) -> _Numbers:
    image = read_label_image(file)
    if image.in_colours:
        places = {code: place for place, code in enumerate(_VOC_CODES)}
        return _replaced(image, lambda code: places.get(code, code) % VOID)
    return np.where(image.values == VOID, 0, image.values)


def _majority(values: _Numbers, classes: _Numbers | None) -> dict[int, int]:
    """The class that most of each value's pixels have, where any of them has one."""
    if classes is None:
        return {}
    known = (values != 0) & (classes != 0)
    span = int(classes.max()) + 1
    codes, counts = np.unique(
        values[known].astype(np.int64) * span + classes[known], return_counts=True
    )
    codes = codes[np.argsort(counts, kind="stable")]  # the largest comes last and stays
    return dict(zip((codes // span).tolist(), (codes % span).tolist(), strict=True))


def _masks_in(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    return {
        file.relative_to(folder).with_suffix("").as_posix(): file
        for file in mask_images(folder, (".png",))
    }


def _lines(file: Path) -> list[str]:
    try:
        if file.stat().st_size > _MAX_LABEL_BYTES:
            raise FormatError(f"“{file.name}” is too large to be a list of classes.")
        text = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise FormatError(f"“{file.name}” cannot be read.", str(error)) from error
    return text.splitlines()


def _class_palette(categories: Sequence[Category]) -> Palette:
    """The colours that an imported file gave the classes, else VOC's; no two are the same."""
    palette = voc_palette()
    free = dict.fromkeys(_VOC_CODES[1:VOID])
    wanted: dict[int, int] = {}
    for number, category in enumerate(categories, 1):
        code = extra_fields(category.extra, NAME).get("colour")
        is_colour = isinstance(code, int) and 0 < code < 1 << 24 and code != _VOC_CODES[VOID]
        if isinstance(code, int) and is_colour and code not in wanted.values():
            wanted[number] = code
            free.pop(code, None)
    for number in range(1, len(categories) + 1):
        if number not in wanted:
            own = _VOC_CODES[number]
            wanted[number] = own if own in free else next(iter(free))
            del free[wanted[number]]
        code = wanted[number]
        palette[number] = (code >> 16, code >> 8 & 255, code & 255)
    return palette


def _label_names(categories: Sequence[Category]) -> tuple[list[str], list[Problem]]:
    """Names that a line of `labelmap.txt` can hold, each once, and a problem for each other one."""
    taken = {_BACKGROUND}
    names, problems = [], []
    for category in categories:
        first = name = _label_text(category.name).lstrip("#") or "_"
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{first} {number}"
        taken.add(name.lower())
        names.append(name)
        if name != category.name:
            sentence = f"It is called “{name}” in {LABELS}, which cannot hold its name."
            problems.append(Problem(f"category {category.name}", sentence))
    return names, problems


def _label_text(text: object) -> str:
    return " ".join(text.replace(":", "_").split()) if isinstance(text, str) else ""


def _write_lines(file: Path, lines: Sequence[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


FORMAT = Format(
    NAME,
    "PASCAL VOC masks",
    "SegmentationClass and SegmentationObject with palettes, at most 254 classes, and as many "
    "instances an image, which cannot overlap.",
    VocReader(),
    VocWriter,
)
