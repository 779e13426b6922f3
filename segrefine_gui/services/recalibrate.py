"""Use case: risks learn from a project's own decisions, when the person wants it and not before.

A risk model is trained on generated scenes. Where its risks are too high or too low for the photos
of a project, the decisions say so: a refinement that was kept coarse, or from which changes were
left out, counts as harmed, one that was taken whole as not. One that was edited counts as harmed
too, whichever mask the edit began with: nobody accepted it as it was. Only what a person spent
time on counts: what was accepted unseen, with many others or by a gate, says nothing about its
risk.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.recalibration import (
    GREATEST_OFFSET,
    GREATEST_SLOPE,
    LEAST_SLOPE,
    Recalibration,
    log_odds,
)
from segrefine_gui.domain.records import Decision
from segrefine_gui.domain.risk_metrics import (
    ReliabilityBin,
    RiskTally,
    measure_risk,
    reliability,
    tally,
)
from segrefine_gui.storage.base import Judgement, ProjectStore

LEAST_DECISIONS = 50
"""Decisions before anything is offered."""
LEAST_OF_EACH = 5
"""Of these at least so many for refinements, and so many against."""
SLOPE_SPREAD, OFFSET_SPREAD = 0.5, 1.0
"""Standard deviations of the prior: how far from no correction a recalibration is expected."""
_BINS = 5
_STEPS = 50
_CLOSE = 1e-9
_FOLD_SEED = 0


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well risks are the share of refinements that people turned down.

    Attributes:
        brier: mean squared difference of risk and decision, 0 best.
        bins: the reliability curve, the least risky first.
    """

    brier: float
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A recalibration that can be applied, with what it would change.

    Attributes:
        recalibration: fitted on all decisions.
        decisions: how many it rests on.
        against: how many of them kept the coarse mask or left changes out.
        auroc: how well risks rank those, 0.5 is chance. No recalibration changes it.
        before: of the risks as they were estimated.
        after: of risks recalibrated on decisions about other images, so that no decision
            vouches for itself.
    """

    recalibration: Recalibration
    decisions: int
    against: int
    auroc: float
    before: Calibration
    after: Calibration

    @property
    def improves(self) -> bool:
        """Whether recalibrated risks fit decisions that they were not fitted to better."""
        return self.after.brier < self.before.brier


def offer(store: ProjectStore) -> Offer | None:
    """What the decisions of a project would make of its risks; nothing is changed.

    The images are split in two halves at random, always alike. What is fitted on the decisions of
    each half corrects the risks of the other one: `after` is what comes of that.

    Returns:
        None while there are fewer than `LEAST_DECISIONS`, or `LEAST_OF_EACH` of either kind.

    Raises:
        ProjectError: the project cannot be read.
    """
    judged = [judgement for judgement in store.judgements() if judgement.seconds > 0]
    harmed = np.array([is_against(judgement) for judgement in judged], dtype=np.bool_)
    against = int(harmed.sum())
    if len(judged) < LEAST_DECISIONS or not LEAST_OF_EACH <= against <= len(judged) - LEAST_OF_EACH:
        return None
    risks = np.array([judgement.risk for judgement in judged])
    first = _first_half(judged)
    held_out = np.empty_like(risks)
    for half in (first, ~first):
        fitted = fit(risks[~half], harmed[~half])
        held_out[half] = [fitted.corrected(risk) for risk in risks[half]]
    before = tally(risks, harmed)
    return Offer(
        fit(risks, harmed),
        len(judged),
        against,
        measure_risk(before).auroc,
        _calibration(before),
        _calibration(tally(held_out, harmed)),
    )


def apply(store: ProjectStore, accepted: Offer) -> None:
    """Correct the project's risks from now on, wherever they are read; `revert` takes it back."""
    store.set_recalibration(accepted.recalibration)


def revert(store: ProjectStore) -> None:
    """Read risks as they were estimated again."""
    store.set_recalibration(None)


def is_against(judgement: Judgement) -> bool:
    """Whether a decision says that the refinement, as a whole, made the mask worse."""
    return judgement.decision is not Decision.REFINED or judgement.left_out


def fit(risks: npt.NDArray[np.float64], harmed: npt.NDArray[np.bool_]) -> Recalibration:
    """Platt scaling with a Gaussian prior on no correction; Newton's method on two numbers.

    Args:
        risks: (n,), 0..1. Where n is 0 nothing is corrected.
        harmed: (n,), what came of each.
    """
    logits = np.array([log_odds(risk) for risk in risks])
    slope, offset = _newton(logits, harmed, 1.0, 0.0, slope_moves=True)
    if not LEAST_SLOPE <= slope <= GREATEST_SLOPE:
        # The decisions contradict the order of the risks: keep it, and fit their level alone.
        slope = min(max(slope, LEAST_SLOPE), GREATEST_SLOPE)
        slope, offset = _newton(logits, harmed, slope, 0.0, slope_moves=False)
    return Recalibration(slope, min(max(offset, -GREATEST_OFFSET), GREATEST_OFFSET))


def _newton(
    logits: npt.NDArray[np.float64],
    harmed: npt.NDArray[np.bool_],
    slope: float,
    offset: float,
    *,
    slope_moves: bool,
) -> tuple[float, float]:
    """Minimise the log loss plus the prior, which is strictly convex in both numbers."""
    inputs = np.stack([logits if slope_moves else np.zeros_like(logits), np.ones_like(logits)])
    precision = np.array([SLOPE_SPREAD**-2, OFFSET_SPREAD**-2])
    found, identity = np.array([slope, offset]), np.array([1.0 if slope_moves else slope, 0.0])

    def loss(values: npt.NDArray[np.float64]) -> float:
        scores = values[0] * logits + values[1]
        log_loss = np.logaddexp(0, scores).sum() - scores[harmed].sum()
        return float(log_loss + (precision * (values - identity) ** 2).sum() / 2)

    for _ in range(_STEPS):
        corrected = 1 / (1 + np.exp(-(found[0] * logits + found[1])))
        gradient = inputs @ (corrected - harmed) + precision * (found - identity)
        curvature = (inputs * (corrected * (1 - corrected))) @ inputs.T + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        while loss(found - step) > loss(found) and np.abs(step).max() > _CLOSE:
            step /= 2
        found = found - step
        if np.abs(step).max() <= _CLOSE:
            break
    return float(found[0]), float(found[1])


def _first_half(judged: Sequence[Judgement]) -> npt.NDArray[np.bool_]:
    """Which decisions are about images of the first half."""
    images = sorted({judgement.image_id for judgement in judged})
    random.Random(_FOLD_SEED).shuffle(images)
    first = set(images[: len(images) // 2])
    return np.array([judgement.image_id in first for judgement in judged], dtype=np.bool_)


def _calibration(found: RiskTally) -> Calibration:
    return Calibration(measure_risk(found).brier, reliability(found, _BINS))
