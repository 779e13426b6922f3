"""What a person means by dropping files on the window. No Qt."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from segrefine_gui.storage.image_io import IMAGE_SUFFIXES
from segrefine_gui.storage.project import PROJECT_SUFFIX

_MASK_SUFFIXES = frozenset({".bmp", ".gif", ".json", ".png", ".tif", ".tiff", ".txt", ".xml"})
"""What masks come in; an image file of another kind in a folder of masks is a photo."""

_MOST_LOOKED_AT = 2000
"""Files of a folder."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Dropped masks and images, sorted by what they are for.

    Attributes:
        masks: a file or folder of coarse masks to import.
        images: photos, and folders that hold photos.
        unknown: the first of those that are none of these, where there is nothing else.
    """

    masks: Path | None = None
    images: tuple[Path, ...] = ()
    unknown: Path | None = None


def is_worth_a_look(paths: Sequence[Path]) -> bool:
    """Whether there is a file or folder of which it must be seen what it is."""
    return any(path.exists() for path in paths)


def dropped_project(paths: Sequence[Path]) -> Path | None:
    """The project among them, which goes before all."""
    projects = (path for path in paths if path.suffix.lower() == PROJECT_SUFFIX)
    return next((path for path in projects if path.is_file()), None)


def sort_drop(paths: Sequence[Path], holds_masks: Callable[[Path], bool]) -> Drop:
    """Tell masks and images apart.

    Args:
        paths: what was dropped.
        holds_masks: whether a file or folder is of a format of masks, by its content; may take
            its time.

    Returns:
        A folder that has masks and photos is both. Of several with masks the first counts.
    """
    paths = [path for path in paths if path.exists()]
    photos = [path for path in paths if path.is_file() and _is_image(path)]
    others = [path for path in paths if path not in photos]
    masks = next((path for path in others if holds_masks(path)), None)
    images = [
        path
        for path in paths
        if path in photos or (path.is_dir() and (path != masks or _has_photos(path)))
    ]
    if masks is None and not images and others:
        return Drop(unknown=others[0])
    return Drop(masks=masks, images=tuple(images))


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES


def _has_photos(folder: Path) -> bool:
    """Whether there are image files that can be no masks; of a large folder some are looked at."""
    names = islice(_names(folder), _MOST_LOOKED_AT)
    photos = IMAGE_SUFFIXES - _MASK_SUFFIXES
    return any(Path(name).suffix.lower() in photos for name in names)


def _names(folder: Path) -> Iterator[str]:
    for _, _, names in os.walk(folder):
        yield from names
