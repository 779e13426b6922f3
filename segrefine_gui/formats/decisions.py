"""No masks at all: the decision tables that stand beside every export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    Format,
    Problem,
)


class DecisionsWriter:
    """Writes the decision tables alone."""

    name = "csv"
    overlaps = True
    incremental = False

    def open(self, folder: Path, head: ExportHead) -> DecisionsWriter:  # noqa: ARG002
        """Begin an export; see `MaskWriter.open`."""
        return self

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:  # noqa: ARG002
        """Nothing: the export has listed them."""
        return Added(written=len(records))

    def keep(self, image: ExportImage) -> None:
        """Never called: no image has files of its own."""

    def close(self) -> Sequence[Problem]:
        """Nothing."""
        return ()


FORMAT = Format(
    "csv",
    "Decisions only",
    "Just the tables that stand beside every export: what was decided about each instance.",
    writer=lambda options: DecisionsWriter(),
)
