"""Fits additive models: penalised logistic regression on ramps, which may be told to only rise.

A curve is a sum of ramps between neighbouring knots. A feature that can only speak for harm when
it is higher gets ramps that may only rise: what is known needs no data, and holds elsewhere too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from segrefine_gui.triage.additive import AdditiveModel, Curve

Floats = npt.NDArray[np.float64]

_NEWTON_STEPS = 30
_SWEEPS = 60


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How smooth a fitted model is.

    Attributes:
        penalty: of the squared height of a curve, per case. It does not fade as cases are added:
            it guards against what generated scenes and photographs do not share.
        knots: of a curve, at quantiles of its feature.
    """

    penalty: float = 0.01
    knots: int = 4


def fit(
    features: Mapping[str, Floats],
    harmed: Floats,
    weights: Floats,
    directions: Mapping[str, int],
    settings: FitSettings,
) -> AdditiveModel:
    """The additive model that explains some outcomes best.

    Args:
        features: float64 (n,) by name, NaN for missing; all of them are used.
        harmed: float64 (n,), 0 or 1.
        weights: float64 (n,), above 0.
        directions: 1 for features whose curve may only rise, -1 for only fall; others are free.
        settings: see `FitSettings`.
    """
    bases = [_Basis.of(name, values, settings.knots) for name, values in features.items()]
    design = np.concatenate(
        [basis.columns(features[basis.name]) for basis in bases] + [np.ones((len(harmed), 1))], 1
    )
    penalty, low, high = [], [], []
    for basis in bases:
        ramps = len(basis.knots) - 1
        direction = directions.get(basis.name, 0)
        # A height reached by many ramps together must not be cheaper than by few.
        penalty += [settings.penalty * len(harmed) * ramps] * ramps
        penalty += [settings.penalty * len(harmed)]
        low += [0.0 if direction > 0 else -np.inf] * ramps + [-np.inf]
        high += [0.0 if direction < 0 else np.inf] * ramps + [np.inf]
    rises = _newton(
        design,
        harmed,
        weights / weights.mean(),
        np.array([*penalty, 1e-9]),
        np.array([*low, -np.inf]),
        np.array([*high, np.inf]),
    )
    curves, at = [], 0
    for basis in bases:
        ramps = len(basis.knots) - 1
        curves.append(basis.curve(rises[at : at + ramps], float(rises[at + ramps])))
        at += ramps + 1
    return AdditiveModel(float(rises[-1]), tuple(curves))


def calibration(log_odds: Floats, harmed: Floats, weights: Floats) -> tuple[float, float]:
    """The slope and offset that make log odds fit cases which their models were not fitted to.

    Platt: Probabilistic outputs for support vector machines, 1999. The order of risks stays.

    Args:
        log_odds: float64 (n,).
        harmed: float64 (n,), 0 or 1.
        weights: float64 (n,), above 0.
    """
    slope, offset = _newton(
        np.stack([log_odds, np.ones_like(log_odds)], 1),
        harmed,
        weights / weights.mean(),
        np.full(2, 1e-6),
        np.array([0.05, -np.inf]),
        np.array([5.0, np.inf]),
    )
    return float(slope), float(offset)


def stretched(model: AdditiveModel, slope: float, offset: float) -> AdditiveModel:
    """The model whose log odds are `slope` times those of `model`, plus `offset`."""
    curves = tuple(
        replace(
            curve,
            heights=tuple(slope * height for height in curve.heights),
            missing=slope * curve.missing,
        )
        for curve in model.curves
    )
    return AdditiveModel(slope * model.intercept + offset, curves)


def folds(groups: Sequence[str], count: int = 5) -> npt.NDArray[np.int64]:
    """A fold 0..count - 1 for each case, the same for all of one group; always the same."""
    names = sorted(set(groups))
    order = np.random.default_rng(0).permutation(len(names)) % count
    fold = dict(zip(names, order, strict=True))
    return np.array([fold[group] for group in groups])


@dataclass(frozen=True, slots=True)
class _Basis:
    """The ramps of one feature and a column for where it is missing, each less its mean."""

    name: str
    knots: Floats
    means: Floats
    missing: float

    @classmethod
    def of(cls, name: str, values: Floats, count: int) -> _Basis:
        found = values[np.isfinite(values)]
        if found.size == 0:
            return cls(name, np.array([0.0, 1.0]), np.zeros(1), 1.0)
        knots = np.unique(np.quantile(found, np.linspace(0.01, 0.99, count)))
        if len(knots) < 2:
            knots = np.array([knots[0], knots[0] + 1])
        return cls(name, knots, _ramps(found, knots).mean(0), 1 - found.size / values.size)

    def columns(self, values: Floats) -> Floats:
        missing = ~np.isfinite(values)
        ramps = _ramps(np.where(missing, self.knots[0], values), self.knots) - self.means
        ramps[missing] = 0
        return np.concatenate([ramps, missing[:, None] - self.missing], 1)

    def curve(self, rises: Floats, missing: float) -> Curve:
        found = -float(self.means @ rises) - self.missing * missing
        heights = np.concatenate([[0.0], np.cumsum(rises)]) + found
        return Curve(
            self.name,
            tuple(float(knot) for knot in self.knots),
            tuple(float(height) for height in heights),
            (1 - self.missing) * missing,
        )


def _ramps(values: Floats, knots: Floats) -> Floats:
    ramps: Floats = np.clip((values[:, None] - knots[:-1]) / np.diff(knots), 0, 1)
    return ramps


def _newton(
    design: Floats, harmed: Floats, weights: Floats, penalty: Floats, low: Floats, high: Floats
) -> Floats:
    """Penalised logistic regression within bounds: Newton steps, each by coordinate descent."""

    def loss(at: Floats) -> float:
        odds = design @ at
        misfit = np.logaddexp(0, odds) - harmed * odds
        return float((weights * misfit).sum() + 0.5 * (penalty * at * at).sum())

    at = np.clip(np.zeros(design.shape[1]), low, high)
    lowest = loss(at)
    for _ in range(_NEWTON_STEPS):
        probability = 1 / (1 + np.exp(-(design @ at)))
        slope = design.T @ (weights * (probability - harmed)) + penalty * at
        curvature = design.T @ (design * (weights * probability * (1 - probability))[:, None])
        curvature += np.diag(penalty)
        step = _bounded_step(slope, curvature, low - at, high - at)
        length = 1.0
        while loss(at + length * step) > lowest and length > 1e-3:
            length /= 2
        at = at + length * step
        before, lowest = lowest, loss(at)
        if before - lowest < 1e-5 * abs(before):
            break
    return at


def _bounded_step(slope: Floats, curvature: Floats, low: Floats, high: Floats) -> Floats:
    """The step within bounds that a parabola falls most along."""
    step, rest = np.zeros_like(slope), slope.copy()
    for _ in range(_SWEEPS):
        largest = 0.0
        for index in range(len(step)):
            wanted = step[index] - rest[index] / curvature[index, index]
            moved = min(max(wanted, low[index]), high[index]) - step[index]
            if moved:
                rest += curvature[index] * moved
                step[index] += moved
                largest = max(largest, abs(moved))
        if largest < 1e-4:
            break
    return step
