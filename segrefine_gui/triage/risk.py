"""The risk of a refinement and of each of its changes, from the models that are shipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.changes import find_changes
from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.triage.base import Evidence, Opinion
from segrefine_gui.triage.change_features import CHANGE_FEATURES, describe_changes
from segrefine_gui.triage.features import describe
from segrefine_gui.triage.findings import Findings
from segrefine_gui.triage.model_file import RiskModel, read_model
from segrefine_gui.triage.reasons import find_reasons
from segrefine_gui.triage.working_copy import WorkingCopy

GENERIC = "generic"
"""Name of the model for refiners that have none of their own."""


class RiskTriage:
    """Estimates risks with one model for each refiner.

    Args:
        models: by name of the refiner; one of them `GENERIC`.
        opinion_on: gives the quick other method that a refiner's changes are held against; None
            for no such opinions, with which less is known.
    """

    def __init__(
        self, models: dict[str, RiskModel], opinion_on: Callable[[str], Opinion] | None = None
    ) -> None:
        if GENERIC not in models:
            raise WeightsError("The generic risk model is missing; install SegRefine again.")
        self._models = models
        self._opinion_on = opinion_on

    def assess(self, evidence: Evidence) -> Assessment:
        """See `base.Triage.assess`. The same evidence always gives the same assessment."""
        model = self._models.get(evidence.refiner, self._models[GENERIC])
        refined = evidence.soft >= DEFAULT_THRESHOLD
        changes = find_changes(evidence.coarse, refined, evidence.region)
        opinion = None if self._opinion_on is None else self._opinion_on(evidence.refiner)
        copy = WorkingCopy(evidence, changes, opinion)
        features = describe(copy, changes, evidence.score)
        if not changes.changes:
            return Assessment(0.0, (), (), features, model.name)  # nothing can be worse
        table = describe_changes(copy, changes)
        columns = {feature.name: table[:, column] for column, feature in enumerate(CHANGE_FEATURES)}
        change_risks = model.changes.probability(columns)
        row = {name: np.array([value]) for name, value in features.items()}
        findings = Findings(
            evidence.region,
            copy,
            changes,
            features,
            {
                name: float(heights[0])
                for name, heights in model.refinement.contributions(row).items()
            },
            columns,
        )
        return Assessment(
            float(model.refinement.probability(row)[0]),
            find_reasons(findings),
            tuple(float(risk) for risk in change_risks),
            features,
            model.name,
        )


def load_triage(folder: Path, opinion_on: Callable[[str], Opinion] | None = None) -> RiskTriage:
    """Read every `risk-<refiner>.json` of a folder.

    Args:
        folder: of the models.
        opinion_on: see `RiskTriage`.

    Raises:
        WeightsError: one of them is damaged, or the generic one is missing.
    """
    models = [read_model(path) for path in sorted(folder.glob("risk-*.json"))]
    return RiskTriage({model.name: model for model in models}, opinion_on)
