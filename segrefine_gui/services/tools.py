"""What the jobs work with: the concrete rooms, handed in by `cli.assembly`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from segrefine_gui.engines.base import EngineCatalog
from segrefine_gui.formats.base import MaskReader, MaskWriter
from segrefine_gui.services.vitals import Measure
from segrefine_gui.storage.base import ImageReader, ProjectStore
from segrefine_gui.triage.base import Triage


class WriterFactory(Protocol):
    """Gives the writer of a format."""

    def __call__(self, name: str, *, polygons: bool = False) -> MaskWriter:
        """The writer of that name; raises `FormatError` for a name that is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """The concrete things behind the protocols; safe to share between threads.

    Attributes:
        open_project: opens a project that exists, for the calling thread.
        make_project: the same, and makes the project where there is none.
        images: finds and reads photos.
        engines: the segmenters and refiners.
        recognise_masks: the reader for a mask file or folder, by its content.
        mask_writer: the writer of a format.
        triage: estimates risks; None for no risks.
        measure: measures what a job uses; None where nobody can.
    """

    open_project: Callable[[Path], ProjectStore]
    make_project: Callable[[Path], ProjectStore]
    images: ImageReader
    engines: EngineCatalog
    recognise_masks: Callable[[Path], MaskReader]
    mask_writer: WriterFactory
    triage: Triage | None = None
    measure: Measure | None = None
