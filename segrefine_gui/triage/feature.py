"""What a feature is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feature:
    """One number that may speak for or against a refinement.

    Attributes:
        name: as in the model files and in `Assessment.features`.
        meaning: what it measures.
        low: it is never below.
        high: it is never above.
    """

    name: str
    meaning: str
    low: float
    high: float


FeatureTable = tuple[Feature, ...]
