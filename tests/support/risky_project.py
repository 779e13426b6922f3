"""Projects whose refinements have been assessed, as triage would have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.storage.project import Project
from support.refined_project import Pair, make_refined_project

HEIGHT, WIDTH = 100, 120

ADDED, SMALLER, REMOVED = (90, 30), (90, 70), (22, 50)
"""Points (x, y) in the changes 2, 3 and 1 of `three_changes`: 300, 200 and 400 pixels."""


def three_changes() -> Pair:
    """A box of which a strip goes and to which two blocks come, the smaller one less surely."""
    coarse = np.zeros((HEIGHT, WIDTH), dtype=bool)
    coarse[30:70, 20:80] = True
    soft = coarse.astype(np.uint8) * 255
    soft[25:40, 85:105] = 255
    soft[60:80, 85:95] = 200
    soft[30:70, 20:30] = 0
    return coarse, soft


def make_risky_project(folder: Path, assessments: Sequence[Assessment | None]) -> Path:
    """A project with an instance of `three_changes` for each assessment."""
    path = make_refined_project(folder, [three_changes()] * len(assessments))
    with Project.open(path) as store:
        for entry, assessment in zip(store.queue(), assessments, strict=True):
            refinement = store.newest_refinement(entry.instance_id)
            assert refinement is not None
            if assessment is not None:
                store.set_assessment(refinement.id, assessment)
    return path
