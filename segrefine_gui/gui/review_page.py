"""The middle of the window while a project is open."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.compare_view import CompareView
from segrefine_gui.gui.widgets.banner import Banner
from segrefine_gui.gui.widgets.decision_bar import DecisionBar, KeyButton


class ReviewPage(QWidget):
    """The canvases, notes over them, and the decisions under them.

    Args:
        actions: the window's actions, which the buttons trigger.
        parent: the window.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._export = actions["export"]
        self.note = Banner()
        self.completion = Banner()
        self.compare = CompareView()
        self.decisions = DecisionBar(
            [
                KeyButton(actions["use_refined"], "accept", "⏎"),
                KeyButton(actions["keep_coarse"], "reject", "X"),
                KeyButton(actions["drop"], "drop", self.tr("Del")),
                KeyButton(actions["undo"], "undo", "U"),
            ]
        )
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.compare, 0, 0)
        # Over the canvases, so that words which come and go do not move what is looked at; a
        # note lies over the completion.
        over = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignHCenter
        layout.addWidget(self.completion, 0, 0, over)
        layout.addWidget(self.note, 0, 0, over)
        layout.addWidget(self.decisions, 1, 0)
        layout.setRowStretch(0, 1)

    def show_completion(self, total: int, left: int) -> None:
        """Say so when everything is decided, and offer to export."""
        if not total or left:
            self.completion.hide()
            return
        all_decided = self.tr("All {} instances are decided.").format(total)
        text = self.tr("The one instance is decided.") if total == 1 else all_decided
        self.completion.say(text, "done", self.tr("Export…"), self._export.trigger)
