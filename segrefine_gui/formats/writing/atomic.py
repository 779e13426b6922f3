"""Writing files so that a failed or cancelled export leaves the old ones whole and no rubbish."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from segrefine_gui.domain.errors import ExportError

_SENTENCES = {
    errno.ENOSPC: "The disk with “{}” is full; nothing was changed.",
    errno.EDQUOT: "Your share of the disk with “{}” is full; nothing was changed.",
    errno.EFBIG: "The file “{}” grew larger than the system allows; nothing was changed.",
    errno.EACCES: "You have no permission to write “{}”.",
    errno.EPERM: "You have no permission to write “{}”.",
    errno.EROFS: "“{}” is on a disk that can only be read.",
    errno.ENOTDIR: "“{}” is inside of something that is a file, not a folder.",
    errno.EEXIST: "“{}” is a file, not a folder.",
    errno.EISDIR: "“{}” is a folder where a file should be written.",
    errno.ENAMETOOLONG: "“{}” is too long for a name on this disk.",
}


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes its place only when it is whole and on the disk.

    Args:
        path: the file to write; its folder is made when missing.

    Yields:
        A binary stream to write to, of a file beside `path`.

    Raises:
        ExportError: it cannot be written; what stood at `path` is untouched, as it is when
            anything else is raised inside.
    """
    beside = path.parent / _temporary_name()
    with typed_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("xb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        finally:
            with suppress(OSError):  # it is gone when it took its place
                beside.unlink()


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder whose files all move into `folder` at the end, or none of them.

    Files of `folder` that have no namesake in the temporary folder stay as they are.

    Args:
        folder: where the files go; made when missing.

    Yields:
        The temporary folder, inside `folder` and thus on the same disk.

    Raises:
        ExportError: something cannot be written; the files that were there before are whole, as
            they are when anything else is raised inside.
    """
    with typed_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / _temporary_name()
        new, old = temporary / "new", temporary / "old"
        try:
            new.mkdir(parents=True)
            old.mkdir()
            yield new
            _move_all(new, folder, old)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _move_all(new: Path, folder: Path, old: Path) -> None:
    """Move every file below `new` into `folder`; put everything back when one cannot be moved."""
    moved: list[tuple[Path, Path | None]] = []
    try:
        for source in sorted(path for path in new.rglob("*") if path.is_file()):
            target = folder / source.relative_to(new)
            target.parent.mkdir(parents=True, exist_ok=True)
            kept = None
            if target.is_file():
                kept = old / str(len(moved))
                shutil.copy2(target, kept)  # a copy, so that no moment is without the file
            source.replace(target)
            moved.append((target, kept))
    except BaseException:
        for target, kept in reversed(moved):
            with suppress(OSError):  # the first error is the one to tell
                if kept is not None:
                    kept.replace(target)
                else:
                    target.unlink()
                    for parent in target.relative_to(folder).parents[:-1]:
                        (folder / parent).rmdir()
        raise


@contextmanager
def typed_errors(place: Path) -> Iterator[None]:
    """Turn what the disk has against writing at a place into an `ExportError`."""
    try:
        yield
    except OSError as error:
        in_the_way = error.filename2 or error.filename
        if error.errno in (errno.EEXIST, errno.EISDIR) and in_the_way:
            place = Path(in_the_way)
        sentence = _SENTENCES.get(error.errno or 0, "“{}” cannot be written.")
        shown = str(place).encode("utf-8", "replace").decode("utf-8")
        raise ExportError(sentence.format(shown), str(error)) from error


def _temporary_name() -> str:
    # Not made from the file's own name, which may be as long as names can be.
    return f".{uuid.uuid4().hex}.part"
