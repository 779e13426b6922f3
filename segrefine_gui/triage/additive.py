"""An additive model: the log odds of harm as a sum of one curve for each feature.

A generalised additive model (Hastie, Tibshirani, Statistical Science 1986) with curves made of
straight pieces. Each curve's height is what its feature says, so the reasons come with the risk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """What one feature adds to the log odds, flat beyond its outer knots.

    Attributes:
        feature: name of the feature.
        knots: values of the feature, ascending; at least two.
        heights: log odds at the knots; 0 is what the mean case of the training has.
        missing: log odds where the feature could not be had.
    """

    feature: str
    knots: tuple[float, ...]
    heights: tuple[float, ...]
    missing: float = 0.0

    def at(self, values: Floats) -> Floats:
        """The heights at some values, NaN for missing; of the same shape."""
        heights = np.interp(values, self.knots, self.heights)
        return np.where(np.isfinite(values), heights, self.missing)


@dataclass(frozen=True, slots=True)
class AdditiveModel:
    """A calibrated probability from features.

    Attributes:
        intercept: log odds of the mean case.
        curves: one for each feature that the model uses.
    """

    intercept: float
    curves: tuple[Curve, ...]

    def contributions(self, features: Mapping[str, Floats]) -> dict[str, Floats]:
        """What each feature adds to the log odds.

        Args:
            features: float64 (n,) by name, NaN for missing; at least one, of any name. A name
                may be missing altogether.

        Returns:
            float64 (n,) by name of feature, above 0 where it speaks for harm.
        """
        unknown = np.full(len(next(iter(features.values()))), np.nan)
        return {
            curve.feature: curve.at(features.get(curve.feature, unknown)) for curve in self.curves
        }

    def log_odds(self, features: Mapping[str, Floats]) -> Floats:
        """The log odds of harm, float64 (n,), for features as `contributions` takes them."""
        total = np.full(len(next(iter(features.values()))), self.intercept)
        for heights in self.contributions(features).values():
            total += heights
        return total

    def probability(self, features: Mapping[str, Floats]) -> Floats:
        """The probability of harm 0..1, float64 (n,)."""
        probability: Floats = 1 / (1 + np.exp(-np.clip(self.log_odds(features), -30, 30)))
        return probability
