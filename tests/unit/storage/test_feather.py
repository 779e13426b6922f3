"""The feather of a project's mattes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from support.queues import make_queue

from segrefine_gui.domain.mattes import MOST_FEATHER
from segrefine_gui.storage.project import Project


@pytest.fixture
def path(tmp_path: Path, image_folder: Path) -> Path:
    return make_queue(tmp_path / "q.segrefine", image_folder, 1)


def test_it_is_kept_with_the_project(path: Path) -> None:
    with Project.open(path) as project:
        assert project.feather() == 0
        project.set_feather(7)
        project.set_feather(12)
    with Project.open(path) as project:
        assert project.feather() == 12


@pytest.mark.parametrize("feather", [-1, MOST_FEATHER + 1])
def test_one_that_makes_no_sense_is_refused(path: Path, feather: int) -> None:
    with Project.open(path) as project:
        with pytest.raises(ValueError, match="feather"):
            project.set_feather(feather)
        assert project.feather() == 0


@pytest.mark.parametrize("text", ["", "-3", "4.5", "999", "\u0663", "9" * 5000, "none"])
def test_a_damaged_one_is_none(path: Path, text: str) -> None:
    with sqlite3.connect(path) as file:
        file.execute("INSERT INTO meta VALUES ('feather', ?)", (text,))
    file.close()
    with Project.open(path) as project:
        assert project.feather() == 0
