"""What a person means by dropping files on the window. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segrefine_gui.storage.image_io import IMAGE_SUFFIXES
from segrefine_gui.storage.project import PROJECT_SUFFIX


@dataclass(frozen=True, slots=True)
class Drop:
    """Dropped files, sorted by what they are for.

    Attributes:
        project: a project to open.
        masks: a file of coarse masks to import.
        images: photos, and folders that hold photos.
    """

    project: Path | None = None
    masks: Path | None = None
    images: tuple[Path, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing the window could take."""
        return self.project is None and self.masks is None and not self.images


def sort_drop(paths: Sequence[Path]) -> Drop:
    """Tell projects, mask files and images apart by their names; a project goes before all."""
    project = _first(paths, PROJECT_SUFFIX)
    if project is not None:
        return Drop(project=project)
    images = tuple(p for p in paths if p.is_dir() or p.suffix.lower() in IMAGE_SUFFIXES)
    return Drop(masks=_first(paths, ".json"), images=images)


def _first(paths: Sequence[Path], suffix: str) -> Path | None:
    return next((p for p in paths if p.suffix.lower() == suffix and p.is_file()), None)
