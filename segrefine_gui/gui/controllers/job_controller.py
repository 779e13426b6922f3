"""The long jobs of the window: begun, watched, cancelled and told about, one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.vitals import Vitals
from segrefine_gui.gui.controllers.eta import Eta
from segrefine_gui.gui.controllers.job_kinds import (
    JobRequest,
    counts_images,
    engine_of,
    job_of,
    scope_of,
    title_of,
)
from segrefine_gui.gui.controllers.outcomes import JobReport, outcome_of
from segrefine_gui.gui.controllers.throughput import Throughput
from segrefine_gui.gui.workers.lane import JobHandle, Lane
from segrefine_gui.services.steps import Step
from segrefine_gui.services.tools import Tools

ENDED_KEPT = 20
"""Jobs that ended and are still listed."""


class JobState(Enum):
    """Where a job is; the last three are ends."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_end(self) -> bool:
        """Whether nothing comes after it."""
        return self not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class JobEntry:
    """One job in the list of jobs.

    Attributes:
        id: counts up through the life of the window.
        request: what was asked for.
        state: where it is.
        after: the job without whose success it means nothing; None for none.
        sentence: what it did, or why it failed; empty before its end.
        left_out: how many things it left out.
    """

    id: int
    request: JobRequest
    state: JobState = JobState.WAITING
    after: int | None = None
    sentence: str = ""
    left_out: int = 0

    @property
    def title(self) -> str:
        """What it does, and with which engine."""
        return " · ".join(filter(None, (title_of(self.request), engine_of(self.request))))

    @property
    def scope(self) -> str:
        """What it is about, where that is known before it begins."""
        return scope_of(self.request)


@dataclass(frozen=True, slots=True)
class JobStatus:
    """How far the running job is.

    Attributes:
        title: what it does.
        text: what is in work now, empty when not known.
        share: done, 0..1; None while nothing can be counted, as while an engine loads.
        seconds_left: until its end; None while too little is known.
        done: units finished, whole ones.
        total: units in all; 0 while that is not known.
        rate: units a second at the moment; None while too little is known.
        counts_images: whether units are images; they are masks otherwise.
        vitals: what it uses; None where nobody measures.
        waiting: how many jobs wait behind it.
    """

    title: str
    text: str = ""
    share: float | None = None
    seconds_left: float | None = None
    done: int = 0
    total: int = 0
    rate: float | None = None
    counts_images: bool = False
    vitals: Vitals | None = None
    waiting: int = 0


class JobController(QObject):
    """Runs requests one after another in the lane.

    When one fails or is cancelled, those that mean nothing without it are dropped; all others go
    on.
    """

    began = Signal(object)
    """The request."""

    status_changed = Signal(object)
    """The `JobStatus`; None when nothing runs any more."""

    queue_changed = Signal()
    """`entries` are others, or in other states."""

    instances_changed = Signal(object)
    """Ids of instances whose records changed."""

    succeeded = Signal(object, object)
    """The request and its report."""

    failed = Signal(object, str, str)
    """The request, one sentence for the person, and its detail."""

    stopped = Signal(object)
    """The request: the person cancelled it."""

    ended = Signal(object)
    """The request, after one of the three."""

    def __init__(self, tools: Tools, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tools = tools
        self._lane = lane
        self._ids = count(1)
        self._jobs: dict[int, JobEntry] = {}
        self._running: int | None = None
        self._handle: JobHandle | None = None
        self._eta = Eta()
        self._throughput = Throughput()
        self._status = JobStatus("")

    @property
    def is_busy(self) -> bool:
        """Whether a job runs."""
        return self._handle is not None

    @property
    def running_id(self) -> int | None:
        """The job that runs, None for none."""
        return self._running

    @property
    def entries(self) -> Sequence[JobEntry]:
        """The jobs that ended lately, the one that runs, and those that wait, in this order."""
        return list(self._jobs.values())

    def start(self, *requests: JobRequest) -> None:
        """Run requests in this order, after what is running already.

        Each but the first means nothing without the one before it, as refining means nothing
        without the masks of a segmenter.
        """
        before: int | None = None
        for request in requests:
            entry = JobEntry(next(self._ids), request, after=before)
            self._jobs[entry.id] = entry
            before = entry.id
        if self._handle is None:
            self._start_next()
        else:
            self._tell_queue()

    def cancel(self, job_id: int | None = None) -> None:
        """Stop a job with those that mean nothing without it.

        Args:
            job_id: which one; None for the running one. It stops at its next step; one that waits
                never begins.
        """
        wanted = self._running if job_id is None else job_id
        if wanted is not None and wanted == self._running and self._handle is not None:
            self._handle.cancel()
        elif wanted in self._jobs and self._jobs[wanted].state is JobState.WAITING:
            self._end(wanted, JobState.CANCELLED, self.tr("Not begun."))
            self._drop_after(wanted)
            self._tell_queue()

    def cancel_all(self) -> None:
        """Stop the running job, and begin none of those that wait."""
        for job_id in [each.id for each in self.entries if each.state is JobState.WAITING]:
            self._end(job_id, JobState.CANCELLED, self.tr("Not begun."))
        self.cancel()
        self._tell_queue()

    def abandon(self) -> None:
        """Cancel all, and do not listen any more: the project of the jobs is left."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
            self.status_changed.emit(None)
        self._running = None
        self._jobs.clear()
        self.queue_changed.emit()

    def _start_next(self) -> None:
        entry = next((each for each in self.entries if each.state is JobState.WAITING), None)
        if entry is None:
            self.queue_changed.emit()
            self.status_changed.emit(None)
            return
        self._running = entry.id
        self._jobs[entry.id] = replace(entry, state=JobState.RUNNING)
        self._eta, self._throughput = Eta(), Throughput()
        request = entry.request
        handle = self._handle = self._lane.submit(job_of(self._tools, request))

        # The handle of an abandoned job still speaks, but to nobody.
        def heard(tell: Callable[..., None]) -> Callable[..., None]:
            return lambda *values: tell(*values) if handle is self._handle else None

        handle.progressed.connect(heard(self._tell_step))
        handle.changed.connect(heard(self.instances_changed.emit))
        handle.succeeded.connect(heard(lambda report: self._succeed(entry, report)))
        handle.failed.connect(heard(lambda *words: self._fail(entry, *words)))
        handle.cancelled.connect(heard(lambda: self._stop(entry)))
        handle.finished.connect(heard(lambda: self._finish(request)))
        self.began.emit(request)
        self._status = JobStatus(entry.title, counts_images=counts_images(request))
        self._tell_queue()

    def _succeed(self, entry: JobEntry, report: JobReport) -> None:
        outcome = outcome_of(entry.request, report)
        self._end(entry.id, JobState.SUCCEEDED, outcome.sentence, len(outcome.skipped))
        self.succeeded.emit(entry.request, report)

    def _fail(self, entry: JobEntry, sentence: str, detail: str) -> None:
        self._end(entry.id, JobState.FAILED, sentence)
        self._drop_after(entry.id)
        self.failed.emit(entry.request, sentence, detail)

    def _stop(self, entry: JobEntry) -> None:
        self._end(entry.id, JobState.CANCELLED, self.tr("Stopped. What was done is kept."))
        self._drop_after(entry.id)
        self.stopped.emit(entry.request)

    def _finish(self, request: JobRequest) -> None:
        self._handle = self._running = None
        self.ended.emit(request)
        # Who heard of the end may have begun the next job.
        if self._handle is None:
            self._start_next()

    def _end(self, job_id: int, state: JobState, sentence: str, left_out: int = 0) -> None:
        """Note a job's end, behind those that ended before; forget the oldest of too many."""
        entry = self._jobs.pop(job_id)
        ended = [each for each in self.entries if each.state.is_end][1 - ENDED_KEPT :]
        ended.append(replace(entry, state=state, sentence=sentence, left_out=left_out))
        others = [each for each in self.entries if not each.state.is_end]
        self._jobs = {each.id: each for each in (*ended, *others)}

    def _drop_after(self, job_id: int) -> None:
        for entry in self.entries:
            if entry.after == job_id and entry.state is JobState.WAITING:
                sentence = self.tr("Not begun, for what it needs is not there.")
                self._end(entry.id, JobState.CANCELLED, sentence)
                self._drop_after(entry.id)

    def _tell_step(self, step: Step) -> None:
        has_begun = step.done > 0
        self._status = replace(
            self._status,
            text=step.text,
            share=step.done / step.total if has_begun and step.total else None,
            seconds_left=self._eta.seconds_left(step.done, step.total) if has_begun else None,
            done=int(step.done),
            total=step.total,
            rate=self._throughput.per_second(step.done) if has_begun else None,
            vitals=step.vitals,
        )
        self._tell_status()

    def _tell_status(self) -> None:
        waiting = sum(entry.state is JobState.WAITING for entry in self.entries)
        self._status = replace(self._status, waiting=waiting)
        self.status_changed.emit(self._status)

    def _tell_queue(self) -> None:
        self.queue_changed.emit()
        if self._handle is not None:
            self._tell_status()
