"""Risk through the real entry point: estimated, gated, evaluated and reported."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.masks import encode_mask, rle_from_counts
from segrefine_gui.domain.records import Decision, refined_mask
from segrefine_gui.services.gate import gate
from segrefine_gui.storage.project import Project

WIDTH, HEIGHT = 160, 120


def write_coco(path: Path, masks: list[np.ndarray]) -> Path:
    """Annotations 1, 2, ... of `one.png`."""
    images = [{"id": 1, "file_name": "one.png", "width": WIDTH, "height": HEIGHT}]
    annotations = [
        {
            "id": number,
            "image_id": 1,
            "category_id": 7,
            "segmentation": encode_mask(mask).to_coco(),
        }
        for number, mask in enumerate(masks, start=1)
    ]
    content = {
        "images": images,
        "categories": [{"id": 7, "name": "disk"}],
        "annotations": annotations,
    }
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def refined(segrefine, tmp_path: Path, image_folder: Path, coarse_mask: np.ndarray) -> Path:
    """A disk whose coarse mask is a little off, and a piece of the plain ground."""
    ground = np.zeros((HEIGHT, WIDTH), dtype=bool)
    ground[90:115, 5:40] = True
    masks = write_coco(tmp_path / "coarse.json", [coarse_mask, ground])
    path = tmp_path / "work.segrefine"
    done = segrefine(
        "run", image_folder, "--masks", masks, "--project", path, "--refiner", "grabcut"
    )
    assert done.returncode == 0, done.stderr
    assert "could not be estimated" not in done.stderr
    return path


def risks(path: Path) -> list[float | None]:
    with Project.open(path) as project:
        return [entry.risk for entry in project.queue()]


def test_every_refinement_comes_with_a_risk(refined: Path) -> None:
    found = risks(refined)
    assert all(risk is not None and 0 <= risk <= 1 for risk in found)
    with Project.open(refined) as project:
        for reviewed in project.reviewed():
            assessment = reviewed.refinement.assessment
            assert assessment.features
            assert assessment.model


def test_refinements_are_held_against_the_runs_that_were_asked_for(
    segrefine, refined: Path, image_folder: Path
) -> None:
    masks = refined.with_name("coarse.json")
    path = refined.with_name("agreed.segrefine")
    asked = ("--agreement", "flipped", "--agreement", "builtin")
    done = segrefine(
        "run", image_folder, "--masks", masks, "--project", path, "--refiner", "grabcut", *asked
    )
    assert done.returncode == 0, done.stderr

    def features(project: Path) -> list[set[str]]:
        with Project.open(project) as store:
            return [set(each.refinement.assessment.features) for each in store.reviewed()]

    for with_runs, without in zip(features(path), features(refined), strict=True):
        # A refinement that changed nothing has nothing to agree about.
        assert with_runs - without in ({"flipped", "other"}, set())
    assert any({"flipped", "other"} <= found for found in features(path))


def test_more_than_one_other_refiner_is_refused(
    segrefine, refined: Path, image_folder: Path
) -> None:
    masks = refined.with_name("coarse.json")
    path = refined.with_name("refused.segrefine")
    asked = ("--agreement", "builtin", "--agreement", "guided")
    done = segrefine("run", image_folder, "--masks", masks, "--project", path, *asked)
    assert done.returncode != 0
    assert "name one other refiner at most" in " ".join(done.stderr.split())


def test_missing_risks_are_estimated_later_and_by_the_next_run(
    segrefine, refined: Path, image_folder: Path
) -> None:
    before = risks(refined)
    for command, said in (
        (["risk", refined], "2 risks estimated."),
        (["run", image_folder, "--masks", refined.with_name("coarse.json"), "--project", refined,
          "--refiner", "grabcut"], "0 instances refined."),
    ):  # fmt: skip
        with sqlite3.connect(refined) as file:
            file.execute("UPDATE refinements SET risk = NULL, assessment = NULL")
        done = segrefine(*command)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
        assert risks(refined) == pytest.approx(before)
    assert "0 risks estimated." in segrefine("risk", refined).stdout


def test_a_gated_run_decides_and_a_gated_export_writes(
    segrefine, refined: Path, image_folder: Path, tmp_path: Path
) -> None:
    (low, high) = sorted(risk for risk in risks(refined) if risk is not None)
    limit = (low + high) / 2
    with Project.open(refined) as project:
        expected = {
            reviewed.instance.source_id: refined_mask(
                reviewed.refinement,
                reviewed.instance.coarse,
                left_out=gate(reviewed.refinement, reviewed.instance.coarse, limit),
            )
            for reviewed in project.reviewed()
        }

    def exported(*options: str) -> dict[int, bytes]:
        out = tmp_path / f"out{len(options)}"
        done = segrefine("export", refined, "--format", "coco", "--out", out, *options)
        assert done.returncode == 0, done.stderr
        file = out / "instances.json"
        return {
            each["id"]: rle_from_counts(each["segmentation"]["counts"], HEIGHT, WIDTH).counts
            for each in json.loads(file.read_text())["annotations"]
        }

    counts = {number: mask.counts for number, mask in expected.items()}
    assert exported() == {}
    assert exported("--gate", str(limit)) == counts
    with Project.open(refined) as project:
        assert all(entry.decision is Decision.PENDING for entry in project.queue())

    masks = refined.with_name("coarse.json")
    command = ["run", image_folder, "--masks", masks, "--project", refined, "--refiner", "grabcut"]
    done = segrefine(*command, "--gate", limit)
    assert done.returncode == 0, done.stderr
    assert "1 are too risky and stay coarse" in done.stdout
    assert exported() == counts
    segrefine("export", refined, "--format", "csv", "--out", tmp_path / "table")
    with (tmp_path / "table" / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["reviewer"] for row in rows} == {f"gate {limit:g}"}
    assert sorted(row["decision"] for row in rows) == ["coarse", "refined"]
    assert [row["left_out"] == "" for row in rows] == [row["decision"] == "coarse" for row in rows]


def test_evaluate_says_what_the_risks_are_worth(
    segrefine, refined: Path, tmp_path: Path, disk_mask: np.ndarray
) -> None:
    ground = np.zeros((HEIGHT, WIDTH), dtype=bool)
    ground[90:115, 5:40] = True
    truth = write_coco(tmp_path / "truth.json", [disk_mask, ground])
    figures = tmp_path / "figures.json"
    done = segrefine("evaluate", refined, "--truth", truth, "--json", figures, "--gate", "0")
    assert done.returncode == 0, done.stderr
    for words in ("gated at 0", "AUROC of harm", "coverage at 2% residual harm", "Reliability"):
        assert words in done.stdout
    values = json.loads(figures.read_text())
    assert values["gate_limit"] == 0.0
    assert values["overall"]["gated_harm"] == 0.0
    assert values["overall"]["gated"]["iou"] == pytest.approx(values["overall"]["coarse"]["iou"])
    assert values["risk"]["instances"] == 2
    assert set(values["risk"]["quality"]) == set(values["risk"]["intervals"])
    assert values["risk"]["quality"]["brier"] is not None
    assert [row["risk"] for row in values["instances"]] == pytest.approx(risks(refined))


def test_the_report_is_one_page_that_works_from_disk(
    segrefine, refined: Path, tmp_path: Path
) -> None:
    page = tmp_path / "new folder" / "report.html"
    done = segrefine("report", refined, "--html", page)
    assert done.returncode == 0, done.stderr
    assert str(page) in done.stdout
    html = page.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "disk #1 of one.png" in html
    assert "http:" not in html
    assert "https:" not in html
    blocked = segrefine("report", refined, "--html", tmp_path / "coarse.json" / "report.html")
    assert blocked.returncode == 1
    assert "Traceback" not in blocked.stderr


@pytest.mark.parametrize("limit", ["nan", "1.5", "-0.1", "low"])
def test_a_limit_that_is_no_probability_is_refused(segrefine, limit: str) -> None:
    done = segrefine("export", "p", "--format", "csv", "--out", "x", f"--gate={limit}")
    assert done.returncode == 2
    assert "--gate" in done.stderr
