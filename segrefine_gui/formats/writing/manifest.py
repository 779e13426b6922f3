"""What an export left in its folder, so that the next one writes only what changed.

The file is in a folder that anybody may have touched: paths that lead out of it are passed over,
and a file is only believed in, or removed, while it is as the export left it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import Added, ExportRecord, Problem
from segrefine_gui.formats.reading.json_file import read_json
from segrefine_gui.formats.writing.safe_names import safe_path

FILE_NAME = ".segrefine-export.json"
"""Hidden, so that nobody takes it for masks."""

_VERSION = 1
"""Goes up when any writer writes the same records differently."""

State = tuple[int, int]
"""Size of a file in bytes, and when it was changed, in ns."""


@dataclass(slots=True)
class Manifest:
    """What lies in a folder of one export.

    Attributes:
        format: the format's name.
        files: every file of the export, by its path relative to the folder.
        images: what was added for an image, by its stem, with the `fingerprint` of what it was
            made from.
    """

    format: str
    files: dict[PurePosixPath, State] = field(default_factory=dict)
    images: dict[PurePosixPath, tuple[str, Added]] = field(default_factory=dict)

    def is_there(self, folder: Path, file: PurePosixPath) -> bool:
        """Whether a file lies there as the export left it."""
        return file in self.files and state_of(folder / file) == self.files[file]

    def added(self, folder: Path, stem: PurePosixPath, fingerprint: str) -> Added | None:
        """What was added for an image, where that is still right and all its files are there."""
        known, added = self.images.get(stem, ("", Added()))
        if known != fingerprint or not added.files:
            return None
        return added if all(self.is_there(folder, file) for file in added.files) else None

    def to_json(self) -> str:
        """The text of the file."""
        images = {
            str(stem): {
                "fingerprint": fingerprint,
                "files": [str(file) for file in added.files],
                "written": added.written,
                "problems": [[each.subject, each.sentence, each.pixels] for each in added.problems],
            }
            for stem, (fingerprint, added) in self.images.items()
        }
        files = {str(file): state for file, state in self.files.items()}
        return json.dumps({"format": self.format, "files": files, "images": images})


def read_manifest(folder: Path, format_name: str) -> Manifest:
    """The manifest of a folder; an empty one where there is none, or of another format."""
    empty = Manifest(format_name)
    path = folder / FILE_NAME
    try:
        document = read_json(path) if path.is_file() else None
        if not isinstance(document, dict) or document.get("format") != format_name:
            return empty
        files = {_inside(name): _state(state) for name, state in document["files"].items()}
        images = {
            _inside(name): (str(fields["fingerprint"]), _added(fields))
            for name, fields in document["images"].items()
        }
    except (FormatError, AttributeError, KeyError, TypeError, ValueError):
        return empty
    return Manifest(format_name, files, images)


def fingerprint(settings: str, records: Sequence[ExportRecord]) -> str:
    """A text that changes whenever the files of an image would.

    Args:
        settings: all else that they are made from.
        records: the image's instances.
    """
    digest = hashlib.sha256(f"{_VERSION}\n{settings}\n".encode("utf-8", "replace"))
    for record in records:
        digest.update(repr(record).encode("utf-8", "replace"))
        for thing in (record.image, record.instance, record.instance.category):
            digest.update(repr(thing.extra).encode("utf-8", "replace"))
        if record.soft is not None:
            digest.update(repr(record.soft.region).encode())
            digest.update(record.soft.values.tobytes())
    return digest.hexdigest()


def state_of(path: Path) -> State | None:
    """Size and time of a plain file, None where there is none."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if str(safe_path(name)) != str(path):
        raise ValueError(name)
    return path


def _state(value: object) -> State:
    match value:
        case [int(size), int(changed)]:
            return size, changed
    raise ValueError(value)


def _added(fields: Mapping[str, object]) -> Added:
    files, written, problems = fields["files"], fields["written"], fields["problems"]
    if not isinstance(files, list) or not isinstance(written, int):
        raise ValueError(fields)
    if not isinstance(problems, list):
        raise ValueError(fields)
    told = [Problem(str(subject), str(text), int(pixels)) for subject, text, pixels in problems]
    return Added([_inside(file) for file in files], written, told)
