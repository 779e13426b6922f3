"""Shows what an export would write, leave out and lose, before it does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.formats.base import ExportReport
from segrefine_gui.gui.dialogs.report_table import ReportTable
from segrefine_gui.gui.dialogs.trial_line import TrialLine
from segrefine_gui.gui.export_words import loss_words, report_rows
from segrefine_gui.gui.labels import muted_label, section_label
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.gui.workers.rehearsal import Rehearsal
from segrefine_gui.services.export_loss import SampledLoss
from segrefine_gui.services.steps import OnStep

WIDTH = 400
_SUBJECT_WIDTH = 130

DELAY_MS = 300
"""How long a person pauses before a sample is tried out."""

Sampling = Callable[[CancelToken, OnStep], SampledLoss]
DryRun = Callable[[CancelToken, OnStep], ExportReport]


class ExportFindings(QFrame):
    """A card with counts, the loss of a sample, and the report of a dry run.

    Args:
        pool: where samples and dry runs are made.
    """

    def __init__(self, pool: ReadingPool) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setMinimumWidth(WIDTH)
        self.summary = section_label("")
        self.summary.setWordWrap(True)
        self.left_out = muted_label("")
        self.loss = TrialLine()
        self.run_line = TrialLine()
        self.run_button = QPushButton()
        self.run_button.setToolTip(
            self.tr("Do all of the export but write nothing, and say what it would do.")
        )
        self.report = ReportTable(
            (self.tr("What"), self.tr("Result")), subject_width=_SUBJECT_WIDTH
        )
        self.report.setAccessibleName(self.tr("Report of the dry run"))
        self.copy_button = QPushButton(self.tr("&Copy"))
        self.copy_button.clicked.connect(self.report.copy_all)
        self.save_button = QPushButton(self.tr("&Save…"))
        self.save_button.clicked.connect(
            lambda: self.report.save_all(self.summary.text(), "export.txt")
        )
        self.report.failed.connect(lambda sentence: self.run_line.say(sentence, wrong=True))
        self._sampling = Rehearsal(pool, DELAY_MS, self)
        self._running = Rehearsal(pool, 0, self)
        self._lay_out()
        self._connect()
        self.show_counts("", "")

    def show_counts(self, summary: str, left_out: str) -> None:
        """Say what is known at once; what was tried out before is of something else now."""
        self.summary.setText(summary)
        self.left_out.setText(left_out)
        self.left_out.setVisible(bool(left_out))
        self.stop()

    def sample(self, work: Sampling) -> None:
        """Try a sample out."""
        self.loss.show_running(self.tr("Trying out what the format makes of the masks…"))
        self._sampling.want(work)

    def dry_run(self, work: DryRun) -> None:
        """Do all of an export but write nothing; a second time, stop that."""
        was_busy = self._running.is_busy
        self._stop_dry_run()
        if was_busy:
            return
        self.run_line.show_running(self.tr("Running dry…"))
        self.run_button.setText(self.tr("Stop"))
        self._running.want(work)

    def stop(self) -> None:
        """Try nothing out any more, and forget what was."""
        self._sampling.stop()
        self.loss.say("")
        self._stop_dry_run()

    def _connect(self) -> None:
        self._sampling.progressed.connect(self.loss.show_step)
        self._sampling.done.connect(
            lambda loss: self.loss.say(loss_words(loss), bool(loss.changed))
        )
        self._sampling.failed.connect(lambda why: self.loss.say(why, wrong=True))
        self._running.progressed.connect(self.run_line.show_step)
        self._running.done.connect(self._show_dry_run)
        self._running.failed.connect(self._show_failure)

    def _show_loss(self, loss: SampledLoss) -> None:
        self.loss.say(loss_words(loss), wrong=loss.changed > 0)

    def _stop_dry_run(self) -> None:
        self._running.stop()
        self.run_line.say("")
        self.run_button.setText(self.tr("Dry &run"))
        self._show_report(False)

    def _show_failure(self, sentence: str) -> None:
        self._stop_dry_run()
        self.run_line.say(sentence, wrong=True)

    def _show_dry_run(self, report: ExportReport) -> None:
        self.run_button.setText(self.tr("Dry &run"))
        self.run_line.say(self.tr("Nothing was written. The export would do this:"))
        self.report.show_rows(report_rows(report))
        self._show_report(True)

    def _show_report(self, shown: bool) -> None:
        for widget in (self.report, self.copy_button, self.save_button):
            widget.setVisible(shown)
        self._rest.setVisible(not shown)

    def _lay_out(self) -> None:
        self._rest = QWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        for widget in (self.summary, self.left_out, self.loss, self.run_line):
            layout.addWidget(widget)
        layout.addWidget(self.report, 1)
        layout.addWidget(self._rest, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.run_button, self.copy_button, self.save_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout.addLayout(buttons)
