"""The running job in the status bar: what, how far, until when, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from segrefine_gui.gui.controllers.job_controller import JobStatus
from segrefine_gui.gui.widgets.plain_text import as_tooltip

TEXT_WIDTH = 300
BAR_WIDTH = 140
STEPS = 1000


class JobStrip(QWidget):
    """Shows a `JobStatus`; hidden while nothing runs."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(BAR_WIDTH, 8)
        self.bar.setAccessibleName(self.tr("Progress of the job"))
        self.eta = QLabel()
        self.eta.setProperty("role", "muted")
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setStyleSheet("QPushButton { padding: 2px 10px; min-height: 0; }")
        self.cancel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cancel.clicked.connect(self.cancel_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 18, 0)
        layout.setSpacing(10)
        for widget in (self.text, self.bar, self.eta, self.cancel):
            layout.addWidget(widget)
        self.hide()

    def show_status(self, status: JobStatus | None) -> None:
        """Show how far a job is; None when none runs."""
        self.setVisible(status is not None)
        if status is None:
            self.cancel.setEnabled(True)
            return
        text = " · ".join(part for part in (status.title, status.text) if part)
        metrics = QFontMetrics(self.text.font())
        self.text.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, TEXT_WIDTH))
        self.text.setToolTip(as_tooltip(text))
        if status.share is None:
            self.bar.setRange(0, 0)  # Qt shows a bar that only says: busy
        else:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(round(status.share * STEPS))
        self.eta.setText(self._time_left(status.seconds_left))

    def show_cancelling(self) -> None:
        """Say that the job was asked to stop."""
        self.cancel.setEnabled(False)
        self.eta.setText(self.tr("stopping…"))

    def _time_left(self, seconds: float | None) -> str:
        if seconds is None:
            return ""
        if seconds < 60:
            return self.tr("{} s left").format(max(1, round(seconds)))
        if seconds < 3600:
            return self.tr("{} min left").format(round(seconds / 60))
        return self.tr("{:.1f} h left").format(seconds / 3600)
