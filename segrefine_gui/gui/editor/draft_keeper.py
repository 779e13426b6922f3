"""Compresses the mask that is edited away from the thread of the window, and keeps its draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from segrefine_gui.domain.masks import Rle
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.workers.pool import ReadingPool

T = TypeVar("T")

DRAFT_DELAY_MS = 1500
"""How long after a step the draft is stored: a crash costs no more than that."""

PRIORITY = 1100
"""In the pool: before everything, for the person has pressed a key."""

_SLOT = "edit to store"


class DraftKeeper(QObject):
    """Keeps the draft of one edit up to date in the project.

    Args:
        pool: where masks are compressed.
        keep: stores the draft of an instance; None discards it.
        parent: the controller of the editor.
    """

    failed = Signal(str)
    """One sentence on why the mask could not be compressed."""

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
        self._stored = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_DELAY_MS)
        self._timer.timeout.connect(lambda: self.store_then(lambda: None))

    def open(self, session: EditSession) -> None:
        """Follow an edit that has just begun: what is stored is what it began with."""
        self.close()
        self._session, self._stored = session, session.version.number
        session.stepped.connect(self._timer.start)

    def close(self) -> None:
        """Follow the edit no more."""
        self._timer.stop()
        self._pool.withdraw(_SLOT)
        if self._session is not None:
            self._session.stepped.disconnect(self._timer.start)
        self._session = None

    def store_then(self, done: Callable[[], None]) -> None:
        """Store the draft where it is another than the one stored, and call `done` after that."""
        session = self._session
        if session is None:
            return
        if session.version.number == self._stored:
            done()
            return

        def take(draft: Rle | None) -> None:
            self._note_stored(session, draft)
            done()

        self._compress(session, session.draft_encoder, take)

    def store_now(self) -> None:
        """Store the draft before this returns: the edit ends without the person waiting for it."""
        session = self._session
        if session is not None and session.version.number != self._stored:
            self._note_stored(session, session.draft_encoder()())

    def compress_then(self, done: Callable[[Rle], None]) -> None:
        """Compress the mask and call `done` with it, unless that fails or the edit ends."""
        if self._session is not None:
            self._compress(self._session, self._session.encoder, done)

    def _compress(
        self, session: EditSession, make: Callable[[], Callable[[], T]], done: Callable[[T], None]
    ) -> None:
        self._timer.stop()
        number = session.version.number

        def take(value: T) -> None:
            if session.version.number != number or session.is_stroking:
                self._compress(session, make, done)  # no stroke made meanwhile is lost
            else:
                done(value)

        self._pool.request(_SLOT, make(), take, self.failed.emit, PRIORITY)

    def _note_stored(self, session: EditSession, draft: Rle | None) -> None:
        self._keep(session.start.instance_id, draft)
        self._stored = session.version.number
