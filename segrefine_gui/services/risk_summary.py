"""What the risks of a project are worth, where it is known which refinements harmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segrefine_gui.domain.risk_metrics import (
    Interval,
    ReliabilityBin,
    RiskQuality,
    measure_risk,
    reliability,
    risk_intervals,
    tally,
)


@dataclass(frozen=True, slots=True)
class RiskSummary:
    """The risks of some refinements against the harm they did.

    Attributes:
        instances: how many have a risk.
        harm: share of them, 0..1, that was harmed.
        quality: all measures.
        intervals: 95% bootstrap intervals over images, by the measure's name.
        reliability: mean risk against share harmed, the least risky first.
    """

    instances: int
    harm: float
    quality: RiskQuality
    intervals: Mapping[str, Interval]
    reliability: Sequence[ReliabilityBin]


def summarise_risks(
    risks: Sequence[float], harmed: Sequence[bool], images: Sequence[str]
) -> RiskSummary | None:
    """Measure risks; None where there are none.

    Args:
        risks: (n,), each 0..1.
        harmed: (n,), whether each refinement harmed.
        images: (n,), the image of each.
    """
    if not risks:
        return None
    found = tally(risks, harmed)
    return RiskSummary(
        len(risks),
        sum(harmed) / len(risks),
        measure_risk(found),
        risk_intervals(risks, harmed, images),
        reliability(found),
    )
