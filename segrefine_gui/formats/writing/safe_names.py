"""Names from files and people made into names that every disk takes and that lead nowhere else."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

MAX_BYTES = 255
"""Longest name of a file or folder, in bytes of UTF-8, on all common disks."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def safe_name(text: str, max_bytes: int = MAX_BYTES) -> str:
    """One name of a file or folder: never empty, hidden, reserved by Windows or a path.

    Args:
        text: the wanted name; what a disk does not take becomes an underscore.
        max_bytes: where to cut it, in bytes of UTF-8.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = _FORBIDDEN.sub("_", text)
    if text.startswith(".") or _RESERVED.fullmatch(text):
        text = "_" + text
    text = text.encode("utf-8")[:max_bytes].decode("utf-8", "ignore")
    return text.rstrip(". ") or "_"  # Windows drops dots and spaces at the end


def safe_path(text: str) -> PurePosixPath:
    """A relative path made of safe names; roots and steps upwards are left out."""
    parts = [part for part in re.split(r"[/\\]", text) if part not in ("", ".", "..")]
    return PurePosixPath(*(safe_name(part) for part in parts or ["_"]))
