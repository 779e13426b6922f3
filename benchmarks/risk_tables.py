"""What risks are worth, as Markdown tables and plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from risk_ablation import Worth

from segrefine_gui.domain.risk_metrics import RESIDUAL_HARM, REVIEWED_SHARE, Interval
from segrefine_gui.services.risk_summary import RiskSummary

MEASURES = {
    "auroc": "AUROC",
    "harm_recall": f"harm found in the riskiest {REVIEWED_SHARE:.0%}",
    "coverage": f"coverage at {RESIDUAL_HARM:.0%} harm",
    "augrc": "AUGRC",
    "brier": "Brier",
}
"""Fields of `RiskQuality`, and what the table calls them."""

Score = Mapping[str, Any]
"""One instance as `segrefine evaluate --json` writes it."""


@dataclass(frozen=True, slots=True)
class GateQuality:
    """Means over instances, before and after what is too risky was kept coarse.

    Attributes:
        limit: what is riskier is kept coarse, 0..1.
        coarse: iou, mba and boundary_iou, 0..1.
        refined: likewise.
        gated: likewise.
        harm: share that refining made worse, 0..1.
        gated_harm: likewise, of what the gate let through.
    """

    limit: float
    coarse: Mapping[str, float]
    refined: Mapping[str, float]
    gated: Mapping[str, float]
    harm: float
    gated_harm: float

    @classmethod
    def of(cls, scores: Sequence[Score], limit: float) -> GateQuality:
        """Of instances that were evaluated with a gate."""
        coarse, refined, gated = (
            _means([score[mask] for score in scores]) for mask in ("coarse", "refined", "gated")
        )
        harm, gated_harm = (
            sum(score[key] for score in scores) / len(scores) for key in ("harmed", "gated_harmed")
        )
        return cls(limit, coarse, refined, gated, harm, gated_harm)


def risk_table(found: Mapping[str, Mapping[str, RiskSummary]]) -> str:
    """A row for each refiner and group: every measure with its interval."""
    rows = []
    for refiner, groups in found.items():
        for name, summary in groups.items():
            harmed = round(summary.harm * summary.instances)
            rows.append(
                [
                    refiner,
                    name,
                    f"{summary.instances}",
                    f"{summary.harm:.1%} ({harmed})",
                    *(
                        _measured(getattr(summary.quality, field), summary.intervals[field])
                        for field in MEASURES
                    ),
                ]
            )
    return _table(["refiner", "set", "n", "harm", *MEASURES.values()], rows)


def gate_table(found: Mapping[str, Mapping[str, GateQuality]]) -> str:
    """A row for each refiner and group: coarse → refined → gated."""
    rows = [
        [
            refiner,
            name,
            f"{quality.limit:g}",
            *(
                " → ".join(
                    f"{means[key]:.4f}"
                    for means in (quality.coarse, quality.refined, quality.gated)
                )
                for key in ("iou", "mba", "boundary_iou")
            ),
            f"{quality.harm:.1%} → {quality.gated_harm:.1%}",
        ]
        for refiner, groups in found.items()
        for name, quality in groups.items()
    ]
    return _table(["refiner", "set", "gate", "IoU", "mBA", "Boundary IoU", "harm"], rows)


def ablation_table(found: Mapping[str, Sequence[Worth]]) -> str:
    """A row for each refiner and kind of feature, the one that is missed most first."""
    rows = [
        [
            refiner,
            worth.kind,
            f"{worth.features}",
            f"{worth.without:.3f}",
            _measured(worth.loss, worth.interval),
            f"{worth.alone:.3f}",
        ]
        for refiner, kinds in found.items()
        for worth in kinds
    ]
    return _table(["refiner", "features", "number", "AUROC without", "loss", "AUROC alone"], rows)


def plain(value: object) -> object:
    """JSON values alone: NaN is null."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _means(qualities: Sequence[Mapping[str, float | None]]) -> dict[str, float]:
    """Over those that have one: a mask without a boundary has no mba."""
    return {
        key: float(np.mean([value for each in qualities if (value := each[key]) is not None]))
        for key in ("iou", "mba", "boundary_iou")
    }


def _measured(value: float, interval: Interval) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
