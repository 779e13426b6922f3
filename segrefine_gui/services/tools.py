"""What the jobs work with: the concrete rooms, handed in by `cli.assembly`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from segrefine_gui.engines.base import EngineCatalog
from segrefine_gui.formats.base import FormatCatalog
from segrefine_gui.services.vitals import Measure
from segrefine_gui.storage.base import ImageReader, ProjectStore
from segrefine_gui.triage.base import Triage


@dataclass(frozen=True, slots=True)
class Tools:
    """The concrete things behind the protocols; safe to share between threads.

    Attributes:
        open_project: opens a project that exists, for the calling thread.
        make_project: the same, and makes the project where there is none.
        images: finds and reads photos.
        engines: the segmenters and refiners.
        formats: what reads and writes masks.
        triage: estimates risks; None for no risks.
        measure: measures what a job uses; None where nobody can.
    """

    open_project: Callable[[Path], ProjectStore]
    make_project: Callable[[Path], ProjectStore]
    images: ImageReader
    engines: EngineCatalog
    formats: FormatCatalog
    triage: Triage | None = None
    measure: Measure | None = None
