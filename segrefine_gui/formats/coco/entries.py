"""What COCO's instances files and their relatives have in common: images and instances.

Every entry is checked by itself; a damaged one becomes a `Problem` and the rest are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.extras import Extra, extra_of
from segrefine_gui.formats.base import CategoryEntry, ImageEntry, MaskEntry, Segmentation
from segrefine_gui.formats.free_ids import MAX_ID
from segrefine_gui.formats.reading.problems import Problems
from segrefine_gui.formats.reading.provenance import KEY
from segrefine_gui.formats.reading.segmentations import PolygonSegmentation, parse_segmentation
from segrefine_gui.formats.reading.texts import clean_text

ImageId = int | str

LISTS = ("images", "annotations", "categories")
IMAGE_KEYS = frozenset({"id", "file_name", "width", "height"})
CATEGORY_KEYS = frozenset({"id", "name"})
ANNOTATION_KEYS = frozenset(
    {"id", "image_id", "category_id", "segmentation", "area", "bbox", "score", KEY}
)
"""Keys that are not kept as they came: they are read, or made anew when written."""

_MAX_SHOWN = 60


class Tables:
    """The images and categories of a COCO file, by their ids; entry by entry.

    Args:
        problems: told of damaged entries.
        format_name: whose extras are kept; None to keep none.
    """

    def __init__(self, problems: Problems, format_name: str | None = None) -> None:
        self.images: dict[ImageId, ImageEntry] = {}
        self.categories: dict[int, CategoryEntry] = {}
        self._problems = problems
        self._format = format_name
        self._count = {"image": 0, "category": 0}

    def image(self, image_id: ImageId) -> ImageEntry:
        """The image of that id; raises `FormatError` when there is none."""
        try:
            return self.images[image_id]
        except KeyError as error:
            raise FormatError(f"There is no image with the id {shown(image_id)}.") from error

    def add_image(self, item: object) -> None:
        """Take an entry of `images`."""
        self._add("image", item, self.images, self._image)

    def add_category(self, item: object) -> None:
        """Take an entry of `categories`."""
        self._add("category", item, self.categories, self._category)

    def _add(
        self,
        kind: str,
        item: object,
        found: dict[Any, Any],
        parse: Callable[[ImageId, _Fields], object],
    ) -> None:
        subject = f"{kind} at position {self._count[kind]}"
        self._count[kind] += 1
        try:
            fields = as_object(item)
            key = image_id_of(fields, "id")
            subject = f"{kind} {shown(key)}"
            if key in found:
                raise FormatError("Another one before it has the same id.")
            found[key] = parse(key, fields)
        except FormatError as error:
            self._problems.add(subject, error.sentence)

    def _image(self, key: ImageId, fields: _Fields) -> ImageEntry:
        name = fields.get("file_name")
        if name is None and isinstance(url := fields.get("coco_url"), str):
            name = url.rsplit("/", 1)[-1]  # LVIS names its images so
        known = IMAGE_KEYS if isinstance(key, int) else IMAGE_KEYS - {"id"}
        return ImageEntry(
            name=clean_name(name),
            source_id=key if isinstance(key, int) else None,
            width=side(fields, "width"),
            height=side(fields, "height"),
            extra=extra_of(self._format, fields, known) if self._format else None,
        )

    def _category(self, key: ImageId, fields: _Fields) -> CategoryEntry:
        if not isinstance(key, int):
            raise FormatError("Its id is not a whole number.")
        name = fields.get("name")
        has_name = isinstance(name, str) and name.strip()
        return CategoryEntry(
            clean_text(str(name)) if has_name else _category_name(key),
            key,
            extra_of(self._format, fields, CATEGORY_KEYS) if self._format else None,
        )


@dataclass(frozen=True, slots=True)
class _Unplaced:
    """An instance whose image and category are known by id only."""

    subject: str
    source_id: int
    image_id: ImageId
    category_id: int
    segmentation: Segmentation
    score: float | None
    extra: Extra | None


class Instances:
    """The annotations or results of a file, entry by entry.

    Args:
        kind: what to call one in a problem.
        problems: told of damaged entries.
        with_ids: whether `source_id` is their `id`; else, and where it is missing, it is the
            0-based position.
        format_name: whose extras are kept; None to keep none.
        score_key: where the score is.
    """

    def __init__(
        self,
        kind: str,
        problems: Problems,
        *,
        with_ids: bool,
        format_name: str | None = None,
        score_key: str = "score",
    ) -> None:
        self._kind = kind
        self._problems = problems
        self._with_ids = with_ids
        self._format = format_name
        self._score_key = score_key
        self._found: list[_Unplaced] = []
        self._seen: set[int] = set()
        self._count = 0

    def add(self, item: object, place: Mapping[str, object] | None = None) -> None:
        """Take an entry.

        Args:
            item: the JSON value.
            place: image_id and category_id where the entry itself does not tell them.
        """
        source_id, subject = self._count, f"{self._kind} at position {self._count}"
        self._count += 1
        try:
            fields = {**as_object(item), **(place or {})}
            if self._with_ids and fields.get("id") is not None:
                source_id = whole(fields, "id")
                subject = f"{self._kind} {source_id}"
            if source_id in self._seen:
                raise FormatError("Another one before it has the same id.")
            image_id = image_id_of(fields, "image_id")
            category_id = whole(fields, "category_id")
            segmentation = parse_segmentation(required(fields, "segmentation"), None)
        except FormatError as error:
            self._problems.add(subject, error.sentence)
            return
        self._seen.add(source_id)
        score = fields.get(self._score_key)
        if score is not None and not _is_share(score):
            self._problems.add(subject, "Its score is not between 0 and 1 and was ignored.")
            score = None
        extra = extra_of(self._format, fields, _known(fields)) if self._format else None
        self._found.append(
            _Unplaced(subject, source_id, image_id, category_id, segmentation, score, extra)
        )

    def placed(
        self, image: Callable[[ImageId], ImageEntry], categories: Mapping[int, CategoryEntry]
    ) -> list[MaskEntry]:
        """All that were added, which are forgotten.

        Args:
            image: gives the image of an id, or raises `FormatError`.
            categories: by id; others are called "category N".
        """
        entries: list[MaskEntry] = []
        self._found.reverse()
        while self._found:
            each = self._found.pop()  # so that no instance is in memory twice
            try:
                entry_image = image(each.image_id)
            except FormatError as error:
                self._problems.add(each.subject, error.sentence)
                continue
            segmentation = each.segmentation
            if isinstance(segmentation, PolygonSegmentation):
                segmentation = replace(segmentation, size=_size(entry_image))
            category = categories.get(each.category_id)
            entries.append(
                MaskEntry(
                    each.source_id,
                    entry_image,
                    segmentation,
                    category.name if category else _category_name(each.category_id),
                    each.category_id,
                    each.score,
                    each.extra,
                )
            )
        return entries


_Fields = dict[str, Any]


def shown(key: ImageId) -> str:
    """An id as a sentence has it: one line of some length."""
    text = " ".join(str(key).split())
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def clean_name(name: object) -> str | None:
    """The name of an image's file, None where it is missing; raises `FormatError`."""
    if name is not None and not isinstance(name, str):
        raise FormatError("Its file_name is not text.")
    return clean_text(name) if name else None


def as_object(item: object) -> dict[str, Any]:
    """An entry's fields; raises `FormatError` where it is something else."""
    if not isinstance(item, dict):
        raise FormatError("It is not a JSON object.")
    return item


def required(fields: Mapping[str, Any], key: str) -> Any:
    """A field's value; raises `FormatError` where it is missing or null."""
    value = fields.get(key)
    if value is None:
        raise FormatError(f"It has no {key}.")
    return value


def whole(fields: Mapping[str, Any], key: str) -> int:
    """A field's whole number, also where it is written 7.0; raises `FormatError`."""
    value = required(fields, key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_ID:
        raise FormatError(f"Its {key} is not a whole number.")
    return value


def image_id_of(fields: Mapping[str, Any], key: str) -> ImageId:
    """A field's id, which may be text; raises `FormatError`."""
    value = required(fields, key)
    return clean_text(value) if isinstance(value, str) else whole(fields, key)


def side(fields: Mapping[str, Any], key: str) -> int | None:
    """A width or height in pixels, None where it is missing; raises `FormatError`."""
    if fields.get(key) is None:
        return None
    value = whole(fields, key)
    if value <= 0:
        raise FormatError(f"Its {key} is not that of an image.")
    return value


def _known(fields: _Fields) -> frozenset[str]:
    return ANNOTATION_KEYS if fields.get("iscrowd") else ANNOTATION_KEYS | {"iscrowd"}


def _category_name(category_id: int) -> str:
    return f"category {category_id}"


def _size(image: ImageEntry) -> tuple[int, int] | None:
    if image.height is None or image.width is None:
        return None
    return image.height, image.width


def _is_share(value: object) -> bool:
    # NaN fails the comparison, too.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
