"""The long jobs of the window: begun, watched, cancelled and told about, one after another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.gui.controllers.eta import Eta
from segrefine_gui.gui.workers.lane import JobHandle, Lane
from segrefine_gui.services.jobs import (
    AssessRequest,
    ExportRequest,
    ImportRequest,
    RefineRequest,
    SegmentRequest,
    run_assessment,
    run_export,
    run_import,
    run_refinement,
    run_segmentation,
)
from segrefine_gui.services.steps import OnStep, Step
from segrefine_gui.services.tools import Tools

JobRequest = ImportRequest | SegmentRequest | RefineRequest | AssessRequest | ExportRequest


@dataclass(frozen=True, slots=True)
class JobStatus:
    """How far the running job is.

    Attributes:
        title: what it does.
        text: what is in work now, empty when not known.
        share: done, 0..1; None while nothing can be counted, as while an engine loads.
        seconds_left: until its end; None while too little is known.
    """

    title: str
    text: str = ""
    share: float | None = None
    seconds_left: float | None = None


class JobController(QObject):
    """Runs requests one after another in the lane; when one fails, those behind it are dropped."""

    began = Signal(object)
    """The request."""

    status_changed = Signal(object)
    """The `JobStatus`; None when nothing runs any more."""

    instances_changed = Signal(object)
    """Ids of instances whose records changed."""

    succeeded = Signal(object, object)
    """The request and its report."""

    failed = Signal(str, str)
    """One sentence for the person, and its detail."""

    cancelled = Signal()

    ended = Signal(object)
    """The request, after one of the three."""

    def __init__(self, tools: Tools, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tools = tools
        self._lane = lane
        self._waiting: deque[JobRequest] = deque()
        self._handle: JobHandle | None = None
        self._eta = Eta()
        self._title = ""

    @property
    def is_busy(self) -> bool:
        """Whether a job runs."""
        return self._handle is not None

    def start(self, *requests: JobRequest) -> None:
        """Run requests in this order, after what is running already."""
        self._waiting.extend(requests)
        if self._handle is None:
            self._start_next()

    def cancel(self) -> None:
        """Stop the running job at its next step, and drop what waits behind it."""
        self._waiting.clear()
        if self._handle is not None:
            self._handle.cancel()

    def abandon(self) -> None:
        """Cancel, and do not listen any more: the project of the jobs is left."""
        self.cancel()
        if self._handle is not None:
            self._handle = None
            self.status_changed.emit(None)

    def _start_next(self) -> None:
        if not self._waiting:
            self.status_changed.emit(None)
            return
        request = self._waiting.popleft()
        self._eta = Eta()
        self._title = self._title_of(request)
        handle = self._handle = self._lane.submit(self._job(request))

        # The handle of an abandoned job still speaks, but to nobody.
        def heard(tell: Callable[..., None]) -> Callable[..., None]:
            return lambda *values: tell(*values) if handle is self._handle else None

        handle.progressed.connect(heard(self._tell_step))
        handle.changed.connect(heard(self.instances_changed.emit))
        handle.succeeded.connect(heard(lambda report: self.succeeded.emit(request, report)))
        handle.failed.connect(heard(self._fail))
        handle.cancelled.connect(heard(self.cancelled.emit))
        handle.finished.connect(heard(lambda: self._finish(request)))
        self.began.emit(request)
        self.status_changed.emit(JobStatus(self._title))

    def _finish(self, request: JobRequest) -> None:
        self._handle = None
        self.ended.emit(request)
        # Who heard of the end may have begun the next job.
        if self._handle is None:
            self._start_next()

    def _fail(self, sentence: str, detail: str) -> None:
        self._waiting.clear()
        self.failed.emit(sentence, detail)

    def _tell_step(self, step: Step) -> None:
        left = self._eta.seconds_left(step.done, step.total) if step.done > 0 else None
        share = step.done / step.total if step.done > 0 and step.total else None
        self.status_changed.emit(JobStatus(self._title, step.text, share, left))

    def _job(self, request: JobRequest) -> Callable[[CancelToken, OnStep], object]:
        tools = self._tools
        if isinstance(request, ImportRequest):
            return lambda cancel, on_step: run_import(tools, request, cancel, on_step)
        if isinstance(request, SegmentRequest):
            return lambda cancel, on_step: run_segmentation(tools, request, cancel, on_step)
        if isinstance(request, RefineRequest):
            return lambda cancel, on_step: run_refinement(tools, request, cancel, on_step)
        if isinstance(request, AssessRequest):
            return lambda cancel, on_step: run_assessment(tools, request, cancel, on_step)
        return lambda cancel, on_step: run_export(tools, request, cancel, on_step)

    def _title_of(self, request: JobRequest) -> str:
        if isinstance(request, ImportRequest):
            return self.tr("Importing masks")
        if isinstance(request, SegmentRequest):
            return self.tr("Finding objects")
        if isinstance(request, RefineRequest):
            return self.tr("Refining")
        if isinstance(request, AssessRequest):
            return self.tr("Estimating risks")
        return self.tr("Exporting")
