"""The files of one kind that a person gave, by a file or by a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.reading.problems import Problems
from segrefine_gui.formats.reading.texts import clean_name


def files_in(path: Path, *suffixes: str) -> list[Path]:
    """The file itself, or those below a folder, sorted, hidden ones not.

    Args:
        path: a file, of whatever name, or a folder.
        suffixes: endings of a folder's files, lower case.

    Raises:
        FormatError: there is neither a file nor a folder.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise FormatError(f"“{clean_name(path.name, '_')}” is not a file.", str(path))
    return sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in suffixes
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )


def read_each(
    files: Sequence[Path],
    path: Path,
    read: Callable[[Path, str], object],
    problems: Problems,
    none: str,
) -> None:
    """Read files one after the other; a damaged one is a problem, and the others are read.

    Args:
        files: of `path`.
        path: what the person gave.
        read: reads one file, called by the second argument in a problem.
        problems: hears of the damaged ones.
        none: the sentence where there are no files.

    Raises:
        FormatError: not one could be read; the first one's error.
    """
    first_error: FormatError | None = None
    count = 0
    for file in files:
        subject = subject_of(file, path)
        try:
            read(file, subject)
            count += 1
        except FormatError as error:
            first_error = first_error or error
            problems.add(subject, error.sentence)
    if not count:
        raise first_error or FormatError(none)


def subject_of(file: Path, path: Path) -> str:
    """What to call a file of `path` in a problem."""
    relative = Path(file.name) if file == path else file.relative_to(path)
    return clean_name(relative.as_posix(), "_")
