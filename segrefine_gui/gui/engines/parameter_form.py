"""A form for whatever parameters an engine offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.parameters import Parameter, ParameterValue
from segrefine_gui.gui.dialogs.form_dialog import name_for_readers
from segrefine_gui.gui.engines.fields import Field, NamesField, SwitchField, make_field
from segrefine_gui.gui.labels import muted_label
from segrefine_gui.gui.widgets.plain_text import as_tooltip

LABEL_WIDTH = 150
"""Least width of the labels' column, so that the fields of several engines line up."""


class ParameterForm(QWidget):
    """One field a parameter, with its help below; values that are not the default are told."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._parameters: tuple[Parameter, ...] = ()
        self._fields: dict[str, Field] = {}
        self._content = QWidget()
        self.reset_button = QPushButton(self.tr("Reset to defaults"))
        self.reset_button.setAutoDefault(False)
        self.reset_button.setProperty("role", "small")
        self.reset_button.clicked.connect(lambda: self.set_values({}))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(22, 0, 0, 0)
        self._layout.setSpacing(10)
        self._layout.addWidget(self._content)
        self._layout.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def parameters(self) -> Sequence[Parameter]:
        """What there are fields for."""
        return self._parameters

    def field(self, name: str) -> Field:
        """The field of a parameter."""
        return self._fields[name]

    def show_parameters(self, parameters: Sequence[Parameter]) -> None:
        """Make fields for these, at their defaults; does nothing when they are the same."""
        if tuple(parameters) == self._parameters:
            return
        self._parameters = tuple(parameters)
        self._fields = {each.name: make_field(each) for each in parameters}
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        for number, parameter in enumerate(self._parameters):
            self._add(grid, 3 * number, parameter)
        replaced = self._layout.replaceWidget(self._content, content)
        if replaced is not None:
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        self._follow()

    def values(self) -> dict[str, ParameterValue]:
        """Values by name, as `EngineOptions.parameters` takes them; defaults are left out."""
        found = {each.name: self._fields[each.name].value() for each in self._parameters}
        return {
            each.name: found[each.name]
            for each in self._parameters
            if found[each.name] != each.default
        }

    def set_values(self, values: Mapping[str, object]) -> None:
        """Show values, not trusted; what is not named or does not fit gets its default."""
        for parameter in self._parameters:
            field = self._fields[parameter.name]
            try:
                value = parameter.checked(values[parameter.name])
            except (KeyError, EngineError):
                value = parameter.default
            if field.value() != value:
                field.set_value(value)

    def _add(self, grid: QGridLayout, row: int, parameter: Parameter) -> None:
        field = self._fields[parameter.name]
        field.changed.connect(self._follow)
        field.setToolTip(as_tooltip(parameter.help))
        help_line = muted_label(parameter.help)
        name_for_readers(field, parameter.label)
        field.setAccessibleDescription(parameter.help)
        if isinstance(field, SwitchField):
            grid.addWidget(field, row, 1)
        else:
            label = QLabel(parameter.label)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setBuddy(field.focusProxy() or field)
            label.setToolTip(as_tooltip(parameter.help))
            is_tall = isinstance(field, NamesField)
            middle, top = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignTop
            grid.addWidget(label, row, 0, top if is_tall else middle)
            grid.addWidget(field, row, 1)
        grid.addWidget(help_line, row + 1, 1)
        grid.setRowMinimumHeight(row + 2, 6)

    def _follow(self) -> None:
        self.reset_button.setEnabled(bool(self.values()))
        self.changed.emit()
