"""Use case: risk decides what becomes of a refinement, where no person does.

A gate is a limit between 0 and 1. A refinement whose own risk is above it keeps the coarse mask
altogether: its changes may each look safe and be wrong together. Of any other refinement, each
change whose own risk is above the limit keeps the coarse mask and the rest is taken. A refinement
without a risk is not known to be below any limit: it keeps the coarse mask.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone

import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.changes import find_changes
from segrefine_gui.domain.masks import Rle, encode_part
from segrefine_gui.domain.records import Decision, Refinement
from segrefine_gui.services.steps import OnStep, Step, ignore_step
from segrefine_gui.storage.base import DecisionRecord, ProjectStore, ReviewedInstance


def is_too_risky(refinement: Refinement, limit: float) -> bool:
    """Whether a refinement as a whole is not known to be at or below the limit, 0..1."""
    return refinement.risk is None or refinement.risk > limit


def gate(refinement: Refinement, coarse: Rle, limit: float) -> Rle | None:
    """The changes of a refinement that are too risky to be taken.

    Args:
        refinement: cut at the default threshold, for which its risks were estimated.
        coarse: the instance's coarse mask.
        limit: 0..1; what is riskier keeps the coarse mask.

    Returns:
        The pixels to leave out, as `refined_mask` takes them; None where all changes are taken.
    """
    soft, assessment = refinement.soft, refinement.assessment
    found = find_changes(coarse.decode(soft.region), soft.cut(), soft.region)
    risky = np.zeros(len(found.changes) + 1, dtype=np.bool_)
    if assessment is None or is_too_risky(refinement, limit):
        risky[1:] = True
    elif len(assessment.change_risks) == len(found.changes):
        risky[1:] = np.array(assessment.change_risks) > limit
    # Label 0, where both masks agree, is never risky.
    left_out = risky[found.labels]
    if not left_out.any():
        return None
    return encode_part(left_out, soft.region, coarse.height, coarse.width)


def gated(reviewed: ReviewedInstance, limit: float) -> ReviewedInstance:
    """An instance as a gate decides about it; one that is decided or not refined stays as it is."""
    refinement = reviewed.refinement
    if refinement is None or reviewed.decision.decision is not Decision.PENDING:
        return reviewed
    coarse = reviewed.instance.coarse
    is_refused = is_too_risky(refinement, limit)
    record = DecisionRecord(
        Decision.COARSE if is_refused else Decision.REFINED,
        refinement.id,
        seconds=reviewed.decision.seconds,
        reviewer=f"gate {limit:g}",
        decided_at=datetime.now(timezone.utc),
        left_out=None if is_refused else gate(refinement, coarse, limit),
    )
    return replace(reviewed, decision=record)


@dataclass(frozen=True, slots=True)
class GateReport:
    """What a gate decided.

    Attributes:
        whole: refinements taken with all of their changes.
        parts: refinements of which risky changes were left out.
        coarse: instances that keep their coarse mask because the refinement is too risky.
        unassessed: instances that keep it because the refinement has no risk.
    """

    whole: int
    parts: int
    coarse: int
    unassessed: int


def gate_pending(
    store: ProjectStore, limit: float, cancel: CancelToken, on_step: OnStep = ignore_step
) -> GateReport:
    """Decide about every instance that is refined and pending; what a person decided stays.

    The decisions are in the name of the gate, took no time, and can be changed like any other.

    Args:
        store: the project.
        limit: 0..1; what is riskier keeps the coarse mask.
        cancel: asked between instances.
        on_step: told after each instance.

    Raises:
        Cancelled: nothing is decided.
        ProjectError: the project cannot be read or written; nothing is decided then.
    """
    total = len(store.queue())
    records: dict[int, DecisionRecord] = {}
    risks: dict[int, float | None] = {}
    for done, reviewed in enumerate(store.reviewed(), start=1):
        cancel.raise_if_cancelled()
        decided = gated(reviewed, limit)
        if decided is not reviewed and decided.refinement is not None:
            records[decided.instance.id] = decided.decision
            risks[decided.instance.id] = decided.refinement.risk
        on_step(Step(done, total, reviewed.image.name))
    # Somebody may have decided in the window meanwhile.
    for instance_id, now in store.decisions(list(records)).items():
        if now.decision is not Decision.PENDING:
            del records[instance_id]
    store.set_decisions(records, "gate")
    taken = [record for record in records.values() if record.decision is Decision.REFINED]
    whole = sum(record.left_out is None for record in taken)
    unassessed = sum(risks[instance_id] is None for instance_id in records)
    coarse = len(records) - len(taken) - unassessed
    return GateReport(whole, len(taken) - whole, coarse, unassessed)
