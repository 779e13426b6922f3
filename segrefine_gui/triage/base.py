"""What triage is to the services: one protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask


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
        second: uint8 (h, w), a second run to agree with (flipped, or by another refiner); None
            where there was none.
        coarse_doubt: uint8 (h, w), how unsure the segmenter itself was at each pixel before it cut
            the coarse mask: 255 at a probability of one half, 0 at 0 and 1; None where not known.
    """

    image: npt.NDArray[np.uint8]
    coarse: BoolMask
    soft: npt.NDArray[np.uint8]
    region: Box
    refiner: str
    score: float | None = None
    neighbours: BoolMask | None = None
    second: npt.NDArray[np.uint8] | None = None
    coarse_doubt: npt.NDArray[np.uint8] | None = None


class Triage(Protocol):
    """Estimates risks; `triage.risk.RiskTriage` is one."""

    def assess(self, evidence: Evidence) -> Assessment:
        """The risk of one refinement and of each of its changes, with reasons."""
        ...
