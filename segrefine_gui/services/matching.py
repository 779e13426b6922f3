"""Finding the image file that an entry of a mask file means, without trusting its name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import ImageEntry

_UPLOAD = re.compile(r"[0-9a-f]{8}-")
"""What Label Studio puts before the name of an upload."""


class ImageMatcher:
    """Matches names and ids from mask files to the image files a person gave.

    A name is only ever compared with those files, so a hostile one can reach nothing else. The
    first rule that fits decides: the whole relative path, the file name, the stem, the longest
    stem that the name begins with, the file that became this name when it was uploaded to Label
    Studio; without a name, the number in the stem. A rule that fits two files is ambiguous: it is
    said, never guessed.

    Args:
        files: absolute paths of image files.
        roots: folders that the person gave; relative names count from these.
    """

    def __init__(self, files: Sequence[Path], roots: Iterable[Path]) -> None:
        self._roots = [root.resolve() for root in roots]
        self._by_path = {file.resolve(): file for file in files}
        self._by_name: dict[str, list[Path]] = defaultdict(list)
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        self._by_upload: dict[str, list[Path]] = defaultdict(list)
        self._by_number: dict[int, list[Path]] = defaultdict(list)
        for file in files:
            self._by_name[file.name].append(file)
            self._by_stem[file.stem].append(file)
            self._by_upload[re.sub(r"[^-\w.]", "", file.name.replace(" ", "_"))].append(file)
            if number := re.search(r"(\d+)$", file.stem):
                self._by_number[int(number[1])].append(file)

    def find(self, entry: ImageEntry) -> Path:
        """The file that an entry means.

        Raises:
            FormatError: no file fits, several do, or the name leads out of the given folders.
        """
        if entry.name is not None:
            return self._find_by_name(entry.name)
        if entry.source_id is None:
            raise FormatError("It does not say which image it belongs to.")
        found = self._by_number.get(entry.source_id, [])
        if not found:
            raise FormatError(
                f"No image file has the number {entry.source_id} in its name; "
                "give the file that lists the images (--images-json)."
            )
        return _only(found, f"number {entry.source_id}")

    def relative_name(self, file: Path) -> str:
        """The file's path from the folder it was given in, with forward slashes."""
        resolved = file.resolve()
        for root in self._roots:
            if resolved.is_relative_to(root):
                return resolved.relative_to(root).as_posix()
        return file.name

    def _find_by_name(self, name: str) -> Path:
        path = PurePosixPath(name.replace("\\", "/"))
        if "\x00" in name:
            raise FormatError("Its image name contains a zero byte and was refused.")
        if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", name):
            return self._find_inside(name)
        if exact := self._with_suffix(path):
            return _only(exact, name)
        for found in (self._by_name.get(path.name), self._by_stem.get(path.name)):
            if found:
                return _only(found, name)
        if by_stem := self._by_stem.get(path.stem):
            return _only(by_stem, name)
        if prefix := self._longest_stem(path.stem):
            return _only(self._by_stem[prefix], name)
        if uploaded := self._uploaded(path.name):
            return _only(uploaded, name)
        raise FormatError(f"There is no image {name} among the files given.")

    def _find_inside(self, name: str) -> Path:
        """A name with `..` or a root: fine if it is one of the given files, else refused."""
        for base in [*self._roots, Path()]:
            try:
                file = self._by_path.get((base / name).resolve())
            except (OSError, ValueError, RuntimeError):
                continue
            if file is not None:
                return file
        raise FormatError(f"The image name {name} leads out of the folders given and was refused.")

    def _with_suffix(self, path: PurePosixPath) -> list[Path]:
        """Files whose path ends like `path`, with its suffix or, for a bare stem, with any."""
        if len(path.parts) < 2:
            inside = [root / path.name for root in self._roots]
            return [self._by_path[file] for file in inside if file in self._by_path]
        parents = path.parts[:-1]
        candidates = self._by_name.get(path.name) or self._by_stem.get(path.name, [])
        return [file for file in candidates if file.parent.parts[-len(parents) :] == parents]

    def _uploaded(self, name: str) -> list[Path]:
        """Files that Label Studio gives this name: eight digits and what web addresses take."""
        while _UPLOAD.match(name):
            name = _UPLOAD.sub("", name, count=1)
            if found := self._by_upload.get(name):
                return found
        return []

    def _longest_stem(self, text: str) -> str | None:
        for end in range(len(text) - 1, 0, -1):
            if text[end] in "_-. " and text[:end] in self._by_stem:
                return text[:end]
        return None


def _only(found: Sequence[Path], name: str) -> Path:
    if len(found) > 1:
        listed = ", ".join(str(file) for file in found[:3])
        raise FormatError(f"{name} could be {len(found)} of the files given ({listed}).")
    return found[0]
