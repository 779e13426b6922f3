"""Where the files of each image of an export go."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from segrefine_gui.domain.records import Image
from segrefine_gui.formats.writing.safe_names import safe_name, safe_path

_MAX_BYTES = 200
"""Longest last name, in bytes of UTF-8, so that there is room for what formats add to it."""


def stems_of(images: Sequence[Image]) -> dict[int, PurePosixPath]:
    """A path without ending for each image, different even on disks that ignore case.

    It is the image's name without its ending where no other image has the same, else with it.

    Returns:
        Relative paths of safe names, by the project's id of the image.
    """
    wanted = {image.id: safe_path(image.name) for image in images}
    counts = Counter(_key(_bare(path)) for path in wanted.values())
    stems: dict[int, PurePosixPath] = {}
    taken: set[str] = set()
    for image_id, whole in wanted.items():
        bare = _bare(whole)
        alone = counts[_key(bare)] == 1
        first = stem = bare if alone else whole.with_name(safe_name(whole.name, _MAX_BYTES))
        number = 1
        while _key(stem) in taken:
            number += 1
            stem = first.with_name(f"{first.name}~{number}")
        taken.add(_key(stem))
        stems[image_id] = stem
    return stems


def _bare(path: PurePosixPath) -> PurePosixPath:
    return path.with_name(safe_name(path.stem, _MAX_BYTES))


def _key(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(path)).casefold()
