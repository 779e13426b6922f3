"""The main job through the real entry point: masks in, refined, decided, out, pixel for pixel."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.coco_files import HEIGHT, WIDTH, write_coco
from support.program import program

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.masks import encode_mask, rle_from_counts
from segrefine_gui.domain.records import Basis, Decision, refined_mask
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.review import Review
from segrefine_gui.storage.project import Project


def test_what_was_decided_is_what_is_exported(
    segrefine, tmp_path: Path, image_folder: Path, masks_file: Path, coarse_mask: np.ndarray
) -> None:
    path = tmp_path / "work.segrefine"
    done = segrefine(
        "run", image_folder, "--masks", masks_file, "--project", path, "--refiner", "grabcut"
    )
    assert done.returncode == 0, done.stderr
    assert "3 instances imported from 2 images." in done.stdout
    assert "3 instances refined." in done.stdout

    with Project.open(path) as project:
        review = Review(project, "ann", order=Arrangement())
        review.decide(Decision.REFINED)
        review.go_to(1)
        review.decide(Decision.DROPPED)
        review.go_to(2)
        review.decide(Decision.COARSE)
        first = next(project.reviewed())
        assert first.refinement is not None
        expected = refined_mask(first.refinement, first.instance.coarse).decode()

    out = tmp_path / "out"
    done = segrefine("export", path, "--format", "coco", "--out", out)
    assert done.returncode == 0, done.stderr
    file = out / "instances.json"
    exported = json.loads(file.read_text())
    by_id = {annotation["id"]: annotation for annotation in exported["annotations"]}
    assert sorted(by_id) == [11, 13]
    for annotation_id, mask in ((11, expected), (13, coarse_mask)):
        annotation = by_id[annotation_id]
        decoded = rle_from_counts(annotation["segmentation"]["counts"], HEIGHT, WIDTH).decode()
        np.testing.assert_array_equal(decoded, mask)
        assert annotation["area"] == mask.sum()
        assert annotation["iscrowd"] == 0
        assert annotation["segrefine"]["source_id"] == annotation_id
        assert annotation["category_id"] == 7

    assert segrefine("export", path, "--format", "png", "--out", out).returncode == 0
    written = [cv2.imread(str(file), cv2.IMREAD_UNCHANGED) for file in out.glob("*/*.png")]
    assert all(set(np.unique(picture)) <= {0, 255} for picture in written)
    pictures = {int(np.count_nonzero(picture)) for picture in written}
    assert pictures == {int(expected.sum()), int(coarse_mask.sum())}

    assert segrefine("export", path, "--format", "csv", "--out", out).returncode == 0
    (table,) = out.glob("*.csv")
    rows = list(csv.DictReader(table.open(encoding="utf-8", newline="")))
    assert list(rows[0]) == [
        "source_id", "image", "category", "score", "refiner",
        "risk", "decision", "seconds", "reviewer", "left_out", "based_on",
        "refiner_version", "weights_hash", "decided_at",
    ]  # fmt: skip
    assert [(row["source_id"], row["decision"]) for row in rows] == [
        ("11", "refined"), ("12", "dropped"), ("13", "coarse"),
    ]  # fmt: skip


def test_what_was_edited_is_what_every_format_exports(
    segrefine, tmp_path: Path, image_folder: Path, masks_file: Path, coarse_mask: np.ndarray
) -> None:
    path, out = tmp_path / "work.segrefine", tmp_path / "out"
    segrefine("run", image_folder, "--masks", masks_file, "--project", path, "--refiner", "grabcut")
    edited = coarse_mask.copy()
    edited[2:9, 3:80] = True
    edited[60:64, 70:90] = False
    with Project.open(path) as project:
        review = Review(project, "ann", order=Arrangement())
        first, second, _ = (entry.instance_id for entry in review.entries)
        review.keep_draft(first, encode_mask(coarse_mask))
        review.apply_edit(first, encode_mask(edited), Basis.REFINED)
        review.go_to(1)
        review.keep_draft(second, encode_mask(edited))

    for kind in ("coco", "png", "csv"):
        done = segrefine("export", path, "--format", kind, "--out", out / kind)
        assert done.returncode == 0, done.stderr
        said = " ".join((done.stdout + done.stderr).split())
        assert "instance 12 of one.png: It has an edit that was not applied yet." in said
    (annotation,) = json.loads((out / "coco" / "instances.json").read_text())["annotations"]
    assert (annotation["id"], annotation["area"]) == (11, edited.sum())
    decoded = rle_from_counts(annotation["segmentation"]["counts"], HEIGHT, WIDTH).decode()
    np.testing.assert_array_equal(decoded, edited)
    (picture,) = (out / "png").rglob("*.png")
    written = cv2.imread(str(picture), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(written, edited * np.uint8(255))
    rows = list(csv.DictReader((out / "csv" / "decisions.csv").open(encoding="utf-8", newline="")))
    assert [(row["decision"], row["reviewer"], row["based_on"]) for row in rows] == [
        ("edited", "ann", "refined"), ("pending", "", ""), ("pending", "", ""),
    ]  # fmt: skip
    with Project.open(path) as project:
        assert project.draft(first) is None
        assert project.draft(second) == encode_mask(edited), "a draft is not exported, but kept"


@pytest.mark.parametrize("kind", ["coco", "png"])
def test_an_export_comes_back_as_an_import(
    segrefine, tmp_path: Path, image_folder: Path, masks_file: Path, kind: str
) -> None:
    first, second, out = tmp_path / "a.segrefine", tmp_path / "b.segrefine", tmp_path / "out"
    segrefine("run", image_folder, "--masks", masks_file, "--project", first, "--refiner", "none")
    segrefine(
        "export", first, "--format", kind, "--out", out, "--masks", "coarse", "--include", "all"
    )
    source = out / "instances.json" if kind == "coco" else out
    done = segrefine(
        "run", image_folder, "--masks", source, "--project", second, "--refiner", "none"
    )
    assert done.returncode == 0, done.stderr
    with Project.open(first) as before, Project.open(second) as after:
        masks_before = sorted(r.instance.coarse.counts for r in before.reviewed())
        masks_after = sorted(r.instance.coarse.counts for r in after.reviewed())
    assert masks_after == masks_before


def test_a_second_run_does_only_what_is_missing(
    segrefine, tmp_path: Path, image_folder: Path, masks_file: Path
) -> None:
    path = tmp_path / "work.segrefine"
    command = ["run", image_folder, "--masks", masks_file, "--project", path]
    assert "3 instances imported" in segrefine(*command, "--refiner", "none").stdout
    again = segrefine(*command, "--refiner", "grabcut").stdout
    assert "0 instances imported" in again
    assert "3 instances refined" in again
    assert "0 instances refined" in segrefine(*command, "--refiner", "grabcut").stdout


def test_evaluate_prints_and_writes_the_figures(
    segrefine, tmp_path: Path, image_folder: Path, masks_file: Path, disk_mask: np.ndarray
) -> None:
    path, figures = tmp_path / "work.segrefine", tmp_path / "figures.json"
    truth = tmp_path / "truth.json"
    write_coco(truth, {1: "one.png", 2: "two.png"}, [(1, 1, disk_mask), (2, 2, disk_mask)])
    segrefine("run", image_folder, "--masks", masks_file, "--project", path, "--refiner", "grabcut")
    done = segrefine("evaluate", path, "--truth", truth, "--json", figures)
    assert done.returncode == 0, done.stderr
    assert "disk" in done.stdout
    values = json.loads(figures.read_text())
    assert values["overall"]["instances"] == 3
    assert values["overall"]["refined"]["iou"] > values["overall"]["coarse"]["iou"]
    assert {row["source_id"] for row in values["instances"]} == {11, 12, 13}
    assert "Accepted masks" not in done.stdout

    with Project.open(path) as project:
        review = Review(project, "ann", order=Arrangement())
        review.apply_edit(review.entries[0].instance_id, encode_mask(disk_mask))
    done = segrefine("evaluate", path, "--truth", truth, "--json", figures)
    assert "Accepted masks: 1, of these edited: 1" in " ".join(done.stdout.split())
    assert json.loads(figures.read_text())["decided"]["final"]["iou"] == 1.0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_leaves_a_project_that_opens_and_goes_on(
    tmp_path: Path, disk_image: np.ndarray, coarse_mask: np.ndarray, segrefine
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    names = {number: f"{number:03}.png" for number in range(1, 151)}
    for name in names.values():
        cv2.imwrite(str(folder / name), disk_image[..., ::-1])
    masks = tmp_path / "many.json"
    write_coco(masks, names, [(number, number, coarse_mask) for number in names])
    path = tmp_path / "work.segrefine"
    command = ["run", folder, "--masks", masks, "--project", path, "--refiner", "grabcut"]
    process = subprocess.Popen(
        [program(), *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if path.exists() and _refined(path) >= 3:
            break
        time.sleep(0.05)  # another process: there is no signal to wait for
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "Cancelled." in errors
    with Project.open(path) as project:
        left = len(project.unrefined("grabcut"))
    assert 0 < left < 150
    assert f"{left} instances refined." in segrefine(*command).stdout


def _refined(path: Path) -> int:
    try:
        with Project.open(path) as project:
            return len(project.queue()) - len(project.unrefined("grabcut"))
    except ProjectError:  # it is being made right now
        return 0
