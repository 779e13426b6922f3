"""What a person chose to run: an engine with its options, as a project keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EngineSetup:
    """An engine with its options.

    That a person trusts files which may run code is never part of it: a project from somebody
    else must not be able to say so for them.

    Attributes:
        engine: registered name of an engine, or "auto".
        device: "auto", "cpu", "cuda" or "cuda:N".
        model: the engine's own model name or configuration file; empty for its default.
        weights: path of a weights file of the person's own; empty for the engine's own.
        score_threshold: segmenters leave out detections below this, 0..1.
        parameters: values by name, JSON values; those not named keep their defaults.
    """

    engine: str
    device: str = "auto"
    model: str = ""
    weights: str = ""
    score_threshold: float = 0.5
    parameters: Mapping[str, object] = field(default_factory=dict)
