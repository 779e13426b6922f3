"""Several refinements of one instance, as alternatives between which a person chooses."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from segrefine_gui.domain.records import EngineRun
from segrefine_gui.storage.base import RefinementEntry

_MOST_NAMED = 2
"""Parameters that tell one alternative from another; more would be no name any more."""


_LONGEST_VALUE = 24
"""Letters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the refinements of an instance.

    Attributes:
        refinement_id: the refinement.
        engine: registered name of the refiner.
        details: what tells it from others of the same engine, empty where it is the only one.
        risk: 0..1, None where not estimated.
        is_accepted: the instance's decision is to use it.
    """

    refinement_id: int
    engine: str
    details: str
    risk: float | None
    is_accepted: bool = False

    @property
    def name(self) -> str:
        """The engine, and what tells it from others of the same engine."""
        return f"{self.engine} · {self.details}" if self.details else self.engine


def list_alternatives(
    entries: Sequence[RefinementEntry], kept: Collection[int] = (), accepted: int | None = None
) -> tuple[Alternative, ...]:
    """The refinements to choose from.

    A refiner that ran again in the same way gives the same alternative, of which the newest
    refinement counts. They are in the order in which each way was tried first, so that a new one
    comes last and none of the others moves.

    Args:
        entries: all refinements of the instance, the oldest first.
        kept: refinements that are listed in any case, because something rests on them.
        accepted: the refinement that its decision uses.
    """
    ways: dict[str, list[RefinementEntry]] = {}
    for entry in entries:
        ways.setdefault(_way(entry.run), []).append(entry)
    listed = [
        entry for runs in ways.values() for entry in runs if entry is runs[-1] or entry.id in kept
    ]
    return tuple(
        Alternative(
            entry.id,
            entry.run.engine,
            _details(entry, [other for other in listed if other.run.engine == entry.run.engine]),
            entry.risk,
            entry.id == accepted,
        )
        for entry in listed
    )


def _way(run: EngineRun) -> str:
    """What two runs share that do the same."""
    return _as_text([run.engine, run.version, run.weights_hash, run.parameters])


def _details(entry: RefinementEntry, rivals: Sequence[RefinementEntry]) -> str:
    """What tells one refinement from the others of its engine."""
    if len(rivals) == 1:
        return ""
    parameters = entry.run.parameters
    names = sorted({name for rival in rivals for name in rival.run.parameters})
    telling = [name for name in names if _differ(name, rivals)]
    words = [f"{_spaced(name)} {_shown(parameters.get(name))}" for name in telling[:_MOST_NAMED]]
    if len({_way(rival.run) for rival in rivals}) < len(rivals) or not words:
        words.append(f"run {1 + rivals.index(entry)}")
    return ", ".join(words)


def _differ(name: str, rivals: Iterable[RefinementEntry]) -> bool:
    return len({_as_text(rival.run.parameters.get(name)) for rival in rivals}) > 1


def _as_text(value: object) -> str:
    """JSON of what a project file says, which may be nested beyond all reason."""
    try:
        return json.dumps(value, sort_keys=True)
    except RecursionError:
        return ""


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        words = "/".join(each for each in value if isinstance(each, str)) or "–"
    else:
        words = str(value) if isinstance(value, int | str) else "…"
    return words if len(words) <= _LONGEST_VALUE else f"{words[:_LONGEST_VALUE]}…"
