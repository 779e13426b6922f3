"""Use case: decide about many instances alike, after a look at a sample of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from segrefine_gui.domain.records import Decision
from segrefine_gui.services.decisions import DecisionChange, plan_decisions
from segrefine_gui.storage.base import DecisionRecord, ProjectStore, QueueEntry

OpenProject = Callable[[Path], ProjectStore]
"""Opens a project for the calling thread."""

SAMPLE_SIZE = 12
"""Instances that a person looks at before they accept the others unseen."""


def decide_many(
    open_project: OpenProject,
    project: Path,
    instance_ids: Sequence[int],
    decision: Decision,
    reviewer: str,
) -> DecisionChange:
    """Decide about many instances, through a store of its own: for any thread.

    Where it is to use the refinement, instances that have none or were edited are passed over.

    Returns:
        What changed; on disk already, for the window's review to take in.

    Raises:
        ProjectError: the project cannot be read or written; nothing is decided then.
    """
    with closing(open_project(project)) as store:
        change = plan_decisions(store, reviewer, instance_ids, decision)
        store.set_decisions(change.after, "decide")
    return change


def store_many(
    open_project: OpenProject, project: Path, records: Mapping[int, DecisionRecord], what: str
) -> None:
    """Store decisions that are known already, through a store of its own: for any thread.

    Args:
        open_project: opens the project.
        project: its file.
        records: the decisions from now on, by instance.
        what: the journal's verb: "decide" or "undo".

    Raises:
        ProjectError: the project cannot be written; nothing is changed then.
    """
    with closing(open_project(project)) as store:
        store.set_decisions(records, what)


def acceptable(entries: Iterable[QueueEntry], below: float | None = None) -> list[int]:
    """Instances that are refined and not decided yet.

    Args:
        entries: of the queue.
        below: only those whose risk is known and less than this, 0..1; None for all.

    Returns:
        Their ids, in the order of the entries.
    """
    return [
        entry.instance_id
        for entry in entries
        if entry.refiner
        and entry.decision is Decision.PENDING
        and (below is None or (entry.risk is not None and entry.risk < below))
    ]


def spot_check(instance_ids: Sequence[int], seed: int, size: int = SAMPLE_SIZE) -> list[int]:
    """A random sample; the same for the same seed.

    Args:
        instance_ids: what to draw from.
        seed: of the draw.
        size: how many to draw, all where there are not as many.

    Returns:
        Some of the ids, without repetition and in their order.
    """
    drawn = random.Random(seed).sample(range(len(instance_ids)), min(size, len(instance_ids)))
    return [instance_ids[at] for at in sorted(drawn)]
