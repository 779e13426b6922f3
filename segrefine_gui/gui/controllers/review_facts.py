"""What there is to review in the open project, read for the views."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.domain.records import Decision, Image, Instance, Refinement
from segrefine_gui.services.arrange import Arrangement, RiskCounts
from segrefine_gui.services.looks import Shown
from segrefine_gui.services.review import Review
from segrefine_gui.storage.base import QueueEntry


class ReviewFacts(QObject):
    """Reads the review of the open project; there is none while none is open."""

    failed = Signal(str, str)
    """One sentence for the person, and its detail."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._review: Review | None = None

    @property
    def entries(self) -> Sequence[QueueEntry]:
        """The queue, in review order."""
        return [] if self._review is None else self._review.entries

    @property
    def current(self) -> int | None:
        """Row of the instance shown."""
        return None if self._review is None else self._review.current

    @property
    def everything(self) -> Sequence[QueueEntry]:
        """All instances as they arrived, whatever the filter hides."""
        return () if self._review is None else self._review.everything

    @property
    def arrangement(self) -> Arrangement:
        """The filter and order of the queue."""
        return Arrangement() if self._review is None else self._review.arrangement

    @property
    def categories(self) -> Sequence[str]:
        """Names of all categories."""
        return () if self._review is None else self._review.categories

    @property
    def reviewer(self) -> str:
        """Who decides."""
        assert self._review is not None
        return self._review.reviewer

    def image(self, image_id: int) -> Image:
        """An image of the open project."""
        assert self._review is not None
        return self._review.image(image_id)

    def counts(self) -> Mapping[Decision, int]:
        """How many instances have each decision."""
        return {} if self._review is None else self._review.counts()

    def drafted(self) -> int:
        """How many instances have an edit that was begun and not applied."""
        return 0 if self._review is None else self._review.drafted()

    def risk_counts(self) -> RiskCounts | None:
        """How the risks of the queue are distributed, whatever span of them is shown."""
        return None if self._review is None else self._review.risk_counts()

    def pace(self) -> float:
        """Decisions a minute, over the latest ones; 0 while there are too few to tell."""
        return 0.0 if self._review is None else self._review.pace()

    def note_of(self, instance_id: int) -> str:
        """The note on an instance, empty where there is none."""
        return "" if self._review is None else self._review.note_of(instance_id)

    def neighbours(self, instance_id: int) -> list[Instance]:
        """Other instances of the same image; none when they cannot be read."""
        if self._review is not None:
            with self._told():
                return self._review.neighbours(instance_id)
        return []

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

    def refinement(self, refinement_id: int) -> Refinement | None:
        """A refinement of the open project; None when it cannot be read."""
        if self._review is not None:
            with self._told():
                return self._review.refinement(refinement_id)
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

    def _fail(self, error: SegRefineError) -> None:
        self.failed.emit(error.sentence, error.detail)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell the person about an error inside, and go on after it."""
        try:
            yield
        except SegRefineError as error:
            self._fail(error)
