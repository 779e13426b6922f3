"""A project of the first release, made by its own statements, opens and goes on."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.engines import ThirdPartyRefiner

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Decision, EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.services.refine import refine_instances
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project

TABLES = """
CREATE TABLE meta (key VARCHAR(64) NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key));
CREATE TABLE images (id INTEGER NOT NULL, path TEXT NOT NULL, relative_path TEXT NOT NULL,
    name TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, source_id INTEGER,
    PRIMARY KEY (id), UNIQUE (path));
CREATE TABLE categories (id INTEGER NOT NULL, name TEXT NOT NULL, source_id INTEGER NOT NULL,
    PRIMARY KEY (id), UNIQUE (name), UNIQUE (source_id));
CREATE TABLE instances (id INTEGER NOT NULL, image_id INTEGER NOT NULL,
    category_id INTEGER NOT NULL, origin TEXT NOT NULL, source_id INTEGER NOT NULL, score FLOAT,
    area INTEGER NOT NULL, coarse_counts BLOB NOT NULL, PRIMARY KEY (id),
    UNIQUE (image_id, origin, source_id), FOREIGN KEY(image_id) REFERENCES images (id),
    FOREIGN KEY(category_id) REFERENCES categories (id));
CREATE TABLE coverage (image_id INTEGER NOT NULL, origin TEXT NOT NULL,
    PRIMARY KEY (image_id, origin), FOREIGN KEY(image_id) REFERENCES images (id));
CREATE TABLE refinements (id INTEGER NOT NULL, instance_id INTEGER NOT NULL,
    engine TEXT NOT NULL, version TEXT NOT NULL, parameters JSON NOT NULL,
    weights_hash TEXT NOT NULL, device TEXT NOT NULL, seconds FLOAT NOT NULL, x0 INTEGER NOT NULL,
    y0 INTEGER NOT NULL, x1 INTEGER NOT NULL, y1 INTEGER NOT NULL, soft_png BLOB NOT NULL,
    risk FLOAT, created_at DATETIME NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(instance_id) REFERENCES instances (id));
CREATE INDEX refinements_by_instance ON refinements (instance_id, engine);
CREATE TABLE decisions (instance_id INTEGER NOT NULL, decision VARCHAR(16) NOT NULL,
    refinement_id INTEGER, threshold INTEGER NOT NULL, seconds FLOAT NOT NULL,
    reviewer TEXT NOT NULL, decided_at DATETIME, left_out_counts BLOB, PRIMARY KEY (instance_id),
    FOREIGN KEY(instance_id) REFERENCES instances (id),
    FOREIGN KEY(refinement_id) REFERENCES refinements (id));
CREATE TABLE notes (instance_id INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (instance_id),
    FOREIGN KEY(instance_id) REFERENCES instances (id));
CREATE TABLE journal (id INTEGER NOT NULL, at DATETIME NOT NULL, who TEXT NOT NULL,
    what VARCHAR(32) NOT NULL, instance_id INTEGER, decision VARCHAR(16), seconds FLOAT NOT NULL,
    threshold INTEGER, left_out_counts BLOB, PRIMARY KEY (id),
    FOREIGN KEY(instance_id) REFERENCES instances (id));
"""
SOFT = np.arange(80, dtype=np.uint8).reshape(8, 10)
NOW = "2026-01-02 03:04:05.000000"


@pytest.fixture
def version_1(tmp_path: Path, image_folder: Path, coarse_mask: np.ndarray) -> Path:
    """Two instances in `one.png`, the first refined with a risk and accepted."""
    path = tmp_path / "old.segrefine"
    coarse = encode_mask(coarse_mask)
    png = SoftMask(Box(2, 3, 12, 11), SOFT).to_png()
    with sqlite3.connect(path) as file:
        file.executescript(TABLES)
        meta = [("application", "segrefine"), ("schema_version", "1"), ("bookmark", "2")]
        file.executemany("INSERT INTO meta VALUES (?, ?)", meta)
        photo = image_folder / "one.png"
        file.execute(
            "INSERT INTO images VALUES (1, ?, ?, 'one.png', 160, 120, 9)",
            (str(photo), "images/one.png"),
        )
        file.execute("INSERT INTO categories VALUES (1, 'disk', 7)")
        for number in (1, 2):
            file.execute(
                "INSERT INTO instances VALUES (?, 1, 1, 'origin', ?, 0.5, ?, ?)",
                (number, number + 10, coarse.area, coarse.counts),
            )
        file.execute("INSERT INTO coverage VALUES (1, 'origin')")
        file.execute(
            "INSERT INTO refinements VALUES "
            "(1, 1, 'grabcut', '5.0', ?, '', 'cpu', 0.25, 2, 3, 12, 11, ?, 0.25, ?)",
            (json.dumps({"iterations": 3}), png, NOW),
        )
        file.execute(
            "INSERT INTO decisions VALUES (1, 'refined', 1, 100, 2.5, 'ann', ?, NULL)", (NOW,)
        )
        file.execute("INSERT INTO notes VALUES (1, 'look again')")
        file.execute(
            "INSERT INTO journal VALUES (1, ?, 'ann', 'decide', 1, 'refined', 2.5, 100, NULL)",
            (NOW,),
        )
    return path


def test_a_file_of_the_first_release_keeps_everything(
    version_1: Path, coarse_mask: np.ndarray
) -> None:
    for _ in range(2):
        with Project.open(version_1) as project:
            first, second = project.reviewed()
            assert first.refinement is not None
            np.testing.assert_array_equal(first.refinement.soft.values, SOFT)
            assert first.refinement.run == EngineRun(
                "grabcut", "5.0", {"iterations": 3}, seconds=0.25
            )
            assert first.refinement.assessment == Assessment(0.25, (), (), {}, "")
            assert (first.decision.decision, first.decision.threshold) == (Decision.REFINED, 100)
            np.testing.assert_array_equal(first.instance.coarse.decode(), coarse_mask)
            assert (first.instance.source_id, second.instance.source_id) == (11, 12)
            assert [entry.risk for entry in project.queue()] == [0.25, None]
            assert (project.notes(), project.bookmark()) == ({1: "look again"}, 2)
            assert [line.who for line in project.journal()] == ["ann"]


def test_a_file_of_the_first_release_can_be_refined(version_1: Path) -> None:
    assert cv2.imread(str(version_1.parent / "images" / "one.png")) is not None
    with Project.open(version_1) as project:
        report = refine_instances(project, ThirdPartyRefiner(), image_io, CancelToken())
        assert (report.refined, list(report.skipped)) == (2, [])
        assessed = Assessment(0.5, (), (0.5,), {}, "made")
        newest = project.newest_refinement(2)
        assert newest is not None
        again = project.add_refinement(
            Refinement(0, 2, newest.soft, EngineRun("grabcut"), assessed)
        )
    with Project.open(version_1) as project:
        assert project.refinement(again.id).assessment == assessed
