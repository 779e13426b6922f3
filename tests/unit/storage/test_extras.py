"""What imported files said besides masks, kept in the project."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.older_projects import make_older

from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import NewCategory, NewImage, NewInstance
from segrefine_gui.storage.project import Project

EXTRA = Extra("coco", {"licence": 3, "пёс": [1.5, None, {"a": "写真"}]})


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "work.segrefine") as made:
        yield made


def fill(project: Project, extra: Extra | None = EXTRA) -> None:
    (image,) = project.add_images([NewImage(Path("/a.jpg"), "a.jpg", 5, 4, extra=extra)])
    project.add_categories([NewCategory("cat", 7, extra), NewCategory("unused", 7)])
    mask = encode_mask(np.ones((4, 5), dtype=bool))
    project.add_instances(image.id, "file", [NewInstance(1, "cat", 1, mask, extra=extra)])


def test_everything_comes_back(project: Project) -> None:
    fill(project)
    (image,) = project.images()
    assert image.extra == EXTRA
    assert [(each.name, each.source_id, each.extra) for each in project.categories()] == [
        ("cat", 7, EXTRA),
        ("unused", 8, None),
    ]
    (instance,) = project.image_instances(image.id)
    assert instance.extra == EXTRA
    assert instance.category.extra == EXTRA
    assert project.instance(instance.id).extra == EXTRA


def test_a_category_that_is_known_stays_as_it_is(project: Project) -> None:
    fill(project)
    project.add_categories([NewCategory("cat", 1, Extra("lvis", {}))])
    assert [each.source_id for each in project.categories()] == [7, 8]
    assert project.categories()[0].extra == EXTRA


def test_files_of_one_format_add_up(project: Project) -> None:
    assert project.documents() == {}
    project.add_document(Extra("coco", {"info": 1, "licenses": []}))
    project.add_document(Extra("coco", {"info": 2}))
    project.add_document(Extra("lvis", {"info": 3}))
    assert project.documents() == {"coco": {"info": 2, "licenses": []}, "lvis": {"info": 3}}


@pytest.mark.parametrize("damaged", ["[]", "3", '{"format": 3, "fields": {}}', '{"format": "a"}'])
def test_what_is_damaged_is_passed_over(project: Project, damaged: str) -> None:
    fill(project)
    project.close()
    with sqlite3.connect(project.path) as connection:
        connection.execute("UPDATE instances SET extra = ?", (damaged,))
        connection.execute("INSERT INTO documents VALUES ('coco', '[1]')")
    with Project.open(project.path) as again:
        assert again.image_instances(1)[0].extra is None
        assert again.documents() == {}


def test_an_older_project_gets_the_columns(project: Project) -> None:
    fill(project, None)
    project.close()
    make_older(project.path, 5)
    with Project.open(project.path) as later:
        assert later.images()[0].extra is None
        assert later.image_instances(1)[0].extra is None
        later.add_document(EXTRA)
        assert later.documents() == {"coco": EXTRA.fields}
    with sqlite3.connect(project.path) as connection:
        for table in (schema.images, schema.categories, schema.instances, schema.documents):
            rows = connection.execute(f"pragma table_info({table.name})")
            made = {row[1:3] for row in rows}
            wanted = {(column.name, str(column.type)) for column in table.columns}
            assert made == wanted, "migrated and new projects have the same table"
