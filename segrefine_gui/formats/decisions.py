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
    MaskSink,
    WriterOptions,
)


class DecisionsWriter:
    """Writes the decision tables alone; there is nothing to choose."""

    name = "csv"
    overlaps = True
    incremental = False

    def __init__(self, options: WriterOptions) -> None: ...

    def open(self, folder: Path, head: ExportHead) -> DecisionsSink:  # noqa: ARG002
        """Begin an export; see `MaskWriter.open`."""
        return DecisionsSink()


class DecisionsSink(MaskSink):
    """One export without masks; see `MaskSink`."""

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:  # noqa: ARG002
        """Nothing: the export has listed them."""
        return Added(written=len(records))


FORMAT = Format(
    "csv",
    "Decisions only",
    "Just the tables that stand beside every export: what was decided about each instance.",
    writer=DecisionsWriter,
)
