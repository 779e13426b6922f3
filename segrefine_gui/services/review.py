"""Use case: a person goes through the queue and decides, instance by instance."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.records import Decision, Image, Instance, Refinement
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.storage.base import DecisionRecord, ProjectStore, QueueEntry

LONGEST_LOOK = 300.0
"""Seconds counted at most for one look at an instance: nobody reviews over lunch."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the window needs to show one instance, as values."""

    entry: QueueEntry
    image: Image
    instance: Instance
    refinement: Refinement | None
    decision: DecisionRecord


@dataclass(frozen=True, slots=True)
class Change:
    """A decision that replaced another, so that it can be undone."""

    instance_id: int
    before: DecisionRecord
    after: DecisionRecord


class Review:
    """The queue of a project, where the person is in it, and what they decide.

    Args:
        store: the project.
        reviewer: who decides.
        clock: seconds that only grow, to time how long an instance is looked at.
    """

    def __init__(
        self, store: ProjectStore, reviewer: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._reviewer = reviewer
        self._clock = clock
        self._shown_at = clock()
        self._images: dict[int, Image] = {}
        self._position: dict[int, int] = {}
        self._counted: Counter[Decision] = Counter()
        self.entries: list[QueueEntry] = []
        self.current: int | None = None
        """Index into `entries` of the instance shown, None while the queue is empty."""
        self.reload()
        if self.entries:
            self.go_to(self._position.get(self._store.bookmark() or 0, 0))

    def reload(self) -> None:
        """Read the queue again after instances or refinements were added; stay where we are."""
        here = None if self.current is None else self.entries[self.current].instance_id
        self._images = {image.id: image for image in self._store.images()}
        self.entries = self._store.queue()
        self._position = {entry.instance_id: at for at, entry in enumerate(self.entries)}
        self._counted = Counter(entry.decision for entry in self.entries)
        if here is None:
            self.current = 0 if self.entries else None
        else:
            self.current = self._position[here]

    def counts(self) -> Mapping[Decision, int]:
        """How many instances have each decision."""
        return {decision: self._counted[decision] for decision in Decision}

    def shown(self) -> Shown | None:
        """The current instance with all that is known of it; None while the queue is empty."""
        return None if self.current is None else self.shown_at(self.current)

    def shown_at(self, index: int) -> Shown:
        """All that is known of the instance at an index of the queue."""
        entry = self.entries[index]
        decision = self._store.decision(entry.instance_id)
        return Shown(
            entry,
            self._images[entry.image_id],
            self._store.instance(entry.instance_id),
            self._shown_refinement(entry.instance_id, decision),
            decision,
        )

    def image(self, image_id: int) -> Image:
        """An image of the project."""
        return self._images[image_id]

    def position(self, instance_id: int) -> int:
        """Index into `entries` of an instance."""
        return self._position[instance_id]

    def go_to(self, index: int) -> None:
        """Show another instance and remember the place; an index past an end stops there."""
        if not self.entries:
            return
        self.current = min(max(index, 0), len(self.entries) - 1)
        self._shown_at = self._clock()
        self._store.set_bookmark(self.entries[self.current].instance_id)

    def next_pending(self) -> int | None:
        """Index of the next pending instance, wrapping round; None when none is left."""
        if self.current is None:
            return None
        count = len(self.entries)
        for step in range(1, count + 1):
            index = (self.current + step) % count
            if self.entries[index].decision is Decision.PENDING:
                return index
        return None

    def go_to_next_pending(self) -> bool:
        """Go to the next pending instance, wrapping round; False when none is left."""
        index = self.next_pending()
        if index is None:
            return False
        self.go_to(index)
        return True

    def refresh(self, instance_id: int) -> int | None:
        """Take in a refinement that a job just made.

        Returns:
            The instance's index, None while it is not in the queue yet.
        """
        index = self._position.get(instance_id)
        refinement = None if index is None else self._store.newest_refinement(instance_id)
        if index is None or refinement is None:
            return index
        entry = self.entries[index]
        self.entries[index] = replace(entry, refiner=refinement.run.engine, risk=refinement.risk)
        return index

    def decide(self, decision: Decision) -> Change:
        """Decide about the current instance; on disk when this returns.

        Raises:
            ProjectError: there is nothing to decide, or no refinement to accept.
        """
        if self.current is None:
            raise ProjectError("There is no instance to decide about.")
        instance_id = self.entries[self.current].instance_id
        before = self._store.decision(instance_id)
        refinement = self._shown_refinement(instance_id, before)
        if decision is Decision.REFINED and refinement is None:
            raise ProjectError("This instance has not been refined yet.")
        now = self._clock()
        look = min(now - self._shown_at, LONGEST_LOOK)
        self._shown_at = now
        after = DecisionRecord(
            decision,
            None if refinement is None else refinement.id,
            DEFAULT_THRESHOLD,
            before.seconds + look,
            self._reviewer,
            datetime.now(timezone.utc),
        )
        change = Change(instance_id, before, after)
        self.apply(change)
        return change

    def apply(self, change: Change) -> None:
        """Store a change, for the first time or again."""
        self._set(change.instance_id, change.after, "decide")

    def revert(self, change: Change) -> None:
        """Take a change back."""
        self._set(change.instance_id, change.before, "undo")

    def _set(self, instance_id: int, record: DecisionRecord, what: str) -> None:
        self._store.set_decision(instance_id, record, what)
        index = self._position[instance_id]
        entry = self.entries[index]
        self.entries[index] = replace(entry, decision=record.decision)
        self._counted[entry.decision] -= 1
        self._counted[record.decision] += 1

    def _shown_refinement(self, instance_id: int, decision: DecisionRecord) -> Refinement | None:
        if decision.refinement_id is not None and decision.decision is not Decision.PENDING:
            return self._store.refinement(decision.refinement_id)
        return self._store.newest_refinement(instance_id)
