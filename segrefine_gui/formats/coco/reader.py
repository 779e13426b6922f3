"""COCO instances JSON, read: polygons and run-length code, from one file or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.extras import Extra, extra_of
from segrefine_gui.formats.base import CategoryEntry, ImageEntry, MaskEntry, MaskFile, Problem
from segrefine_gui.formats.coco.entries import LISTS, Instances, Tables
from segrefine_gui.formats.coco.folder import coco_files
from segrefine_gui.formats.free_ids import free_ids
from segrefine_gui.formats.reading.json_entries import read_entries
from segrefine_gui.formats.reading.json_file import looks_like
from segrefine_gui.formats.reading.problems import Problems


class CocoReader:
    """Reads COCO instances files (https://cocodataset.org/#format-data); crowds like the rest.

    Of a folder it reads `instances*.json` in it or in its `annotations`, `_annotations.coco.json`
    in it or in the folders of splits, else whatever COCO files there are. All their keys besides
    those of the masks are kept; `iscrowd` is one of them.

    Attributes:
        patterns: names that files of a folder usually have.
        keys: which every file has.
        other_keys: which tell that it is of another format.
    """

    name = "coco"
    patterns: Sequence[str] = ("instances*.json",)
    keys: Sequence[str] = ("images", "annotations")
    other_keys: Sequence[str] = ("neg_category_ids",)

    def recognises(self, path: Path) -> bool:
        """Whether it is, or holds, a JSON object with images and annotations."""
        return bool(coco_files(path, self.patterns, self._is_right))

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a COCO file or folder; it has images and categories of its own.

        Raises:
            FormatError: it is not JSON or has no lists of images and annotations. Of several
                files those that are wrong are problems.
        """
        if not path.is_dir():
            part = _read(path, self.name, Problems())
            return _mask_file(self.name, [part], [])
        files = coco_files(path, self.patterns, self._is_right)
        if not files:
            raise FormatError(f"“{path.name}” has no {self.name.upper()} files.")
        parts, problems = [], []
        for file in files:
            try:
                place = f"{file.relative_to(path).as_posix()}: " if len(files) > 1 else ""
                parts.append(_read(file, self.name, Problems(place)))
            except FormatError as error:
                if len(files) == 1:
                    raise
                problems.append(Problem(file.name, error.sentence))
        return _mask_file(self.name, parts, problems)

    def _is_right(self, path: Path) -> bool:
        is_like = looks_like(path, r"\{", *self.keys)
        return is_like and not (self.other_keys and looks_like(path, r"\{", *self.other_keys))


@dataclass(frozen=True, slots=True)
class _Part:
    images: Sequence[ImageEntry]
    masks: list[MaskEntry]
    categories: Sequence[CategoryEntry]
    problems: Problems
    extra: Extra | None


def _read(path: Path, format_name: str, problems: Problems) -> _Part:
    tables = Tables(problems, format_name)
    instances = Instances("annotation", problems, with_ids=True, format_name=format_name)
    on_entry = {
        "images": tables.add_image,
        "annotations": instances.add,
        "categories": tables.add_category,
    }
    document = _require_lists(read_entries(path, on_entry), path, "annotations", "images")
    return _Part(
        list(tables.images.values()),
        instances.placed(tables.image, tables.categories),
        list(tables.categories.values()),
        problems,
        extra_of(format_name, document, LISTS),
    )


def read_tables(path: Path, tables: Tables) -> None:
    """Read the images and categories of a COCO file; its annotations are passed over.

    Raises:
        FormatError: it is not JSON or has no list of images; categories may be missing.
    """
    on_entry = {
        "images": tables.add_image,
        "categories": tables.add_category,
        "annotations": lambda _: None,
    }
    _require_lists(read_entries(path, on_entry), path, "images")


def _require_lists(document: object, path: Path, *keys: str) -> dict[str, object]:
    wanted = [*keys, "categories"]
    if not isinstance(document, dict):
        raise FormatError(f"“{path.name}” is not a COCO file: it has no list of {keys[0]}.")
    if document.get("categories") is None:
        wanted.remove("categories")
    for key in wanted:
        if not isinstance(document.get(key), list):
            raise FormatError(f"“{path.name}” is not a COCO file: it has no list of {key}.")
    return document


def _mask_file(name: str, parts: Sequence[_Part], problems: Sequence[Problem]) -> MaskFile:
    masks: list[MaskEntry] = []
    told = [*problems, *(problem for part in parts for problem in part.problems.all())]
    seen: set[int] = set()
    free = free_ids({mask.source_id for part in parts for mask in part.masks})
    again = 0
    for part in parts:
        for mask in part.masks:
            if mask.source_id in seen:
                masks.append(replace(mask, source_id=next(free)))
                again += 1
            else:
                masks.append(mask)
                seen.add(mask.source_id)
        part.masks.clear()
    if again:
        sentence = "Their ids are in two files, so they got new ones."
        told.append(Problem(f"{again:,} annotations", sentence))
    categories = {each.name: each for part in reversed(parts) for each in part.categories}
    fields: dict[str, object] = {}
    for part in reversed(parts):  # of several files the first is believed
        fields.update(part.extra.fields if part.extra else {})
    return MaskFile(
        name,
        [image for part in parts for image in part.images],
        masks,
        told,
        sorted(categories.values(), key=lambda category: category.source_id),
        Extra(name, fields) if fields else None,
    )
