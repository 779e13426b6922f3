"""What a person does in the queue: move, decide, undo; views hear what changed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.domain.records import Decision, Image
from segrefine_gui.gui.commands import DecideCommand
from segrefine_gui.services.review import DecisionChange, Review, Shown
from segrefine_gui.storage.base import QueueEntry

FOLLOW_SECONDS = 2.0
"""How often the queue is read again while a job adds to it."""

FOLLOW_SHARE = 0.05
"""Most of the time that reading it again may take, which matters for huge queues."""


class ReviewController(QObject):
    """Holds the review of the open project; there is none between `close` and `open`."""

    shown = Signal(object)
    """The current instance as `Shown`, None while the queue is empty."""

    queue_changed = Signal()
    """`entries` is another list, perhaps with the same entries."""

    row_changed = Signal(int)
    """One of the entries changed."""

    counts_changed = Signal()

    failed = Signal(str, str)
    """One sentence for the person, and its detail."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self._review: Review | None = None
        self._seen: int | None = None
        self._follow_timer = QTimer(self)
        self._follow_timer.setSingleShot(True)
        self._follow_timer.timeout.connect(self._follow_on)

    # What there is

    @property
    def entries(self) -> Sequence[QueueEntry]:
        """The queue, in review order."""
        return [] if self._review is None else self._review.entries

    @property
    def current(self) -> int | None:
        """Row of the instance shown."""
        return None if self._review is None else self._review.current

    def image(self, image_id: int) -> Image:
        """An image of the open project."""
        assert self._review is not None
        return self._review.image(image_id)

    def counts(self) -> Mapping[Decision, int]:
        """How many instances have each decision."""
        return {} if self._review is None else self._review.counts()

    def row_of(self, instance_id: int) -> int | None:
        """The row of an instance of the open project; None where the filter hides it."""
        assert self._review is not None
        return self._review.position(instance_id)

    def shown_at(self, row: int) -> Shown | None:
        """All that is known of the instance in a row; None when it cannot be read."""
        if self._review is not None:
            with self._told():
                return self._review.shown_at(row)
        return None

    def upcoming(self) -> list[Shown]:
        """What is likely shown next: the next pending instance, and the next one."""
        review = self._review
        if review is None or review.current is None:
            return []
        rows = [review.next_pending(), review.current + 1]
        wanted = dict.fromkeys(
            row for row in rows if row not in (None, review.current, len(review.entries))
        )
        found = (self.shown_at(row) for row in wanted if row is not None)
        return [shown for shown in found if shown is not None]

    # The project

    def open(self, review: Review) -> None:
        """Show another project's review."""
        self.close()
        self._review = review
        self._tell_all()

    def close(self) -> None:
        """Forget the review."""
        self._review = None
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
            rows = [self._review.refresh(instance_id) for instance_id in instance_ids]
            for row in rows:
                if row is not None:
                    self.row_changed.emit(row)
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

    def move(self, rows: int) -> None:
        """Go `rows` down, or up when negative."""
        if self.current is not None:
            self.go_to(self.current + rows)

    def go_to_next_pending(self) -> None:
        """Show the next instance that is not decided; stay when none is left."""
        row = None if self._review is None else self._review.next_pending()
        if row is not None:
            self.go_to(row)

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

    def decide(self, decision: Decision) -> None:
        """Decide about the current instance and go on to the next pending one.

        Nothing happens while the instance is still being loaded: it would be decided unseen.
        """
        review = self._review
        if review is None or review.current is None or not self.is_seen:
            return
        with self._told():
            change = review.decide(decision)
            self.undo_stack.push(DecideCommand(review, change, self._arrive, self._fail))
            self._tell_decided(change)
            review.go_to_next_pending()
            self._show()

    # Inside

    def _arrive(self, change: DecisionChange) -> None:
        """Go to what was taken back or decided again; to the first, when there are many."""
        review = self._review
        assert review is not None
        listed = review.entries
        row = review.reveal(next(iter(change.after)))
        if review.entries is not listed:
            self.queue_changed.emit()
        with self._told():
            review.go_to(row)
        self._tell_decided(change)
        self._show()

    def _tell_decided(self, change: DecisionChange) -> None:
        for instance_id in change.after:
            row = self.row_of(instance_id)
            if row is not None:
                self.row_changed.emit(row)
        self.counts_changed.emit()

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
        self.shown.emit(shown)

    def _follow_on(self) -> None:
        began = time.monotonic()
        self.reload()
        took = time.monotonic() - began
        self._follow_timer.start(round(1000 * max(FOLLOW_SECONDS, took / FOLLOW_SHARE)))

    def _fail(self, error: SegRefineError) -> None:
        self.failed.emit(error.sentence, error.detail)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell the person about an error inside, and go on after it."""
        try:
            yield
        except SegRefineError as error:
            self._fail(error)
