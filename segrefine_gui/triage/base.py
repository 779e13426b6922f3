"""What triage is to the services: one protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask

Rerun = Literal["flipped", "larger", "other"]
"""A run that a refinement may agree with: of the same refiner on the mirrored crop, or on a larger
crop; or of another refiner on the same crop."""

RERUNS: tuple[Rerun, ...] = ("flipped", "larger", "other")

Opinion = Callable[[npt.NDArray[np.uint8], BoolMask], tuple[BoolMask, BoolMask] | None]
"""What a quick other method makes of an image (h, w, 3) and a coarse mask (h, w), and where it
might have decided otherwise than that mask; None where it can say nothing: `engines.opinions`."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that is known about one refinement when its risk is estimated; arrays of one region.

    Attributes:
        image: uint8 (h, w, 3) RGB.
        coarse: bool (h, w).
        soft: uint8 (h, w), what the refiner returned.
        region: where in the image these arrays lie.
        refiner: registered name of the refiner.
        score: the segmenter's confidence 0..1, None where the input had none.
        neighbours: bool (h, w), pixels of other instances' coarse masks; None where not known.
        reruns: uint8 (h, w) each, what other runs returned; those that were not asked for are
            missing.
    """

    image: npt.NDArray[np.uint8]
    coarse: BoolMask
    soft: npt.NDArray[np.uint8]
    region: Box
    refiner: str
    score: float | None = None
    neighbours: BoolMask | None = None
    reruns: Mapping[Rerun, npt.NDArray[np.uint8]] = field(default_factory=dict)


class Triage(Protocol):
    """Estimates risks; `triage.risk.RiskTriage` is one."""

    def assess(self, evidence: Evidence) -> Assessment:
        """The risk of one refinement and of each of its changes, with reasons."""
        ...
