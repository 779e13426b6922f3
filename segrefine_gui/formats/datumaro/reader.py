"""Datumaro's own JSON, read."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeGuard

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.extras import Extra, extra_of
from segrefine_gui.formats.base import (
    CategoryEntry,
    ImageEntry,
    MaskEntry,
    MaskFile,
    Segmentation,
)
from segrefine_gui.formats.datumaro.schema import ANNOTATIONS, COLOUR, LABEL, NAME, SKELETON
from segrefine_gui.formats.reading.files import files_in, subject_of
from segrefine_gui.formats.reading.json_file import looks_like, read_json
from segrefine_gui.formats.reading.problems import Problems
from segrefine_gui.formats.reading.provenance import KEY, source_id_in
from segrefine_gui.formats.reading.segmentations import PolygonSegmentation, parse_segmentation
from segrefine_gui.formats.reading.texts import (
    clean_name,
    clean_text,
    is_id,
    is_share,
    side_of,
    source_ids,
)
from segrefine_gui.formats.reading.unions import united
from segrefine_gui.formats.writing.decision_tables import JSON_NAME

_CATEGORIES = re.compile(rb'"categories"\s*:\s*\{')
_HEAD_BYTES = 1 << 20
_SAMPLES = 16
_MASKS = ("mask", "polygon")
_MEDIA = ("point_cloud", "video", "video_frame", "media")
_KNOWN_OF_ITEM = frozenset({"id", ANNOTATIONS, "image", KEY})
_KNOWN_OF_INSTANCE = frozenset({"id", "type", "label_id", "rle", "points", KEY})
_Fields = Mapping[str, object]


@dataclass(slots=True)
class _Instance:
    """What the annotations of one instance have told so far."""

    image: ImageEntry
    label: int
    wanted_id: object
    score: float | None
    extra: Extra | None
    parts: list[Segmentation] = field(default_factory=list)


class DatumaroReader:
    """Reads Datumaro's JSON: one file, or all below a folder (`annotations/train.json`).

    An annotation of the type mask is an instance; polygons of an item that share label, group and
    id, as its import of COCO makes them, are one, too. Annotations of other types are kept with
    their image, for exports as Datumaro. Labels are known by their place in the file's list, if an
    export of ours did not note their numbers. `source_id` is the annotation's id, else one that is
    free in its image; where several there have the id 0, nobody set it.
    """

    name = NAME

    def recognises(self, path: Path) -> bool:
        """Whether the file, or one of the first few of the folder, has items and categories."""
        try:
            return any(_is_datumaro(file) for file in files_in(path, ".json")[:_SAMPLES])
        except (FormatError, OSError, ValueError):
            return False

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a file or a folder; Datumaro's files name their images themselves.

        Raises:
            FormatError: there is no such file, or not one of them is Datumaro's.
        """
        images: list[ImageEntry] = []
        masks: list[MaskEntry] = []
        problems = Problems()
        categories = _Categories()
        about: dict[str, object] = {}
        errors: list[FormatError] = []
        files = files_in(path, ".json")
        for file in files:
            subject = subject_of(file, path)
            try:
                subset = _Subset(_document(file), subject, problems)
            except FormatError as error:
                errors.append(error)
                if file.name != JSON_NAME:
                    problems.add(subject, error.sentence)
                continue
            numbers = categories.add(subset)
            images += subset.images
            masks += subset.entries(numbers)
            about = {**subset.about, **about}
        if len(errors) == len(files):
            raise next(iter(errors), FormatError(f"“{clean_text(path.name)}” has no JSON files."))
        extra = extra_of(NAME, about, ())
        return MaskFile(self.name, images, masks, problems.all(), categories.all(), extra)


class _Subset:
    """What one file tells; its lists may hold anything.

    Attributes:
        labels: name by place.
        kept: what the file says of a label besides, by place.
        numbers: what an export of ours noted: the number of a label by its name.
        about: what it says of no image, label or instance.
        images: its images.
    """

    def __init__(self, document: _Fields, subject: str, problems: Problems) -> None:
        tables = _object(document.get("categories"))
        table = _object(tables.get("label"))
        listed = [_object(each) for each in _list(table.get("labels"))]
        self.labels = [clean_name(each.get("name"), _name(at)) for at, each in enumerate(listed)]
        self.kept = [_about_label(each, tables, at) for at, each in enumerate(listed)]
        infos = dict(_object(document.get("infos")))
        self.numbers = _object(_object(infos.pop(KEY, None)).get("categories"))
        groups = {key: value for key, value in table.items() if key != "labels" and value}
        about = {"infos": infos, "label": groups}
        self.about: dict[str, object] = {key: value for key, value in about.items() if value}
        self.images: list[ImageEntry] = []
        self._problems = problems
        self._instances: list[tuple[int, _Instance]] = []
        others: Counter[str] = Counter()
        for place, item in enumerate(_list(document.get("items"))):
            try:
                self._read_item(_object(item, "It is not a JSON object."), others)
            except FormatError as error:
                self._problems.add(f"item {place} of {subject}", error.sentence)
        for kind, count in others.items():
            sentence = (
                f"It has annotations of the type {kind} ({count:,}), which are no masks; "
                "exports as Datumaro keep them."
            )
            self._problems.add(subject, sentence)

    def entries(self, numbers: Mapping[int, tuple[str, int]]) -> Iterator[MaskEntry]:
        """The instances; `numbers` has name and number of each label."""
        for source_id, each in self._instances:
            name, number = numbers.get(each.label, (_name(each.label), each.label))
            shape = united(each.parts)
            yield MaskEntry(source_id, each.image, shape, name, number, each.score, each.extra)

    def _read_item(self, item: _Fields, others: Counter[str]) -> None:
        if any(item.get(key) for key in _MEDIA):
            raise FormatError("It is no image.")
        name = _image_name(item)
        size = _list(_object(item.get("image")).get("size"))
        height, width = (side_of(each) for each in (size if len(size) == 2 else (None, None)))
        annotations = [_object(each) for each in _list(item.get(ANNOTATIONS))]
        with_mask = {_group(each) for each in annotations if each.get("type") in _MASKS} - {0}
        kept = []
        for each in annotations:
            kind = each.get("type")
            if kind not in _MASKS and not (kind == "bbox" and _group(each) in with_mask):
                others[clean_name(kind, "nothing")] += 1
                kept.append(self._with_label(each))
        fields = {**item, ANNOTATIONS: kept} if kept else item
        known = _KNOWN_OF_ITEM - ({ANNOTATIONS} if kept else set())
        image = ImageEntry(name, None, width, height, extra_of(NAME, fields, known))
        self.images.append(image)
        self._add_instances(image, annotations)

    def _add_instances(self, image: ImageEntry, annotations: Sequence[_Fields]) -> None:
        found: dict[object, _Instance] = {}
        size = None if image.height is None or image.width is None else (image.height, image.width)
        for place, each in enumerate(annotations):
            if each.get("type") not in _MASKS:
                continue
            subject = f"annotation {place} of {image.name}"
            try:
                label, segmentation = _label(each), _segmentation(each, size)
            except FormatError as error:
                self._problems.add(subject, error.sentence)
                continue
            own, group = each.get("id"), _group(each)
            joined = each.get("type") == "polygon" and group != 0 and is_id(own)
            key = (label, group, own) if joined else (place,)
            if key not in found:
                found[key] = self._instance(image, each, label, subject)
            found[key].parts.append(segmentation)
        wanted = [each.wanted_id for each in found.values()]
        unset = wanted.count(0) > 1  # Datumaro's own default
        ids = source_ids([None if unset and own == 0 else own for own in wanted])
        self._instances += zip(ids, found.values(), strict=True)

    def _instance(self, image: ImageEntry, fields: _Fields, label: int, subject: str) -> _Instance:
        attributes = dict(_object(fields.get("attributes")))
        told_score = attributes.pop("score", None)
        score = float(told_score) if _is_score(told_score) else None
        if score is None and told_score is not None:
            sentence = "Its score is not between 0 and 1 and was ignored."
            self._problems.add(subject, sentence)
        if not attributes.get("is_crowd"):
            attributes.pop("is_crowd", None)
        told = {**fields, "attributes": attributes}
        unset = {key for key in ("attributes", "group", "z_order") if not told.get(key)}
        extra = extra_of(NAME, told, _KNOWN_OF_INSTANCE | unset)
        noted = source_id_in(fields)
        own = fields.get("id") if noted is None else noted
        return _Instance(image, label, own, score, extra)

    def _with_label(self, fields: _Fields) -> dict[str, object]:
        kept = {key: value for key, value in fields.items() if key != "label_id"}
        label = fields.get("label_id")
        if isinstance(label, int) and 0 <= label < len(self.labels):
            kept[LABEL] = self.labels[label]
        return kept


class _Categories:
    """The categories of all files, by name: each file has a list of its own."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._extras: dict[str, Extra | None] = {}

    def add(self, subset: _Subset) -> dict[int, tuple[str, int]]:
        """Take in a file's labels; gives the name and number of each by its place."""
        for place, (name, kept) in enumerate(zip(subset.labels, subset.kept, strict=True)):
            if name in self._numbers:
                continue
            noted = subset.numbers.get(name)
            number = noted if isinstance(noted, int) and is_id(noted) else place
            if number in self._numbers.values():
                taken = set(self._numbers.values())
                number = next(free for free in itertools.count() if free not in taken)
            self._numbers[name] = number
            self._extras[name] = kept
        return {place: (name, self._numbers[name]) for place, name in enumerate(subset.labels)}

    def all(self) -> list[CategoryEntry]:
        """All of them, in their order."""
        return [
            CategoryEntry(name, number, self._extras[name])
            for name, number in self._numbers.items()
        ]


def _is_datumaro(file: Path) -> bool:
    if not looks_like(file, r"\{", "categories", "items"):
        return False
    with file.open("rb") as stream:
        return _CATEGORIES.search(stream.read(_HEAD_BYTES)) is not None  # COCO has a list


def _document(file: Path) -> _Fields:
    document = read_json(file)
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise FormatError(f"“{clean_text(file.name)}” is not a Datumaro file: it has no items.")
    return document


def _image_name(item: _Fields) -> str:
    """The name that an export of ours noted, else the path, else the id with the path's ending.

    The id of an item is its path in the data set without the ending, while an image's path may be
    one of another machine.
    """
    noted = _object(item.get(KEY)).get("image")
    if isinstance(noted, str) and noted.strip():
        return clean_text(noted)
    own, path = item.get("id"), _object(item.get("image")).get("path")
    own = str(own) if is_id(own) else own
    path = path.replace("\\", "/") if isinstance(path, str) else ""
    if not isinstance(own, str) or not own.strip():
        if not path.strip():
            raise FormatError("It does not say which image it is of.")
        return clean_text(path)
    if path == own or path.rpartition(".")[0] == own:
        return clean_text(path)
    return clean_text(own + PurePosixPath(path.replace("\0", "")).suffix)


def _group(fields: _Fields) -> int:
    """Number of the group, 0 for none."""
    group = fields.get("group")
    return group if isinstance(group, int) else 0


def _is_score(value: object) -> TypeGuard[float]:
    return is_share(value)


def _label(fields: _Fields) -> int:
    label = fields.get("label_id")
    if not isinstance(label, int) or not is_id(label) or label < 0:
        raise FormatError("It has no label.")
    return label


def _segmentation(fields: _Fields, size: tuple[int, int] | None) -> Segmentation:
    if fields.get("type") == "mask":
        rle = fields.get("rle")
        if not isinstance(rle, dict):
            raise FormatError("It has no run-length code.")
        return parse_segmentation(rle, size)
    points = fields.get("points")
    if not isinstance(points, list) or not points:
        raise FormatError("It has no points.")
    return PolygonSegmentation([points], size)


def _about_label(label: _Fields, tables: _Fields, place: int) -> Extra | None:
    """What a file says of a label besides its name, also in its tables of colours and skeletons."""
    kept = {key: value for key, value in label.items() if key != "name" and value}
    for table, entries in ((COLOUR, "colormap"), (SKELETON, "items")):
        owner = _object(tables.get("mask" if table == COLOUR else "points"))
        for each in _list(owner.get(entries)):
            if isinstance(each, dict) and each.get("label_id") == place:
                kept[table] = {key: value for key, value in each.items() if key != "label_id"}
    return extra_of(NAME, kept, ())


def _name(label: int) -> str:
    return f"category {label}"


def _object(value: object, otherwise: str = "") -> Mapping[str, object]:
    """A JSON object; an empty one for anything else, if that is no `FormatError`."""
    if isinstance(value, dict):
        return value
    if otherwise:
        raise FormatError(otherwise)
    return {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
