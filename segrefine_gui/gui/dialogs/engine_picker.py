"""A list of engines to choose one from; those that cannot run say why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QVBoxLayout, QWidget

from segrefine_gui.gui.dialogs.form_dialog import muted_label


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One line of the list.

    Attributes:
        name: what `EngineCatalog.choose` takes.
        title: what the person reads.
        summary: one line on what it is.
        problem: asked whenever options change: one sentence on why it cannot run, or empty.
    """

    name: str
    title: str
    summary: str
    problem: Callable[[], str]


class EnginePicker(QWidget):
    """Radio buttons, one engine each.

    Args:
        rows: the engines, in order of preference.
    """

    changed = Signal()

    def __init__(self, rows: Sequence[EngineRow]) -> None:
        super().__init__()
        self._rows = rows
        self._group = QButtonGroup(self)
        self._buttons: list[QRadioButton] = []
        self._problems: list[QLabel] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for row in rows:
            layout.addWidget(self._row_widget(row))
        self._group.buttonClicked.connect(lambda _: self.changed.emit())
        self.show_statuses()

    def chosen(self) -> str | None:
        """The name of the engine chosen, None where none can run."""
        for row, button in zip(self._rows, self._buttons, strict=True):
            if button.isChecked():
                return row.name
        return None

    def choose(self, name: str) -> None:
        """Choose the engine of that name, if it can run."""
        for row, button in zip(self._rows, self._buttons, strict=True):
            if row.name == name and button.isEnabled():
                button.setChecked(True)

    def show_statuses(self) -> None:
        """Ask each engine whether it can run, and choose one that can."""
        for row, button, label in zip(self._rows, self._buttons, self._problems, strict=True):
            problem = row.problem()
            button.setEnabled(not problem)
            button.setToolTip(problem)
            label.setText(problem)
            label.setVisible(bool(problem))
        self._choose_a_usable_one()

    def _choose_a_usable_one(self) -> None:
        checked = self._group.checkedButton()
        if checked is not None and checked.isEnabled():
            return
        self._group.setExclusive(False)
        for button in self._buttons:
            button.setChecked(False)
        self._group.setExclusive(True)
        usable = next((button for button in self._buttons if button.isEnabled()), None)
        if usable is not None:
            usable.setChecked(True)

    def _row_widget(self, row: EngineRow) -> QWidget:
        button = QRadioButton(row.title)
        button.setAccessibleDescription(row.summary)
        self._group.addButton(button)
        self._buttons.append(button)
        problem = QLabel()
        problem.setProperty("role", "problem")
        problem.setWordWrap(True)
        self._problems.append(problem)
        widget = QWidget()
        layout = QVBoxLayout(widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(button)
        for label in (muted_label(row.summary), problem):
            label.setContentsMargins(24, 0, 0, 0)
            layout.addWidget(label)
        return widget
