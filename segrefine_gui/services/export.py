"""Use case: the masks that were accepted leave the project as files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Decision, MaskChoice, refined_mask
from segrefine_gui.formats.base import ExportRecord, ExportReport, ExportSet, MaskWriter, Problem
from segrefine_gui.services.gate import gated
from segrefine_gui.storage.base import DecisionRecord, ProjectStore, ReviewedInstance


class Include(str, Enum):
    """Which instances an export writes: those that were accepted, or all that were not dropped."""

    ACCEPTED = "accepted"
    ALL = "all"


def export_masks(
    store: ProjectStore,
    writer: MaskWriter,
    folder: Path,
    cancel: CancelToken,
    on_written: Callable[[int], None],
    masks: MaskChoice = MaskChoice.FINAL,
    include: Include = Include.ACCEPTED,
    gate_limit: float | None = None,
) -> ExportReport:
    """Write a project's masks in one format.

    Args:
        store: the project.
        writer: the format.
        folder: where to write.
        cancel: asked between instances.
        on_written: told the number of instances done so far.
        masks: which mask of each instance. The final mask of a pending instance is its coarse
            mask: nothing else has been accepted.
        include: which instances. A decision table lists every instance, whatever is included.
        gate_limit: 0..1, for a gate to decide about what is pending, in these files alone; see
            `services.gate`. None leaves it pending.

    Returns:
        What the writer did; instances with a draft, which is in no file, are among the problems.

    Raises:
        ExportError: the files that were there before are whole.
        Cancelled: likewise.
    """
    reviewed = store.reviewed()
    if gate_limit is not None:
        reviewed = (gated(each, gate_limit) for each in reviewed)
    drafts = _Drafts(store.drafted())
    records = _records(drafts.noticed(reviewed), masks, include)
    export = ExportSet(store.images(), store.categories(), records)
    report = writer.write(export, folder, cancel, on_written)
    problems = [*report.problems, *drafts.problems]
    return replace(report, problems=problems, drafts=len(drafts.problems))


def final_mask(reviewed: ReviewedInstance) -> Rle | None:
    """The mask that the decision yields; None for a dropped instance."""
    decision, refinement = reviewed.decision, reviewed.refinement
    if decision.decision is Decision.DROPPED:
        return None
    if decision.edited is not None:
        return decision.edited
    if decision.decision is Decision.REFINED and refinement is not None:
        coarse = reviewed.instance.coarse
        return refined_mask(refinement, coarse, decision.threshold, decision.left_out)
    return reviewed.instance.coarse


class _Drafts:
    """Notices instances whose files lack what a person began to make of them.

    Args:
        ids: of the instances that have a draft.
    """

    def __init__(self, ids: Collection[int]) -> None:
        self.problems: list[Problem] = []
        self._ids = ids

    def noticed(self, instances: Iterable[ReviewedInstance]) -> Iterator[ReviewedInstance]:
        """The same instances."""
        for reviewed in instances:
            is_dropped = reviewed.decision.decision is Decision.DROPPED
            if reviewed.instance.id in self._ids and not is_dropped:
                subject = f"instance {reviewed.instance.source_id} of {reviewed.image.name}"
                self.problems.append(Problem(subject, "It has an edit that was not applied yet."))
            yield reviewed


def _records(
    instances: Iterator[ReviewedInstance], masks: MaskChoice, include: Include
) -> Iterator[ExportRecord]:
    for reviewed in instances:
        decision = reviewed.decision
        included = decision.decision.is_accepted or (
            include is Include.ALL and decision.decision is not Decision.DROPPED
        )
        refinement = reviewed.refinement
        yield ExportRecord(
            instance=reviewed.instance,
            image=reviewed.image,
            mask=_mask(reviewed, masks) if included else None,
            decision=decision.decision,
            refiner=refinement.run.engine if refinement else "",
            risk=refinement.risk if refinement else None,
            seconds=decision.seconds,
            reviewer=decision.reviewer,
            decided_at=decision.decided_at,
            left_out=_left_out(decision),
            based_on=decision.based_on,
        )


def _left_out(decision: DecisionRecord) -> int | None:
    if decision.decision is not Decision.REFINED:
        return None
    return 0 if decision.left_out is None else decision.left_out.area


def _mask(reviewed: ReviewedInstance, masks: MaskChoice) -> Rle | None:
    coarse, refinement = reviewed.instance.coarse, reviewed.refinement
    if masks is MaskChoice.COARSE:
        return coarse
    if masks is MaskChoice.FINAL:
        return final_mask(reviewed)
    return refined_mask(refinement, coarse, reviewed.decision.threshold) if refinement else None
