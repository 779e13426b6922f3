"""Fits the two models of a refiner's risk to cases: of a refinement, and of a change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segrefine_gui.triage.additive import AdditiveModel
from segrefine_gui.triage.change_features import CHANGE_FEATURES
from segrefine_gui.triage.model_file import RiskModel
from training.curve_fit import FitSettings, Floats, calibration, fit, folds, stretched
from training.risk_cases import RiskCase

_OTHERS_WEIGHT = 0.2

DIRECTIONS = {
    "depth": 1,
    "deep_share": 1,
    "shape": -1,
    "new_edge": -1,
    "inner_edge": -1,
    "opinion": -1,
    "flipped": -1,
    "larger": -1,
    "other": -1,
    "thinness_change": 1,
    "holes": 1,
    "pieces": 1,
    "leaves_box": 1,
    "neighbour": 1,
    "iou": -1,
}
"""What the model of a refinement looks at; 1: more of it is never safer, -1: never riskier.

These describe what a changed pixel is like, not how many there are: how much a refinement changes
depends on how bad the coarse masks are, and that differs between generated scenes and photographs.
Whether the edge is stronger along the new boundary than along the old one is left out: refiners
move boundaries to where it is, so that it hardly ever speaks against what they did.
"""

CHANGE_DIRECTIONS = {
    "added": 0,
    "area": 0,
    "depth": 1,
    "mean_depth": 1,
    "width": 0,
    "confidence": -1,
    "near_colours": -1,
    "far_colours": -1,
    "contrast": 0,
    "new_edge": -1,
    "old_edge": 1,
    "edge_gain": -1,
    "inner_edge": -1,
    "shape": -1,
    "new_rim": 0,
    "outside_box": 1,
    "border": 1,
    "neighbour": 1,
    "parts": 0,
    "opinion": -1,
    "flipped": -1,
    "larger": -1,
    "other": -1,
    "coarse_edge": 1,
}
"""The same for changes; 0: either."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and what models like it said of cases that they were not fitted to.

    Attributes:
        model: fitted to all cases.
        risks: float64 (own cases,), of each from a model that did not see its scene.
        change_risks: the same for all changes, case by case.
    """

    model: RiskModel
    risks: Floats
    change_risks: Floats


def fit_risk(
    name: str,
    own: Sequence[RiskCase],
    others: Sequence[RiskCase] = (),
    settings: FitSettings | None = None,
    left_out: Collection[str] = (),
) -> Fitted:
    """Fit the models of one refiner.

    A good refiner harms too seldom to learn from it alone what harm looks like; other refiners'
    cases show it, at a lower weight, so that the rates stay near those of its own.

    Args:
        name: of the refiner.
        own: its cases, each with a change.
        others: cases of other refiners.
        settings: see `FitSettings`.
        left_out: features to leave out, as for refiners that were not seen, or for ablations.
    """
    cases = [*own, *others]
    settings = settings or FitSettings()
    fold = folds([case.scene for case in cases])
    usual = np.array([not case.broken for case in cases])
    whole = {
        name: np.array([case.features.get(name, np.nan) for case in cases])
        for name in DIRECTIONS
        if name not in left_out
    }
    harmed = np.array([float(case.harmed) for case in cases])
    belonging = np.where(np.arange(len(cases)) < len(own), 1.0, _OTHERS_WEIGHT)
    refinement, odds = _cross_fitted(whole, harmed, belonging, DIRECTIONS, settings, fold, usual)
    owner = np.repeat(np.arange(len(cases)), [len(case.change_areas) for case in cases])
    table = np.concatenate([case.change_table for case in cases])
    columns = {
        feature.name: table[:, column]
        for column, feature in enumerate(CHANGE_FEATURES)
        if feature.name in CHANGE_DIRECTIONS and feature.name not in left_out
    }
    shares = np.concatenate([case.change_areas for case in cases])
    wrong = np.concatenate([case.change_wrong for case in cases]) > 0.5
    # A change of 3% of the object matters more than a speck, but not a hundred times more.
    weights = belonging[owner] * np.sqrt(np.clip(300 * shares, 0.2, 30))
    changes, change_odds = _cross_fitted(
        columns,
        wrong.astype(float),
        weights,
        CHANGE_DIRECTIONS,
        settings,
        fold[owner],
        usual[owner],
    )
    return Fitted(
        RiskModel(name, changes, refinement),
        _probability(odds[: len(own)]),
        _probability(change_odds[owner < len(own)]),
    )


def _probability(odds: Floats) -> Floats:
    probability: Floats = 1 / (1 + np.exp(-odds))
    return probability


def _cross_fitted(
    features: dict[str, Floats],
    harmed: Floats,
    weights: Floats,
    directions: dict[str, int],
    settings: FitSettings,
    fold: npt.NDArray[np.int64],
    usual: npt.NDArray[np.bool_],
) -> tuple[AdditiveModel, Floats]:
    """A model, and log odds of each case from the other folds, calibrated on the `usual` ones."""
    odds = np.zeros(len(harmed))
    for held_out in np.unique(fold):
        shown, hidden = fold != held_out, fold == held_out
        model = fit(
            {name: values[shown] for name, values in features.items()},
            harmed[shown],
            weights[shown],
            directions,
            settings,
        )
        odds[hidden] = model.log_odds({name: values[hidden] for name, values in features.items()})
    slope, offset = calibration(odds[usual], harmed[usual], weights[usual])
    whole = fit(features, harmed, weights, directions, settings)
    return stretched(whole, slope, offset), slope * odds + offset
