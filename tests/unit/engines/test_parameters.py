import math
from dataclasses import asdict, dataclass

import pytest

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import EngineOptions, parameters_of
from segrefine_gui.engines.builtin.refiner import BuiltinFactory, BuiltinSettings
from segrefine_gui.engines.cascadepsp.refiner import CascadePspFactory, CascadePspSettings
from segrefine_gui.engines.classical.grabcut import GrabCutFactory, GrabCutSettings
from segrefine_gui.engines.classical.guided import GuidedFactory, GuidedSettings
from segrefine_gui.engines.parameters import Parameter, checked, chosen

OFFERED = (
    Parameter("fast", "switch", False, "Fast", "Leaves out the local step."),
    Parameter("side", "whole", 900, "Side", "What is seen at once.", 96, 4096, unit="px"),
    Parameter("share", "number", 0.5, "Share", "How much.", 0, 1),
    Parameter("mode", "choice", "ours", "Schedule", "Whose.", choices=("ours", "exact")),
    Parameter("classes", "names", (), "Classes", "To keep.", choices=("cat", "dog")),
    Parameter("note", "text", "", "Note", "Anything."),
)


def test_what_is_not_given_has_its_default():
    assert checked(OFFERED, {}, "x") == {
        "fast": False,
        "side": 900,
        "share": 0.5,
        "mode": "ours",
        "classes": (),
        "note": "",
    }


def test_values_come_back_in_their_own_type():
    found = checked(OFFERED, {"side": 128.0, "share": 1, "classes": ["cat"]}, "x")
    assert (found["side"], type(found["side"])) == (128, int)
    assert (found["share"], type(found["share"])) == (1.0, float)
    assert found["classes"] == ("cat",)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("fast", 1, "Fast must be on or off, not 1."),
        ("side", 95, "Side must be a whole number from 96 to 4096, not 95."),
        ("side", 100.5, "Side must be a whole number from 96 to 4096, not 100.5."),
        ("side", True, "Side must be a whole number from 96 to 4096, not True."),
        ("side", float("inf"), "Side must be a whole number from 96 to 4096, not inf."),
        ("share", float("nan"), "Share must be a number from 0 to 1, not nan."),
        ("mode", "theirs", "Schedule must be one of ours, exact, not 'theirs'."),
        ("classes", "cat", "Classes must be a list of names, not 'cat'."),
        ("classes", [1], "Classes must be a list of names, not [1]."),
        ("note", None, "Note must be a text, not None."),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(name, value, sentence):
    with pytest.raises(EngineError) as refused:
        checked(OFFERED, {name: value}, "x")
    assert refused.value.sentence == sentence


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(EngineError, match=r"no parameter 'sides'. Did you mean 'side'\?"):
        checked(OFFERED, {"sides": 1}, "x")


@dataclass(frozen=True)
class Chosen:
    side: int
    classes: tuple[str, ...]


def test_values_become_an_engines_settings():
    offered = [parameter for parameter in OFFERED if parameter.name in ("side", "classes")]
    assert chosen(Chosen, offered, {"side": 128.0}, "x") == Chosen(128, ())
    with pytest.raises(EngineError, match="engine x has no parameter 'fast'"):
        chosen(Chosen, offered, {"fast": True}, "x")


@pytest.mark.parametrize(
    ("factory", "settings"),
    [
        (BuiltinFactory(), BuiltinSettings()),
        (CascadePspFactory(), CascadePspSettings()),
        (GrabCutFactory(), GrabCutSettings()),
        (GuidedFactory(), GuidedSettings()),
    ],
)
def test_every_setting_of_a_refiner_is_a_parameter_with_its_default(factory, settings, tmp_path):
    offered = parameters_of(factory, EngineOptions(tmp_path))
    assert {parameter.name: parameter.default for parameter in offered} == asdict(settings)
    for parameter in offered:
        assert parameter.checked(parameter.default) == parameter.default
        assert parameter.label
        assert parameter.help.endswith(".")
        if parameter.kind in ("whole", "number"):
            assert math.isfinite(parameter.low)
            assert math.isfinite(parameter.high)
