"""Instances that a person makes: withdrawn and brought back with the same id, and journalled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import inspect
from support.older_projects import make_older

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.masks import Rle, encode_mask
from segrefine_gui.domain.records import Basis, Decision, EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import DecisionRecord, InstanceUpdate, NewImage, NewInstance
from segrefine_gui.storage.database import Database
from segrefine_gui.storage.project import Project

HEIGHT, WIDTH = 20, 30
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
COMES, GOES = InstanceUpdate(is_withdrawn=False), InstanceUpdate(is_withdrawn=True)


def a_mask(columns: int, height: int = HEIGHT) -> Rle:
    mask = np.zeros((height, WIDTH), dtype=bool)
    mask[5:9, 4 : 4 + columns] = True
    return encode_mask(mask)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A project with instances 1 and 2 in the first of two images, and 3 in the second."""
    path = tmp_path / "work.segrefine"
    with Project.create(path) as project:
        images = project.add_images(
            NewImage(Path(f"/photos/{name}.jpg"), f"{name}.jpg", WIDTH, HEIGHT) for name in "ab"
        )
        for image, numbers in zip(images, ([7, 8], [3]), strict=True):
            new = [NewInstance(number, "cat", 5, a_mask(5)) for number in numbers]
            project.add_instances(image.id, "net", new)
    return path


@pytest.fixture
def project(path: Path) -> Iterator[Project]:
    with Project.open(path) as project:
        yield project


def names(project: Project) -> list[str]:
    return [category.name for category in project.categories()]


def test_a_prepared_instance_is_seen_by_nobody_until_it_comes(project: Project) -> None:
    before = project.queue()
    (made,) = project.prepare_instances(1, "drawn", "zebra", [a_mask(9)])
    soft = SoftMask(Box(0, 0, WIDTH, HEIGHT), np.full((HEIGHT, WIDTH), 200, np.uint8))
    project.add_refinement(Refinement(0, made, soft, EngineRun("grabcut")))
    project.set_draft(made, a_mask(3))

    assert project.queue() == before
    assert project.queue_entries([made]) == []
    assert [each.id for each in project.image_instances(1)] == [1, 2]
    assert made not in project.unrefined("other")
    assert project.unassessed() == []
    assert [each.instance.id for each in project.reviewed()] == [1, 2, 3]
    assert project.drafted() == frozenset()
    assert names(project) == ["cat"]
    assert project.journal() == []
    assert project.instance(made).coarse == a_mask(9), "a job that was asked for goes on"

    project.update_instances({made: COMES}, "draw", "ann")
    assert [each.instance_id for each in project.queue()] == [1, 2, made, 3], "beside its image's"
    (entry,) = project.queue_entries([made])
    assert (entry.category, entry.source_id, entry.score) == ("zebra", 9, None)
    assert (entry.refiner, entry.area) == ("grabcut", 36)
    assert [each.id for each in project.image_instances(1)] == [1, 2, made]
    assert len(project.unassessed()) == 1
    assert project.drafted() == {made}
    assert names(project) == ["cat", "zebra"]


def test_what_is_withdrawn_comes_back_as_it_was(project: Project) -> None:
    made = project.prepare_instances(1, "split", "cat", [a_mask(3), a_mask(4)])
    record = DecisionRecord(Decision.EDITED, edited=a_mask(3), based_on=Basis.COARSE)
    after = {
        1: InstanceUpdate(decision=DecisionRecord(Decision.COARSE)),
        made[0]: InstanceUpdate("cat", record, False),
        made[1]: InstanceUpdate("cat", None, False),
    }
    project.update_instances(after, "split", "ann")
    there = project.queue()
    before = {1: InstanceUpdate(decision=DecisionRecord()), made[0]: GOES, made[1]: GOES}
    project.update_instances(before, "undo", "bob")
    assert [each.instance_id for each in project.queue()] == [1, 2, 3]
    project.update_instances(after, "split", "ann")
    assert project.queue() == there
    assert project.decision(made[0]) == record

    lines = [
        (e.who, e.what, e.instance_id, e.decision, e.category, e.edited_area)
        for e in project.journal()
    ]
    split = [
        ("ann", "split", 1, Decision.COARSE, None, None),
        ("ann", "split", made[0], Decision.EDITED, "cat", 12),
        ("ann", "split", made[1], None, "cat", None),
    ]
    undo = [
        ("bob", "undo", 1, Decision.PENDING, None, None),
        ("bob", "undo", made[0], None, None, None),
        ("bob", "undo", made[1], None, None, None),
    ]
    assert lines == [*split, *undo, *split]


def test_a_typed_category_is_there_while_it_is_used(project: Project) -> None:
    project.update_instances({1: InstanceUpdate("caat")}, "category", "ann")
    assert names(project) == ["cat", "caat"]
    assert [each.category for each in project.queue()] == ["caat", "cat", "cat"]
    project.update_instances({1: InstanceUpdate("dog")}, "category", "ann")
    assert names(project) == ["cat", "dog"], "a slip of the hand is gone once it is mended"
    everyone = {1: InstanceUpdate("dog"), 2: InstanceUpdate("dog"), 3: InstanceUpdate("dog")}
    project.update_instances(everyone, "category", "ann")
    assert names(project) == ["cat", "dog"], "what came in stays on offer"
    ids = {category.name: category.source_id for category in project.categories()}
    project.update_instances(dict.fromkeys(everyone, InstanceUpdate("cat")), "undo", "ann")
    project.update_instances(everyone, "category", "ann")
    assert {each.name: each.source_id for each in project.categories()} == ids


def test_a_typed_category_that_comes_in_as_well_stays(project: Project) -> None:
    project.update_instances({1: InstanceUpdate("dog")}, "category", "ann")
    project.add_instances(2, "other", [NewInstance(1, "dog", 9, a_mask(5))])
    everyone = {each.instance_id: InstanceUpdate("cat") for each in project.queue()}
    project.update_instances(everyone, "category", "ann")
    assert names(project) == ["cat", "dog"]


def test_nothing_is_stored_where_one_of_many_cannot_be(project: Project) -> None:
    before = project.queue()
    updates = {1: InstanceUpdate("dog"), 99: InstanceUpdate(decision=DecisionRecord())}
    with pytest.raises(ProjectError):
        project.update_instances(updates, "category", "ann")
    assert (project.queue(), names(project), project.journal()) == (before, ["cat"], [])


def test_a_mask_of_another_size_and_an_image_that_is_not_there_are_refused(
    project: Project,
) -> None:
    with pytest.raises(ProjectError, match="another size"):
        project.prepare_instances(1, "drawn", "cat", [a_mask(3, height=HEIGHT + 1)])
    with pytest.raises(ProjectError, match="no image 9"):
        project.prepare_instances(9, "drawn", "cat", [a_mask(3)])


def test_numbers_are_found_where_a_file_has_used_the_largest(project: Project) -> None:
    largest = 2**63 - 1
    new = [NewInstance(number, "ox", largest, a_mask(5)) for number in (1, largest)]
    project.add_instances(1, "other", new)
    made = project.prepare_instances(1, "split", "zebra", [a_mask(3), a_mask(4)])
    project.update_instances(dict.fromkeys(made, COMES), "split", "ann")
    entries = {each.instance_id: each.source_id for each in project.queue()}
    assert [entries.pop(each) for each in made] == [2, 4], "1, 3, 7 and 8 are taken"
    numbers = {each.name: each.source_id for each in project.categories()}
    assert numbers == {"cat": 5, "ox": largest, "zebra": 1}


def test_judgements_of_what_is_withdrawn_do_not_count(path: Path, project: Project) -> None:
    (made,) = project.prepare_instances(1, "drawn", "cat", [a_mask(9)])
    project.update_instances({made: COMES}, "draw", "ann")
    soft = SoftMask(Box(0, 0, WIDTH, HEIGHT), np.full((HEIGHT, WIDTH), 200, np.uint8))
    refinement = project.add_refinement(Refinement(0, made, soft, EngineRun("grabcut")))
    with Database.open(path).transaction() as connection:
        connection.execute(schema.refinements.update().values(risk=0.5))
    record = DecisionRecord(Decision.REFINED, refinement.id, reviewer="ann", decided_at=MOMENT)
    project.set_decisions({made: record}, "decide")
    assert len(project.judgements()) == 1
    project.update_instances({made: GOES}, "undo", "ann")
    assert project.judgements() == []


def test_an_older_file_gets_what_a_new_one_has(path: Path, tmp_path: Path) -> None:
    steps = schema.MIGRATIONS.items()
    before = next(version for version, step in steps if step is schema._add_made_instances)
    with Project.open(path) as project:
        queue = project.queue()
        project.set_decisions({1: DecisionRecord(Decision.COARSE, reviewer="ann")}, "decide")
    make_older(path, before)
    with Project.open(path) as project:
        assert [each.instance_id for each in project.queue()] == [e.instance_id for e in queue]
        (line,) = project.journal()
        assert (line.decision, line.category) == (Decision.COARSE, None)
        (made,) = project.prepare_instances(2, "drawn", "zebra", [a_mask(9)])
        assert names(project) == ["cat"]
        project.update_instances({made: COMES}, "draw", "ann")
        assert [each.instance_id for each in project.queue()] == [1, 2, 3, made]
    Project.create(tmp_path / "new.segrefine").close()
    for table in ("instances", "categories", "journal"):
        assert columns(path, table) == columns(tmp_path / "new.segrefine", table)


def columns(path: Path, table: str) -> set[tuple[str, str, bool, str | None]]:
    """Whatever their order: a column that is added comes last."""
    database = Database.open(path)
    try:
        with database.transaction() as connection:
            return {
                (each["name"], str(each["type"]), each["nullable"], _plain(each["default"]))
                for each in inspect(connection).get_columns(table)
            }
    finally:
        database.close()


def _plain(default: str | None) -> str | None:
    return "0" if default == "FALSE" else default
