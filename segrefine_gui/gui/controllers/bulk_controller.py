"""Decisions about many instances at once, stored by a thread of the pool, undone as one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.queue.model import decision_name
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.bulk import OpenProject, decide_many, store_many
from segrefine_gui.services.decisions import DecisionChange
from segrefine_gui.storage.base import DecisionRecord

AT_ONCE = 16
"""So many decisions are stored as quickly as a thread is begun."""

SLICE_SECONDS = 0.003
"""How long at a time the window takes in what was stored."""

PORTION = 50
"""Decisions taken in between two looks at the clock."""

PRIORITY = 2000
"""In the pool: before anything that is only to be seen."""

T = TypeVar("T")


class BulkController(QObject):
    """Decides for many, without holding up the window; nothing else is decided meanwhile.

    Args:
        review: what is decided in.
        pool: where many decisions are stored.
        open_project: opens the project for a thread of the pool.
        parent: the window.
    """

    told = Signal(str)
    """A sentence for the person."""

    def __init__(
        self,
        review: ReviewController,
        pool: ReadingPool,
        open_project: OpenProject,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._review = review
        self._pool = pool
        self._open_project = open_project
        self._left: list[tuple[int, DecisionRecord]] = []
        self._then: Callable[[], None] = lambda: None
        self._taking = QTimer(self)
        self._taking.setInterval(0)
        self._taking.timeout.connect(self._take_slice)

    def decide(self, project: Path, instance_ids: Sequence[int], decision: Decision) -> None:
        """Decide alike about instances; those without a refinement cannot be `refined`."""
        if self._review.is_held or not instance_ids:
            return
        asked = len(instance_ids)
        if asked <= AT_ONCE:
            change = self._review.decide_few(instance_ids, decision)
            if change is not None:
                self._tell(decision, asked, len(change.after))
            return
        opening, reviewer, ids = self._open_project, self._review.reviewer, list(instance_ids)

        def finish(change: DecisionChange) -> None:
            if change.after:
                command = BulkCommand(change, lambda r, what, c: self._store(project, r, what, c))
                self._review.undo_stack.push(command)
            self._review.finish_many(change, arrives=False)
            self._tell(decision, asked, len(change.after))

        def done(change: DecisionChange) -> None:
            self._take_in(change.after, lambda: finish(change))

        self._run(lambda: decide_many(opening, project, ids, decision, reviewer), done)

    def abandon(self) -> None:
        """The project is being closed: what was stored is stored, and nothing is told."""
        self._pool.withdraw(self)
        self._taking.stop()
        self._left = []

    def _store(
        self,
        project: Path,
        records: Mapping[int, DecisionRecord],
        what: str,
        command: BulkCommand,
    ) -> None:
        """Make a change again, or take it back."""
        opening = self._open_project

        def done(_: None) -> None:
            self._take_in(records, lambda: self._review.finish_many(command.change, arrives=True))

        self._run(
            lambda: store_many(opening, project, records, what),
            done,
            lambda: command.setObsolete(True),
        )

    def _run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        spoilt: Callable[[], None] = lambda: None,
    ) -> None:
        self._review.hold(True)

        def failed(sentence: str) -> None:
            spoilt()
            self._review.hold(False)
            self._review.failed.emit(sentence, "")

        self._pool.request(self, work, done, failed, PRIORITY)

    def _take_in(self, records: Mapping[int, DecisionRecord], then: Callable[[], None]) -> None:
        self._left = list(records.items())
        self._left.reverse()
        self._then = then
        self._taking.start()

    def _take_slice(self) -> None:
        began = time.monotonic()
        while self._left and time.monotonic() - began < SLICE_SECONDS:
            portion = dict(islice(reversed(self._left), PORTION))
            del self._left[-PORTION:]
            self._review.take_in_decisions(portion)
        if not self._left:
            self._taking.stop()
            self._review.hold(False)
            self._then()

    def _tell(self, decision: Decision, asked: int, done: int) -> None:
        if asked == 1:
            return
        words = self.tr("{}: {} instances.").format(decision_name(decision), f"{done:,}")
        if done < asked:
            words += self.tr(" {} are not refined and were passed over.").format(
                f"{asked - done:,}"
            )
        self.told.emit(words)


class BulkCommand(QUndoCommand):
    """Many decisions that were just made and stored together.

    Args:
        change: the decisions and what they replaced.
        store: stores decisions under the journal's verb, and says so when that is done; it makes
            this command obsolete where it fails.
    """

    def __init__(
        self,
        change: DecisionChange,
        store: Callable[[Mapping[int, DecisionRecord], str, BulkCommand], None],
    ) -> None:
        super().__init__()
        self.change = change
        self._store = store
        self._is_new = True

    def redo(self) -> None:
        """Make the decisions again; nothing when the stack takes the new command in."""
        if self._is_new:
            self._is_new = False
            return
        self._store(self.change.after, "decide", self)

    def undo(self) -> None:
        """Take the decisions back."""
        self._store(self.change.before, "undo", self)
