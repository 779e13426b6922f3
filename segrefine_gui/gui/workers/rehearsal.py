"""Work in the pool for what a form shows: only of what the form says now."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.steps import OnStep, Step

PRIORITY = 1000
"""In the pool: the person waits for it, but may go on."""

TOLD_MS = 100
"""How often it is told how far the work is."""


class Rehearsal(QObject):
    """Begins the work that was wanted last when nothing else was for a moment.

    Args:
        pool: does the work.
        delay_ms: how long a person pauses before it is worth beginning.
        parent: what shows the answer; must call `stop` when it goes.
    """

    began = Signal()

    progressed = Signal(object)
    """The latest `Step` of the work."""

    done = Signal(object)
    """What the work returned."""

    failed = Signal(str)
    """One sentence instead."""

    def __init__(self, pool: ReadingPool, delay_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = pool
        self._work: Callable[[CancelToken, OnStep], object] | None = None
        self._steps = _Latest()
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(delay_ms)
        self._delay.timeout.connect(self._begin)
        self._telling = QTimer(self)
        self._telling.setInterval(TOLD_MS)
        self._telling.timeout.connect(self._tell)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._delay.isActive() or self._telling.isActive()

    def want(self, work: Callable[[CancelToken, OnStep], object]) -> None:
        """Do some work soon, instead of what was wanted before.

        Args:
            work: called in a thread with a token that it must ask between its steps, and a
                function that it may tell them; must touch neither a widget nor a project.
        """
        self.stop()
        self._work = work
        self._delay.start()

    def stop(self) -> None:
        """Want nothing any more."""
        self._delay.stop()
        self._telling.stop()
        self._pool.withdraw(self)

    def _begin(self) -> None:
        work, cancel, steps = self._work, CancelToken(), _Latest()
        if work is None:
            return
        self._work, self._steps = None, steps
        self._telling.start()
        self._pool.request(
            self, lambda: work(cancel, steps.put), self._take, self._fail, PRIORITY, cancel
        )
        self.began.emit()

    def _tell(self) -> None:
        step = self._steps.take()
        if step is not None:
            self.progressed.emit(step)

    def _take(self, value: object) -> None:
        self._telling.stop()
        self.done.emit(value)

    def _fail(self, sentence: str) -> None:
        self._telling.stop()
        self.failed.emit(sentence)


class _Latest:
    """The latest of the steps that a thread tells, for another to look at when it likes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._step: Step | None = None

    def put(self, step: Step) -> None:
        """Tell a step."""
        with self._lock:
            self._step = step

    def take(self) -> Step | None:
        """The latest step that was not taken yet."""
        with self._lock:
            step, self._step = self._step, None
        return step
