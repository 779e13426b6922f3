"""Python's pickles: told by their bytes and refused, as reading one can run any code."""

from __future__ import annotations

import zipfile
from pathlib import Path

from segrefine_gui.domain.errors import FormatError

_NEWEST_PROTOCOL = 5
_OLD_STARTS = (b"(lp", b"(dp", b"]q", b"}q")
"""Lists and dicts of the protocols without a head."""


def is_pickle(path: Path) -> bool:
    """Whether a file begins as a pickle does, or is torch's zip with one inside; never raises."""
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
        if head[:1] == b"\x80" and len(head) > 1 and head[1] <= _NEWEST_PROTOCOL:
            return True
        if head.startswith(_OLD_STARTS):
            return True
        if not head.startswith(b"PK\x03\x04"):
            return False
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("data.pkl") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False


def refuse_pickle(path: Path) -> None:
    """Raise `FormatError` where a file is a pickle, saying what to give instead."""
    if is_pickle(path):
        raise FormatError(
            f"“{path.name}” is a pickle, which can run code when it is read, and was refused; "
            "save the dataset's dicts, or the results, as JSON instead."
        )
