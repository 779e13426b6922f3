"""How good risks are against the harm that was done: do they rank it, and are they its share?

Everything here is computed from a tally: how many instances have each distinct risk, and how many
of them were harmed. Instances of equal risk are never told apart, so no result hangs on the order
in which they came. A measure that does not exist (a ranking without harm, say) is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

REVIEWED_SHARE = 0.3
"""Share of the riskiest instances in which harm is looked for."""
RESIDUAL_HARM = 0.02
"""Share of harmed instances that may be among those accepted unseen."""
BIN_COUNT = 10
"""Most bins of a reliability curve."""
LEAST_IN_BIN = 10
"""Instances in each bin, about, before there are two: a share of fewer says nothing."""
REPLICATES = 500
"""Bootstrap samples behind an interval."""
CONFIDENCE = 0.95
"""Share of the bootstrap samples that an interval holds."""


@dataclass(frozen=True, slots=True, eq=False)
class RiskTally:
    """Instances by risk.

    Attributes:
        risks: the distinct risks, 0..1, ascending.
        counts: float, above 0, how many instances have each.
        harmed: float, how many of those were harmed.
    """

    risks: Floats
    counts: Floats
    harmed: Floats

    @property
    def total(self) -> float:
        """All instances."""
        return float(self.counts.sum())


@dataclass(frozen=True, slots=True)
class RiskQuality:
    """What risks are worth.

    Attributes:
        auroc: probability that a harmed instance has a higher risk than an unharmed one, ties
            counting half; 0.5 is chance. NaN without harm, or with nothing but harm.
        harm_recall: share of the harm that is found in the riskiest `REVIEWED_SHARE`. NaN
            without harm.
        coverage: largest share of all instances that could be accepted unseen, the least risky
            first, while at most `RESIDUAL_HARM` of those are harmed.
        augrc: area under the generalised risk-coverage curve, 0..0.5, 0 best: the probability
            that an instance is accepted and harmed, averaged over all shares accepted (Traub et
            al., "Overcoming Common Flaws in the Evaluation of Selective Classification Systems",
            NeurIPS 2024).
        brier: mean squared difference of risk and harm, 0 best (Brier 1950).
    """

    auroc: float
    harm_recall: float
    coverage: float
    augrc: float
    brier: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Instances of about the same risk: their number, mean risk, and share that was harmed."""

    count: int
    risk: float
    harm: float


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a measure lies with 95% confidence; both ends NaN where that cannot be said."""

    low: float
    high: float


def tally(
    risks: Sequence[float] | Floats, harmed: Sequence[bool] | npt.NDArray[np.bool_]
) -> RiskTally:
    """Count instances by risk.

    Args:
        risks: (n,), each 0..1.
        harmed: (n,), whether each was harmed.
    """
    return _tally(*_grouped(risks), np.asarray(harmed, dtype=np.float64), np.ones(len(risks)))


def measure_risk(found: RiskTally) -> RiskQuality:
    """All measures of a tally; all NaN where it is empty."""
    if found.total == 0:
        return RiskQuality(*(np.nan for _ in fields(RiskQuality)))
    return RiskQuality(
        _auroc(found), _harm_recall(found), _coverage(found), _augrc(found), _brier(found)
    )


def reliability(found: RiskTally, most: int = BIN_COUNT) -> tuple[ReliabilityBin, ...]:
    """A reliability curve: at most `most` bins of about equally many, the least risky first.

    Bins of equal width would hold nearly all instances in the first one: most risks are small.
    """
    if found.total == 0:
        return ()
    most = max(1, min(most, int(found.total) // LEAST_IN_BIN))
    # The bin of an instance is that of the middle of all that share its risk.
    middle = (np.cumsum(found.counts) - found.counts / 2) / found.total
    bins = np.minimum((middle * most).astype(np.intp), most - 1)
    counts = np.bincount(bins, found.counts, most)
    risks = np.bincount(bins, found.counts * found.risks, most)
    harmed = np.bincount(bins, found.harmed, most)
    return tuple(
        ReliabilityBin(round(count), float(risk / count), float(harm / count))
        for count, risk, harm in zip(counts, risks, harmed, strict=True)
        if count
    )


def risk_intervals(
    risks: Sequence[float],
    harmed: Sequence[bool],
    images: Sequence[str],
    replicates: int = REPLICATES,
    seed: int = 0,
) -> dict[str, Interval]:
    """Bootstrap intervals (percentiles) of every measure, by its name.

    Images are drawn, each with all of its instances: instances of one image are no independent
    evidence (the cluster bootstrap; Field and Welsh 2007).

    Args:
        risks: (n,), each 0..1.
        harmed: (n,), whether each was harmed.
        images: (n,), the image of each.
        replicates: samples drawn.
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    distinct, groups = _grouped(risks)
    harm = np.asarray(harmed, dtype=np.float64)
    names, image_of = np.unique(np.asarray(images, dtype=np.str_), return_inverse=True)
    samples = []
    for _ in range(replicates if len(names) else 0):
        drawn = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))
        sample = measure_risk(_tally(distinct, groups, harm, drawn[image_of].astype(np.float64)))
        samples.append([getattr(sample, field.name) for field in fields(RiskQuality)])
    columns = zip(*samples, strict=True) if samples else ([] for _ in fields(RiskQuality))
    return {
        field.name: _interval(np.array(column, dtype=np.float64))
        for field, column in zip(fields(RiskQuality), columns, strict=True)
    }


def _grouped(risks: Sequence[float] | Floats) -> tuple[Floats, npt.NDArray[np.intp]]:
    """The distinct risks, ascending, and for each instance the position of its own."""
    distinct, groups = np.unique(np.asarray(risks, dtype=np.float64), return_inverse=True)
    return distinct, groups


def _tally(
    distinct: Floats, groups: npt.NDArray[np.intp], harmed: Floats, weights: Floats
) -> RiskTally:
    counts: Floats = np.bincount(groups, weights, len(distinct)).astype(np.float64)
    harm: Floats = np.bincount(groups, weights * harmed, len(distinct)).astype(np.float64)
    there = counts > 0
    return RiskTally(distinct[there], counts[there], harm[there])


def _auroc(found: RiskTally) -> float:
    unharmed = found.counts - found.harmed
    pairs = found.harmed.sum() * unharmed.sum()
    if pairs == 0:
        return np.nan
    below = np.cumsum(unharmed) - unharmed / 2
    return float((found.harmed * below).sum() / pairs)


def _harm_recall(found: RiskTally) -> float:
    if found.harmed.sum() == 0:
        return np.nan
    # Of the instances of one risk that are reviewed only in part, harm is found in proportion.
    above = found.total - np.cumsum(found.counts)
    reviewed = np.clip((REVIEWED_SHARE * found.total - above) / found.counts, 0, 1)
    return float((reviewed * found.harmed).sum() / found.harmed.sum())


def _coverage(found: RiskTally) -> float:
    accepted, harmed = np.cumsum(found.counts), np.cumsum(found.harmed)
    # A hair more, so that one in fifty is 2% in floating point, too.
    allowed = accepted[harmed <= RESIDUAL_HARM * accepted * (1 + 1e-9)]
    return float(allowed[-1] / found.total) if allowed.size else 0.0


def _augrc(found: RiskTally) -> float:
    # Between two risks the curve is a line: those of one risk are accepted in any order.
    coverage = np.concatenate(([0.0], np.cumsum(found.counts))) / found.total
    harm = np.concatenate(([0.0], np.cumsum(found.harmed))) / found.total
    return float((np.diff(coverage) * (harm[1:] + harm[:-1]) / 2).sum())


def _brier(found: RiskTally) -> float:
    unharmed = found.counts - found.harmed
    squares = found.harmed * (1 - found.risks) ** 2 + unharmed * found.risks**2
    return float(squares.sum() / found.total)


def _interval(values: Floats) -> Interval:
    known = values[~np.isnan(values)]
    if known.size == 0:
        return Interval(np.nan, np.nan)
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(known, [tail, 100 - tail])
    return Interval(float(low), float(high))
