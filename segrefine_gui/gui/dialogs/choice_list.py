"""A short list of things of which one is chosen; those that cannot be chosen say why."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.labels import muted_label, problem_label

_INDENT = 24


class ChoiceList(QFrame):
    """Radio buttons on a card, each with a line of explanation."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(lambda _: self.changed.emit())
        self._group.buttonToggled.connect(self._focus_on)
        self._buttons: dict[str, QRadioButton] = {}
        self._problems: dict[str, QLabel] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def add(self, key: str, title: str, summary: str = "", extra: QWidget | None = None) -> None:
        """Add a line; the first one added is chosen at first.

        Args:
            key: what `chosen` returns for it.
            title: what it is called.
            summary: a line on what it is.
            extra: a control that belongs to it.
        """
        if self._buttons:
            line = QFrame()
            line.setProperty("role", "line")
            self._layout.addWidget(line)
        button = _WideRadioButton(title)
        button.setAccessibleDescription(summary)
        problem = problem_label()
        row = QVBoxLayout()
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(3)
        row.addWidget(button)
        details = QVBoxLayout()
        details.setContentsMargins(_INDENT, 0, 0, 0)
        details.setSpacing(3)
        if summary:
            details.addWidget(muted_label(summary))
        details.addWidget(problem)
        if extra is not None:
            details.addWidget(extra)
        row.addLayout(details)
        self._layout.addLayout(row)
        self._group.addButton(button)
        self._buttons[key], self._problems[key] = button, problem
        if self.focusProxy() is None:
            self.setFocusProxy(button)
        self.set_problem(key, "")

    def chosen(self) -> str | None:
        """The key of the line that is chosen, None where none can be."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), None)

    def choose(self, key: str) -> None:
        """Choose a line, as a click on it would."""
        self._buttons[key].click()

    def set_problem(self, key: str, problem: str) -> None:
        """Say why a line cannot be chosen; empty where it can."""
        button, label = self._buttons[key], self._problems[key]
        button.setEnabled(not problem)
        button.setToolTip(problem)
        label.setText(problem)
        label.setVisible(bool(problem))
        self._choose_one_that_can_be()

    def _focus_on(self, button: QAbstractButton, is_chosen: bool) -> None:
        """Let the focus come to what is chosen, so that the arrow keys go on from there."""
        if is_chosen:
            self.setFocusProxy(button)

    def _choose_one_that_can_be(self) -> None:
        checked = self._group.checkedButton()
        if checked is not None and checked.isEnabled():
            return
        usable = next((button for button in self._buttons.values() if button.isEnabled()), None)
        if usable is not None:
            usable.setChecked(True)
        elif checked is not None:
            # An exclusive group does not let go of its last choice.
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)


class _WideRadioButton(QRadioButton):
    """A radio button that a click anywhere on its line chooses, not only one on its words."""

    def hitButton(self, position: QPoint) -> bool:
        """Whether a click there is meant for it."""
        return self.rect().contains(position)
