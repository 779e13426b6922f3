"""Which instances of the queue are shown, and in which order.

The queue of a large project has 100,000 entries and is arranged while a person types, so what it
is filtered and sorted by is kept in NumPy columns beside the entries.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.records import Decision
from segrefine_gui.storage.base import QueueEntry

Span = tuple[float, float]
"""Least and greatest value that pass, both included."""


class SortBy(str, Enum):
    """What the queue is sorted by; entries that have no such value come last."""

    ARRIVAL = "arrival"
    IMAGE = "image"
    CATEGORY = "category"
    DECISION = "decision"
    RISK = "risk"
    SCORE = "score"
    SIZE = "size"


RISK_STEPS = 100
"""Risks are counted in so many steps between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A filter with a sort order; the default shows everything as it arrived.

    Attributes:
        decisions: those that pass; empty for all.
        categories: names of those that pass; empty for all.
        risk: 0..1; entries without a risk do not pass a span.
        score: 0..1; likewise.
        size: area of the coarse mask in pixels.
        drafted: only those with an edit that was begun and not applied.
        image: part of the image's name, in any case.
        text: part of the image's name, the category or the note, in any case, or "#" and the
            start of a source id.
        sort: what to sort by.
        descending: largest or last first.
    """

    decisions: frozenset[Decision] = frozenset()
    categories: frozenset[str] = frozenset()
    risk: Span | None = None
    score: Span | None = None
    size: Span | None = None
    drafted: bool = False
    image: str = ""
    text: str = ""
    sort: SortBy = SortBy.ARRIVAL
    descending: bool = False

    @property
    def order(self) -> tuple[SortBy, bool]:
        """What it sorts by, and whether it descends."""
        return self.sort, self.descending

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, to be saved under a name."""
        return {
            **asdict(self),
            "decisions": sorted(decision.value for decision in self.decisions),
            "categories": sorted(self.categories),
            "sort": self.sort.value,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Arrangement:
        """Read what `to_json` made; what is not understood counts as not set."""
        decisions = {decision.value: decision for decision in Decision}
        sorts = {sort.value: sort for sort in SortBy}
        return cls(
            frozenset(decisions[each] for each in _texts(values, "decisions") if each in decisions),
            frozenset(_texts(values, "categories")),
            _span(values, "risk"),
            _span(values, "score"),
            _span(values, "size"),
            values.get("drafted") is True,
            _text(values, "image"),
            _text(values, "text"),
            sorts.get(_text(values, "sort"), SortBy.ARRIVAL),
            values.get("descending") is True,
        )


@dataclass(frozen=True, slots=True, eq=False)
class RiskCounts:
    """How many entries there are at each risk.

    Attributes:
        pending: int (RISK_STEPS,), those not decided yet whose risk is at least number / RISK_STEPS
            and below the next step; the last one takes risk 1 in.
        decided: the same for the others.
    """

    pending: npt.NDArray[np.intp]
    decided: npt.NDArray[np.intp]

    @property
    def total(self) -> int:
        """All entries whose risk is known."""
        return int(self.pending.sum() + self.decided.sum())

    def below(self, step: int) -> int:
        """How many have less risk than step / RISK_STEPS."""
        return int(self.pending[:step].sum() + self.decided[:step].sum())


def risk_below(limit: float) -> Span:
    """The span of all risks below a limit; spans include their ends."""
    return 0.0, float(np.nextafter(limit, -1.0))


class QueueTable:
    """All entries of a queue with the columns they are arranged by.

    Args:
        entries: the queue as it arrived.
        image_names: names by image id.
        notes: notes by instance id.
    """

    def __init__(
        self,
        entries: Sequence[QueueEntry],
        image_names: Mapping[int, str],
        notes: Mapping[int, str],
    ) -> None:
        self.entries = list(entries)
        self.notes = dict(notes)
        self._names = np.array([name.casefold() for name in image_names.values()] or [""])
        rows = self._image_rows = {image_id: row for row, image_id in enumerate(image_names)}
        self._image = np.array([rows[entry.image_id] for entry in entries], dtype=np.intp)
        self._categories = sorted({entry.category for entry in entries})
        codes = {name: code for code, name in enumerate(self._categories)}
        self._category = np.array([codes[entry.category] for entry in entries], dtype=np.intp)
        self._score = _column([entry.score for entry in entries])
        self._risk = _column([entry.risk for entry in entries])
        self._size = np.array([entry.area for entry in entries], dtype=np.float64)
        self._decision = np.array([_CODES[entry.decision] for entry in entries], dtype=np.int8)
        self._drafted = np.array([entry.is_drafted for entry in entries], dtype=np.bool_)

    @property
    def categories(self) -> Sequence[str]:
        """Names of all categories that entries have, sorted."""
        counts = np.bincount(self._category, minlength=len(self._categories))
        return [name for name, count in zip(self._categories, counts, strict=True) if count]

    @property
    def has_risk(self) -> bool:
        """Whether any risk is known."""
        return not bool(np.isnan(self._risk).all())

    def risk_counts(self, wanted: Arrangement) -> RiskCounts:
        """How the risks of the entries that pass are distributed."""
        passing = self._passing(wanted) & ~np.isnan(self._risk)
        edges = np.arange(1, RISK_STEPS) / RISK_STEPS
        steps = np.searchsorted(edges, self._risk[passing], side="right")
        is_pending = self._decision[passing] == _CODES[Decision.PENDING]
        pending, decided = (
            np.bincount(steps[chosen], minlength=RISK_STEPS) for chosen in (is_pending, ~is_pending)
        )
        return RiskCounts(pending, decided)

    @property
    def drafted(self) -> int:
        """How many have an edit that was begun and not applied."""
        return int(np.count_nonzero(self._drafted))

    def replace(self, row: int, entry: QueueEntry) -> None:
        """Put a changed entry in its row."""
        if entry.category != self.entries[row].category:
            self._category[row] = self._code_of(entry.category)
        self.entries[row] = entry
        self._risk[row] = np.nan if entry.risk is None else entry.risk
        self._decision[row] = _CODES[entry.decision]
        self._drafted[row] = entry.is_drafted

    def insert(self, row: int, entry: QueueEntry) -> None:
        """Put a new entry of an image that has others into a row, before what is there."""
        code = self._code_of(entry.category)
        risk, score = (np.nan if each is None else each for each in (entry.risk, entry.score))
        self.entries.insert(row, entry)
        self._image = np.insert(self._image, row, self._image_rows[entry.image_id])
        self._category = np.insert(self._category, row, code)
        self._score = np.insert(self._score, row, score)
        self._risk = np.insert(self._risk, row, risk)
        self._size = np.insert(self._size, row, entry.area)
        self._decision = np.insert(self._decision, row, _CODES[entry.decision])
        self._drafted = np.insert(self._drafted, row, entry.is_drafted)

    def remove(self, row: int) -> None:
        """Take an entry out."""
        del self.entries[row]
        self._image = np.delete(self._image, row)
        self._category = np.delete(self._category, row)
        self._score = np.delete(self._score, row)
        self._risk = np.delete(self._risk, row)
        self._size = np.delete(self._size, row)
        self._decision = np.delete(self._decision, row)
        self._drafted = np.delete(self._drafted, row)

    def _code_of(self, category: str) -> int:
        """The code of a category; one that is not known yet comes between the others' names."""
        code = bisect_left(self._categories, category)
        if code == len(self._categories) or self._categories[code] != category:
            self._categories.insert(code, category)
            self._category[self._category >= code] += 1
        return code

    def arrange(self, wanted: Arrangement) -> list[int]:
        """Rows of the entries that pass, in order."""
        rows = np.flatnonzero(self._passing(wanted))
        if wanted.sort is SortBy.ARRIVAL:
            return _as_ints(rows[::-1] if wanted.descending else rows)
        keys = self._keys(wanted.sort)[rows]
        # NumPy sorts NaN, which stands for no value, behind everything.
        order = np.argsort(-keys if wanted.descending else keys, kind="stable")
        return _as_ints(rows[order])

    def _passing(self, wanted: Arrangement) -> npt.NDArray[np.bool_]:
        passing = np.ones(len(self.entries), dtype=np.bool_)
        if wanted.decisions:
            codes = [_CODES[decision] for decision in wanted.decisions]
            passing &= np.isin(self._decision, codes)
        if wanted.categories:
            chosen = np.array([name in wanted.categories for name in self._categories] or [False])
            passing &= chosen[self._category]
        for span, column in (
            (wanted.risk, self._risk),
            (wanted.score, self._score),
            (wanted.size, self._size),
        ):
            if span is not None:
                passing &= (column >= span[0]) & (column <= span[1])
        if wanted.drafted:
            passing &= self._drafted
        if wanted.image:
            passing &= self._named(wanted.image)[self._image]
        if wanted.text:
            passing &= self._mentioning(wanted.text)
        return passing

    def _named(self, part: str) -> npt.NDArray[np.bool_]:
        """Which images have `part` in their names."""
        found: npt.NDArray[np.bool_] = np.char.find(self._names, part.casefold()) >= 0
        return found

    def _mentioning(self, text: str) -> npt.NDArray[np.bool_]:
        if text.startswith("#") and text[1:].isdecimal():
            ids = [str(entry.source_id).startswith(text[1:]) for entry in self.entries]
            return np.array(ids, dtype=np.bool_)
        part = text.casefold()
        found = self._named(part)[self._image]
        named = np.array([part in name.casefold() for name in self._categories] or [False])
        found |= named[self._category]
        noted = {id_ for id_, note in self.notes.items() if part in note.casefold()}
        if noted:
            found |= np.array([entry.instance_id in noted for entry in self.entries])
        return found

    def _keys(self, sort: SortBy) -> npt.NDArray[np.float64]:
        if sort is SortBy.IMAGE:
            ranks = np.argsort(np.argsort(self._names, kind="stable"))
            return ranks[self._image].astype(np.float64)
        if sort is SortBy.RISK:
            return self._risk
        if sort is SortBy.SCORE:
            return self._score
        if sort is SortBy.SIZE:
            return self._size
        codes = self._category if sort is SortBy.CATEGORY else self._decision
        return codes.astype(np.float64)


_CODES = {decision: code for code, decision in enumerate(Decision)}


def _as_ints(rows: npt.NDArray[np.intp]) -> list[int]:
    ints: list[int] = rows.tolist()
    return ints


def _column(values: Sequence[float | None]) -> npt.NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _texts(values: Mapping[str, Any], key: str) -> list[str]:
    value = values.get(key)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _span(values: Mapping[str, Any], key: str) -> Span | None:
    value = values.get(key)
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = value
    numbers = all(isinstance(each, int | float) and np.isfinite(each) for each in value)
    return (float(low), float(high)) if numbers else None
