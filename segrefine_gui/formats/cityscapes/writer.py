"""Cityscapes' masks, written."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from segrefine_gui.domain.errors import ExportError
from segrefine_gui.domain.records import Category
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.cityscapes.labels import (
    BY_NAME,
    FIRST_OTHER,
    LABELS,
    LAST_OTHER,
    NAME,
    PER_CLASS,
    Label,
    group_of,
)
from segrefine_gui.formats.writing.mask_images import encoded_png, paint, voc_palette

FOLDER = "gtFine"
LIST = "labels.json"
"""Beside the folder of masks: other programs take whatever lies in that for masks."""

PHOTO = "_leftImg8bit"
OWN_PHOTO = re.compile(r"(?P<city>[^_]+)_\d{6}_\d{6}")
"""What a photo of Cityscapes is called, without `PHOTO` and its ending."""

_OTHER_CITY = "images"
_SPLITS = ("train", "val", "test")


class CityscapesWriter:
    """Writes `gtFine/SPLIT/CITY/NAME_gtFine_{instanceIds,labelIds,color}.png`.

    The city is the photo's folder, or what a name like Cityscapes' begins with, else `images`; the
    split, where there is none, what the photo's path says, else `train`. Cityscapes' own classes
    have its numbers and colours, others 34 to 64. A value of `instanceIds` is 1000 times the
    class's number and the instance's place in the class; the plain number for groups, and for the
    only instance of a class that Cityscapes does not divide. `labels.json` has the other
    classes' names and what each photo is called.

    Args:
        options: who keeps pixels that several share.
    """

    name = NAME
    overlaps = False
    incremental = True

    def __init__(self, options: WriterOptions) -> None: ...

    def open(self, folder: Path, head: ExportHead) -> CityscapesSink:
        """Begin an export; see `MaskWriter.open`."""
        return CityscapesSink(folder, head)


class CityscapesSink(MaskSink):
    """One export as Cityscapes masks; see `MaskSink`."""

    def __init__(self, folder: Path, head: ExportHead) -> None:
        self._folder = folder
        self._labels = _labels_of(head.categories)
        self._places = _places_of(head.images)
        self._colours = np.zeros((256, 3), dtype=np.uint8)
        for label in self._labels.values():
            self._colours[label.id] = label.colour[::-1]
        self._names: dict[str, str] = {}

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write the three masks of an image."""
        labels = [self._labels[record.instance.category.source_id] for record in records]
        written: list[ExportRecord] = []
        values: list[int] = []
        problems: list[Problem] = []
        total, used = Counter(labels), Counter[Label]()
        for record, label in zip(records, labels, strict=True):
            place, used[label] = used[label], used[label] + 1
            is_group = group_of(record.instance.category.name) is not None
            assert record.mask is not None
            if place >= PER_CLASS and not is_group:
                sentence = f"It is one too many: Cityscapes holds {PER_CLASS:,} “{label.name}”."
                problems.append(Problem(record.subject, sentence, record.mask.area))
                continue
            if is_group and place > 0:
                sentence = f"It is one with the “{label.name}” before it: no value divides them."
                problems.append(Problem(record.subject, sentence, record.mask.area))
            is_plain = is_group or (not label.has_instances and total[label] == 1)
            written.append(record)
            values.append(label.id if is_plain else label.id * PER_CLASS + place)
        instance_ids = paint(image, written, values, wide=True)
        numbers = [value if value < PER_CLASS else value // PER_CLASS for value in values]
        label_ids = paint(image, written, numbers)
        place_ = self._places[image.image.id]
        files = []
        for kind, pixels in (
            ("instanceIds", instance_ids),
            ("labelIds", label_ids),
            ("color", self._colours[label_ids]),
        ):
            file = place_.with_name(f"{place_.name}_{FOLDER}_{kind}.png")
            (self._folder / file).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / file).write_bytes(encoded_png(pixels))
            files.append(file)
        self.keep(image)
        return Added(files, len(written), problems)

    def keep(self, image: ExportImage) -> None:
        """Note what the photo is called."""
        self._names[str(self._places[image.image.id].relative_to(FOLDER))] = image.image.name

    def close(self) -> Sequence[Problem]:
        """Write the list of classes and photos."""
        own = {label.id for label in LABELS}
        others = [
            {
                "name": label.name,
                "id": label.id,
                "hasInstances": label.has_instances,
                "color": label.colour,
            }
            for label in self._labels.values()
            if label.id not in own
        ]
        file = self._folder / LIST
        document = {"labels": others, "images": self._names}
        file.write_bytes(json.dumps(document, indent=1).encode("ascii") + b"\n")
        return ()


def _labels_of(categories: Sequence[Category]) -> dict[int, Label]:
    """The class of each category, by its `source_id`."""
    labels: dict[int, Label] = {}
    palette = voc_palette()
    number = FIRST_OTHER
    for category in categories:
        group = group_of(category.name)
        if category.name in BY_NAME:
            labels[category.source_id] = BY_NAME[category.name]
        elif group is not None:
            labels[category.source_id] = Label(category.name, group.id, False, group.colour)
        else:
            red, green, blue = palette[number].tolist()
            labels[category.source_id] = Label(category.name, number, True, (red, green, blue))
            number += 1
    if number > LAST_OTHER + 1:
        raise ExportError(
            f"There are {number - FIRST_OTHER:,} categories besides Cityscapes' own, and there is "
            f"room for {LAST_OTHER - FIRST_OTHER + 1}; nothing was changed."
        )
    return labels


def _places_of(images: Sequence[ExportImage]) -> dict[int, PurePosixPath]:
    """Where each image's files go, without their endings; no two at the same place."""
    places: dict[int, PurePosixPath] = {}
    taken: set[str] = set()
    for each in images:
        folders = [part for part in each.stem.parts[:-1] if part != PHOTO[1:]]
        split = next((part for part in folders if part in _SPLITS), _SPLITS[0])
        folders = [part for part in folders if part not in _SPLITS]
        name = each.stem.name.removesuffix(PHOTO) or each.stem.name
        own = OWN_PHOTO.fullmatch(name)
        city = "_".join(folders) or (own["city"] if own else _OTHER_CITY)
        first = name
        number = 1
        while f"{city}/{name}".casefold() in taken:
            number += 1
            name = f"{first}~{number}"
        taken.add(f"{city}/{name}".casefold())
        places[each.image.id] = PurePosixPath(FOLDER, each.split or split, city, name)
    return places
