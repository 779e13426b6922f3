"""CVAT's XML 1.1, "CVAT for images", read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.extras import MAX_BYTES, Extra, extra_of
from segrefine_gui.formats.base import (
    CategoryEntry,
    ImageEntry,
    MaskEntry,
    MaskFile,
    Segmentation,
)
from segrefine_gui.formats.cvat.shapes import GEOMETRY, TAGS, parse_shape
from segrefine_gui.formats.reading.files import files_in, read_each
from segrefine_gui.formats.reading.problems import Problems
from segrefine_gui.formats.reading.texts import clean_name, clean_text, is_id, side_of
from segrefine_gui.formats.reading.unions import united
from segrefine_gui.formats.reading.xml_file import Element, Listener, has_root, read_elements

NAME = "cvat"
ROOT = "annotations"

CATEGORY = "object"
"""Name of the class of shapes whose label is blank."""

_KNOWN_OF_IMAGE = frozenset({"id", "name", "width", "height"})
_SAMPLES = 16


@dataclass(slots=True)
class _Instance:
    """What the shapes of one instance have told so far."""

    image: int
    category: str
    extra: Extra | None
    parts: list[Segmentation] = field(default_factory=list)


@dataclass(slots=True)
class _Image:
    """What an image element has told so far."""

    entry: ImageEntry
    subject: str
    attributes: Mapping[str, str]
    size: tuple[int, int] | None
    groups: dict[tuple[str, str], _Instance] = field(default_factory=dict)
    kept: list[dict[str, object]] = field(default_factory=list)
    kept_bytes: int = 0
    others: Counter[str] = field(default_factory=Counter)


class CvatReader:
    """Reads CVAT's XML: one file, or all below a folder (`annotations.xml`, `train.xml`, ...).

    Shapes of an image that share a label and a `group_id` are one instance. Elements without an
    area (tags, points, polylines, cuboids, skeletons) are kept with their image for exports as
    CVAT; all but tags are said. `z_order` is kept, and decides nothing, as instances may overlap.
    Tracks of videos are left out. An image of a project is named with its subset as a folder.
    `source_id` is the position among all instances.
    """

    name = NAME

    def recognises(self, path: Path) -> bool:
        """Whether the file, or one of the first few of the folder, is such XML."""
        try:
            files = files_in(path, ".xml")[:_SAMPLES]
        except (FormatError, OSError, ValueError):
            return False
        return any(has_root(file, ROOT) for file in files)

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a file or a folder; CVAT's files have images and labels of their own.

        Raises:
            FormatError: there is no such file, or not one of them is CVAT's.
        """
        reading = _Reading()
        files = files_in(path, ".xml")
        none = f"The folder “{clean_name(path.name, '_')}” has no XML files."
        read_each(files, path, reading.read, reading.problems, none)
        return reading.result()


class _Reading(Listener):
    """The files read so far."""

    def __init__(self) -> None:
        self.problems = Problems()
        self._images: list[ImageEntry] = []
        self._instances: list[_Instance] = []
        self._categories: dict[str, CategoryEntry] = {}
        self._extra: Extra | None = None
        self._file = ""
        self._image: _Image | None = None

    def read(self, file: Path, subject: str) -> None:
        self._file = subject
        try:
            read_elements(file, ROOT, "image", self)
        finally:
            self.end()  # of an image that was cut short

    def result(self) -> MaskFile:
        masks = [
            MaskEntry(
                position,
                self._images[each.image],
                united(each.parts),
                each.category,
                self._categories[each.category].source_id,
                extra=each.extra,
            )
            for position, each in enumerate(self._instances)
        ]
        categories = list(self._categories.values())
        return MaskFile(NAME, self._images, masks, self.problems.all(), categories, self._extra)

    def begin(self, element: Element) -> None:
        attributes = element.attributes
        number = attributes.get("id", "")
        name = clean_text(attributes.get("name", "")).replace("\0", "")
        if name and attributes.get("subset"):
            name = f"{attributes['subset']}/{name}"  # a project has its images in such folders
        width, height = (_side(attributes.get(key, "")) for key in ("width", "height"))
        size = None if height is None or width is None else (height, width)
        source_id = (
            int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
        )
        entry = ImageEntry(name or None, source_id, width, height)
        subject = f"{clean_name(name, 'an image without a name')} in {self._file}"
        self._image = _Image(entry, subject, attributes, size)
        self._images.append(entry)

    def end(self) -> None:
        """Put what was kept of the image into its entry, now that all of it is known."""
        image = self._image
        if image is None:
            return
        self._image = None
        known = _KNOWN_OF_IMAGE if image.entry.source_id is not None else _KNOWN_OF_IMAGE - {"id"}
        fields: dict[str, object] = dict(image.attributes)
        if image.kept:
            fields["elements"] = image.kept
        extra = extra_of(NAME, fields, known)
        entry = image.entry
        self._images[-1] = ImageEntry(entry.name, entry.source_id, entry.width, entry.height, extra)
        for tag, count in image.others.items():
            sentence = f"{count} of its elements are of the kind {tag}, which is no mask."
            self.problems.add(image.subject, sentence)

    def element(self, element: Element) -> None:
        if self._image is None:
            self._outside(element)
        elif element.tag in TAGS:
            self._shape(self._image, element)
        else:
            self._keep(self._image, element)

    def _outside(self, element: Element) -> None:
        if element.tag == "meta":
            self._meta(element)
        elif element.tag == "track":
            label = clean_name(element.attributes.get("label"), CATEGORY)
            sentence = "It is a track through a video and was left out."
            self.problems.add(f"{label} in {self._file}", sentence)

    def _meta(self, meta: Element) -> None:
        for about in meta.children:
            labels = [child for child in about.children if child.tag == "labels"]
            about.children = [child for child in about.children if child.tag != "labels"]
            for label in (each for listed in labels for each in listed.children):
                names = [child.text for child in label.children if child.tag == "name"]
                others = [child.to_json() for child in label.children if child.tag != "name"]
                name = clean_name(names[0] if names else None, CATEGORY)
                self._add_category(name, extra_of(NAME, {"elements": others}, ()))
        if self._extra is None:
            self._extra = extra_of(NAME, {"meta": [each.to_json() for each in meta.children]}, ())

    def _add_category(self, name: str, extra: Extra | None = None) -> None:
        number = len(self._categories) + 1
        self._categories.setdefault(name, CategoryEntry(name, number, extra))

    def _shape(self, image: _Image, element: Element) -> None:
        attributes = element.attributes
        try:
            segmentation = parse_shape(element.tag, attributes, image.size)
        except FormatError as error:
            self.problems.add(f"a {element.tag} of {image.subject}", error.sentence)
            return
        category = clean_name(attributes.get("label"), CATEGORY)
        self._add_category(category)
        group = attributes.get("group_id", "").strip().lstrip("0")
        instance = image.groups.get((category, group)) if group else None
        if instance is None:
            fields: dict[str, object] = dict(attributes)
            told = [
                [child.attributes.get("name", ""), child.text]
                for child in element.children
                if child.tag == "attribute"
            ]
            if told:
                fields["attributes"] = told
            extra = extra_of(NAME, fields, GEOMETRY)
            instance = _Instance(len(self._images) - 1, category, extra)
            self._instances.append(instance)
            if group:
                image.groups[category, group] = instance
        instance.parts.append(segmentation)

    def _keep(self, image: _Image, element: Element) -> None:
        kept = element.to_json()
        size = len(json.dumps(kept)) + 2
        if image.kept_bytes + size > MAX_BYTES // 2:
            sentence = "It has more than can be kept; some of what is no mask was left out."
            self.problems.add(image.subject, sentence)
        else:
            image.kept.append(kept)
            image.kept_bytes += size
        if element.tag != "tag":
            image.others[clean_name(element.tag, "_")[:40]] += 1


def _side(text: str) -> int | None:
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    return side_of(value) if is_id(value) else None
