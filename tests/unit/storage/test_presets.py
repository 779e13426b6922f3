"""Presets and what was run last: kept in the project, and read back without trust."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.older_projects import make_older

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.storage import schema
from segrefine_gui.storage.project import Project

SHARP = EngineSetup(
    "grabcut",
    "cpu",
    "a/model.yaml",
    "/weights/own.pth",
    0.25,
    {"rounds": 7, "share": 0.5, "wide": True, "classes": ["cat", "dog"], "mode": "exact"},
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "work.segrefine") as project:
        yield project


def test_presets_are_kept_by_kind_and_name_and_forgotten(project: Project) -> None:
    project.set_preset("refiner", "sharp", SHARP)
    project.set_preset("refiner", "again", EngineSetup("builtin"))
    project.set_preset("segmenter", "sharp", EngineSetup("detectron2"))
    project.close()

    with Project.open(project.path) as later:
        assert list(later.presets("refiner")) == ["again", "sharp"]
        assert later.presets("refiner")["sharp"] == SHARP
        assert later.presets("segmenter") == {"sharp": EngineSetup("detectron2")}
        later.set_preset("refiner", "sharp", EngineSetup("builtin"))
        assert later.presets("refiner")["sharp"] == EngineSetup("builtin")
        later.set_preset("refiner", "sharp", None)
        assert list(later.presets("refiner")) == ["again"]


def test_what_was_run_last_is_kept_by_kind(project: Project) -> None:
    assert project.last_setups("refiner") == []
    project.set_last_setups("refiner", [SHARP, EngineSetup("builtin")])
    project.set_last_setups("segmenter", [EngineSetup("detectron2")])
    with Project.open(project.path) as later:
        assert later.last_setups("refiner") == [SHARP, EngineSetup("builtin")]
        assert later.last_setups("segmenter") == [EngineSetup("detectron2")]


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("not json", None),
        ("[]", None),
        ('{"device": "cpu"}', None),
        ('{"engine": 7}', None),
        (json.dumps({"engine": "x" * 5000}), None),
        (
            '{"engine": "grabcut", "device": 3, "model": [], "score_threshold": NaN, '
            '"weights": null, "parameters": []}',
            EngineSetup("grabcut"),
        ),
        (
            '{"engine": "grabcut", "score_threshold": true, "trusted": true, "parameters": '
            '{"a": {"b": 1}, "c": [1], "d": Infinity, "e": null, "f": 2, "g": 1' + "0" * 400 + "}}",
            EngineSetup("grabcut", parameters={"f": 2}),
        ),
    ],
)
def test_a_hostile_preset_is_left_out_or_cut_down(
    project: Project, stored: str, read: EngineSetup | None
) -> None:
    project.set_preset("refiner", "good", SHARP)
    with sqlite3.connect(project.path) as connection:
        connection.execute("insert into presets values ('refiner', 'bad', ?)", (stored,))
        connection.execute(
            "insert into meta values ('last_refiners', ?)", (f'[{stored}, {{"engine": "z"}}]',)
        )

    presets = project.presets("refiner")
    assert presets.pop("good") == SHARP
    assert presets == ({} if read is None else {"bad": read})
    last = project.last_setups("refiner")
    if stored == "not json":
        assert last == []
    else:
        assert last == [*filter(None, [read]), EngineSetup("z")]


def test_a_project_of_version_2_gets_the_table(project: Project) -> None:
    project.close()
    make_older(project.path, 2)

    with Project.open(project.path) as later:
        later.set_preset("refiner", "sharp", SHARP)
        assert later.presets("refiner") == {"sharp": SHARP}
    with sqlite3.connect(project.path) as connection:
        made = {row[1:3] for row in connection.execute("pragma table_info(presets)")}
    wanted = {(column.name, str(column.type)) for column in schema.presets.columns}
    assert made == wanted, "migrated and new projects have the same table"
