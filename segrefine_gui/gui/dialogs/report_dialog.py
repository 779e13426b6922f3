"""Says what a job did, and lists what it left out and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.dialogs.form_dialog import muted_label, primary_button, title_label
from segrefine_gui.services.steps import Skipped


class ReportDialog(QDialog):
    """A summary and a table that can be copied."""

    def __init__(
        self, title: str, summary: str, skipped: Sequence[Skipped], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._skipped = tuple(skipped)
        self.table = QTableWidget(len(skipped), 2)
        self.table.setHorizontalHeaderLabels([self.tr("Left out"), self.tr("Why")])
        for row, item in enumerate(skipped):
            self.table.setItem(row, 0, QTableWidgetItem(item.subject))
            self.table.setItem(row, 1, QTableWidgetItem(item.sentence))
        self.copy_button = QPushButton(self.tr("&Copy all"))
        self.copy_button.clicked.connect(self.copy_all)
        close = primary_button(self.tr("Close"))
        close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(title_label(title))
        layout.addWidget(muted_label(summary))
        layout.addWidget(self.table)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout.addLayout(buttons)

    def copy_all(self) -> None:
        """Put every line on the clipboard."""
        lines = (f"{item.subject}\t{item.sentence}" for item in self._skipped)
        QGuiApplication.clipboard().setText("\n".join(lines))
