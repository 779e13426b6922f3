"""A format with one instance a pixel that writes a line for each image: it loses what overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    Format,
    MaskSink,
    WriterOptions,
)


class FlatWriter:
    name = "flat"
    overlaps = False
    incremental = True

    def __init__(self, options: WriterOptions) -> None: ...

    def open(self, folder: Path, head: ExportHead) -> FlatSink:
        return FlatSink(folder)


class FlatSink(MaskSink):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        areas = [record.mask.area for record in records if record.mask is not None]
        file = PurePosixPath(f"{image.stem}.areas")
        (self._folder / file).write_text(f"{areas}\n")
        return Added((file,), len(records))


FLAT = Format("flat", "Flat", "One instance a pixel.", writer=FlatWriter)
