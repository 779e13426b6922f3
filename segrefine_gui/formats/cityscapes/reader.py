"""Cityscapes' masks, read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.formats.base import (
    CategoryEntry,
    ImageEntry,
    MaskEntry,
    MaskFile,
    Problem,
    Segmentation,
)
from segrefine_gui.formats.cityscapes.labels import BY_ID, GROUP, MARKS, NAME, PER_CLASS
from segrefine_gui.formats.cityscapes.polygons import PaintedSegmentation, read_painting
from segrefine_gui.formats.cityscapes.writer import FOLDER, LIST, OWN_PHOTO, PHOTO
from segrefine_gui.formats.reading.json_file import looks_like, read_json
from segrefine_gui.formats.reading.label_images import (
    LabelSegmentation,
    encode_labels,
    read_label_image,
)
from segrefine_gui.formats.reading.mask_pixels import VOID, mask_images
from segrefine_gui.formats.reading.texts import clean_name, clean_text, is_id

_FILE = re.compile(r"(?P<base>.+)_gt(?P<set>Fine|Coarse)_(?P<kind>[A-Za-z]+)\.(?:png|json)")
_KINDS = ("instanceIds", "polygons", "labelIds")
"""The best comes first; of an image with several kinds of file only that one is read."""
_FIRST_GROUP = 100
_FIRST_NEW = 1 << 16
_MOST_VALUES = 100_000


@dataclass(slots=True)
class _Known:
    """Classes that are not Cityscapes' own, and what photos are called by where their masks are."""

    names: dict[int, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    photos: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, number: int) -> None:
        """Name a number that has no name yet."""
        if number not in self.names and number not in BY_ID:
            self.names[number] = name
            self.numbers.setdefault(name, number)

    def number_of(self, name: str) -> int:
        """The number of a class by its name, a new one for one that is not known."""
        if name not in self.numbers:
            self.add(name, _FIRST_NEW + len(self.names))
        return self.numbers[name]


class CityscapesReader:
    """Reads a folder with files such as `CITY_000000_000019_gtFine_instanceIds.png`.

    Of an image it reads `instanceIds`, else `polygons.json`, where later polygons cover earlier
    ones, else `labelIds`; `gtCoarse` only where there is no `gtFine`. A value of 1000 and more is
    an instance of the class value // 1000. A smaller one is all there is of a class: of a class
    that Cityscapes divides a group of objects that nobody told apart, called “cargroup” and so on.
    Ids 0 to 3 (no label, the ego vehicle, the image's borders) are no objects. The value is the
    `source_id`, and the image is named `CITY/NAME_leftImg8bit`, or as `labels.json` says.
    """

    name = NAME

    def recognises(self, path: Path) -> bool:
        """Whether there is such a file in the folder, or it is a polygons file itself."""
        try:
            if path.is_file():
                return _kind(path) == "polygons" and looks_like(path, r"\{", "objects")
            return any(_kind(file) in _KINDS for file in path.rglob("*_gt*_*.*"))
        except (OSError, ValueError):
            return False

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a folder, or a file of polygons.

        Raises:
            FormatError: it has no such files.
        """
        files, problems = _files_of(path)
        if not files:
            raise FormatError(f"“{path.name}” has no masks of Cityscapes.")
        known = _Known()
        listed = (path.parent if path.name == FOLDER else path) / LIST
        if listed.is_file():
            try:
                known = _read_list(listed)
            except FormatError as error:
                problems.append(Problem(listed.name, error.sentence))
        listed_ids = list(known.names.items())
        images: list[ImageEntry] = []
        masks: list[MaskEntry] = []
        groups = not_drawn = 0
        for place, file in sorted(files.items()):
            try:
                image, found, bad, left_out = _read_image(file, _image_name(place, known), known)
            except (FormatError, MaskError) as error:
                problems.append(Problem(clean_text(file.name), error.sentence))
                continue
            problems += bad
            not_drawn += left_out
            images.append(image)
            entries = [_entry(value, image, shape, known) for value, shape in found.items()]
            masks += entries
            groups += any(entry.category_id >= _FIRST_GROUP for entry in entries)
        subject = clean_text(path.name) or NAME
        if groups:
            sentence = f"In {groups} images there are groups of objects that nobody told apart."
            problems.append(Problem(subject, sentence))
        if not_drawn:
            sentence = f"{not_drawn} license plates belong to what they are on and were left out."
            problems.append(Problem(subject, sentence))
        categories = [CategoryEntry(name, number) for number, name in listed_ids]
        return MaskFile(self.name, images, masks, problems, categories)


def _kind(file: Path) -> str:
    match = _FILE.fullmatch(file.name)
    return match["kind"] if match else ""


def _files_of(path: Path) -> tuple[dict[str, Path], list[Problem]]:
    """The file to read of each image, by its place below gtFine or gtCoarse."""
    files = [path] if path.is_file() else mask_images(path, (".png", ".json"))
    best: dict[str, tuple[tuple[bool, int], Path]] = {}
    coarse = set()
    for file in files:
        match = _FILE.fullmatch(file.name)
        if match is None or match["kind"] not in _KINDS:
            continue
        folders = file.relative_to(path).parts[:-1] if file != path else ()
        if folders and folders[0] in ("gtFine", "gtCoarse"):
            folders = folders[1:]
        place = "/".join([*folders, match["base"]])
        rank = (match["set"] == "Coarse", _KINDS.index(match["kind"]))
        coarse.update([place] if rank[0] else [])
        if place not in best or rank < best[place][0]:
            best[place] = (rank, file)
    both = sum(not best[place][0][0] for place in coarse)
    problems = []
    if both:
        sentence = f"{both} images have fine and coarse masks; only the fine ones were read."
        problems.append(Problem(clean_text(path.name) or NAME, sentence))
    return {place: file for place, (_, file) in best.items()}, problems


def _read_image(
    file: Path, name: str, known: _Known
) -> tuple[ImageEntry, Mapping[int, Segmentation], list[Problem], int]:
    """The image, the shape of each value, problems, and how many objects Cityscapes leaves out."""
    if _kind(file) == "polygons":
        painting, problems = read_painting(file, clean_text(file.name), known.number_of)
        shapes = {value: PaintedSegmentation(painting, value) for value in painting.values}
        image = ImageEntry(name, width=painting.width, height=painting.height)
        return image, shapes, problems, painting.not_drawn
    picture = read_label_image(file)
    if picture.in_colours:
        raise FormatError("It has colours, not numbers.")
    found = encode_labels(picture.values)
    if len(found) > _MOST_VALUES:
        raise FormatError("It has too many values to be a mask.")
    is_mark = {*range(len(MARKS)), *([VOID] if VOID not in known.names else [])}
    return (
        ImageEntry(name),
        {value: LabelSegmentation(rle) for value, rle in found.items() if value not in is_mark},
        [],
        0,
    )


def _entry(value: int, image: ImageEntry, shape: Segmentation, known: _Known) -> MaskEntry:
    number = value if value < PER_CLASS else value // PER_CLASS
    label = BY_ID.get(number)
    name = label.name if label else known.names.get(number, f"class {number}")
    if label is not None and label.has_instances and value < PER_CLASS:
        return MaskEntry(value, image, shape, name + GROUP, _FIRST_GROUP + number)
    return MaskEntry(value, image, shape, name, number)


def _image_name(place: str, known: _Known) -> str:
    if place in known.photos:
        return known.photos[place]
    *folders, base = place.split("/")
    return clean_text("/".join([*folders[-1:], base + PHOTO * bool(OWN_PHOTO.fullmatch(base))]))


def _read_list(file: Path) -> _Known:
    document = read_json(file)
    known = _Known()
    if not isinstance(document, dict):
        raise FormatError(f"“{file.name}” is no list of labels.")
    labels, images = document.get("labels"), document.get("images")
    for label in labels if isinstance(labels, list) else []:
        number = label.get("id") if isinstance(label, dict) else None
        if isinstance(number, int) and is_id(number) and 0 <= number < PER_CLASS:
            known.add(clean_name(label.get("name"), f"class {number}"), number)
    for place, photo in images.items() if isinstance(images, dict) else ():
        if isinstance(photo, str) and photo:
            known.photos[place] = clean_text(photo)
    return known
