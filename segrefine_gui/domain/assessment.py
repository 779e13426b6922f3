"""What triage says about a refinement: how likely it made the mask worse, where, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segrefine_gui.domain.boxes import Box


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for a risk, to be checked on the image.

    Attributes:
        feature: name of the feature in `triage.features`.
        sentence: what a person can look for, without a full stop: "grows into a neighbour".
        weight: by how much it raises the log odds of harm, above 0.
        box: where to look, in pixels of the image; None for the whole instance.
    """

    feature: str
    sentence: str
    weight: float
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The risk of one refinement, cut at the default threshold.

    Attributes:
        risk: probability 0..1 that accepting it makes the mask worse.
        reasons: at most three, the weightiest first; empty where nothing speaks for harm.
        change_risks: the same probability for each change, by its number in
            `changes.find_changes` less one.
        features: what the risk was estimated from; a feature that could not be had is missing.
        model: name of the risk model.
    """

    risk: float
    reasons: tuple[Reason, ...]
    change_risks: tuple[float, ...]
    features: Mapping[str, float]
    model: str
