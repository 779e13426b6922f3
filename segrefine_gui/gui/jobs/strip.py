"""The running job in the status bar: what, how far, how fast, and ways to see more or to stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from segrefine_gui.gui.controllers.job_controller import JobStatus
from segrefine_gui.gui.jobs.words import pace, time_left, usage
from segrefine_gui.gui.widgets.plain_text import as_tooltip

TEXT_WIDTH = 260
BAR_WIDTH = 120
STEPS = 1000

ROOMY = 1500
"""From this width of the window on, the memory is said, too; the list of jobs always does."""


class JobStrip(QWidget):
    """Shows a `JobStatus`; hidden while nothing runs."""

    cancel_requested = Signal()
    jobs_requested = Signal()
    """The person wants to see all jobs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status: JobStatus | None = None
        self._is_cancelling = False
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(BAR_WIDTH, 8)
        self.bar.setAccessibleName(self.tr("Progress of the job"))
        self.eta = _muted()
        self.pace = _muted()
        self.usage = _muted()
        self.jobs = _small_button(self.tr("Jobs"))
        self.jobs.clicked.connect(self.jobs_requested)
        self.cancel = _small_button(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancel_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 18, 0)
        layout.setSpacing(10)
        for widget in (
            self.text,
            self.bar,
            self.eta,
            self.pace,
            self.usage,
            self.jobs,
            self.cancel,
        ):
            layout.addWidget(widget)
        self.hide()

    def begin(self) -> None:
        """Another job begins, which nobody asked to stop."""
        self._is_cancelling = False
        self.cancel.setEnabled(True)

    def show_status(self, status: JobStatus | None) -> None:
        """Show how far a job is; None when none runs."""
        self._status = status
        self.setVisible(status is not None)
        if status is None:
            self.begin()
            return
        text = " · ".join(part for part in (status.title, status.text) if part)
        metrics = QFontMetrics(self.text.font())
        self.text.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, TEXT_WIDTH))
        if status.share is None:
            self.bar.setRange(0, 0)  # Qt shows a bar that only says: busy
        else:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(round(status.share * STEPS))
        left = self.tr("stopping…") if self._is_cancelling else time_left(status.seconds_left)
        _show(self.eta, left)
        _show(self.pace, pace(status))
        _show(self.usage, usage(status.vitals) if self.window().width() >= ROOMY else "")
        self.text.setToolTip(as_tooltip(" · ".join(filter(None, (text, usage(status.vitals))))))
        more = status.waiting
        self.jobs.setText(self.tr("{} waiting").format(more) if more else self.tr("Jobs"))

    def show_keys(self, jobs: str, cancel: str) -> None:
        """Name the keys that do the same as the buttons, in their tooltips."""
        for button, words, key in (
            (self.jobs, self.tr("Show what runs, what waits, and what was done"), jobs),
            (self.cancel, self.tr("Stop this job; what is finished stays"), cancel),
        ):
            button.setToolTip(f"{words} ({key})" if key else words)

    def show_cancelling(self) -> None:
        """Say that the job was asked to stop."""
        self._is_cancelling = True
        self.cancel.setEnabled(False)
        if self._status is not None:
            self.show_status(self._status)


def _muted() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "muted")
    label.hide()
    return label


def _show(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


def _small_button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "small")
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
