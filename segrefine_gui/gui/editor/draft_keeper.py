"""Compresses the mask that is edited away from the thread of the window, and keeps its draft."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from segrefine_gui.domain.masks import Rle
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.workers.once import Once
from segrefine_gui.gui.workers.pool import ReadingPool

DRAFT_DELAY_MS = 1500
"""How long after a step the draft is stored at the latest: a crash costs no more than that."""

PRIORITY = 1100
"""In the pool: before everything, for the person has pressed a key."""

_APPLYING, _DRAFT = "edit to apply", "draft"

_log = logging.getLogger(__name__)

Draft = Once[Rle | None]
"""A mask on its way into the project; None where it is what was shown when the edit began."""


class DraftKeeper(QObject):
    """Keeps the drafts of edits up to date in the project.

    A draft is compressed in the pool and stored when it arrives, also after its edit has ended.
    Of one instance only the newest is stored.

    Args:
        pool: where masks are compressed.
        keep: stores the draft of an instance; None discards it.
        parent: the controller of the editor.
    """

    failed = Signal(str)
    """One sentence on why the edited mask cannot be applied."""

    told = Signal(str)
    """One sentence on why a draft is not stored yet."""

    def __init__(
        self,
        pool: ReadingPool,
        keep: Callable[[int, Rle | None], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pool = pool
        self._keep = keep
        self._session: EditSession | None = None
        self._handed_over = 0
        self._coming: dict[int, Draft] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_DELAY_MS)
        self._timer.timeout.connect(self._store)

    def open(self, session: EditSession) -> None:
        """Follow an edit that has just begun: what is stored is what it began with."""
        self._follow(session)
        session.stepped.connect(self._start_timer)

    def close(self) -> None:
        """Follow the edit no more; what it came to is stored soon."""
        self._store()
        self._follow(None)

    def discard(self) -> None:
        """Store no draft of the edit as it is now: it was applied."""
        session = self._session
        if session is not None:
            self._handed_over = session.version.number
            self._withdraw(session.start.instance_id)

    def settle(self) -> None:
        """Follow the edit no more, and store every draft before this returns."""
        self._hand_over()
        self._follow(None)
        for instance_id, draft in tuple(self._coming.items()):
            self._withdraw(instance_id)
            try:
                mask = draft()
            except Exception:  # noqa: BLE001 - the others are stored, and the project closes
                _log.exception("the draft of instance %d could not be compressed", instance_id)
            else:
                self._keep(instance_id, mask)

    def coming(self, instance_id: int) -> Draft | None:
        """The draft of an instance that is not stored yet, to be waited for in another thread."""
        return self._coming.get(instance_id)

    def compress_then(self, done: Callable[[Rle], None]) -> None:
        """Compress the mask and call `done` with it, unless that fails or the edit ends."""
        session = self._session
        if session is None:
            return
        number = session.version.number

        def take(mask: Rle) -> None:
            if session.version.number != number or session.is_stroking:
                self.compress_then(done)  # no stroke made meanwhile is lost
            else:
                done(mask)

        self._pool.request(_APPLYING, session.encoder(), take, self.failed.emit, PRIORITY)

    # Inside

    def _follow(self, session: EditSession | None) -> None:
        self._timer.stop()
        self._pool.withdraw(_APPLYING)
        if self._session is not None:
            self._session.stepped.disconnect(self._start_timer)
        self._session = session
        self._handed_over = 0 if session is None else session.version.number

    def _start_timer(self) -> None:
        # Not anew with each step: whoever paints without a pause is not to lose all of it.
        if not self._timer.isActive():
            self._timer.start()

    def _hand_over(self) -> tuple[int, Draft] | None:
        """Let the mask of now be the draft that comes; None where it is already."""
        session = self._session
        if session is None or session.version.number == self._handed_over:
            return None
        self._handed_over = session.version.number
        instance_id, draft = session.start.instance_id, Once(session.draft_encoder())
        self._coming[instance_id] = draft
        return instance_id, draft

    def _store(self) -> None:
        handed_over = self._hand_over()
        if handed_over is not None:
            instance_id, draft = handed_over
            take = partial(self._take, instance_id)
            self._pool.request((_DRAFT, instance_id), draft, take, self.told.emit, PRIORITY)

    def _take(self, instance_id: int, mask: Rle | None) -> None:
        self._coming.pop(instance_id, None)
        self._keep(instance_id, mask)

    def _withdraw(self, instance_id: int) -> None:
        self._pool.withdraw((_DRAFT, instance_id))
        self._coming.pop(instance_id, None)
