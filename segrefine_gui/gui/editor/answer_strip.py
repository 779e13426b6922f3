"""The strip of alternatives for a part that was refined again, to be picked by number."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from segrefine_gui.gui.action_table.editor_rows import PICK_ROWS
from segrefine_gui.gui.actions import Actions

HEIGHT = 40


class AnswerStrip(QWidget):
    """One button an alternative, usable once it is computed; hidden where there is none.

    Nothing in it takes the focus, so keys go on meaning what they mean.

    Args:
        actions: the window's actions, which the buttons trigger.
        parent: the editor.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Alternatives"))
        self._words = QLabel()
        self._words.setProperty("role", "muted")
        self.buttons: list[QPushButton] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 14, 4)
        layout.setSpacing(8)
        layout.addWidget(self._words)
        for spec in PICK_ROWS:
            button = QPushButton()
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAccessibleName(actions[spec.id].iconText())
            button.clicked.connect(actions[spec.id].trigger)
            layout.addWidget(button)
            self.buttons.append(button)
        layout.addStretch(1)
        self.hide()

    def show_ways(self, names: Sequence[str], ready: Collection[int]) -> None:
        """Show what can be picked.

        Args:
            names: of all ways, at most as many as there are actions; empty to hide.
            ready: numbers of those that are computed, counted from 0.
        """
        self.setVisible(bool(names))
        waiting = len(ready) < len(names)
        self._words.setText(self.tr("Refining…") if waiting else self.tr("Refined by"))
        for number, (spec, button) in enumerate(zip(PICK_ROWS, self.buttons, strict=True)):
            button.setVisible(number < len(names))
            button.setEnabled(number in ready)
            self._actions[spec.id].setEnabled(number in ready)
            if number < len(names):
                key = self._actions.key_text(spec.id)
                button.setText(f"{key}  {names[number]}" if key else names[number])
                button.setAccessibleName(names[number])
                button.setToolTip(self._actions[spec.id].toolTip())
