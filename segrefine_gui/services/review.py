"""Use case: a person goes through the queue and decides, instance by instance."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Basis, Decision, Image, Instance, Refinement
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.services import instances
from segrefine_gui.services.arrange import Arrangement, RiskCounts, SortBy
from segrefine_gui.services.decisions import DecisionChange, plan_decisions
from segrefine_gui.services.edits import edit_record
from segrefine_gui.services.instances import InstanceChange
from segrefine_gui.services.listing import Listing
from segrefine_gui.services.looks import Looks, Shown, decided_about
from segrefine_gui.storage.base import DecisionRecord, InstanceUpdate, ProjectStore, QueueEntry

LONGEST_LOOK = 300.0
"""Seconds counted at most for one look at an instance: nobody reviews over lunch."""

NEIGHBOURS = 32
"""Most instances before, and after, one that count as its neighbours."""

DESCRIBED_ANEW = 64
"""Decisions at once up to which the queue looks for what each of them is about."""

PACE_DECISIONS = 30
"""The pace is that of so many of the latest decisions."""


class Review:
    """The queue of a project, where the person is in it, and what they decide.

    Args:
        store: the project.
        reviewer: who decides.
        clock: seconds that only grow, to time how long an instance is looked at.
        order: the order to begin with, which somebody chose; None for the riskiest first, once
            risks are known.
    """

    def __init__(
        self,
        store: ProjectStore,
        reviewer: str,
        clock: Callable[[], float] = time.monotonic,
        order: Arrangement | None = None,
    ) -> None:
        self._store = store
        self._reviewer = reviewer
        self._clock = clock
        self._shown_at = clock()
        self._decided_at: deque[float] = deque(maxlen=PACE_DECISIONS)
        self._is_order_chosen = order is not None
        self._images: dict[int, Image] = {}
        self._listing = Listing((), {}, {}, order or Arrangement())
        self._looks = Looks(store)
        self._seen: Shown | None = None
        self._counted: Counter[Decision] = Counter()
        self.current: int | None = None
        """Index into `entries` of the instance shown, None while there are none."""
        self.reload()
        self.order_by_risk()
        if self.entries:
            self.go_to(self.position(self._store.bookmark() or 0) or 0)

    def reload(self) -> None:
        """Read the queue again after instances or refinements were added; stay where we are."""
        self._seen = None
        self._looks.read_again()  # their risks may have been estimated or corrected meanwhile
        self._images = {image.id: image for image in self._store.images()}
        names = {image.id: image.name for image in self._images.values()}
        here = self._here
        notes = self._store.notes()
        self._listing = Listing(self._store.queue(), names, notes, self.arrangement)
        self._counted = Counter(entry.decision for entry in self.everything)
        self._stay_at(here)

    @property
    def entries(self) -> Sequence[QueueEntry]:
        """The queue as it is filtered and sorted."""
        return self._listing.entries

    @property
    def arrangement(self) -> Arrangement:
        """The filter and order of `entries`."""
        return self._listing.arrangement

    @property
    def categories(self) -> Sequence[str]:
        """Names of all categories in the queue."""
        return self._listing.table.categories

    @property
    def everything(self) -> Sequence[QueueEntry]:
        """The whole queue as it arrived, whatever the filter hides."""
        return self._listing.table.entries

    @property
    def reviewer(self) -> str:
        """Who decides."""
        return self._reviewer

    @property
    def total(self) -> int:
        """Instances in the queue, also those that the filter hides."""
        return len(self.everything)

    def arrange(self, arrangement: Arrangement) -> None:
        """Filter and sort `entries`; stay at the current instance where it passes.

        An instance that is decided stays where it is until the next time, also when its new
        decision does not pass: nothing vanishes under the person's hands.
        """
        self._is_order_chosen |= arrangement.order != self.arrangement.order
        self._list(arrangement)

    def order_by_risk(self) -> bool:
        """Put the riskiest first, unless no risk is known or an order was chosen; says whether."""
        if self._is_order_chosen or not self._listing.table.has_risk:
            return False
        self._list(replace(self.arrangement, sort=SortBy.RISK, descending=True))
        return True

    def risk_counts(self) -> RiskCounts:
        """How the risks are distributed of what passes the filter, but for its span of risk."""
        return self._listing.table.risk_counts(replace(self.arrangement, risk=None))

    @property
    def _here(self) -> int | None:
        """The current instance."""
        return None if self.current is None else self.entries[self.current].instance_id

    def _list(self, arrangement: Arrangement) -> None:
        here = self._here
        self._listing.arrange(arrangement)
        self._stay_at(here)

    def _stay_at(self, instance_id: int | None) -> None:
        """Let an instance be the current one wherever it is listed now; else the first."""
        found = None if instance_id is None else self.position(instance_id)
        self.current = (0 if self.entries else None) if found is None else found

    def counts(self) -> Mapping[Decision, int]:
        """How many instances have each decision."""
        return {decision: self._counted[decision] for decision in Decision}

    def drafted(self) -> int:
        """How many instances have an edit that was begun and not applied."""
        return self._listing.table.drafted

    def shown(self) -> Shown | None:
        """The current instance with all that is known of it; None while the queue is empty."""
        self._seen = None if self.current is None else self._looked_at(self.current)
        return self._seen

    def shown_at(self, index: int) -> Shown:
        """All that is known of the instance at an index of the queue, but for alternatives."""
        entry = self.entries[index]
        return self._looks.shown(entry, self._images[entry.image_id], self._note(entry))

    def look_at(self, refinement_id: int) -> None:
        """Compare, and decide about, another refinement of the current instance from now on.

        It stays so while this review is open, until the instance is decided about or refined
        otherwise. The queue goes on telling of the usual one.

        Raises:
            ProjectError: it is no refinement of the current instance.
        """
        if self.current is None:
            raise ProjectError("There is no instance to look at.")
        instance_id = self.entries[self.current].instance_id
        known = self._store.refinement_entries(instance_id)
        if refinement_id not in {entry.id for entry in known}:
            raise ProjectError("This refinement is of another instance.")
        self._looks.look_at(instance_id, refinement_id)

    def look_at_newest(self, instance_id: int) -> None:
        """The same with the newest refinement, of any instance."""
        for newest in self._store.newest_refinement_ids([instance_id]).values():
            self._looks.look_at(instance_id, newest)

    def refinement(self, refinement_id: int) -> Refinement:
        """A refinement of the project."""
        return self._looks.refinement(refinement_id)

    def image(self, image_id: int) -> Image:
        """An image of the project."""
        return self._images[image_id]

    def neighbours(self, instance_id: int) -> list[Instance]:
        """Other instances of the same image, also those that the filter hides.

        Of a crowd only those that came in shortly before or after it, `NEIGHBOURS` on each side.
        """
        row, entries = self._listing.row(instance_id), self.everything
        if row is None:
            return []
        # The whole queue goes image by image.
        near = entries[max(0, row - NEIGHBOURS) : row + NEIGHBOURS + 1]
        return [
            self._store.instance(entry.instance_id)
            for entry in near
            if entry.image_id == entries[row].image_id and entry.instance_id != instance_id
        ]

    def position(self, instance_id: int) -> int | None:
        """Index into `entries` of an instance; None where the filter hides it."""
        return self._listing.position(instance_id)

    def reveal(self, instance_id: int) -> int:
        """Index into `entries` of an instance, giving up the filter where that hides it."""
        if self.position(instance_id) is None:
            sort, descending = self.arrangement.order
            self.arrange(Arrangement(sort=sort, descending=descending))
        position = self.position(instance_id)
        assert position is not None
        return position

    def go_to(self, index: int) -> None:
        """Show another instance and remember the place; an index past an end stops there."""
        if not self.entries:
            return
        index = min(max(index, 0), len(self.entries) - 1)
        left = None if self.current is None else self.entries[self.current]
        if left is not None and left.decision is Decision.EDITED and index != self.current:
            self._looks.leave(left.instance_id)  # whoever comes back finds the edit in sight
        self.current = index
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
        if self._listing.row(instance_id) is not None:
            self._looks.leave(instance_id)  # what is new is shown
            for known in self._store.refinement_entries(instance_id):
                self._looks.read_again(known.id)  # its risk may be known by now
            self._listing.replace(self._described(self._listing.entry(instance_id)))
        return self.position(instance_id)

    def note_of(self, instance_id: int) -> str:
        """The note on an instance, empty where there is none."""
        return self._listing.table.notes.get(instance_id, "")

    def note(self, text: str) -> None:
        """Keep a note on the current instance; an empty one takes it away."""
        if self.current is None:
            raise ProjectError("There is no instance to keep a note on.")
        instance_id = self.entries[self.current].instance_id
        self._store.set_note(instance_id, text)
        self._listing.table.notes[instance_id] = text

    def pace(self) -> float:
        """Decisions a minute, over the latest ones without the time since; 0 before the third."""
        if len(self._decided_at) < 3:
            return 0.0
        took = self._decided_at[-1] - self._decided_at[0]
        return 60 * (len(self._decided_at) - 1) / took if took > 0 else 0.0

    def decide(
        self,
        decision: Decision,
        threshold: int = DEFAULT_THRESHOLD,
        left_out: Rle | None = None,
    ) -> DecisionChange:
        """Decide about the current instance; on disk when this returns.

        Args:
            decision: what to do with it.
            threshold: where to cut the soft mask, 1..255.
            left_out: where a `refined` decision keeps the coarse mask; None for nowhere.

        Raises:
            ProjectError: there is nothing to decide, or no refinement to accept.
            ValueError: the decision is an edit; see `apply_edit`.
        """
        seen = self._in_hand()
        if decision is Decision.REFINED and seen.refinement is None:
            raise ProjectError("This instance has not been refined yet.")
        refinement_id = None if seen.refinement is None else seen.refinement.id
        left_out = left_out if decision is Decision.REFINED else None
        record = DecisionRecord(decision, refinement_id, threshold, left_out=left_out)
        return self._decide(seen.instance.id, record)

    def apply_edit(
        self,
        instance_id: int,
        mask: Rle,
        based_on: Basis | None = None,
        threshold: int = DEFAULT_THRESHOLD,
        left_out: Rle | None = None,
    ) -> DecisionChange:
        """Decide that the current instance has this mask; on disk when this returns.

        Its draft is removed then.

        Args:
            instance_id: the current instance.
            mask: see `edit_record`, and so for all others.
            based_on: the mask that the edit began with; None for what the instance had.
            threshold: where the refinement that was looked at was cut, 1..255.
            left_out: where the refined mask that it began with kept the coarse one.

        Raises:
            ProjectError: it is not the current instance, or `edit_record` refuses it.
        """
        seen = self._in_hand()
        if seen.instance.id != instance_id:
            raise ProjectError("An edit can only be applied to the instance that is shown.")
        before = self._store.decision(instance_id)
        record = edit_record(seen, before, mask, based_on, threshold, left_out)
        change = self._decide(instance_id, record)
        # Were the program to end here, the draft would come back as what is decided: no harm.
        self.keep_draft(instance_id, None)
        return change

    def draft(self, instance_id: int) -> Rle | None:
        """The edit of an instance that was begun and not applied, None where there is none."""
        return self._store.draft(instance_id)

    def keep_draft(self, instance_id: int, mask: Rle | None) -> None:
        """Keep an edit that is not applied yet, on disk when this returns; None discards it."""
        self._store.set_draft(instance_id, mask)
        if self._listing.row(instance_id) is not None:
            entry = self._listing.entry(instance_id)
            self._listing.replace(replace(entry, is_drafted=mask is not None))

    def feather(self) -> int:
        """How soft the edges of the project's mattes are: pixels to either side."""
        return self._store.feather()

    def keep_feather(self, feather: int) -> None:
        """Give the project's mattes a soft edge of so many pixels from now on."""
        self._store.set_feather(feather)

    def plan(self, instance_ids: Sequence[int], decision: Decision) -> DecisionChange:
        """What it would mean to decide about many instances alike; `apply` does it.

        Where it is to use the refinement, instances that have none or were edited are passed over.
        """
        return plan_decisions(self._store, self._reviewer, instance_ids, decision)

    def apply(self, change: DecisionChange) -> None:
        """Store a change, for the first time or again."""
        self._store.set_decisions(change.after, "decide")
        self.take_in(change.after)
        self._describe_anew(change)

    def revert(self, change: DecisionChange) -> None:
        """Take a change back; of a single instance, what it was decided about is looked at."""
        self._store.set_decisions(change.before, "undo")
        self.take_in(change.before)
        self._describe_anew(change)
        if len(change.after) == 1:
            ((instance_id, record),) = change.after.items()
            is_edited = change.before[instance_id].decision is Decision.EDITED
            # An edit that counts again is what is looked at, not the refinement beside it.
            if record.refinement_id is not None and not is_edited:
                self._looks.look_at(instance_id, record.refinement_id)

    def take_in(self, records: Mapping[int, DecisionRecord]) -> None:
        """Show decisions that are stored already."""
        for instance_id, record in records.items():
            if record.decision is not Decision.PENDING:
                self._looks.leave(instance_id)
            entry = self._listing.entry(instance_id)
            self._counted[entry.decision] -= 1
            self._counted[record.decision] += 1
            self._listing.replace(replace(entry, decision=record.decision))

    def apply_instances(self, change: InstanceChange) -> None:
        """Make a change of instances again; `take_in_updates` shows it."""
        instances.apply(self._store, change, self._reviewer)

    def revert_instances(self, change: InstanceChange) -> None:
        """Take it back; likewise."""
        instances.revert(self._store, change, self._reviewer)

    def take_in_updates(self, updates: Mapping[int, InstanceUpdate], beside: int) -> None:
        """Show instances that were made, withdrawn or changed, and are stored already.

        Args:
            updates: what is another, by instance.
            beside: the instance after which those that come are listed; see `Listing.insert`.
        """
        here = self._here
        self._seen = None
        for instance_id, update in updates.items():
            if update.is_withdrawn and self._listing.row(instance_id) is not None:
                self._looks.leave(instance_id)
                self._counted[self._listing.entry(instance_id).decision] -= 1
                self._listing.remove(instance_id)
        coming = [each for each, update in updates.items() if update.is_withdrawn is False]
        for entry in self._store.queue_entries(coming):
            # A job that adds to the queue may have had it read again since they were stored.
            if self._listing.row(entry.instance_id) is None:
                self._listing.insert(entry, beside)
                self._counted[entry.decision] += 1
                beside = entry.instance_id
        self._stay_at(here)
        for instance_id, update in updates.items():
            if update.is_withdrawn is not None:
                continue
            if update.category is not None:
                entry = self._listing.entry(instance_id)
                self._listing.replace(replace(entry, category=update.category))
            if update.decision is not None:
                self.take_in({instance_id: update.decision})
                self._listing.replace(self._described(self._listing.entry(instance_id)))

    def _in_hand(self) -> Shown:
        """The current instance as it was shown, to be decided about."""
        if self.current is None:
            raise ProjectError("There is no instance to decide about.")
        # What counts is the refinement that was seen: another program may have stored a newer one.
        seen = self._seen
        if seen is None or seen.instance.id != self.entries[self.current].instance_id:
            seen = self._looked_at(self.current)
        return seen

    def _decide(self, instance_id: int, record: DecisionRecord) -> DecisionChange:
        """Store a decision about the current instance, with who made it, when and how long."""
        before = self._store.decision(instance_id)
        now = self._clock()
        look = min(now - self._shown_at, LONGEST_LOOK)
        self._shown_at = now
        self._decided_at.append(now)
        after = replace(
            record,
            seconds=before.seconds + look,
            reviewer=self._reviewer,
            decided_at=datetime.now(timezone.utc),
        )
        change = DecisionChange({instance_id: before}, {instance_id: after})
        self.apply(change)
        return change

    def _describe_anew(self, change: DecisionChange) -> None:
        """Let the queue tell of what is decided about now, where a person decided one by one.

        Many at once are decided about their newest refinements, of which their entries tell.
        """
        if len(change.after) <= DESCRIBED_ANEW:
            for instance_id in change.after:
                self._listing.replace(self._described(self._listing.entry(instance_id)))

    def _described(self, entry: QueueEntry) -> QueueEntry:
        """The entry, telling of the refinement that is decided about, else of the newest."""
        known = {each.id: each for each in self._store.refinement_entries(entry.instance_id)}
        if not known:
            return entry
        decided = decided_about(self._store.decision(entry.instance_id))
        told = known[max(known)] if decided is None else known[decided]
        return replace(entry, refiner=told.run.engine, risk=told.risk)

    def _looked_at(self, index: int) -> Shown:
        entry = self.entries[index]
        return self._looks.shown_in_sight(entry, self._images[entry.image_id], self._note(entry))

    def _note(self, entry: QueueEntry) -> str:
        return self._listing.table.notes.get(entry.instance_id, "")
