"""What COCO's instances files and Detectron2's results have in common: images and instances.

Every entry is checked by itself; a damaged one becomes a `Problem` and the rest are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import ImageEntry, MaskEntry, Problem
from segrefine_gui.formats.reading.segmentations import parse_segmentation

ImageId = int | str
_MAX_ID = 2**63 - 1
"""Largest id that databases can hold."""


@dataclass(frozen=True, slots=True)
class CocoTables:
    """The images and categories of a COCO file, by their ids."""

    images: Mapping[ImageId, ImageEntry]
    categories: Mapping[int, str]
    problems: Sequence[Problem]

    def image(self, image_id: ImageId) -> ImageEntry:
        """The image of that id; raises `FormatError` when there is none."""
        try:
            return self.images[image_id]
        except KeyError as error:
            raise FormatError(f"There is no image with the id {image_id}.") from error


def read_tables(document: object, file_name: str) -> CocoTables:
    """Read `images` and `categories` of a COCO document.

    Raises:
        FormatError: it has no list of images; missing categories are tolerated.
    """
    images, image_problems = _by_id(_list_of(document, "images", file_name), "image", _image)
    has_categories = isinstance(document, dict) and document.get("categories") is not None
    listed = _list_of(document, "categories", file_name) if has_categories else []
    categories, category_problems = _by_id(listed, "category", _category)
    names = {key: name for key, name in categories.items() if isinstance(key, int)}
    return CocoTables(images, names, [*image_problems, *category_problems])


def read_instances(
    items: Sequence[object],
    kind: str,
    image: Callable[[ImageId], ImageEntry],
    categories: Mapping[int, str],
    *,
    with_ids: bool,
) -> tuple[list[MaskEntry], list[Problem]]:
    """Read a list of annotations or results.

    Args:
        items: the JSON values.
        kind: what to call one in a problem.
        image: gives the image of an id, or raises `FormatError`.
        categories: names by id; others are called "category N".
        with_ids: whether `source_id` is their `id`; else, and where it is missing, it is the
            0-based position.
    """
    entries: list[MaskEntry] = []
    problems: list[Problem] = []
    seen: set[int] = set()
    for position, item in enumerate(items):
        source_id, subject = position, f"{kind} at position {position}"
        try:
            fields = _object(item)
            if with_ids and fields.get("id") is not None:
                source_id = _whole(fields, "id")
                subject = f"{kind} {source_id}"
            if source_id in seen:
                raise FormatError("Another one before it has the same id.")
            entry_image = image(_image_id(fields, "image_id"))
            category_id = _whole(fields, "category_id")
            category = categories.get(category_id, f"category {category_id}")
            segmentation = parse_segmentation(_required(fields, "segmentation"), _size(entry_image))
        except FormatError as error:
            problems.append(Problem(subject, error.sentence))
            continue
        seen.add(source_id)
        score = fields.get("score")
        if score is not None and not _is_share(score):
            problems.append(Problem(subject, "Its score is not between 0 and 1 and was ignored."))
            score = None
        entries.append(
            MaskEntry(source_id, entry_image, segmentation, category, category_id, score)
        )
    return entries, problems


_Fields = dict[str, Any]


def _by_id(
    items: Sequence[object], kind: str, parse: Callable[[ImageId, _Fields], Any]
) -> tuple[dict[ImageId, Any], list[Problem]]:
    found: dict[ImageId, Any] = {}
    problems: list[Problem] = []
    for position, item in enumerate(items):
        subject = f"{kind} at position {position}"
        try:
            fields = _object(item)
            key = _image_id(fields, "id")
            subject = f"{kind} {key}"
            if key in found:
                raise FormatError("Another one before it has the same id.")
            found[key] = parse(key, fields)
        except FormatError as error:
            problems.append(Problem(subject, error.sentence))
    return found, problems


def _image(key: ImageId, fields: _Fields) -> ImageEntry:
    name = fields.get("file_name")
    if name is None and isinstance(url := fields.get("coco_url"), str):
        name = url.rsplit("/", 1)[-1]  # LVIS names its images so
    if name is not None and not isinstance(name, str):
        raise FormatError("Its file_name is not text.")
    return ImageEntry(
        name=None if not name else clean_text(name),
        source_id=key if isinstance(key, int) else None,
        width=_side(fields, "width"),
        height=_side(fields, "height"),
    )


def _category(key: ImageId, fields: _Fields) -> str:
    name = fields.get("name")
    return clean_text(name) if isinstance(name, str) and name.strip() else f"category {key}"


def clean_text(text: str) -> str:
    """Text without the lone surrogates that JSON escapes can make and that nothing can store."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _list_of(document: object, key: str, file_name: str) -> list[object]:
    value = document.get(key) if isinstance(document, dict) else None
    if not isinstance(value, list):
        raise FormatError(f"“{file_name}” is not a COCO file: it has no list of {key}.")
    return value


def _object(item: object) -> _Fields:
    if not isinstance(item, dict):
        raise FormatError("It is not a JSON object.")
    return item


def _required(fields: _Fields, key: str) -> Any:
    value = fields.get(key)
    if value is None:
        raise FormatError(f"It has no {key}.")
    return value


def _whole(fields: _Fields, key: str) -> int:
    value = _required(fields, key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MAX_ID:
        raise FormatError(f"Its {key} is not a whole number.")
    return value


def _image_id(fields: _Fields, key: str) -> ImageId:
    value = _required(fields, key)
    return clean_text(value) if isinstance(value, str) else _whole(fields, key)


def _side(fields: _Fields, key: str) -> int | None:
    if fields.get(key) is None:
        return None
    side = _whole(fields, key)
    if side <= 0:
        raise FormatError(f"Its {key} is not that of an image.")
    return side


def _size(image: ImageEntry) -> tuple[int, int] | None:
    if image.height is None or image.width is None:
        return None
    return image.height, image.width


def _is_share(value: object) -> bool:
    # NaN fails the comparison, too.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
