"""The middle of the window while a project is open."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from segrefine_gui.gui.action_table.review_rows import ALTERNATIVE_KEYS
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.compare.view import CompareView
from segrefine_gui.gui.editor.view import EditorView
from segrefine_gui.gui.widgets.alternatives_bar import AlternativesBar
from segrefine_gui.gui.widgets.banner import Banner
from segrefine_gui.gui.widgets.choice_bar import ChoiceBar
from segrefine_gui.gui.widgets.decision_bar import DecisionBar, KeyButton
from segrefine_gui.gui.widgets.risk_bar import RiskBar
from segrefine_gui.gui.workers.pool import ReadingPool

_FOOT = 4
"""Row of what is decided by."""


class ReviewPage(QWidget):
    """The canvases, notes over them, and under them alternatives, risk, choice and decisions.

    Args:
        actions: the window's actions, which the buttons trigger.
        pool: where the canvases' masks are read.
        parent: the window.
    """

    def __init__(self, actions: Actions, pool: ReadingPool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._export = actions["export"]
        self.note = Banner()
        self.completion = Banner()
        self.compare = CompareView(pool)
        self._actions = actions
        actions.keys_changed.connect(self._name_keys)
        self._name_keys()
        self.alternatives = AlternativesBar(self._alternative_key)
        self.risk = RiskBar(actions)
        self.choices = ChoiceBar(actions)
        self.decisions = DecisionBar(
            [
                KeyButton(actions["use_refined"], "accept"),
                KeyButton(actions["keep_coarse"], "reject"),
                KeyButton(actions["drop"], "drop"),
                KeyButton(actions["undo"], "undo"),
            ]
        )
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.compare, 0, 0)
        self.editor = EditorView(actions, self.compare.viewport)
        layout.addWidget(self.editor, 0, 0)
        layout.addWidget(self.editor.foot, _FOOT, 0)
        self._is_sheet_shown = self._is_editor_shown = False
        # Over the canvases, so that words which come and go do not move what is looked at; a
        # note lies over the completion.
        over = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignHCenter
        layout.addWidget(self.completion, 0, 0, over)
        layout.addWidget(self.note, 0, 0, over)
        layout.addWidget(self.alternatives, 1, 0)
        layout.addWidget(self.risk, 2, 0)
        layout.addWidget(self.choices, 3, 0)
        layout.addWidget(self.decisions, _FOOT, 0)
        layout.setRowStretch(0, 1)
        self.editor.hide()
        self.editor.foot.hide()

    def _name_keys(self) -> None:
        self.compare.set_keys(
            self._actions.key_text("refine"), self._actions.key_text("show_coarse")
        )

    def _alternative_key(self, number: int) -> str:
        return self._actions.key_text(f"alternative_{number}") if number <= ALTERNATIVE_KEYS else ""

    def add_sheet(self, sheet: QWidget, foot: QWidget) -> None:
        """Put the contact sheet where the canvases are, and its foot below; hidden at first."""
        layout = self.layout()
        assert isinstance(layout, QGridLayout)
        layout.addWidget(sheet, 0, 0)
        layout.addWidget(foot, _FOOT, 0)
        sheet.lower()
        self._sheet_parts = (sheet, foot)
        for part in self._sheet_parts:
            part.hide()

    def show_sheet(self, shown: bool) -> None:
        """Show the contact sheet, or the canvases with what is decided about one instance."""
        self._is_sheet_shown = shown
        self._arrange()

    def show_editor(self, shown: bool) -> None:
        """Show the editor, or the canvases with what is decided about one instance."""
        self._is_editor_shown = shown
        self._arrange()

    def _arrange(self) -> None:
        for part in self._sheet_parts:
            part.setVisible(self._is_sheet_shown)
        has_editor = self._is_editor_shown and not self._is_sheet_shown
        has_canvases = not self._is_editor_shown and not self._is_sheet_shown
        self.editor.setVisible(has_editor)
        self.editor.foot.setVisible(has_editor)
        self.compare.setVisible(has_canvases)
        self.decisions.setVisible(has_canvases)

    def show_completion(self, total: int, left: int) -> None:
        """Say so when everything is decided, and offer to export."""
        if not total or left:
            self.completion.hide()
            return
        all_decided = self.tr("All {} instances are decided.").format(total)
        text = self.tr("The one instance is decided.") if total == 1 else all_decided
        self.completion.say(text, "done", self.tr("Export…"), self._export.trigger)
