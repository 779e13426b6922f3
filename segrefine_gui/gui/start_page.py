"""What the window shows while no project is open: ways in, and recent projects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget


class StartPage(QWidget):
    """Ways to begin."""

    open_images_requested = Signal()
    import_masks_requested = Signal()
    open_project_requested = Signal()
    samples_requested = Signal()
    recent_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        for text, signal in (
            (self.tr("Open images…"), self.open_images_requested),
            (self.tr("Import masks…"), self.import_masks_requested),
            (self.tr("Open project…"), self.open_project_requested),
            (self.tr("Try the samples"), self.samples_requested),
        ):
            button = QPushButton(text)
            button.clicked.connect(signal)
            layout.addWidget(button)
        self._recent = QVBoxLayout()
        layout.addLayout(self._recent)

    def set_recent(self, paths: Sequence[Path]) -> None:
        """Show recent projects, newest first."""
        while (item := self._recent.takeAt(0)) is not None:
            item.widget().deleteLater()
        for path in paths:
            button = QPushButton(path.name)
            button.clicked.connect(lambda _=False, p=path: self.recent_requested.emit(p))
            self._recent.addWidget(button)

    def set_drop_active(self, active: bool) -> None:
        """Show that something may be dropped here."""
        self.setProperty("dropActive", active)
