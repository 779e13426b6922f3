"""YOLO's segmentation labels, read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.extras import Extra, extra_of
from segrefine_gui.formats.base import CategoryEntry, ImageEntry, MaskEntry, MaskFile, Problem
from segrefine_gui.formats.reading.mask_pixels import mask_images
from segrefine_gui.formats.reading.texts import clean_name, clean_text
from segrefine_gui.formats.reading.yaml_file import MAX_BYTES, read_yaml
from segrefine_gui.formats.yolo_seg.rows import parse_row

NAME = "yolo-seg"
DATA = "data.yaml"
KNOWN = ("path", "train", "val", "test", "nc", "names")
"""What `data.yaml` has for everybody; other keys are kept."""

LABELS, IMAGES = "labels", "images"

_CLASSES = "classes.txt"
_SUFFIXES = (".yaml", ".yml")
_ROW = re.compile(rb"\s*\d+(\.0*)?(\s+[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?){4,}\s*")
_START = 1 << 16
_SAMPLES = 16
_MAX_LINE = 64 << 20
_MAX_FILE = 1 << 30
_MAX_NAMES = 100_000


class YoloSegReader:
    """Reads a folder of label files, or the `data.yaml` in it.

    Label files are the texts below folders named `labels`; where there are none of these, all
    texts, as a prediction writes them. The image is named by the file's path without that folder
    and its ending, and `source_id` is the row's 0-based position. Names of classes come from the
    YAML file in the folder, else from `classes.txt`. Boxes have no mask and are left out. No path
    that the YAML file has is followed.
    """

    name = NAME

    def recognises(self, path: Path) -> bool:
        """Whether it is a YAML file with names, or the labels looked at are rows of polygons."""
        try:
            if path.is_file():
                return _has_names(path)
            files = _label_files(path)
            looked_at = files[:: -(-len(files) // _SAMPLES) or 1]
            rows = [row for row in map(_first_row, looked_at) if row]
            return bool(rows) and all(_ROW.match(row) for row in rows)
        except (FormatError, OSError, ValueError):
            return False

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a folder, or the YAML file in it.

        Raises:
            FormatError: there are no label files, or the YAML file cannot be read.
        """
        folder = path.parent if path.is_file() else path
        files = _label_files(folder)
        if not files:
            raise FormatError(f"The folder “{clean_text(folder.name)}” has no label files.")
        try:
            names, extra = _names(path, folder)
        except OSError as error:
            sentence = f"The names of the classes in “{clean_text(folder.name)}” cannot be read."
            raise FormatError(sentence, str(error)) from error
        images: list[ImageEntry] = []
        masks: list[MaskEntry] = []
        problems: list[Problem] = []
        for file in files:
            relative = file.relative_to(folder)
            folders = list(relative.parts[:-1])
            if LABELS in folders:
                del folders[len(folders) - 1 - folders[::-1].index(LABELS)]
            image = ImageEntry("/".join([*map(clean_text, folders), clean_text(relative.stem)]))
            images.append(image)
            subject = clean_text(relative.as_posix())
            boxes = 0
            try:
                for position, line in _rows(file):
                    try:
                        row = parse_row(line)
                    except FormatError as error:
                        problems.append(Problem(f"row {position} of {subject}", error.sentence))
                        continue
                    if row is None:
                        boxes += 1
                        continue
                    number = row.class_index
                    name = names.get(number, f"class {number}")
                    masks.append(MaskEntry(position, image, row, name, number, row.score))
            except FormatError as error:
                problems.append(Problem(subject, error.sentence))
            if boxes:
                problems.append(Problem(subject, f"{boxes} of its rows are boxes without masks."))
        categories = [CategoryEntry(name, number) for number, name in names.items()]
        return MaskFile(self.name, images, masks, problems, categories, extra)


def _label_files(folder: Path) -> list[Path]:
    files = mask_images(folder, (".txt",))
    inside = [file for file in files if LABELS in file.relative_to(folder).parts[:-1]]
    return inside or [file for file in files if file.name != _CLASSES]


def _rows(file: Path) -> Iterator[tuple[int, bytes]]:
    """The rows that are not blank, with their positions from 0."""
    try:
        if file.stat().st_size > _MAX_FILE:
            raise FormatError("It is too large to be the labels of an image.")
        with file.open("rb") as stream:
            position = 0
            while line := stream.readline(_MAX_LINE):
                if len(line) == _MAX_LINE:
                    raise FormatError("It has a row that is too long.")
                if line.strip():
                    yield position, line
                    position += 1
    except OSError as error:
        raise FormatError("It cannot be read.", str(error)) from error


def _first_row(file: Path) -> bytes:
    """The first row, or what of it a quick look shows; empty where there is none."""
    with file.open("rb") as stream:
        start = stream.read(_START)
    lines = [line for line in start.splitlines() if line.strip()]
    if not lines:
        return b""
    # A number may be cut in two at the end of a long row.
    return lines[0] if len(start) < _START else lines[0].rpartition(b" ")[0]


def _has_names(file: Path) -> bool:
    if file.suffix.lower() not in _SUFFIXES or not file.is_file():
        return False
    if file.stat().st_size > MAX_BYTES:
        return False
    return re.search(rb"^names\s*:", file.read_bytes(), re.MULTILINE) is not None


def _names(path: Path, folder: Path) -> tuple[dict[int, str], Extra | None]:
    """Names by class, and what else the YAML file says."""
    if path.is_file():
        found = [path]
    else:
        found = [each for each in _yaml_files(folder) if _has_names(each)]
        found.sort(key=lambda each: each.name != DATA)
    if found:
        document = read_yaml(found[0])
        if not isinstance(document, dict):
            raise FormatError(f"“{clean_text(found[0].name)}” has no names of classes.")
        fields = {key: value for key, value in document.items() if isinstance(key, str)}
        return _named(fields.get("names")), extra_of(NAME, fields, KNOWN)
    classes = folder / _CLASSES
    if classes.is_file():
        if classes.stat().st_size > MAX_BYTES:
            raise FormatError(f"“{_CLASSES}” is too large to be a list of names.")
        return _named(classes.read_text(encoding="utf-8-sig", errors="replace").splitlines()), None
    return {}, None


def _yaml_files(folder: Path) -> list[Path]:
    """The YAML files in a folder itself, sorted."""
    return sorted(each for each in folder.iterdir() if each.suffix.lower() in _SUFFIXES)


def _named(names: object) -> dict[int, str]:
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, Mapping):
        return {}
    named: dict[int, str] = {}
    for key, value in names.items():
        is_number = isinstance(key, int) and not isinstance(key, bool) and 0 <= key < 1 << 31
        if is_number and isinstance(value, str | int | float) and len(named) < _MAX_NAMES:
            named[key] = clean_name(str(value), f"class {key}")
    return named
