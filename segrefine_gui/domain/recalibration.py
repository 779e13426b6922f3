"""What a project's own decisions say about its risks: a monotone correction of their log odds.

Platt scaling (Platt, "Probabilistic outputs for support vector machines", 1999) of a risk that is
a probability already: log odds times a slope plus an offset. It never changes the order of two
risks, so a queue sorted by risk stays as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from segrefine_gui.domain.assessment import Assessment

LEAST_SLOPE, GREATEST_SLOPE = 0.1, 10.0
"""Outside of these, above 0 in particular, nothing is a recalibration."""
GREATEST_OFFSET = 10.0
"""Nor beyond this, in log odds either way."""
CERTAINTY = 1e-6
"""Risks count as at least this and at most 1 less this: log odds of 0 and 1 are infinite."""


@dataclass(frozen=True, slots=True)
class Recalibration:
    """Corrects risks: log odds times `slope` plus `offset`.

    Raises:
        ValueError: a number is not finite or outside the limits of this module.
    """

    slope: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        if not LEAST_SLOPE <= self.slope <= GREATEST_SLOPE:
            raise ValueError(f"a slope of {self.slope} is no recalibration")
        if not -GREATEST_OFFSET <= self.offset <= GREATEST_OFFSET:
            raise ValueError(f"an offset of {self.offset} is no recalibration")

    def corrected(self, risk: float) -> float:
        """The risk 0..1 that the project's decisions make of an estimated one, 0..1."""
        return 1 / (1 + math.exp(-(self.slope * log_odds(risk) + self.offset)))

    def applied_to(self, assessment: Assessment) -> Assessment:
        """The assessment with all of its risks corrected."""
        return replace(
            assessment,
            risk=self.corrected(assessment.risk),
            change_risks=tuple(self.corrected(risk) for risk in assessment.change_risks),
        )


def log_odds(risk: float) -> float:
    """log(risk / (1 - risk)), with the risk kept `CERTAINTY` away from 0 and 1."""
    kept = min(max(risk, CERTAINTY), 1 - CERTAINTY)
    return math.log(kept / (1 - kept))
