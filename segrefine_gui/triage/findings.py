"""What an assessment found out about one refinement, for reasons to be picked from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.changes import Change, ChangeMap
from segrefine_gui.triage.working_copy import WorkingCopy

Columns = Mapping[str, npt.NDArray[np.float64]]
"""By feature, one value for each change."""


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """One refinement with at least one change, and what the models made of it.

    Attributes:
        region: where in the image the crop lies.
        copy: the refinement at its working size.
        changes: its changes, at least one.
        features: of the refinement.
        contributions: log odds of harm that each of them adds.
        change_features: of every change; float64 (changes,), NaN where missing.
    """

    region: Box
    copy: WorkingCopy
    changes: ChangeMap
    features: Mapping[str, float]
    contributions: Mapping[str, float]
    change_features: Columns

    def in_image(self, box: Box) -> Box:
        """A box of the working copy, in pixels of the image, within the region."""
        scale = self.copy.scale
        grown = Box(
            int(box.x0 / scale), int(box.y0 / scale), -int(-box.x1 // scale), -int(-box.y1 // scale)
        )
        return grown.shifted(self.region.x0, self.region.y0).intersection(self.region)

    def change(self, number: int) -> Change:
        """A change by its number."""
        return self.changes.changes[number - 1]

    def worst_by(self, feature: str, sign: float) -> int:
        """The number of the change for which `sign` x feature x area is greatest."""
        areas = np.array([change.area for change in self.changes.changes], float)
        weights = areas * sign * self.change_features[feature]
        return int(np.argmax(np.nan_to_num(weights, nan=-np.inf))) + 1
