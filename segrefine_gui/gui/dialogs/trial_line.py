"""Says that something is being tried out, how far it is, or why that went wrong."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from segrefine_gui.gui.labels import muted_label, set_role
from segrefine_gui.services.steps import Step

_BAR_HEIGHT = 6


class TrialLine(QWidget):
    """A sentence over a thin bar that is there while something runs; hidden with nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.words = muted_label("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(_BAR_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.words)
        layout.addWidget(self.bar)
        self.say("")

    def say(self, sentence: str, wrong: bool = False) -> None:
        """Say something, or nothing; nothing runs."""
        self.words.setText(sentence)
        set_role(self.words, "problem" if wrong else "muted")
        self.bar.hide()
        self.setVisible(bool(sentence))

    def show_running(self, sentence: str) -> None:
        """Say that something began of which nobody knows how long it takes."""
        self.say(sentence)
        self.bar.setRange(0, 0)
        self.bar.show()

    def show_step(self, step: Step) -> None:
        """Show how far it is."""
        if step.total:
            self.bar.setRange(0, step.total)
            self.bar.setValue(int(step.done))
