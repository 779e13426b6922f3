"""What each kind of feature is worth: the risk without it, and the risk from it alone.

A risk is a sum of one curve for each feature, so a feature is taken away by calling it missing;
nothing is fitted again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from rated import Rated

from segrefine_gui.domain.risk_metrics import Interval, measure_risk, tally
from segrefine_gui.triage.additive import AdditiveModel

Floats = npt.NDArray[np.float64]
Features = Mapping[str, Floats]
"""By name of the feature: float64 (n,), NaN where it could not be had."""

KINDS: Mapping[str, Sequence[str]] = {
    "another method's opinion": ("opinion",),
    "agreement between runs": ("flipped", "larger", "other"),
    "depth of the changes": ("depth", "deep_share"),
    "edges": ("new_edge", "inner_edge"),
    "shape": ("shape", "pieces", "holes", "thinness_change"),
    "place": ("leaves_box", "neighbour"),
    "extent of the changes": ("iou",),
}
"""Features that say the same sort of thing; one that is not listed stands for itself."""

_REPLICATES = 500


@dataclass(frozen=True, slots=True)
class Worth:
    """What one kind of feature is worth.

    Attributes:
        kind: its name.
        features: how many of its features the model uses.
        without: AUROC where they are missing.
        loss: by how much that is less than with all.
        interval: of the loss, 95%, by bootstrap over images.
        alone: AUROC where all others are missing.
    """

    kind: str
    features: int
    without: float
    loss: float
    interval: Interval
    alone: float


def ablate(group: Rated, model: AdditiveModel, features: Features) -> list[Worth]:
    """Take away each kind of feature that the model uses, the one that is missed most first.

    Args:
        group: the instances, with risks that `model` estimated from `features`.
        model: of refinements.
        features: of the same instances.
    """
    used = {curve.feature for curve in model.curves}
    found = []
    for kind, names in kinds(used).items():
        without = replace(group, risks=estimate(model, features, used - names))
        alone = replace(group, risks=estimate(model, features, names))
        everyone = np.arange(len(group.risks))
        found.append(
            Worth(
                kind,
                len(names),
                _auroc(without, everyone),
                _loss(group, without, everyone),
                _interval(group, without),
                _auroc(alone, everyone),
            )
        )
    return sorted(found, key=lambda worth: worth.without)


def kinds(used: set[str]) -> dict[str, set[str]]:
    """The features of a model by kind."""
    listed = {kind: used.intersection(names) for kind, names in KINDS.items()}
    alone = used.difference(*listed.values())
    return {kind: names for kind, names in listed.items() if names} | {
        name: {name} for name in sorted(alone)
    }


def estimate(model: AdditiveModel, features: Features, kept: Collection[str]) -> Floats:
    """The risks, float64 (n,), that a model estimates from some of the features."""
    known = {
        name: values if name in kept else np.full_like(values, np.nan)
        for name, values in features.items()
    }
    risks = model.probability(known)
    # Where nothing was changed nothing can be worse, whatever the features.
    return np.where(features["changes"] == 0, 0.0, risks)


def _auroc(group: Rated, chosen: npt.NDArray[np.intp]) -> float:
    return measure_risk(tally(group.risks[chosen], group.harmed[chosen])).auroc


def _loss(group: Rated, without: Rated, chosen: npt.NDArray[np.intp]) -> float:
    return _auroc(group, chosen) - _auroc(without, chosen)


def _interval(group: Rated, without: Rated) -> Interval:
    rng = np.random.default_rng(0)
    losses = [_loss(group, without, group.drawn(rng)) for _ in range(_REPLICATES)]
    # A sample without harm ranks nothing.
    low, high = np.nanpercentile(losses, [2.5, 97.5])
    return Interval(float(low), float(high))
