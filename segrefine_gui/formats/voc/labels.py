"""The classes of PASCAL VOC's masks: their numbers, names and colours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.extras import extra_of
from segrefine_gui.formats.base import CategoryEntry
from segrefine_gui.formats.reading.label_images import LabelImage, colour_code, read_label_image
from segrefine_gui.formats.reading.mask_pixels import VOID
from segrefine_gui.formats.reading.texts import clean_name
from segrefine_gui.formats.writing.mask_images import voc_palette

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

HEADING = "# label:color_rgb:parts:actions"
"""The first line of `labelmap.txt`: what the others hold."""

BACKGROUND = "background"
"""Name of what belongs to no class."""

VOC_CODES = [colour_code(*colour) for colour in voc_palette().tolist()]
"""The colours of VOC's palette by `colour_code`; the last one is void's."""

Numbers = npt.NDArray[np.integer]
"""Numbers of classes or objects, shape (h, w), 0 for none."""

_MAX_LABEL_BYTES = 1 << 20
_MAX_COLOURS = 4096
_LAST_COLOUR = 1 << 24


@dataclass(slots=True)
class Labels:
    """The classes of a folder.

    Attributes:
        names: by number, from 1.
        by_place: numbers by place in the palette.
        by_colour: numbers by `colour_code`.
        listed: those of `labelmap.txt`.
        unknown: numbers of classes that are in no list, by name.
    """

    names: dict[int, str] = field(default_factory=dict)
    by_place: dict[int, int] = field(default_factory=dict)
    by_colour: dict[int, int] = field(default_factory=dict)
    listed: list[CategoryEntry] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path) -> Labels:
        """What a `labelmap.txt` says; the challenge's classes where there is none."""
        labels = cls()
        if not file.is_file():
            labels.names = dict(enumerate(VOC_NAMES, 1))
            labels.by_place = {number: number for number in labels.names}
            labels.by_colour = {VOC_CODES[number]: number for number in labels.names}
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
            if name.lower() == BACKGROUND and not code:
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

    def numbers(self, file: Path) -> Numbers:
        """The class of each pixel of a class mask, 0 for none; raises `FormatError`."""
        image = read_label_image(file)
        return renumbered(image, lambda value: self._number(value, image))

    def _number(self, value: int, image: LabelImage) -> int:
        code = value if image.in_colours else _palette_code(image, value)
        if code == VOC_CODES[VOID] or (value == VOID and not image.in_colours):
            return 0
        if code is not None and code in self.by_colour:
            return self.by_colour[code]
        if not image.in_colours and value in self.by_place:
            return self.by_place[value]
        if value == 0:
            return 0
        return self.number_of_unknown(f"#{value:06x}" if image.in_colours else f"class {value}")


def renumbered(image: LabelImage, number: Callable[[int], int]) -> Numbers:
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
    replaced: Numbers = table[image.values]
    return replaced


def _palette_code(image: LabelImage, place: int) -> int | None:
    if image.palette is None or place >= len(image.palette):
        return None
    return colour_code(*image.palette[place].tolist())


def _lines(file: Path) -> list[str]:
    try:
        if file.stat().st_size > _MAX_LABEL_BYTES:
            raise FormatError(f"“{file.name}” is too large to be a list of classes.")
        text = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise FormatError(f"“{file.name}” cannot be read.", str(error)) from error
    return text.splitlines()
