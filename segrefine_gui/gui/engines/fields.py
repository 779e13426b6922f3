"""A field for each kind of parameter; each keeps its value within what the parameter takes."""

from __future__ import annotations

import math
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
)

from segrefine_gui.engines.parameters import Parameter, ParameterValue
from segrefine_gui.gui.queue.check_list import CheckList

_WIDEST_WHOLE = 2**31 - 1
"""What Qt's spin box for whole numbers can hold."""

_WIDEST_NUMBER = 1e9
_LEAST_DECIMALS, _MOST_DECIMALS = 2, 8

TEXT_INSET = 7
"""Left of the number, as in other fields; style sheets do not reach into a spin box."""


class SwitchField(QCheckBox):
    """On or off."""

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter.label)
        self.toggled.connect(lambda _: self.changed.emit())

    def value(self) -> ParameterValue:
        """Whether it is on."""
        return self.isChecked()

    def set_value(self, value: ParameterValue) -> None:
        """Switch it on or off."""
        self.setChecked(bool(value))


class WholeField(QSpinBox):
    """A whole number within its range."""

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        low = max(parameter.low, -_WIDEST_WHOLE)
        high = min(parameter.high, _WIDEST_WHOLE)
        self.setRange(math.ceil(low), math.floor(high))
        _dress(self, parameter)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.valueChanged.connect(lambda _: self.changed.emit())

    def set_value(self, value: ParameterValue) -> None:
        """Show a number."""
        assert isinstance(value, int)
        self.setValue(value)


class NumberField(QDoubleSpinBox):
    """A number within its range, with as many decimals as its default and its limits have."""

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        low, high = max(parameter.low, -_WIDEST_NUMBER), min(parameter.high, _WIDEST_NUMBER)
        assert isinstance(parameter.default, int | float)
        self._exact = float(parameter.default)
        self.setDecimals(max(_decimals(self._exact), _decimals(low), _decimals(high)))
        self.setRange(low, high)
        _dress(self, parameter)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.valueChanged.connect(lambda _: self.changed.emit())

    def set_value(self, value: ParameterValue) -> None:
        """Show a number."""
        assert isinstance(value, int | float)
        self._exact = float(value)
        self.setDecimals(max(self.decimals(), _decimals(self._exact)))
        self.setValue(self._exact)

    def value(self) -> float:
        """The number that is shown; unrounded where it was set and not touched since."""
        shown = super().value()
        return self._exact if abs(shown - self._exact) < 10.0 ** -self.decimals() else shown


class ChoiceField(QComboBox):
    """One of several texts."""

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self.addItems(parameter.choices)
        self.currentIndexChanged.connect(lambda _: self.changed.emit())

    def value(self) -> ParameterValue:
        """The text chosen."""
        return self.currentText()

    def set_value(self, value: ParameterValue) -> None:
        """Choose a text."""
        self.setCurrentText(str(value))


class TextField(QLineEdit):
    """Any text."""

    changed = Signal()

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self.setPlaceholderText(str(parameter.default))
        self.textChanged.connect(lambda _: self.changed.emit())

    def value(self) -> ParameterValue:
        """The text typed."""
        return self.text()

    def set_value(self, value: ParameterValue) -> None:
        """Show a text."""
        self.setText(str(value))


class NamesField(CheckList):
    """Names to tick, to be searched where they are many; none ticked means all."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter.label)
        self._choices = parameter.choices
        self.setFocusProxy(self.list)
        self.show_names(parameter.choices, ())

    def value(self) -> ParameterValue:
        """The names ticked, in their order."""
        ticked = self.ticked()
        return tuple(name for name in self._choices if name in ticked)

    def set_value(self, value: ParameterValue) -> None:
        """Tick some names; those that are not offered are passed over."""
        assert isinstance(value, tuple)
        self.show_names(self._choices, value)
        self.changed.emit()


class TypedNamesField(QLineEdit):
    """Names with commas between them, where nobody knows beforehand which ones there are."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(self.tr("All; or names, with commas between them"))
        self.textChanged.connect(lambda _: self.changed.emit())

    def value(self) -> ParameterValue:
        """The names typed."""
        return tuple(filter(None, (name.strip() for name in self.text().split(","))))

    def set_value(self, value: ParameterValue) -> None:
        """Show names."""
        assert isinstance(value, tuple)
        self.setText(", ".join(value))


Field = (
    SwitchField | WholeField | NumberField | ChoiceField | TextField | NamesField | TypedNamesField
)
"""Each has `value()`, `set_value(value)`, and the signal `changed`."""


def make_field(parameter: Parameter) -> Field:
    """The field for a parameter, at its default."""
    field = _made(parameter)
    field.set_value(parameter.default)
    return field


def _made(parameter: Parameter) -> Field:
    if parameter.kind == "switch":
        return SwitchField(parameter)
    if parameter.kind == "whole":
        return WholeField(parameter)
    if parameter.kind == "number":
        return NumberField(parameter)
    if parameter.kind == "choice":
        return ChoiceField(parameter)
    if parameter.kind == "text":
        return TextField(parameter)
    return NamesField(parameter) if parameter.choices else TypedNamesField()


def _dress(field: QSpinBox | QDoubleSpinBox, parameter: Parameter) -> None:
    if parameter.unit:
        field.setSuffix(f" {parameter.unit}")
    field.lineEdit().setTextMargins(TEXT_INSET, 0, 0, 0)


def _decimals(value: float) -> int:
    """Decimals that a number needs to be shown, within reason."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    needed = -exponent if isinstance(exponent, int) else 0
    return min(max(needed, _LEAST_DECIMALS), _MOST_DECIMALS)
