"""The strip of the tool Prompt: what happens, the answers, and whether they replace the mask."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from segrefine_gui.gui.action_table.editor_rows import PICK_ROWS
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.editor.answer_strip import HEIGHT
from segrefine_gui.gui.editor.prompting import PromptState
from segrefine_gui.gui.widgets.elided_label import ElidedLabel


class PromptStrip(QWidget):
    """One button an answer, with what the interactor thinks of it; hidden under other tools.

    Nothing in it takes the focus, so keys go on meaning what they mean.

    Args:
        actions: the window's actions, which the buttons trigger.
        parent: the editor.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Prompts"))
        self.words = ElidedLabel()
        self.words.setProperty("role", "muted")
        self.buttons: list[QPushButton] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 14, 4)
        layout.setSpacing(8)
        for spec in PICK_ROWS:
            self.buttons.append(self._button(spec.id))
            layout.addWidget(self.buttons[-1])
        layout.addWidget(self.words, 1)
        self.replaces = self._button("prompt_replaces")
        actions["prompt_replaces"].toggled.connect(self.replaces.setChecked)
        layout.addWidget(self.replaces)
        choose = self._button("choose_interactor")
        choose.setCheckable(False)
        choose.setText(self.tr("Interactor…"))
        choose.setToolTip(actions["choose_interactor"].toolTip())
        layout.addWidget(choose)
        self.show_state(None)

    def show_state(self, state: PromptState | None) -> None:
        """Show what there is to say of the prompts; None to hide."""
        self.setVisible(state is not None)
        scores = () if state is None else state.scores
        for number, (spec, button) in enumerate(zip(PICK_ROWS, self.buttons, strict=True)):
            is_there = number < len(scores)
            button.setVisible(is_there)
            self._actions[spec.id].setEnabled(is_there)
            if is_there:
                self._name(button, spec.id, self.tr("{:.0%} sure").format(scores[number]))
                button.setChecked(state is not None and number == state.chosen)
        if state is not None:
            self._name(self.replaces, "prompt_replaces", self.tr("Replace Mask"))
            words = state.words.replace("{}", self._actions.key_text("apply_edit"))
            self.words.show_text(words)
            self.words.setToolTip(words)

    def _button(self, action_id: str) -> QPushButton:
        button = QPushButton()
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAccessibleName(self._actions[action_id].iconText())
        button.clicked.connect(self._actions[action_id].trigger)
        return button

    def _name(self, button: QPushButton, action_id: str, name: str) -> None:
        key = self._actions.key_text(action_id)
        button.setText(f"{key}  {name}" if key else name)
        button.setAccessibleName(name)
        button.setToolTip(self._actions[action_id].toolTip())
