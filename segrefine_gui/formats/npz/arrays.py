"""Arrays in `.npz` files, which are zip archives of `.npy` files, and may lie about their size.

NumPy itself makes an array as large as its header says, and a header as large as that says, before
it looks whether there are so many bytes; it also unpickles where it is let. Here the header is read
alone and checked first (`.npy` format: numpy.lib.format), and nothing is ever unpickled.
"""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from segrefine_gui.domain.errors import FormatError

MAX_SMALL = 64 << 20
"""Most bytes of an array that is read whole."""

_MAX_MEMBERS = 1_000
_MAX_HEADER = 10_000
_SUFFIX = ".npy"


@dataclass(frozen=True, slots=True)
class Header:
    """What an array says of itself.

    Attributes:
        shape: as many numbers as it has dimensions.
        dtype: a plain type, never Python objects.
        is_fortran: whether the first index changes fastest in the file.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    is_fortran: bool

    @property
    def size(self) -> int:
        """Its bytes, by Python's own numbers, which do not overflow."""
        size = int(self.dtype.itemsize)
        for length in self.shape:
            size *= length
        return size


class Archive:
    """An open `.npz` file.

    Args:
        archive: the zip archive.
        name: what to call it.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        members = archive.infolist()
        if len(members) > _MAX_MEMBERS:
            raise FormatError(f"“{name}” has more arrays than any mask file.")
        self._members = {
            each.filename.removesuffix(_SUFFIX): each
            for each in members
            if each.filename.endswith(_SUFFIX)
        }

    @property
    def names(self) -> list[str]:
        """The names of the arrays."""
        return list(self._members)

    def header(self, key: str) -> Header:
        """What an array says of itself; raises `FormatError`."""
        with self.opened(key) as (_, header):
            return header

    def small(self, key: str) -> npt.NDArray[Any]:
        """An array that is read whole, in its shape.

        Raises:
            FormatError: it is damaged or larger than `MAX_SMALL`.
        """
        with self.opened(key) as (stream, header):
            if header.size > MAX_SMALL:
                raise FormatError(f"The array {key!r} of “{self._name}” is too large.")
            content = stream.read(header.size)
            if len(content) != header.size:
                raise FormatError(f"The array {key!r} of “{self._name}” is cut short.")
            if header.dtype.kind == "U":
                # NumPy makes characters of any numbers, which Python then stumbles over.
                codes = np.frombuffer(content, f"{header.dtype.byteorder}u4")
                if codes.size and codes.max() > sys.maxunicode:
                    raise FormatError(f"The array {key!r} of “{self._name}” is damaged.")
            flat = np.frombuffer(content, header.dtype)
            return flat.reshape(header.shape, order="F" if header.is_fortran else "C")

    @contextmanager
    def opened(self, key: str) -> Iterator[tuple[IO[bytes], Header]]:
        """A stream of an array's bytes, after its header; raises `FormatError`."""
        with sentences(self._name), self._archive.open(self._members[key]) as stream:
            yield stream, _read_header(stream, f"The array {key!r} of “{self._name}”")


@contextmanager
def archive(path: Path) -> Iterator[Archive]:
    """Open an `.npz` file.

    Raises:
        FormatError: it cannot be read or is no zip archive; also what goes wrong inside.
    """
    with sentences(path.name), zipfile.ZipFile(path) as opened:
        yield Archive(opened, path.name)


@contextmanager
def sentences(name: str) -> Iterator[None]:
    """Make what goes wrong with an archive a `FormatError`."""
    try:
        yield
    except FormatError:
        raise
    except OSError as error:
        raise FormatError(f"“{name}” cannot be read.", str(error)) from error
    except MemoryError as error:
        raise FormatError(f"“{name}” does not fit into memory.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise FormatError(f"“{name}” is no whole NumPy archive.", str(error)) from error
    except Exception as error:
        # Encrypted members, unknown methods of compression, and what else zip archives can claim.
        detail = f"{type(error).__name__}: {error}"
        raise FormatError(f"“{name}” is damaged.", detail) from error


def _read_header(stream: IO[bytes], subject: str) -> Header:
    start = stream.read(npy.MAGIC_LEN)
    damaged = FormatError(f"{subject} is damaged.")
    if len(start) < npy.MAGIC_LEN or start[:6] != npy.MAGIC_PREFIX or start[6] not in (1, 2, 3):
        raise damaged
    digits = stream.read(2 if start[6] == 1 else 4)
    length = int.from_bytes(digits, "little")
    if length > _MAX_HEADER:
        raise damaged
    text = io.BytesIO(digits + stream.read(length))
    read = npy.read_array_header_1_0 if start[6] == 1 else npy.read_array_header_2_0
    try:
        shape, is_fortran, dtype = read(text, max_header_size=_MAX_HEADER)
    except Exception as error:
        # The header is a Python literal: hostile ones raise nearly anything.
        raise FormatError(f"{subject} is damaged.", f"{type(error).__name__}: {error}") from error
    if dtype.hasobject or dtype.kind not in "biufU":
        raise FormatError(f"{subject} holds neither numbers nor text, and was not read.")
    if any(not 0 <= length < 2**31 for length in shape):
        raise damaged
    return Header(tuple(int(length) for length in shape), dtype, bool(is_fortran))
