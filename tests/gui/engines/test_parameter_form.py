"""A form for whatever an engine offers: every kind of parameter, within its range."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot
from support.tunable import PARAMETERS

from segrefine_gui.engines.parameters import Parameter, checked
from segrefine_gui.gui.engines.fields import NamesField, NumberField, WholeField, make_field
from segrefine_gui.gui.engines.parameter_form import ParameterForm

CHANGED = {
    "grow": -7,
    "softness": 0.5,
    "holes": True,
    "mode": "exact",
    "tag": "blue",
    "classes": ("thing 2", "thing 11"),
    "extra": ("cat", "wild dog"),
}


@pytest.fixture
def form(qtbot: QtBot) -> ParameterForm:
    form = ParameterForm()
    qtbot.addWidget(form)
    form.show_parameters(PARAMETERS)
    form.show()
    return form


def type_number(field: WholeField | NumberField, text: str) -> None:
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Tab)


def test_what_nobody_touched_is_left_out_and_every_kind_is_read_back(form: ParameterForm):
    assert form.values() == {}
    assert not form.reset_button.isEnabled()

    type_number(form.field("grow"), "-7")
    type_number(form.field("softness"), "0.5")
    form.field("holes").click()
    form.field("mode").setCurrentText("exact")
    QTest.keyClicks(form.field("tag"), "blue")
    names = form.field("classes")
    QTest.keyClicks(names.search, "ING 11")
    shown = [row for row in range(names.list.count()) if not names.list.item(row).isHidden()]
    assert [names.list.item(row).text() for row in shown] == ["thing 11"]
    names.list.item(10).setCheckState(Qt.CheckState.Checked)
    names.search.clear()
    names.list.item(1).setCheckState(Qt.CheckState.Checked)
    QTest.keyClicks(form.field("extra"), "cat,  wild dog,")

    assert form.values() == CHANGED
    assert checked(PARAMETERS, form.values(), "tunable") == CHANGED
    QTest.mouseClick(form.reset_button, Qt.MouseButton.LeftButton)
    assert form.values() == {}
    assert names.ticked() == frozenset()


def test_numbers_stay_within_their_range(form: ParameterForm):
    type_number(form.field("grow"), "99")
    assert form.field("grow").value() <= 20
    form.field("softness").setValue(3.0)
    assert form.field("softness").value() == 1.0
    checked(PARAMETERS, form.values(), "tunable")
    assert form.field("grow").suffix() == " px"


def test_values_of_a_project_are_not_trusted(form: ParameterForm):
    form.set_values(
        {
            "grow": 1e9,
            "softness": "much",
            "holes": 1,
            "mode": "destructive",
            "tag": 7,
            "classes": ["thing 3", "thing nobody knows"],
            "surprise": True,
        }
    )
    assert form.values() == {"classes": ("thing 3",)}
    form.set_values({name: list(v) if isinstance(v, tuple) else v for name, v in CHANGED.items()})
    assert form.values() == CHANGED
    form.set_values({"tag": "red"})
    assert form.values() == {"tag": "red"}, "what is not named gets its default"


def test_every_field_is_named_and_explained(form: ParameterForm):
    words = [label.text() for label in form.findChildren(QLabel)]
    for parameter in PARAMETERS:
        field = form.field(parameter.name)
        assert parameter.help in words
        assert parameter.help in field.toolTip()
        assert parameter.label in (
            field.accessibleName(),
            field.text() if parameter.kind == "switch" else "",
        )


@pytest.mark.parametrize("default", [1 / 3, 1e-6, 12345.678, 0.1 + 0.2])
def test_a_default_with_many_decimals_is_no_change(qtbot: QtBot, default: float):
    field = make_field(Parameter("x", "number", default, "X", "X."))
    qtbot.addWidget(field)
    assert field.value() == default
    field.stepUp()
    assert field.value() > default
    field.set_value(default)
    assert field.value() == default


def test_a_number_without_limits_takes_large_ones(qtbot: QtBot):
    whole, number = (make_field(Parameter("x", kind, 0, "X", "X.")) for kind in ("whole", "number"))
    for field in (whole, number):
        qtbot.addWidget(field)
        field.set_value(-1_000_000)
        assert field.value() == -1_000_000


def test_names_are_typed_where_nobody_knows_which_there_are(qtbot: QtBot):
    typed = make_field(Parameter("x", "names", ("a",), "X", "X."))
    ticked = make_field(Parameter("x", "names", ("a",), "X", "X.", choices=("a", "b")))
    for field in (typed, ticked):
        qtbot.addWidget(field)
        assert field.value() == ("a",)
    assert isinstance(typed, QLineEdit)
    assert isinstance(ticked, NamesField)


def test_another_engine_has_other_fields_and_the_same_one_keeps_them(form: ParameterForm):
    form.set_values({"grow": 4})
    field = form.field("grow")
    form.show_parameters(tuple(PARAMETERS))
    assert form.field("grow") is field
    assert form.values() == {"grow": 4}
    form.show_parameters(PARAMETERS[1:2])
    assert [each.name for each in form.parameters] == ["softness"]
    assert form.values() == {}
    form.show_parameters(())
    assert form.values() == {}
