"""What a person means by dropping files on the window. No Qt."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from segrefine_gui.storage.image_io import IMAGE_SUFFIXES
from segrefine_gui.storage.project import PROJECT_SUFFIX

_PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".webp"})
_TEXT_SUFFIXES = frozenset({".json", ".txt", ".xml"})

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
    """Whether there are image files that are no masks; of a large folder some are looked at.

    Masks are never JPEG, and an image with a text file of its own name beside it is what that
    tells of.
    """
    looked_at = 0
    for _, _, names in os.walk(folder):
        files = [PurePath(name) for name in names[:_MOST_LOOKED_AT]]
        images = [file for file in files if file.suffix.lower() in IMAGE_SUFFIXES]
        told_of = {file.stem for file in files if file.suffix.lower() in _TEXT_SUFFIXES}
        if any(each.suffix.lower() in _PHOTO_SUFFIXES or each.stem in told_of for each in images):
            return True
        looked_at += len(names)
        if looked_at >= _MOST_LOOKED_AT:
            break
    return False
