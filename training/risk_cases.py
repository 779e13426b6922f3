"""Cases to fit risk models to: what triage sees of refinements, and whether they did harm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.changes import find_changes
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.opinions import opinion_on
from segrefine_gui.triage.base import Evidence
from segrefine_gui.triage.change_features import describe_changes
from segrefine_gui.triage.features import describe
from segrefine_gui.triage.working_copy import WorkingCopy
from training.risk_refinements import Refined


@dataclass(frozen=True, slots=True)
class RiskCase:
    """One refinement of a generated scene.

    Attributes:
        scene: which scene; cases of one scene are never split between fitting and checking.
        source: who refined, one of `risk_refinements.SOURCES`.
        features: of the refinement.
        change_table: float64 (changes, features), in the order of `CHANGE_FEATURES`.
        change_areas: float64 (changes,), shares of the object's area.
        change_wrong: float64 (changes,), share 0..1 of each change's pixels that it made wrong.
        harmed: whether refining harmed.
        broken: whether the refinement was spoilt on purpose.
    """

    scene: str
    source: str
    features: dict[str, float]
    change_table: npt.NDArray[np.float64]
    change_areas: npt.NDArray[np.float64]
    change_wrong: npt.NDArray[np.float64]
    harmed: bool
    broken: bool

    @classmethod
    def of(cls, refined: Refined) -> RiskCase:
        """The case of a refinement."""
        mask = refined.soft >= DEFAULT_THRESHOLD
        height, width = mask.shape
        region = image_box(width, height)
        changes = find_changes(refined.coarse, mask, region)
        evidence = Evidence(
            refined.image,
            refined.coarse,
            refined.soft,
            region,
            refined.source,
            neighbours=refined.neighbours,
            reruns=refined.reruns,
        )
        copy = WorkingCopy(evidence, changes, opinion_on(refined.source))
        wrong = (mask != refined.truth).ravel()
        count = len(changes.changes) + 1
        areas = np.bincount(changes.labels.ravel(), minlength=count)[1:]
        mistakes = np.bincount(changes.labels.ravel(), weights=wrong, minlength=count)[1:]
        return cls(
            refined.scene,
            refined.source,
            describe(copy, changes, None),
            describe_changes(copy, changes),
            areas * (copy.scale / copy.extent) ** 2,
            mistakes / areas,
            refined.harmed,
            refined.broken,
        )
