"""`segrefine export` and `segrefine formats`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from segrefine_gui.domain.records import Decision
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.review import Review
from segrefine_gui.storage.project import Project


@pytest.fixture
def project(segrefine, tmp_path: Path, image_folder: Path, masks_file: Path) -> Path:
    """Three coarse masks, 11 and 12 of `one.png`, 13 of `two.png`; all are pending."""
    path = tmp_path / "work.segrefine"
    segrefine("run", image_folder, "--masks", masks_file, "--project", path, "--refiner", "none")
    return path


def times(folder: Path) -> dict[str, int]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in files}


def said(done) -> str:
    return " ".join((done.stdout + done.stderr).split())


def test_the_second_export_writes_only_what_changed(segrefine, project: Path, tmp_path: Path):
    out = tmp_path / "out"
    export = ("export", project, "--format", "png", "--out", out, "--include", "all")
    assert segrefine(*export).returncode == 0
    before = times(out)
    again = segrefine(*export)
    assert "; files: 5 unchanged." in said(again)
    after = times(out)
    assert {name for name in before if before[name] != after[name]} <= {".segrefine-png.json"}

    with Project.open(project) as store:
        review = Review(store, "ann", order=Arrangement())
        review.decide(Decision.DROPPED)
    assert "1 removed" in said(segrefine(*export))
    kept = times(out)
    assert {name for name in before if name.endswith(".png")} - kept.keys() == {"one/11_disk.png"}
    for name, time in kept.items():
        if name.endswith(".png"):
            assert time == before[name]


def test_what_is_left_out_is_counted(segrefine, project: Path, tmp_path: Path):
    done = segrefine(
        *("export", project, "--format", "coco", "--out", tmp_path / "out"),
        *("--include", "all", "--min-area", "100000"),
    )
    assert "0 of 3 instances written" in said(done)
    assert "Left out: 3 of fewer than 100,000 pixels." in said(done)
    assert "Note: instance 11 of one.png: It has fewer than 100,000 pixels" in said(done)


def test_a_dry_run_leaves_no_trace(segrefine, project: Path, tmp_path: Path):
    out = tmp_path / "out"
    done = segrefine(
        "export", project, "--format", "coco", "--out", out, "--include", "all", "--dry-run"
    )
    assert done.returncode == 0
    assert f"3 of 3 instances would be written to {out}; files: 3 new." in said(done)
    assert not out.exists()


def test_options_reach_the_files(segrefine, project: Path, tmp_path: Path):
    out = tmp_path / "out"
    done = segrefine(
        *("export", project, "--format", "coco", "--out", out, "--decision", "pending"),
        *("--category", "disk=пёс", "--val", "0.5", "--polygons"),
    )
    assert done.returncode == 0, done.stderr
    for split in ("train", "val"):
        document = json.loads((out / f"instances_{split}.json").read_text())
        assert [each["name"] for each in document["categories"]] == ["пёс"]
        assert len(document["images"]) == 1
        assert all(isinstance(each["segmentation"], list) for each in document["annotations"])


@pytest.mark.parametrize("wrong", ["nothing", "=new"])
def test_a_wrong_rename_is_refused(segrefine, project: Path, tmp_path: Path, wrong: str):
    done = segrefine("export", project, "--format", "coco", "--out", tmp_path, "--category", wrong)
    assert done.returncode == 2
    assert "is not NAME=NEW" in said(done)


def test_formats_are_listed(segrefine):
    done = segrefine("formats")
    assert done.returncode == 0
    for name in ("coco", "png", "label-map", "detectron2", "csv"):
        assert name in done.stdout
