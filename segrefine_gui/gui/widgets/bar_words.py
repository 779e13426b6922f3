"""The words at the left of a bar under the canvas: a title, and details below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout

from segrefine_gui.gui.widgets.elided_label import ElidedLabel


class BarWords(QVBoxLayout):
    """Two lines in the middle of the bar's height that ask for no width.

    Args:
        title_format: plain or rich text of the title; the details are plain.
    """

    def __init__(self, title_format: Qt.TextFormat) -> None:
        super().__init__()
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setTextFormat(title_format)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.details = ElidedLabel()
        self.details.setProperty("role", "muted")
        self.setSpacing(2)
        self.addStretch(1)
        self.addWidget(self.title)
        self.addWidget(self.details)
        self.addStretch(1)
