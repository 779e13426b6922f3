"""Connects the jobs with what shows them: strip, list, notes and actions."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from segrefine_gui.gui.action_table.spec import Scope
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.controllers.job_controller import JobController, JobStatus
from segrefine_gui.gui.controllers.job_kinds import JobRequest, engine_of, heading_of
from segrefine_gui.gui.controllers.outcomes import JobReport, Outcome, outcome_of
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.jobs.panel import JobsPanel
from segrefine_gui.gui.jobs.strip import JobStrip
from segrefine_gui.gui.notes import Notes
from segrefine_gui.services.arrange import SortBy
from segrefine_gui.services.jobs import ImportRequest, RefineRequest, SegmentRequest

FEW = 100
"""Instances that a person asks for one by one, or makes at once, at most."""

GAP = 8
"""Between the list of jobs and what it lies over."""


class JobDesk(QObject):
    """Shows the window's jobs, and does what the person wants of them.

    Args:
        jobs: the jobs.
        review: hears which records changed.
        actions: the window's actions.
        notes: say what jobs did.
        window: what the list of jobs lies over.
    """

    def __init__(
        self,
        jobs: JobController,
        review: ReviewController,
        actions: Actions,
        notes: Notes,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._review = review
        self._actions = actions
        self._notes = notes
        self._window = window
        self.strip = JobStrip()
        self.panel = JobsPanel(window)
        jobs.began.connect(self._begin)
        jobs.status_changed.connect(self._show_status)
        jobs.queue_changed.connect(self._show_queue)
        jobs.instances_changed.connect(review.take_in)
        jobs.succeeded.connect(self._tell_report)
        jobs.failed.connect(self._tell_failure)
        jobs.stopped.connect(self._tell_stop)
        jobs.ended.connect(self._end)
        notes.jobs_wanted.connect(self.show_jobs)
        self.strip.cancel_requested.connect(self.cancel)
        self.strip.jobs_requested.connect(self.show_jobs)
        self.panel.cancel_requested.connect(self._cancel_one)
        self.panel.cancel_all_requested.connect(self.cancel_all)
        for action_id, act in {
            "cancel_job": self.cancel,
            "cancel_all_jobs": self.cancel_all,
            "show_jobs": self.show_jobs,
        }.items():
            actions.connect_action(action_id, act)
        actions.keys_changed.connect(self._show_keys)
        self._show_keys()
        self._show_queue()

    def cancel(self) -> None:
        """Stop the running job."""
        self.strip.show_cancelling()
        self._jobs.cancel()

    def cancel_all(self) -> None:
        """Stop the running job, and begin none of those that wait."""
        self.strip.show_cancelling()
        self._jobs.cancel_all()

    def show_jobs(self) -> None:
        """Show the list of jobs, over the right end of the status bar."""
        bar = self.strip.parentWidget() or self._window
        self.panel.pop_up(bar.mapToGlobal(QPoint(bar.width() - GAP, -GAP)))

    def _cancel_one(self, job_id: int) -> None:
        if job_id == self._jobs.running_id:
            self.cancel()
        else:
            self._jobs.cancel(job_id)

    def _begin(self, request: JobRequest) -> None:
        self._actions.set_enabled(Scope.JOB, True)
        self.strip.begin()
        if isinstance(request, ImportRequest | SegmentRequest):
            self._review.follow(True)

    def _show_status(self, status: JobStatus | None) -> None:
        self.strip.show_status(status)
        self.panel.show_status(status)
        if status is None:
            self._actions.set_enabled(Scope.JOB, False)
            self._notes.begin()

    def _show_queue(self) -> None:
        self.panel.show_jobs(self._jobs.entries)

    def _end(self, request: JobRequest) -> None:
        if isinstance(request, ImportRequest | SegmentRequest):
            self._review.follow(False)
        if not self._leaves_order(request):
            self._review.order_by_risk()

    def _leaves_order(self, request: JobRequest) -> bool:
        """Whether the queue is by risk already, and the job was about a few that were asked for.

        The person is at them, and they stay where they are.
        """
        is_by_risk = self._review.arrangement.sort is SortBy.RISK
        ids = request.instance_ids if isinstance(request, RefineRequest) else None
        return is_by_risk and ids is not None and len(ids) <= FEW

    def _tell_report(self, request: JobRequest, report: JobReport) -> None:
        self._notes.tell_outcome(outcome_of(request, report))

    def _tell_failure(self, request: JobRequest, sentence: str, detail: str) -> None:
        outcome = Outcome(heading_of(request), sentence, (), engine_of(request))
        self._notes.tell_job_failure(outcome, detail)

    def _tell_stop(self, request: JobRequest) -> None:
        sentence = self.tr("Stopped. What was done is kept.")
        self._notes.tell_stopped(Outcome(heading_of(request), sentence, (), engine_of(request)))

    def _show_keys(self) -> None:
        keys = self._actions.key_text
        self.strip.show_keys(keys("show_jobs"), keys("cancel_job"))
