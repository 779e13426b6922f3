"""Says what a job did, and lists what it left out and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from segrefine_gui.gui.dialogs.form_dialog import MARGIN, SECTION_GAP, primary_button
from segrefine_gui.gui.dialogs.report_table import ReportTable
from segrefine_gui.gui.labels import muted_label, problem_label, title_label
from segrefine_gui.services.steps import Skipped

_EMPTY_WIDTH = 400


class ReportDialog(QDialog):
    """A summary, and a table of what was left out that can be copied and saved.

    Args:
        title: heading and window title.
        summary: what was done.
        skipped: what was left out.
        parent: the window it belongs to.
    """

    def __init__(
        self, title: str, summary: str, skipped: Sequence[Skipped], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.table = ReportTable((self.tr("What"), self.tr("Result")), skipped)
        self.table.setAccessibleName(self.tr("What was left out"))
        self.copy_button = QPushButton(self.tr("&Copy all"))
        self.copy_button.clicked.connect(self.table.copy_all)
        self.save_button = QPushButton(self.tr("&Save…"))
        self.save_button.clicked.connect(
            lambda: self.table.save_all(f"{title}: {summary}", f"{title.lower()}.txt")
        )
        self.problem = problem_label()
        self.table.failed.connect(self.problem.setText)
        self.close_button = primary_button(self.tr("Close"))
        self.close_button.clicked.connect(self.accept)
        heading = QVBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(title_label(title))
        heading.addWidget(muted_label(summary))
        footer = QHBoxLayout()
        footer.setSpacing(8)
        for button in (self.copy_button, self.save_button):
            button.setAutoDefault(False)
            footer.addWidget(button)
        footer.addWidget(self.problem, 1)
        footer.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        layout.setSpacing(SECTION_GAP)
        layout.addLayout(heading)
        layout.addWidget(self.table, 1)
        layout.addLayout(footer)
        self.close_button.setFocus()
        if skipped:
            self.resize(720, 460)
        else:
            self.setMinimumWidth(_EMPTY_WIDTH)
            for widget in (self.table, self.copy_button, self.save_button):
                widget.hide()
