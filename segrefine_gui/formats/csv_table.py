"""The table of decisions as CSV: one row for each instance, written or not."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.formats.atomic import atomic_file
from segrefine_gui.formats.base import ExportRecord, ExportReport, ExportSet

FILE_NAME = "decisions.csv"
COLUMNS = (
    "source_id",
    "image",
    "category",
    "score",
    "refiner",
    "risk",
    "decision",
    "seconds",
    "reviewer",
    "left_out",
    "based_on",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class CsvWriter:
    """Writes `decisions.csv`: UTF-8, commas, one header row, empty cells for what is not known.

    Spreadsheets run a cell that begins like a formula as one, and names come from files that may
    be hostile: a text that begins with = + - @ or a control character gets a ' in front. Numbers
    have at most six significant digits. `left_out` is in pixels; `based_on` says which
    mask an edit began with.
    """

    name = "csv"

    def write(
        self,
        export: ExportSet,
        folder: Path,
        cancel: CancelToken,
        on_written: Callable[[int], None],
    ) -> ExportReport:
        """Write the table; see `MaskWriter.write`."""
        path = folder / FILE_NAME
        done = 0
        with atomic_file(path) as stream:
            stream.write(_line(COLUMNS))
            for done, record in enumerate(export.records, start=1):
                cancel.raise_if_cancelled()
                stream.write(_line(_row(record)))
                on_written(done)
        return ExportReport([path], done)


def _line(cells: Sequence[str]) -> bytes:
    text = StringIO()
    csv.writer(text).writerow(cells)
    # Names from disk may hold bytes that are no text: they become question marks.
    return text.getvalue().encode("utf-8", "replace")


def _row(record: ExportRecord) -> tuple[str, ...]:
    instance = record.instance
    return (
        str(instance.source_id),
        _text(record.image.name),
        _text(instance.category.name),
        _number(instance.score),
        _text(record.refiner),
        _number(record.risk),
        record.decision.value,
        _number(record.seconds),
        _text(record.reviewer),
        "" if record.left_out is None else str(record.left_out),
        "" if record.based_on is None else record.based_on.value,
    )


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
