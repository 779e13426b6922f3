"""A triage as simple as can be: what it says is given, what it is asked is kept."""

from __future__ import annotations

from collections.abc import Callable

from segrefine_gui.domain.assessment import Assessment, Reason
from segrefine_gui.domain.changes import Change, find_changes
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.triage.base import Evidence


class PlainTriage:
    """Says `risk` of every refinement and `change_risk(change)` of every change.

    Args:
        risk: of all refinements.
        change_risk: of a change; by default the refinement's.
        fail: numbers of the calls, from 1, that raise.
    """

    def __init__(
        self,
        risk: float = 0.25,
        change_risk: Callable[[Change], float] | None = None,
        fail: frozenset[int] = frozenset(),
    ) -> None:
        self.risk = risk
        self.seen: list[Evidence] = []
        self._change_risk = change_risk or (lambda change: risk)
        self._fail = fail

    def assess(self, evidence: Evidence) -> Assessment:
        self.seen.append(evidence)
        if len(self.seen) in self._fail:
            raise RuntimeError("no idea")
        refined = evidence.soft >= DEFAULT_THRESHOLD
        found = find_changes(evidence.coarse, refined, evidence.region)
        return Assessment(
            self.risk,
            (Reason("size", "is about as large as before", 0.1, evidence.region),),
            tuple(self._change_risk(change) for change in found.changes),
            {"changes": float(len(found.changes))},
            f"plain-{evidence.refiner}",
        )
