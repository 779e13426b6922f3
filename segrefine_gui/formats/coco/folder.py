"""Which files of a folder are COCO's or its relatives'."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

ROBOFLOW = "_annotations.coco.json"
"""As Roboflow calls it, in a folder for each split beside that split's images."""

MAX_UNNAMED = 20
"""Folders with more JSON files than this, none of a usual name, are those of other formats."""


def coco_files(path: Path, patterns: Sequence[str], is_right: Callable[[Path], bool]) -> list[Path]:
    """The files to read together: a file itself, or those of a folder.

    A folder's files lie in it or in its folder `annotations`. Those of the usual names count alone:
    beside `instances_val2017.json` lie files with the captions and keypoints of the same images.

    Args:
        path: a file or folder.
        patterns: the usual names.
        is_right: whether a file's content is of the format; never raises.

    Returns:
        The files that are right, sorted; empty where there are none.
    """
    try:
        if not path.is_dir():
            return [path] if is_right(path) else []
        places = [path, path / "annotations"]
        named = [file for place in places for name in patterns for file in place.glob(name)]
        roboflow = [*path.glob(ROBOFLOW), *path.glob(f"*/{ROBOFLOW}")]
        others = [file for place in places for file in place.glob("*.json")]
        groups = [named, roboflow, others if len(others) <= MAX_UNNAMED else []]
        for group in groups:
            right = [file for file in sorted(set(group)) if is_right(file)]
            if right:
                return right
    except (OSError, ValueError):
        pass
    return []
