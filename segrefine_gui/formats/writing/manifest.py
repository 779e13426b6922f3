"""What an export left in its folder, so that the next one writes only what changed.

The file is in a folder that anybody may have touched: paths that lead out of it are passed over,
and a file is only believed in, or removed, while it is as the export left it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import Added, ExportImage, ExportRecord, Problem
from segrefine_gui.formats.reading.json_file import read_json
from segrefine_gui.formats.writing.safe_names import safe_name, safe_path

_VERSION = 1
"""Goes up when any writer writes the same records differently."""

State = tuple[int, int]
"""Size of a file in bytes, and when it was changed, in ns."""


@dataclass(slots=True)
class Manifest:
    """What lies in a folder of one export.

    Attributes:
        format: the format's name.
        project: the project it came from, as `ExportHead` has it.
        files: every file of the export, by its path relative to the folder.
        images: what was added for an image, by its stem, with the `fingerprint` of what it was
            made from.
    """

    format: str
    project: str = ""
    files: dict[PurePosixPath, State] = field(default_factory=dict)
    images: dict[PurePosixPath, tuple[str, Added]] = field(default_factory=dict)

    def is_there(self, folder: Path, file: PurePosixPath) -> bool:
        """Whether a file lies there as the export left it, and not behind a link elsewhere."""
        if file not in self.files or state_of(folder / file) != self.files[file]:
            return False
        try:
            return (folder / file).parent.resolve().is_relative_to(folder.resolve())
        except (OSError, RuntimeError):  # links in a circle
            return False

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
                "written": int(added.written),
                "problems": [
                    [each.subject, each.sentence, int(each.pixels)] for each in added.problems
                ],
            }
            for stem, (fingerprint, added) in self.images.items()
        }
        return json.dumps(
            {
                "format": self.format,
                "project": self.project,
                "files": {str(file): state for file, state in self.files.items()},
                "images": images,
            }
        )


def manifest_name(format_name: str) -> str:
    """The file's name, another one for each format: two may be exported into one folder.

    It is a hidden one, so that nobody takes it for masks.
    """
    return f".segrefine-{safe_name(format_name, 100)}.json"


def read_manifest(folder: Path, format_name: str) -> Manifest:
    """The manifest of a format in a folder; an empty one where there is none, or a damaged one."""
    empty = Manifest(format_name)
    path = folder / manifest_name(format_name)
    try:
        document = read_json(path) if path.is_file() else None
        if not isinstance(document, dict) or document.get("format") != format_name:
            return empty
        files = {_inside(name): _state(state) for name, state in document["files"].items()}
        images = {
            _inside(name): (str(fields["fingerprint"]), _added(fields))
            for name, fields in document["images"].items()
        }
    except (FormatError, OSError, AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return empty
    return Manifest(format_name, str(document.get("project")), files, images)


def settings_print(settings: Iterable[object]) -> str:
    """A text that changes with what all images of an export have in common."""
    text = repr((_VERSION, *settings))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def fingerprint(settings: str, image: ExportImage, records: Sequence[ExportRecord]) -> str:
    """A text that changes whenever the files of an image would.

    Args:
        settings: the `settings_print`.
        image: the image; its photo may go into the files, so its state counts, too.
        records: its instances.
    """
    digest = hashlib.sha256(settings.encode())
    digest.update(repr((image, state_of(image.image.path))).encode("utf-8", "replace"))
    for record in records:
        # No file holds a head mask, and to spell one out takes longer than all the rest.
        bare = replace(record, instance=replace(record.instance, head=None))
        digest.update(repr(bare).encode("utf-8", "replace"))
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
    told = [Problem(str(subject), str(said), int(pixels)) for subject, said, pixels in problems]
    return Added([_inside(file) for file in files], written, told)
