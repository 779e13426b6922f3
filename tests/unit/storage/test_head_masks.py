"""Head masks are kept beside their instances, in new files and in those of older releases."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import inspect
from support.older_projects import make_older

from segrefine_gui.domain.head_masks import HeadMask
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import NewImage, NewInstance
from segrefine_gui.storage.database import Database
from segrefine_gui.storage.project import Project

HEAD = HeadMask((3.5, 2.25, 12.0, 9.75), np.arange(28 * 28).reshape(28, 28).astype(np.uint8))


def an_instance(source_id: int, head: HeadMask | None) -> NewInstance:
    mask = np.zeros((20, 30), dtype=bool)
    mask[5:9, 4:9] = True
    return NewInstance(source_id, "cat", 17, encode_mask(mask), 0.5, head)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A project with one instance that has a head mask and one that has none."""
    path = tmp_path / "work.segrefine"
    with Project.create(path) as project:
        (image,) = project.add_images([NewImage(Path("/photos/a.jpg"), "a.jpg", 30, 20)])
        project.add_instances(image.id, "net", [an_instance(0, None), an_instance(1, HEAD)])
    return path


def test_every_reader_of_instances_gets_them(path: Path) -> None:
    with Project.open(path) as project:
        ids = [entry.instance_id for entry in project.queue()]
        for without, having in (
            tuple(project.instance(instance_id) for instance_id in ids),
            tuple(project.image_instances(1)),
            tuple(each.instance for each in project.reviewed()),
        ):
            assert without.head is None
            assert having.head is not None
            assert having.head.box == HEAD.box
            np.testing.assert_array_equal(having.head.values, HEAD.values)


@pytest.mark.parametrize("change", ["png = x'00'", "x1 = x0", "x0 = 'left'", "png = 'text'"])
def test_a_damaged_one_costs_the_instance_nothing(path: Path, change: str) -> None:
    with sqlite3.connect(path) as file:
        file.execute(f"UPDATE head_masks SET {change}")
    with Project.open(path) as project:
        instances = project.image_instances(1)
    assert [(each.source_id, each.head) for each in instances] == [(0, None), (1, None)]


def test_an_older_file_gets_the_table_of_a_new_one(path: Path, tmp_path: Path) -> None:
    steps = schema.MIGRATIONS.items()
    before = next(version for version, step in steps if step is schema._add_head_masks)
    make_older(path, before)
    with Project.open(path) as project:
        assert [each.head for each in project.image_instances(1)] == [None, None]
        project.add_images([NewImage(Path("/photos/b.jpg"), "b.jpg", 30, 20)])
        project.add_instances(2, "net", [an_instance(2, HEAD)])
        assert project.image_instances(2)[0].head is not None
    Project.create(tmp_path / "new.segrefine").close()
    assert columns(path) == columns(tmp_path / "new.segrefine")


def columns(path: Path) -> list[tuple[str, str, bool, bool]]:
    database = Database.open(path)
    try:
        with database.transaction() as connection:
            look = inspect(connection)
            assert look.get_foreign_keys("head_masks")[0]["referred_table"] == "instances"
            return [
                (each["name"], str(each["type"]), each["nullable"], bool(each["primary_key"]))
                for each in look.get_columns("head_masks")
            ]
    finally:
        database.close()
