"""What a person does in the queue: move, decide, undo; views hear what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Basis, Decision
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.gui.commands import DecideCommand
from segrefine_gui.gui.controllers.review_facts import ReviewFacts
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.decisions import DecisionChange
from segrefine_gui.services.instances import InstanceChange
from segrefine_gui.services.review import Review
from segrefine_gui.storage.base import DecisionRecord

FOLLOW_SECONDS = 2.0
"""How often the queue is read again while a job adds to it."""

FOLLOW_SHARE = 0.05
"""Most of the time that reading it again may take, which matters for huge queues."""


class ReviewController(ReviewFacts):
    """Holds the review of the open project; there is none between `close` and `open`."""

    closing = Signal()
    """The review is about to be closed: what is not stored yet must be now."""

    shown = Signal(object)
    """The current instance as `Shown`, None while the queue is empty."""

    queue_changed = Signal()
    """`entries` is another list, perhaps with the same entries."""

    row_changed = Signal(int)
    """One of the entries changed."""

    all_changed = Signal()
    """Many of the entries changed."""

    row_moved = Signal()
    """The instance shown is in another row, or in another queue, than before."""

    masks_changed = Signal(object)
    """Ids of instances whose refined mask is another one now, as a collection."""

    counts_changed = Signal()

    noted = Signal(object)
    """The current instance as `Shown`, with another note."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self._seen: int | None = None
        self._last_id: int | None = None
        self._refinement_id: int | None = None
        self._awaited: int | None = None
        self._is_held = False
        self._follow_timer = QTimer(self)
        self._follow_timer.setSingleShot(True)
        self._follow_timer.timeout.connect(self._follow_on)

    @property
    def is_held(self) -> bool:
        """Whether many decisions are being stored, and no others are taken."""
        return self._is_held

    # The project

    def open(self, review: Review) -> None:
        """Show another project's review."""
        self.close()
        self._review = review
        self._tell_all()

    def close(self) -> None:
        """Forget the review."""
        if self._review is not None:
            self.closing.emit()
        self._review = None
        self._is_held = False
        self._last_id = self._awaited = None
        self._follow_timer.stop()
        self.undo_stack.clear()
        self._tell_all()

    def reload(self) -> None:
        """Read the queue again after a job added to it."""
        if self._review is None:
            return
        before = self._review.entries
        with self._told():
            self._review.reload()
        if self._review.entries != before:
            self._tell_all()
        else:
            self.queue_changed.emit()

    def follow(self, following: bool) -> None:
        """Begin or end to reload now and then, for as long as a job adds instances."""
        if following:
            self._follow_timer.start(round(FOLLOW_SECONDS * 1000))
        else:
            self._follow_timer.stop()
            self.reload()

    def take_in(self, instance_ids: Iterable[int]) -> None:
        """Show refinements that a job just made."""
        if self._review is None:
            return
        with self._told():
            ids = list(instance_ids)
            rows = [self._review.refresh(instance_id) for instance_id in ids]
            if self._awaited in ids and self._awaited is not None:
                self._review.look_at_newest(self._awaited)
            for row in rows:
                if row is not None:
                    self.row_changed.emit(row)
            self.masks_changed.emit(ids)
            if self._review.current in rows:
                self._show()

    # What the person does

    def go_to(self, row: int) -> None:
        """Show the instance of a row; a row past an end stops there."""
        if self._review is None or not self._review.entries:
            return
        if min(max(row, 0), len(self._review.entries) - 1) == self._review.current:
            return
        with self._told():
            self._review.go_to(row)
        self._show()

    def show_instance(self, instance_id: int, refinement_id: int | None = None) -> bool:
        """Show an instance, giving up the filter where that hides it; False when that fails.

        Args:
            instance_id: the instance.
            refinement_id: which of its refinements; None for the one that is usual.
        """
        with self._told():
            is_there = self._is_at(instance_id)
            if not is_there:
                self._reveal(instance_id)
            if refinement_id not in (None, self._refinement_id if is_there else None):
                self._look_at(refinement_id)
            elif not is_there:
                self._show()
        is_shown = refinement_id in (None, self._refinement_id)
        return self._is_at(instance_id) and is_shown

    def look_at(self, refinement_id: int) -> None:
        """Compare, and decide about, another refinement of the current instance."""
        if self._review is not None and not self._is_held and refinement_id != self._refinement_id:
            with self._told():
                self._look_at(refinement_id)

    def await_refinement(self, instance_id: int) -> None:
        """Look at the next refinements of an instance when they come, also when it is decided."""
        self._awaited = instance_id

    def move(self, rows: int) -> None:
        """Go `rows` down, or up when negative."""
        if self.current is not None:
            self.go_to(self.current + rows)

    def go_to_next_pending(self) -> None:
        """Show the next instance that is not decided; stay when none is left."""
        row = None if self._review is None else self._review.next_pending()
        if row is not None:
            self.go_to(row)

    def arrange(self, arrangement: Arrangement) -> None:
        """Filter and sort the queue, staying at the current instance where it passes."""
        review = self._review
        if review is None:
            return
        was_shown = review.current is not None
        if review.current is not None:
            self._last_id = review.entries[review.current].instance_id
        review.arrange(arrangement)
        # Also after a filter that nothing passed.
        last = None if self._last_id is None else review.position(self._last_id)
        if review.current is not None and last != review.current:
            with self._told():
                review.go_to(review.current if last is None else last)
        self.queue_changed.emit()
        if was_shown and last is not None:
            self.row_moved.emit()
        else:
            self._show()

    def order_by_risk(self) -> None:
        """Put the riskiest first once risks are known, unless the person chose an order."""
        if self._review is not None and self._review.order_by_risk():
            self.queue_changed.emit()
            self.row_moved.emit()

    def undo(self) -> None:
        """Take back what was done last; not while many decisions are being stored."""
        if not self._is_held:
            self.undo_stack.undo()

    def redo(self) -> None:
        """Do it again; likewise."""
        if not self._is_held:
            self.undo_stack.redo()

    def show_again(self) -> None:
        """Tell once more which instance is shown: who looks at it was away."""
        self._show()

    def confirm_seen(self, instance_id: int) -> None:
        """Take note that an instance is on the screen; none is decided about before."""
        self._seen = instance_id

    @property
    def is_seen(self) -> bool:
        """Whether the current instance is on the screen."""
        review = self._review
        if review is None or review.current is None:
            return False
        return review.entries[review.current].instance_id == self._seen

    def decide(
        self,
        decision: Decision,
        threshold: int = DEFAULT_THRESHOLD,
        left_out: Rle | None = None,
    ) -> bool:
        """Decide about the current instance and go on to the next pending one; says whether.

        Nothing happens while the instance is still being loaded: it would be decided unseen.

        Args:
            decision: what to do with it.
            threshold: where to cut the soft mask, 1..255.
            left_out: where a `refined` decision keeps the coarse mask; None for nowhere.
        """
        return self._decide(lambda review: review.decide(decision, threshold, left_out))

    def apply_edit(
        self,
        mask: Rle,
        based_on: Basis | None = None,
        threshold: int = DEFAULT_THRESHOLD,
        left_out: Rle | None = None,
    ) -> bool:
        """Let the current instance have an edited mask, and go on as after any decision.

        Args:
            mask: of the whole image.
            based_on: the mask that the edit began with; see `Review.apply_edit`.
            threshold: where the refinement that was looked at was cut, 1..255.
            left_out: where the refined mask that it began with kept the coarse one.
        """

        def act(review: Review) -> DecisionChange:
            assert review.current is not None
            instance_id = review.entries[review.current].instance_id
            return review.apply_edit(instance_id, mask, based_on, threshold, left_out)

        return self._decide(act)

    def draft(self, instance_id: int) -> Rle | None:
        """The edit of an instance that was begun and not applied, None where there is none."""
        found = None
        if self._review is not None:
            with self._told():
                found = self._review.draft(instance_id)
        return found

    def keep_draft(self, instance_id: int, mask: Rle | None) -> None:
        """Keep an edit that is not applied; None discards it."""
        if self._review is not None:
            with self._told():
                self._review.keep_draft(instance_id, mask)
                row = self._review.position(instance_id)
                if row is not None:
                    self.row_changed.emit(row)

    def feather(self) -> int:
        """How soft the edges of the project's mattes are, in pixels; 0 when it cannot be read."""
        found = 0
        if self._review is not None:
            with self._told():
                found = self._review.feather()
        return found

    def keep_feather(self, feather: int) -> None:
        """Give the project's mattes a soft edge of so many pixels from now on."""
        if self._review is not None:
            with self._told():
                self._review.keep_feather(feather)

    def _decide(self, act: Callable[[Review], DecisionChange]) -> bool:
        review = self._review
        if review is None or review.current is None or not self.is_seen or self._is_held:
            return False
        is_decided = False
        with self._told():
            change = act(review)
            is_decided = True
            self._awaited = None
            self.undo_stack.push(DecideCommand(review, change, self._arrive, self._fail))
            self._tell_decided(change)
            review.go_to_next_pending()
            self._show()
        return is_decided

    def note(self, text: str) -> None:
        """Keep a note on the current instance; an empty one takes it away."""
        review = self._review
        if review is None or review.current is None:
            return
        with self._told():
            review.note(text)
            self.row_changed.emit(review.current)
            self.noted.emit(review.shown())

    # Many decisions at once

    def hold(self, holding: bool) -> None:
        """Take no decisions, or take them again: many are being stored elsewhere."""
        self._is_held = holding

    def decide_few(self, instance_ids: Sequence[int], decision: Decision) -> DecisionChange | None:
        """Decide alike about a few instances that the person sees; None when that fails."""
        review = self._review
        if review is None or self._is_held:
            return None
        change = None
        with self._told():
            change = review.plan(instance_ids, decision)
            if change.after:
                review.apply(change)
                self.undo_stack.push(DecideCommand(review, change, self._arrive, self._fail))
            self.finish_many(change, arrives=False)
        return change

    def take_in_decisions(self, records: Mapping[int, DecisionRecord]) -> None:
        """Know of decisions that are stored already; views hear it from `finish_many`."""
        if self._review is not None:
            self._review.take_in(records)

    def finish_many(self, change: DecisionChange, arrives: bool) -> None:
        """Show many decisions.

        Args:
            change: what was taken in.
            arrives: whether to go to the first of them.
        """
        if arrives:
            self._arrive(change)
            return
        self._tell_decided(change)
        review = self._review
        if review is None or review.current is None:
            return
        if review.entries[review.current].instance_id in change.after:
            self._show()

    # Instances that come and go

    def restore(self, change: InstanceChange, is_wanted: bool) -> bool:
        """Make a change of instances again, or take it back; says whether it could be stored."""
        is_stored = False
        if self._review is not None:
            with self._told():
                act = self._review.apply_instances if is_wanted else self._review.revert_instances
                act(change)
                is_stored = True
        return is_stored

    def show_instances(self, change: InstanceChange, is_wanted: bool) -> None:
        """Show a change of instances that was stored, or taken back, and go to the one in hand."""
        review = self._review
        if review is None:
            return
        updates = change.after if is_wanted else change.before
        with self._told():
            listed = review.entries
            review.take_in_updates(updates, change.hand_before)
            if review.entries is not listed:
                self.queue_changed.emit()
            else:
                self.all_changed.emit()
            hand = change.hand_after if is_wanted else change.hand_before
            if not self._is_at(hand):
                self._reveal(hand)
        self.counts_changed.emit()
        self.masks_changed.emit(list(updates))
        self._show()

    # Inside

    def _arrive(self, change: DecisionChange) -> None:
        """Go to what was taken back or decided again; to the first, when there are many."""
        with self._told():
            self._reveal(next(iter(change.after)))
        self._tell_decided(change)
        self._show()

    def _is_at(self, instance_id: int) -> bool:
        review = self._review
        if review is None or review.current is None:
            return False
        return review.entries[review.current].instance_id == instance_id

    def _reveal(self, instance_id: int) -> None:
        review = self._review
        assert review is not None
        listed = review.entries
        row = review.reveal(instance_id)
        if review.entries is not listed:
            self.queue_changed.emit()
        review.go_to(row)

    def _tell_decided(self, change: DecisionChange) -> None:
        if len(change.after) > 1:
            self.all_changed.emit()
        else:
            for instance_id in change.after:
                row = self.row_of(instance_id)
                if row is not None:
                    self.row_changed.emit(row)
        self.counts_changed.emit()
        recut = [each for each in change.after if _is_recut(change, each)]
        if recut:
            self.masks_changed.emit(recut)

    def _tell_all(self) -> None:
        self.queue_changed.emit()
        self.counts_changed.emit()
        self._show()

    def _show(self) -> None:
        self._seen = None
        shown = None
        if self._review is not None:
            with self._told():
                shown = self._review.shown()
        # An edit is in sight in place of the refinement, which can still be looked at.
        is_edit = shown is not None and shown.edited is not None
        refinement = None if shown is None or is_edit else shown.refinement
        self._refinement_id = None if refinement is None else refinement.id
        self.shown.emit(shown)

    def _look_at(self, refinement_id: int | None) -> None:
        assert self._review is not None
        assert refinement_id is not None
        self._review.look_at(refinement_id)
        self._show()

    def _follow_on(self) -> None:
        began = time.monotonic()
        self.reload()
        took = time.monotonic() - began
        self._follow_timer.start(round(1000 * max(FOLLOW_SECONDS, took / FOLLOW_SHARE)))


def _is_recut(change: DecisionChange, instance_id: int) -> bool:
    """Whether a decision is about another cut, choice of changes or edit than the one before."""
    before, after = change.before[instance_id], change.after[instance_id]
    return (before.threshold, before.left_out, before.edited) != (
        after.threshold,
        after.left_out,
        after.edited,
    )
