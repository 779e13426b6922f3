from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.assessment import Assessment, Reason
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Decision, EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import DecisionRecord, NewImage, NewInstance
from segrefine_gui.storage.project import Project

ASSESSMENT = Assessment(
    0.1,
    (Reason("neighbour", "grows into a neighbour", 1.5, Box(4, 5, 6, 8)),),
    (0.3, 0.05),
    {"area_change": 0.2},
    "risk-grabcut",
)
RUN = EngineRun("grabcut", "5.0", {"iterations": 3}, "sha256:00", "cpu", 0.25)


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "work.segrefine") as project:
        yield project


def an_instance(source_id: int, category: str = "cat", number: int = 17) -> NewInstance:
    mask = np.zeros((20, 30), dtype=bool)
    mask[5 : 6 + source_id % 10, 4:9] = True
    return NewInstance(source_id, category, number, encode_mask(mask), 0.5)


def with_instances(project: Project, count: int = 3) -> list[int]:
    (image,) = project.add_images([NewImage(Path("/photos/a.jpg"), "a.jpg", 30, 20, 9)])
    project.add_instances(image.id, "origin", [an_instance(number) for number in range(count)])
    return [entry.instance_id for entry in project.queue()]


def a_refinement(instance_id: int, engine: str = "grabcut") -> Refinement:
    values = np.arange(8 * 10, dtype=np.uint8).reshape(8, 10)
    run = EngineRun(engine, RUN.version, RUN.parameters, RUN.weights_hash, RUN.device, RUN.seconds)
    return Refinement(0, instance_id, SoftMask(Box(2, 3, 12, 11), values), run, ASSESSMENT)


def test_everything_stored_comes_back_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "work.segrefine"
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    with Project.create(path) as project:
        first, second, _ = with_instances(project)
        refinement = project.add_refinement(a_refinement(first))
        record = DecisionRecord(Decision.REFINED, refinement.id, 100, 2.5, "ann", moment)
        project.set_decisions({first: record}, "decide")
        project.set_bookmark(second)
    with Project.open(path) as project:
        (image,) = project.images()
        assert (image.name, image.width, image.height, image.source_id) == ("a.jpg", 30, 20, 9)
        instance = project.instance(first)
        assert instance.coarse == an_instance(0).coarse
        assert (instance.category.name, instance.category.source_id) == ("cat", 17)
        stored = project.newest_refinement(first)
        assert stored is not None
        assert stored.run == RUN
        assert stored.assessment == ASSESSMENT
        assert stored.soft.region == Box(2, 3, 12, 11)
        np.testing.assert_array_equal(stored.soft.values, refinement.soft.values)
        assert project.decision(first) == record
        assert project.decision(second) == DecisionRecord()
        assert project.bookmark() == second
        (line,) = project.journal()
        assert (line.who, line.what, line.instance_id) == ("ann", "decide", first)


def test_an_origin_is_added_once_per_image(project: Project) -> None:
    (image,) = project.add_images([NewImage(Path("/photos/a.jpg"), "a.jpg", 30, 20)])
    assert project.uncovered_images("coco") == [image]
    assert project.add_instances(image.id, "coco", [an_instance(1), an_instance(2)]) == 2
    assert project.add_instances(image.id, "coco", [an_instance(1), an_instance(3)]) == 0
    assert project.add_instances(image.id, "other", [an_instance(1)]) == 1
    assert project.uncovered_images("coco") == []
    assert len(project.queue()) == 3
    assert project.next_source_id("coco") == 3
    assert project.next_source_id("new") == 0


def test_an_origin_that_found_nothing_is_done_too(project: Project) -> None:
    (image,) = project.add_images([NewImage(Path("/photos/a.jpg"), "a.jpg", 30, 20)])
    project.add_instances(image.id, "detectron2", [])
    assert project.uncovered_images("detectron2") == []


def test_two_instances_with_one_source_id_are_refused_whole(project: Project) -> None:
    (image,) = project.add_images([NewImage(Path("/photos/a.jpg"), "a.jpg", 30, 20)])
    with pytest.raises(ProjectError):
        project.add_instances(image.id, "coco", [an_instance(1), an_instance(1)])
    assert project.queue() == []
    assert project.uncovered_images("coco") == [image]


def test_known_images_are_returned_as_they_are(project: Project) -> None:
    new = NewImage(Path("/photos/a.jpg"), "a.jpg", 30, 20)
    (first,) = project.add_images([new])
    again, other = project.add_images([new, NewImage(Path("/photos/b.jpg"), "b.jpg", 5, 5)])
    assert again == first
    assert other.id != first.id


def test_category_numbers_stay_unique(project: Project) -> None:
    (image,) = project.add_images([NewImage(Path("/photos/a.jpg"), "a.jpg", 30, 20)])
    instances = [an_instance(1, "cat", 3), an_instance(2, "dog", 3), an_instance(3, "cat", 8)]
    project.add_instances(image.id, "coco", instances)
    assert {c.name: c.source_id for c in project.categories()} == {"cat": 3, "dog": 4}


def test_unrefined_counts_each_refiner_by_itself(project: Project) -> None:
    first, second, third = with_instances(project)
    project.add_refinement(a_refinement(second))
    assert project.unrefined("grabcut") == [first, third]
    assert project.unrefined("cascadepsp") == [first, second, third]


def test_the_queue_and_the_walk_show_the_newest_refinement(project: Project) -> None:
    first, second, _ = with_instances(project)
    project.add_refinement(a_refinement(first, "grabcut"))
    newest = project.add_refinement(a_refinement(first, "cascadepsp"))
    assert [entry.refiner for entry in project.queue()] == ["cascadepsp", "", ""]
    walked = list(project.reviewed())
    assert [item.instance.id for item in walked][:2] == [first, second]
    assert walked[0].refinement is not None
    assert walked[0].refinement.id == newest.id
    assert walked[1].refinement is None


def test_a_decision_keeps_the_refinement_it_was_made_on(project: Project) -> None:
    first, *_ = with_instances(project)
    seen = project.add_refinement(a_refinement(first, "grabcut"))
    project.set_decisions({first: DecisionRecord(Decision.REFINED, seen.id)}, "decide")
    project.add_refinement(a_refinement(first, "cascadepsp"))
    walked = next(project.reviewed())
    assert walked.refinement is not None
    assert walked.refinement.id == seen.id


def test_the_walk_reads_more_than_one_page(project: Project) -> None:
    ids = with_instances(project, 450)
    assert [item.instance.id for item in project.reviewed()] == ids


def test_another_thread_or_program_may_write_meanwhile(project: Project) -> None:
    first, *_ = with_instances(project)
    with Project.open(project.path) as other:
        other.add_refinement(a_refinement(first))
        project.set_decisions({first: DecisionRecord(Decision.COARSE)}, "decide")
        assert other.decision(first).decision is Decision.COARSE
    assert project.newest_refinement(first) is not None


def test_images_that_moved_with_the_project_are_found(tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    (before / "a.jpg").write_bytes(b"photo")
    with Project.create(before / "work.segrefine") as project:
        project.add_images([NewImage(before / "a.jpg", "a.jpg", 30, 20)])
    shutil.move(before, tmp_path / "after")
    with Project.open(tmp_path / "after" / "work.segrefine") as project:
        (image,) = project.images()
        assert image.path == tmp_path / "after" / "a.jpg"


def _decide_and_die(path: Path, instance_id: int) -> None:
    project = Project.open(path)
    project.set_decisions({instance_id: DecisionRecord(Decision.DROPPED)}, "decide")
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_decision_survives_kill(tmp_path: Path) -> None:
    path = tmp_path / "work.segrefine"
    with Project.create(path) as project:
        first, *_ = with_instances(project)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_decide_and_die, args=(path, first))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with Project.open(path) as project:
        assert project.decision(first).decision is Decision.DROPPED


def test_a_project_is_never_made_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(ProjectError, match="exists already"):
        Project.create(path)
    assert path.read_text() == "mine"


def test_a_missing_project_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="There is no project at"):
        Project.open(tmp_path / "none.segrefine")


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + b"\x00" * 200])
def test_a_file_that_is_no_project_is_refused_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "p.segrefine"
    path.write_bytes(content)
    with pytest.raises(ProjectError, match="not a SegRefine project"):
        Project.open(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table meta (key text, value text)")
        connection.execute("insert into meta values ('application', 'other')")
    with pytest.raises(ProjectError, match="not a SegRefine project"):
        Project.open(path)


def test_a_folder_cannot_be_a_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="cannot be opened"):
        Project.open(tmp_path)


def set_version(path: Path, version: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("update meta set value = ? where key = 'schema_version'", (version,))


def test_a_newer_project_is_refused(project: Project) -> None:
    project.close()
    set_version(project.path, str(schema.SCHEMA_VERSION + 1))
    with pytest.raises(ProjectError, match="newer SegRefine"):
        Project.open(project.path)


def test_an_older_project_is_migrated_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.close()
    steps = []
    first = schema.SCHEMA_VERSION
    monkeypatch.setattr(schema, "SCHEMA_VERSION", first + 2)
    later = {first: lambda _: steps.append(1), first + 1: lambda _: steps.append(2)}
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    Project.open(project.path).close()
    Project.open(project.path).close()
    assert steps == [1, 2]


def test_a_migration_that_fails_changes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection) -> None:
        connection.exec_driver_sql("alter table notes add column colour text")
        raise ProjectError("The disk is full.")

    project.close()
    first = schema.SCHEMA_VERSION
    monkeypatch.setattr(schema, "SCHEMA_VERSION", first + 1)
    monkeypatch.setattr(schema, "MIGRATIONS", {first: fail})
    for _ in range(2):
        with pytest.raises(ProjectError, match="disk is full"):
            Project.open(project.path)
    monkeypatch.undo()
    with Project.open(project.path) as again:
        assert again.notes() == {}
        again.set_note(with_instances(again)[0], "fine")


def test_a_damaged_page_is_one_sentence(project: Project) -> None:
    with_instances(project, 200)
    project.close()
    content = bytearray(project.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    project.path.write_bytes(content)
    with pytest.raises(ProjectError, match="damaged"):
        Project.open(project.path).queue()


def test_hostile_runs_in_a_project_do_not_reach_the_decoder(project: Project) -> None:
    first, *_ = with_instances(project)
    with sqlite3.connect(project.path) as connection:
        connection.execute("update instances set coarse_counts = ?", (b"ooooooooo0",))
    with pytest.raises(ProjectError, match="damaged"):
        project.instance(first)


def test_a_soft_mask_outside_its_image_is_refused(project: Project) -> None:
    first, *_ = with_instances(project)
    project.add_refinement(a_refinement(first))
    with sqlite3.connect(project.path) as connection:
        connection.execute("update refinements set x0 = x0 + 100, x1 = x1 + 100")
    with pytest.raises(ProjectError, match="damaged"):
        project.newest_refinement(first)


def test_a_read_only_project_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with_instances(project)
    project._database._engine.connect().connection.dbapi_connection.execute(
        "PRAGMA query_only = ON"
    )
    with pytest.raises(ProjectError, match="read-only"):
        project.set_bookmark(1)


def test_a_full_disk_says_so_and_keeps_what_was_decided(project: Project) -> None:
    first, second, _ = with_instances(project)
    project.set_decisions({first: DecisionRecord(Decision.COARSE)}, "decide")
    raw = project._database._engine.connect().connection.dbapi_connection
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages}")
    refinements = [a_refinement(second) for _ in range(200)]
    with pytest.raises(ProjectError, match="disk is full"):
        list(map(project.add_refinement, refinements))
    assert project.decision(first).decision is Decision.COARSE
