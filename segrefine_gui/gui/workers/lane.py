"""One thread in which long jobs run, one after another: the accelerator serves one at a time."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, SegRefineError
from segrefine_gui.services.steps import OnStep, Step

_log = logging.getLogger(__name__)

T = TypeVar("T")

COALESCE_MS = 50
"""Steps that come closer together than this reach the window as one."""

STACK_BYTES = 16 << 20
"""Stack of the thread: torch and OpenCV want more than the 512 KB that macOS gives."""


class JobHandle(QObject):
    """One job as the thread of the window sees it; every signal is emitted there.

    Exactly one of `succeeded`, `failed` and `cancelled` comes, and then always `finished`.
    """

    progressed = Signal(object)
    """The latest `Step`, at most twenty times a second."""

    changed = Signal(object)
    """A frozenset of the ids of instances whose records changed; none is left out."""

    succeeded = Signal(object)
    """What the job returned."""

    failed = Signal(str, str)
    """One sentence for the person, and the detail for those who want it."""

    cancelled = Signal()
    finished = Signal()

    _noticed = Signal()
    _ended = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._token = CancelToken()
        self._lock = threading.Lock()
        self._step: Step | None = None
        self._changed: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(COALESCE_MS)
        self._timer.timeout.connect(self._deliver)
        # Queued by name: who connects a plain function to the signals above is called in the
        # thread of the window all the same.
        self._noticed.connect(self._schedule, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._end, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask the job to stop at its next step; one that has not begun never does."""
        self._token.cancel()

    def run(self, job: Callable[[CancelToken, OnStep], T]) -> None:
        """Run the job; called by the lane, in the lane's thread."""
        self._ended.emit(self._outcome(job))

    def _outcome(self, job: Callable[[CancelToken, OnStep], T]) -> Callable[[], None]:
        """What to tell about the job's end, to be told in the thread of the window."""
        try:
            self._token.raise_if_cancelled()
            value = job(self._token, self._note)
        except Cancelled:
            return self.cancelled.emit
        except SegRefineError as error:
            sentence, detail = error.sentence, error.detail
            _log.warning("a job failed: %s %s", sentence, detail)
            return lambda: self.failed.emit(sentence, detail)
        except MemoryError:
            detail = traceback.format_exc()
            _log.exception("a job ran out of memory")
            return lambda: self.failed.emit(self.tr("There was not enough memory."), detail)
        except BaseException:  # noqa: BLE001 - also SystemExit: no library ends the app's thread
            detail = traceback.format_exc()
            _log.exception("a job failed")
            return lambda: self.failed.emit(self.tr("Something unexpected went wrong."), detail)
        return lambda: self.succeeded.emit(value)

    def _note(self, step: Step) -> None:
        with self._lock:
            first = self._step is None
            self._step = step
            if step.instance_id is not None:
                self._changed.add(step.instance_id)
        if first:
            self._noticed.emit()

    def _schedule(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _deliver(self) -> None:
        with self._lock:
            step, self._step = self._step, None
            changed, self._changed = frozenset(self._changed), set()
        if step is not None:
            self.progressed.emit(step)
        if changed:
            self.changed.emit(changed)

    def _end(self, tell: Callable[[], None]) -> None:
        self._timer.stop()
        self._deliver()
        tell()
        self.finished.emit()


class Lane(QObject):
    """Runs jobs one after another in a thread of its own, which starts with the first job."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = _LaneThread(self)
        self._open: set[JobHandle] = set()
        self._is_shut = False

    @property
    def is_shut(self) -> bool:
        """Whether it takes no jobs any more."""
        return self._is_shut

    @property
    def jobs(self) -> int:
        """How many jobs run or wait."""
        return len(self._open)

    def submit(self, job: Callable[[CancelToken, OnStep], T]) -> JobHandle:
        """Put a job at the end of the line.

        Args:
            job: runs in the lane's thread. It gets a token that it must ask between its steps,
                and a function that it tells its steps; it must not touch a widget.

        Returns:
            The handle; connect to its signals before control returns to the event loop.
        """
        if self._is_shut:
            raise RuntimeError("the lane is shut down")
        # A handle belongs to the lane, so the thread that drops its last reference to one never
        # deletes a QObject of another thread.
        handle = JobHandle(self)
        self._open.add(handle)
        handle.finished.connect(lambda: self._open.discard(handle))
        self._thread.tasks.put(lambda: handle.run(job))
        if not self._thread.isRunning():
            self._thread.start()
        return handle

    def shutdown(self, timeout_ms: int) -> bool:
        """Cancel everything and wait for the thread to end; takes no job afterwards.

        Returns:
            False when an engine did not stop in time: the thread still runs.
        """
        self._is_shut = True
        for handle in self._open:
            handle.cancel()
        self._thread.tasks.put(None)
        return self._thread.wait(timeout_ms)


class _LaneThread(QThread):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName("lane")
        self.setStackSize(STACK_BYTES)
        self.tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def run(self) -> None:
        while (task := self.tasks.get()) is not None:
            task()
