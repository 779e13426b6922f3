"""The tables of decisions beside every export: one row for each instance, written or not."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from types import TracebackType

from segrefine_gui.formats.base import ExportRecord

CSV_NAME, JSON_NAME = "decisions.csv", "decisions.json"
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
    "refiner_version",
    "weights_hash",
    "decided_at",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_Value = str | int | float | None


class DecisionTables:
    """Writes `decisions.csv` and `decisions.json`, the same rows in both.

    The CSV is UTF-8 with commas, one header row and empty cells for what is not known; the JSON is
    a list of objects with null for it. Spreadsheets run a cell that begins like a formula as one,
    and names come from files that may be hostile: in the CSV a text that begins with = + - @ or a
    control character gets a ' in front. Numbers have at most six significant digits. `left_out` is
    in pixels; `based_on` says which mask an edit began with; `decided_at` is UTC.

    Args:
        folder: where to write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = ExitStack()
        self.count = 0
        """Rows written so far."""

    def __enter__(self) -> DecisionTables:
        self._csv = self._files.enter_context((self._folder / CSV_NAME).open("wb"))
        self._json = self._files.enter_context((self._folder / JSON_NAME).open("wb"))
        self._csv.write(_line(COLUMNS))
        self._json.write(b"[")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._files:
            if kind is None:
                self._json.write(b"\n]\n")

    def add(self, record: ExportRecord) -> None:
        """Write the row of an instance."""
        row = _row(record)
        self._csv.write(_line([_cell(value) for value in row]))
        self._json.write(b",\n" if self.count else b"\n")
        fields = dict(zip(COLUMNS, row, strict=True))
        self._json.write(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"))
        self.count += 1


def _line(cells: Sequence[str]) -> bytes:
    text = StringIO()
    csv.writer(text).writerow(cells)
    # Names from disk may hold bytes that are no text: they become question marks.
    return text.getvalue().encode("utf-8", "replace")


def _row(record: ExportRecord) -> tuple[_Value, ...]:
    instance = record.instance
    return (
        instance.source_id,
        record.image.name,
        instance.category.name,
        _short(instance.score),
        record.refiner,
        _short(record.risk),
        record.decision.value,
        _short(record.seconds),
        record.reviewer,
        record.left_out,
        None if record.based_on is None else record.based_on.value,
        record.refiner_version,
        record.weights_hash,
        None if record.decided_at is None else record.decided_at.isoformat(timespec="seconds"),
    )


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _cell(value: _Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    return f"{value:.6g}" if isinstance(value, float) else str(value)
