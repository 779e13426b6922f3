"""Decisions about one instance or many, with what they replace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from segrefine_gui.domain.records import Decision
from segrefine_gui.storage.base import DecisionRecord, ProjectStore


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """Decisions that replaced others, by instance, so that they can be undone together."""

    before: Mapping[int, DecisionRecord]
    after: Mapping[int, DecisionRecord]


def plan_decisions(
    store: ProjectStore, reviewer: str, instance_ids: Sequence[int], decision: Decision
) -> DecisionChange:
    """What it would mean to decide about many instances alike; nothing is stored.

    Instances without a refinement are passed over when the decision is to use it, and so are
    those that were edited: whoever edits does not want the refinement, and sees the edit instead.

    Raises:
        ValueError: the decision is an edit, which is of one instance.
    """
    if decision is Decision.EDITED:
        raise ValueError("edits are applied one by one")
    before = store.decisions(instance_ids)
    newest = store.newest_refinement_ids(instance_ids)
    now = datetime.now(timezone.utc)
    after = {
        instance_id: DecisionRecord(
            decision,
            newest.get(instance_id),
            seconds=before[instance_id].seconds,
            reviewer=reviewer,
            decided_at=now,
        )
        for instance_id in instance_ids
        if decision is not Decision.REFINED
        or (instance_id in newest and before[instance_id].decision is not Decision.EDITED)
    }
    return DecisionChange({each: before[each] for each in after}, after)
