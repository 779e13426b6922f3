"""Finding the image file that an entry of a mask file means, without trusting its name."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import ImageEntry
from segrefine_gui.services.match_rules import MatchBy, MatchRule

_MOST_LISTED = 5

_LONGEST_NAME, _LONGEST_SHOWN = 4096, 100
"""Of an image name, in characters: no disk has longer ones."""

_UPLOAD = re.compile(r"[0-9a-f]{8}-")
"""What Label Studio puts before the name of an upload."""


@dataclass(frozen=True, slots=True)
class Match:
    """The image files that an entry may mean.

    Attributes:
        files: one where it is clear which; several where it is ambiguous; none where none fits.
        sentence: why it is not clear; empty where it is.
    """

    files: Sequence[Path]
    sentence: str = ""

    @property
    def is_ambiguous(self) -> bool:
        """Whether several files fit."""
        return len(self.files) > 1


class ImageMatcher:
    """Matches names and ids from mask files to the image files a person gave.

    A name is only ever compared with those files, so a hostile one can reach nothing else. Where
    the person gave no rule, the first of these that fits decides: the whole relative path, the
    file name, the stem, either of them whatever its case and however its accents are encoded, the
    longest stem that the name begins with, the file that became this name when it was uploaded to
    Label Studio; without a name, the number in the stem. A rule that fits two files is ambiguous:
    it is said, never guessed.

    Args:
        files: absolute paths of image files.
        roots: folders that the person gave; relative names count from these.
        rule: what is compared.
    """

    def __init__(
        self,
        files: Sequence[Path],
        roots: Iterable[Path],
        rule: MatchRule = MatchRule(),  # noqa: B008 - frozen
    ) -> None:
        self._rule = rule
        self._roots = list(dict.fromkeys(root.resolve() for root in roots))
        self._resolved = _resolved(files)
        self._by_path = {self._resolved[file]: file for file in files}
        self._by_name: dict[str, list[Path]] = defaultdict(list)
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        self._by_folded: dict[str, list[Path]] = defaultdict(list)
        self._by_upload: dict[str, list[Path]] = defaultdict(list)
        self._by_number: dict[int, list[Path]] = defaultdict(list)
        for file in files:
            self._by_name[file.name].append(file)
            self._by_stem[file.stem].append(file)
            for text in {_folded(file.name), _folded(file.stem)}:
                self._by_folded[text].append(file)
            self._by_upload[re.sub(r"[^-\w.]", "", file.name.replace(" ", "_"))].append(file)
            if number := re.search(r"(\d+)$", file.stem):
                self._by_number[int(number[1])].append(file)

    def find(self, entry: ImageEntry) -> Path:
        """The file that an entry means.

        Raises:
            FormatError: no file fits, several do, or the name leads out of the given folders.
        """
        match = self.match(entry)
        if match.sentence:
            raise FormatError(match.sentence)
        return match.files[0]

    def match(self, entry: ImageEntry) -> Match:
        """The files that an entry may mean."""
        by, name = self._rule.by, entry.name
        if by is MatchBy.ID or (by is MatchBy.AUTO and name is None):
            return self._match_number(entry.source_id)
        if name is None:
            return Match((), "It has no name to find its image by.")
        if len(name) > _LONGEST_NAME:
            return _only((), f"{name[:_LONGEST_SHOWN]}…")
        if "\x00" in name:
            return Match((), "Its image name contains a zero byte and was refused.")
        if by is MatchBy.PATTERN:
            stem = self._rule.stem_in(name, self._by_stem)
            return self._nearest(self._by_stem.get(stem or "", []), name)
        path = PurePosixPath(name.replace("\\", "/"))
        if by is MatchBy.NAME:
            return self._nearest(self._named(path.name), name)
        if by is MatchBy.STEM:
            found = (
                self._by_stem.get(path.stem)
                or self._by_stem.get(path.name)
                or self._by_folded.get(_folded(path.stem), [])
            )
            return self._nearest(found, name)
        if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", name):
            return self._match_inside(name)
        return self._match_name(path, name)

    def relative_name(self, file: Path) -> str:
        """The file's path from the folder it was given in, with forward slashes."""
        resolved = self._resolved.get(file) or file.resolve()
        for root in self._roots:
            if resolved.is_relative_to(root):
                return resolved.relative_to(root).as_posix()
        return file.name

    def _named(self, name: str) -> Sequence[Path]:
        """The files of a name with its ending, else those whose names differ in case alone."""
        if name in self._by_name:
            return self._by_name[name]
        folded = _folded(name)
        return [file for file in self._by_folded.get(folded, []) if _folded(file.name) == folded]

    def _match_number(self, number: int | None) -> Match:
        if number is None:
            return Match((), "It does not say which image it belongs to.")
        found = self._by_number.get(number, [])
        if not found:
            sentence = (
                f"No image file has the number {number} in its name; "
                "give the file that lists the images (--images-json)."
            )
            return Match((), sentence)
        return _only(found, f"number {number}")

    def _match_name(self, path: PurePosixPath, name: str) -> Match:
        if exact := self._with_suffix(path):
            return _only(exact, name)
        for found in (
            self._by_name.get(path.name),
            self._by_stem.get(path.name),
            self._by_stem.get(path.stem),
            self._by_folded.get(_folded(path.name)),
            self._by_folded.get(_folded(path.stem)),
        ):
            if found:
                return _only(found, name)
        prefix = self._longest_stem(path.stem)
        return _only(self._by_stem[prefix] if prefix else self._uploaded(path.name), name)

    def _match_inside(self, name: str) -> Match:
        """A name with `..` or a root: fine if it is one of the given files, else refused."""
        for base in [*self._roots, Path()]:
            try:
                file = self._by_path.get((base / name).resolve())
            except (OSError, ValueError, RuntimeError):
                continue
            if file is not None:
                return Match((file,))
        sentence = (
            f"The image name {name} leads out of the folders given and was refused; "
            "its file name alone can be compared instead (--match name)."
        )
        return Match((), sentence)

    def _nearest(self, found: Sequence[Path], name: str) -> Match:
        """Those of some files in the folder that a name tells of, where there are any."""
        if len(found) < 2:
            return _only(found, name)
        parents = PurePosixPath(name.replace("\\", "/")).parts[:-1]
        if parents:
            near = [file for file in found if file.parent.parts[-len(parents) :] == parents]
        else:
            near = [file for file in found if self._resolved[file].parent in self._roots]
        return _only(near or found, name)

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


def _folded(name: str) -> str:
    """A name as disks that ignore case see it, with its accents in one encoding."""
    return unicodedata.normalize("NFC", name).casefold()


def _resolved(files: Sequence[Path]) -> dict[Path, Path]:
    """Where files are when links are followed; each folder is looked at once."""
    folders = {folder: folder.resolve() for folder in {file.parent for file in files}}
    places = {file: folders[file.parent] / file.name for file in files}
    return {file: at.resolve() if at.is_symlink() else at for file, at in places.items()}


def _only(found: Sequence[Path], name: str) -> Match:
    found = list(dict.fromkeys(found))
    if not found:
        return Match((), f"There is no image {name} among the files given.")
    if len(found) > 1:
        listed = ", ".join(str(file) for file in found[:_MOST_LISTED])
        if len(found) > _MOST_LISTED:
            listed += ", …"
        sentence = f"{name} could be {len(found)} of the files given ({listed})."
        return Match(tuple(found), sentence)
    return Match((found[0],))
