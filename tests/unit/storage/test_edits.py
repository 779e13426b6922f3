"""Edited masks are kept with their decisions, and drafts beside them, in new and older files."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from sqlalchemy import inspect
from support.older_projects import make_older

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Basis, Decision, EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import DecisionRecord, NewImage, NewInstance
from segrefine_gui.storage.database import Database
from segrefine_gui.storage.project import Project

HEIGHT, WIDTH = 20, 30
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def a_mask(columns: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[5:9, 4 : 4 + columns] = True
    return mask


EDIT = encode_mask(a_mask(20))
LEFT_OUT = encode_mask(a_mask(2))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A project with one refined instance, 1, and one that is not, 2."""
    path = tmp_path / "work.segrefine"
    with Project.create(path) as project:
        (image,) = project.add_images([NewImage(Path("/photos/a.jpg"), "a.jpg", WIDTH, HEIGHT)])
        coarse = encode_mask(a_mask(5))
        project.add_instances(
            image.id, "net", [NewInstance(number, "cat", 1, coarse) for number in range(2)]
        )
        soft = SoftMask(Box(2, 3, 12, 11), np.full((8, 10), 200, np.uint8))
        project.add_refinement(Refinement(0, 1, soft, EngineRun("grabcut")))
    return path


def an_edit(**more: object) -> DecisionRecord:
    values = {"edited": EDIT, "based_on": Basis.COARSE, "reviewer": "ann", "decided_at": MOMENT}
    return DecisionRecord(Decision.EDITED, **{**values, **more})


@pytest.mark.parametrize(
    "record",
    [
        an_edit(),
        an_edit(
            refinement_id=1, threshold=90, seconds=7.5, based_on=Basis.REFINED, left_out=LEFT_OUT
        ),
        an_edit(edited=encode_mask(np.zeros((HEIGHT, WIDTH), dtype=bool))),
    ],
    ids=["of coarse", "of a composed mask", "empty"],
)
def test_every_reader_of_decisions_gets_the_edit(path: Path, record: DecisionRecord) -> None:
    with Project.open(path) as project:
        project.set_decisions({1: record}, "decide")
    with Project.open(path) as project:
        assert project.decision(1) == record
        assert [each.decision for each in project.reviewed()] == [record, DecisionRecord()]
        edited, pending = project.queue()
        assert (edited.decision, pending.decision) == (Decision.EDITED, Decision.PENDING)
        (line,) = project.journal()
        assert record.edited is not None
        assert (line.decision, line.edited_area, line.based_on, line.left_out_area) == (
            Decision.EDITED,
            record.edited.area,
            record.based_on,
            None if record.left_out is None else record.left_out.area,
        )


def test_other_decisions_have_no_edit(path: Path) -> None:
    with Project.open(path) as project:
        project.set_decisions({1: an_edit()}, "decide")
        project.set_decisions({1: DecisionRecord(Decision.COARSE, 1)}, "decide")
        assert (project.decision(1).edited, project.decision(1).based_on) == (None, None)
        assert [line.edited_area for line in project.journal()] == [EDIT.area, None]


def test_an_edited_decision_without_a_mask_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="just an edited decision"):
        DecisionRecord(Decision.EDITED)
    with pytest.raises(ValueError, match="just an edited decision"):
        DecisionRecord(Decision.REFINED, 1, edited=EDIT)


@pytest.mark.parametrize(
    "change", ["edited_counts = NULL", "edited_counts = x'6f6f30'", "decision = 'coarse'"]
)
def test_a_damaged_edit_is_one_sentence(path: Path, change: str) -> None:
    with Project.open(path) as project:
        project.set_decisions({1: an_edit()}, "decide")
    with sqlite3.connect(path) as file:
        file.execute(f"UPDATE decisions SET {change}")
    with (
        Project.open(path) as project,
        pytest.raises(ProjectError, match="decision in the project is damaged"),
    ):
        project.decision(1)


def test_an_edit_of_something_unheard_of_counts_as_one_of_the_coarse_mask(path: Path) -> None:
    with Project.open(path) as project:
        project.set_decisions({1: an_edit(based_on=Basis.REFINED)}, "decide")
    with sqlite3.connect(path) as file:
        file.execute("UPDATE decisions SET based_on = 'sketch'")
    with Project.open(path) as project:
        assert project.decision(1).based_on is Basis.COARSE


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 40), (40, 1), (17, 23)], ids=lambda shape: "x".join(map(str, shape))
)
def test_any_mask_comes_back_pixel_for_pixel(
    tmp_path_factory: pytest.TempPathFactory, shape: tuple[int, int]
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.segrefine"
    coarse = encode_mask(np.ones(shape, dtype=bool))
    with Project.create(path) as project:
        (image,) = project.add_images([NewImage(Path("/a.jpg"), "a.jpg", shape[1], shape[0])])
        project.add_instances(image.id, "net", [NewInstance(0, "cat", 1, coarse)])

        @given(arrays(np.bool_, shape), arrays(np.bool_, shape))
        def check(edited: np.ndarray, draft: np.ndarray) -> None:
            project.set_decisions({1: an_edit(edited=encode_mask(edited))}, "decide")
            project.set_draft(1, encode_mask(draft))
            with Project.open(path) as other:
                found, kept = other.decision(1).edited, other.draft(1)
            assert found is not None
            assert kept is not None
            np.testing.assert_array_equal(found.decode(), edited)
            np.testing.assert_array_equal(kept.decode(), draft)

        check()


def test_the_last_draft_is_there_after_reopening_until_it_is_forgotten(path: Path) -> None:
    with Project.open(path) as project:
        assert (project.draft(1), project.drafted()) == (None, frozenset())
        project.set_draft(1, LEFT_OUT)
        project.set_draft(1, EDIT)
    with Project.open(path) as project:
        assert project.draft(1) == EDIT
        assert (project.draft(2), project.drafted()) == (None, {1})
        assert project.decision(1) == DecisionRecord(), "a draft decides nothing"
        assert project.journal() == []
        project.set_draft(2, None)
        project.set_draft(1, None)
        assert project.drafted() == frozenset()
    with Project.open(path) as project:
        assert project.draft(1) is None


def test_a_draft_of_no_instance_is_refused(path: Path) -> None:
    with Project.open(path) as project, pytest.raises(ProjectError):
        project.set_draft(77, EDIT)


@pytest.mark.parametrize("change", ["counts = x'6f6f30'", "counts = 'text'"])
def test_a_damaged_draft_is_passed_over(path: Path, change: str) -> None:
    with Project.open(path) as project:
        project.set_draft(1, EDIT)
    with sqlite3.connect(path) as file:
        file.execute(f"UPDATE drafts SET {change}")
    with Project.open(path) as project:
        assert project.draft(1) is None
        project.set_draft(1, LEFT_OUT)
        assert project.draft(1) == LEFT_OUT


def _draft_and_die(path: Path) -> None:
    Project.open(path).set_draft(1, EDIT)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_draft_survives_kill(path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_draft_and_die, args=(path,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with Project.open(path) as project:
        assert project.draft(1) == EDIT


def test_an_older_file_gets_what_a_new_one_has(path: Path, tmp_path: Path) -> None:
    steps = schema.MIGRATIONS.items()
    before = next(version for version, step in steps if step is schema._add_edits)
    with Project.open(path) as project:
        taken = DecisionRecord(Decision.REFINED, 1, left_out=LEFT_OUT)
        project.set_decisions({1: taken}, "decide")
    make_older(path, before)
    with Project.open(path) as project:
        assert project.decision(1) == taken
        (line,) = project.journal()
        assert (line.decision, line.edited_area, line.based_on) == (Decision.REFINED, None, None)
        project.set_decisions({2: an_edit()}, "decide")
        project.set_draft(1, EDIT)
        assert (project.decision(2), project.draft(1)) == (an_edit(), EDIT)
    Project.create(tmp_path / "new.segrefine").close()
    for table in ("drafts", "decisions", "journal"):
        assert columns(path, table) == columns(tmp_path / "new.segrefine", table)


def columns(path: Path, table: str) -> set[tuple[str, str, bool, bool]]:
    """Whatever their order: a column that is added comes last."""
    database = Database.open(path)
    try:
        with database.transaction() as connection:
            look = inspect(connection)
            referred = {key["referred_table"] for key in look.get_foreign_keys(table)}
            assert "instances" in referred
            return {
                (each["name"], str(each["type"]), each["nullable"], bool(each["primary_key"]))
                for each in look.get_columns(table)
            }
    finally:
        database.close()
