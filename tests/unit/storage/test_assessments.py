"""Assessments survive the file; what is damaged in them is left out, and costs nothing else."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.queues import make_queue

from segrefine_gui.domain.assessment import Assessment, Reason
from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.recalibration import Recalibration
from segrefine_gui.domain.records import Decision
from segrefine_gui.storage.assessments import assessment_from_json, assessment_to_json, read_risk
from segrefine_gui.storage.base import DecisionRecord
from segrefine_gui.storage.project import Project

IMAGE = image_box(160, 120)
WHOLE = Assessment(
    0.7,
    (
        Reason("neighbour", "grows into a neighbour", 1.5, Box(10, 20, 30, 40)),
        Reason("flip", "disagrees with itself when flipped", 0.5),
    ),
    (0.9, 0.01),
    {"area_change": 0.2, "holes": 3.0},
    "risk-grabcut",
)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(["reasons", "change_risks", "features", "model", "box", "weight"]),
            inner,
        )
    ),
    max_leaves=20,
)


def through_json(values: Any) -> Any:
    return json.loads(json.dumps(values))


def test_all_of_it_comes_back() -> None:
    values = through_json(assessment_to_json(WHOLE))
    assert assessment_from_json(0.7, values, IMAGE) == WHOLE


def test_a_feature_that_is_no_number_is_missing() -> None:
    odd = Assessment(0.1, (), (), {"flip": float("nan"), "area": 1.0, "far": float("inf")}, "m")
    back = assessment_from_json(0.1, through_json(assessment_to_json(odd)), IMAGE)
    assert back is not None
    assert back.features == {"area": 1.0}


@given(json_values)
def test_no_json_breaks_it_and_the_risk_stays(values: Any) -> None:
    found = assessment_from_json(0.4, values, IMAGE)
    assert found is not None
    assert found.risk == 0.4
    assert all(0 <= risk <= 1 for risk in found.change_risks)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"change_risks": [0.5, "x"]}, {"change_risks": ()}),
        ({"change_risks": [0.5, 1.5]}, {"change_risks": ()}),
        ({"features": {"a": 1, "b": "x", "c": 10**400}}, {"features": {"a": 1.0}}),
        ({"model": 5}, {"model": ""}),
        ({"reasons": "because"}, {"reasons": ()}),
        (
            {"reasons": [{"feature": "f", "sentence": "s", "weight": 1, "box": [-5, 0, 20, 999]}]},
            {"reasons": (Reason("f", "s", 1.0, Box(0, 0, 20, 120)),)},
        ),
        (
            {"reasons": [{"feature": "f", "sentence": "s", "weight": 1, "box": [500, 0, 600, 9]}]},
            {"reasons": (Reason("f", "s", 1.0, None),)},
        ),
    ],
)
def test_what_is_damaged_is_left_out(change: dict, expected: dict) -> None:
    values = {**through_json(assessment_to_json(WHOLE)), **change}
    found = assessment_from_json(0.7, values, IMAGE)
    assert found is not None
    for name, value in expected.items():
        assert getattr(found, name) == value


@pytest.mark.parametrize("value", [None, "0.5", float("nan"), -0.1, 1.1, True, b"1"])
def test_what_is_no_probability_is_no_risk(value: object) -> None:
    assert read_risk(value) is None


@pytest.fixture
def queue(tmp_path: Path, image_folder: Path) -> Path:
    """Four instances with the risks 0, 0.25, 0.5 and 0.75."""
    return make_queue(tmp_path / "q.segrefine", image_folder, 4)


def risks(project: Project) -> list[float | None]:
    return [entry.risk for entry in project.queue()]


def test_damaged_columns_cost_no_refinement(queue: Path) -> None:
    with sqlite3.connect(queue) as file:
        file.execute("UPDATE refinements SET assessment = '{', risk = 'high' WHERE id = 1")
        file.execute("UPDATE refinements SET assessment = ? WHERE id = 2", ("[" * 100_000,))
        file.execute("UPDATE refinements SET assessment = '7', parameters = 'x' WHERE id = 3")
    with Project.open(queue) as project:
        assert risks(project) == [None, 0.25, 0.5, 0.75]
        found = [reviewed.refinement for reviewed in project.reviewed()]
        assert [each.risk for each in found if each] == [None, 0.25, 0.5, 0.75]
        assert found[2] is not None
        assert found[2].run.parameters == {}


def test_a_risk_can_be_estimated_later(tmp_path: Path, image_folder: Path) -> None:
    path = make_queue(tmp_path / "q.segrefine", image_folder, 3, risks=False)
    with Project.open(path) as project:
        assert project.unassessed() == [1, 2, 3]
        project.set_assessment(2, WHOLE)
        assert project.unassessed() == [1, 3]
        assert project.refinement(2).assessment == WHOLE
        assert risks(project) == [None, 0.7, None]


def test_a_recalibration_corrects_what_is_read_until_it_is_taken_back(queue: Path) -> None:
    recalibration = Recalibration(0.5, 1.0)
    with Project.open(queue) as project:
        project.set_assessment(1, WHOLE)
        project.set_decisions({1: DecisionRecord(Decision.COARSE, 1)}, "decide")
        before = risks(project)
        project.set_recalibration(recalibration)
    with Project.open(queue) as project:
        assert project.recalibration() == recalibration
        after = risks(project)
        assert after == [recalibration.corrected(risk) for risk in before if risk is not None]
        corrected = recalibration.applied_to(WHOLE)
        assert corrected.change_risks != WHOLE.change_risks
        assert project.refinement(1).assessment == corrected
        assert project.newest_refinement(1).assessment == corrected
        assert next(project.reviewed()).refinement.assessment == corrected
        assert [each.risk for each in project.judgements()] == [0.7], "what was estimated"
        project.set_recalibration(None)
        assert risks(project) == before
        assert project.refinement(1).assessment == WHOLE


@pytest.mark.parametrize(
    "text", ["{", "null", "[]", '{"slope": -1, "offset": 0}', '{"slope": 1, "offset": "x"}',
             '{"slope": 1, "offset": NaN}']
)  # fmt: skip
def test_a_damaged_recalibration_corrects_nothing(queue: Path, text: str) -> None:
    with sqlite3.connect(queue) as file:
        file.execute("INSERT INTO meta VALUES ('recalibration', ?)", (text,))
    with Project.open(queue) as project:
        assert project.recalibration() is None
        assert risks(project) == [0.0, 0.25, 0.5, 0.75]


def test_judgements_are_the_decisions_for_or_against_assessed_refinements(queue: Path) -> None:
    with Project.open(queue) as project:
        part = project.instance(2).coarse
        project.set_decisions(
            {
                1: DecisionRecord(Decision.REFINED, 1, seconds=1.0),
                2: DecisionRecord(Decision.REFINED, 2, seconds=2.0, left_out=part),
                3: DecisionRecord(Decision.COARSE, None),
                4: DecisionRecord(Decision.DROPPED, 4),
            },
            "decide",
        )
        found = project.judgements()
    assert [(each.instance_id, each.risk, each.left_out, each.seconds) for each in found] == [
        (1, 0.0, False, 1.0),
        (2, 0.25, True, 2.0),
    ]


def test_the_instances_of_an_image_come_as_they_came_in(queue: Path) -> None:
    with Project.open(queue) as project:
        first, second = project.images()
        assert [each.id for each in project.image_instances(first.id)] == [1, 2]
        (third, fourth) = project.image_instances(second.id)
        assert (third, fourth) == (project.instance(3), project.instance(4))
        np.testing.assert_array_equal(third.coarse.decode(), project.instance(3).coarse.decode())
