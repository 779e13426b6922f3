"""A small pool of threads that read images and make thumbnails for the window."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, SegRefineError

_log = logging.getLogger(__name__)

T = TypeVar("T")

THREADS = 3


@dataclass(frozen=True, slots=True)
class _Request:
    token: int
    done: Callable[[Any], None]
    failed: Callable[[str], None]
    cancel: CancelToken | None = None


class ReadingPool(QObject):
    """Runs short work in threads and answers in the thread of the window.

    Work is asked for under a slot. A newer request for a slot, or its withdrawal, makes the older
    one stale: it is not begun any more, and the answer of one that was begun is dropped.
    """

    _answered = Signal(object, int, object)
    _broke = Signal(object, int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = QThreadPool(self)
        self._threads.setMaxThreadCount(THREADS)
        self._tokens = count()
        self._requests: dict[Hashable, _Request] = {}
        self._answered.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._broke.connect(self._fail, Qt.ConnectionType.QueuedConnection)

    def request(
        self,
        slot: Hashable,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[str], None],
        priority: int = 0,
        cancel: CancelToken | None = None,
    ) -> None:
        """Do some work in a thread.

        Args:
            slot: what the answer is for.
            work: called in a thread; must touch neither a widget nor a project.
            done: called with its value, in the thread of the window.
            failed: called with one sentence instead, when the work raised.
            priority: the higher, the sooner.
            cancel: what longer work asks between its steps; told when nobody waits any more.
        """
        self.withdraw(slot)
        request = _Request(next(self._tokens), done, failed, cancel)
        self._requests[slot] = request
        self._threads.start(lambda: self._run(slot, request.token, work), priority)

    def withdraw(self, slot: Hashable) -> None:
        """Drop what was asked for under a slot."""
        request = self._requests.pop(slot, None)
        if request is not None and request.cancel is not None:
            request.cancel.cancel()

    def shutdown(self, timeout_ms: int) -> bool:
        """Drop everything and wait for the work that was begun; False when it took longer."""
        for slot in list(self._requests):
            self.withdraw(slot)
        self._threads.clear()
        return self._threads.waitForDone(timeout_ms)

    def _run(self, slot: Hashable, token: int, work: Callable[[], T]) -> None:
        if not self._is_current(slot, token):
            return
        try:
            value = work()
        except Cancelled:
            return  # whoever withdrew it waits for nothing
        except SegRefineError as error:
            self._report(slot, token, error.sentence)
        except Exception:  # noqa: BLE001 - a thread of the pool must live on
            _log.exception("reading %r failed", slot)
            self._report(slot, token, self.tr("This could not be read; see the log."))
        else:
            # After a shutdown nobody waits any more, and the Qt side of the pool may be gone.
            if self._is_current(slot, token):
                self._answered.emit(slot, token, value)

    def _report(self, slot: Hashable, token: int, sentence: str) -> None:
        if self._is_current(slot, token):
            self._broke.emit(slot, token, sentence)

    def _answer(self, slot: Hashable, token: int, value: object) -> None:
        if self._is_current(slot, token):
            self._requests.pop(slot).done(value)

    def _fail(self, slot: Hashable, token: int, sentence: str) -> None:
        if self._is_current(slot, token):
            self._requests.pop(slot).failed(sentence)

    def _is_current(self, slot: Hashable, token: int) -> bool:
        request = self._requests.get(slot)
        return request is not None and request.token == token
