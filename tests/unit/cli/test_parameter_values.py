"""Parameters on the command line: typed by the engine that has them, unknown ones refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tunable import PARAMETERS, TunableFactory

from segrefine_gui.cli.parameter_values import read_settings, shown, takes, with_settings
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.classical.grabcut import GrabCutFactory
from segrefine_gui.engines.registry import EngineRegistry

OPTIONS = EngineOptions(Path("/weights"), "cpu")
ENGINES = EngineRegistry([GrabCutFactory(), TunableFactory()])


def values(*texts: str, engines: tuple[str, ...] = ("tunable",)) -> list[dict[str, object]]:
    asked = {"refiner": [(name, OPTIONS) for name in engines]}
    found = with_settings(ENGINES, read_settings(texts), asked)
    return [dict(options.parameters) for _, options in found["refiner"]]


def test_values_have_the_type_of_their_parameter():
    assert values(
        "refiner.grow=-3",
        "refiner.softness=0.5",
        "tunable.holes=ON",
        "refiner.mode=exact",
        "refiner.tag=a=b c",
        "refiner.classes=thing 1, thing 2,",
    ) == [
        {
            "grow": -3,
            "softness": 0.5,
            "holes": True,
            "mode": "exact",
            "tag": "a=b c",
            "classes": ("thing 1", "thing 2"),
        }
    ]
    assert values("refiner.holes=no") == [{"holes": False}]
    assert values("refiner.grow=1", "tunable.grow=2") == [{"grow": 2}], "the later one counts"


def test_what_is_set_for_all_refiners_goes_to_those_that_have_it():
    both = values("refiner.grow=2", engines=("grabcut", "tunable"))
    assert both[1] == {"grow": 2}
    assert "grow" not in both[0]


def test_nothing_set_chooses_no_engine_beforehand():
    asked = {"refiner": [("auto", OPTIONS)], "segmenter": []}
    assert with_settings(ENGINES, [], asked) == {"refiner": [("auto", OPTIONS)], "segmenter": []}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("grow=3", "'grow=3' sets nothing: write refiner.NAME=VALUE"),
        ("refiner.grow", "'refiner.grow' sets nothing"),
        ("refiner.=3", "sets nothing"),
        ("refiner.grwo=3", r"There is no parameter refiner.grwo. Did you mean 'grow'\?"),
        ("tunabel.grow=3", r"No tunabel runs here.* Did you mean 'tunable'\?"),
        ("segmenter.grow=3", "No segmenter runs here, so segmenter.grow sets nothing."),
        ("refiner.grow=wide", "Grow by must be a whole number from -20 to 20, not 'wide'."),
        ("refiner.grow=21", "Grow by must be a whole number from -20 to 20, not 21."),
        ("refiner.softness=nan", "Softness must be a number from 0 to 1"),
        ("refiner.holes=maybe", "Keep holes must be on or off, not 'maybe'."),
        ("refiner.mode=slow", "Mode must be one of fast, exact, not 'slow'."),
    ],
)
def test_what_does_not_fit_is_one_sentence(text: str, sentence: str):
    with pytest.raises(EngineError, match=sentence):
        values(text)


def test_parameters_are_listed_as_they_are_typed():
    assert {each.name: (shown(each), takes(each)) for each in PARAMETERS} == {
        "grow": ("0", "whole -20 to 20 px"),
        "softness": ("0.25", "number 0 to 1"),
        "holes": ("off", "on, off"),
        "mode": ("fast", "fast, exact"),
        "tag": ("–", "text"),
        "classes": ("all", "names,with,commas"),
        "extra": ("all", "names,with,commas"),
    }
