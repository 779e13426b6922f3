"""Several refiners and their parameters through the real entry point."""

from __future__ import annotations

from pathlib import Path

from segrefine_gui.storage.project import Project


def run(segrefine, data: Path, *more: object):
    disks = data / "disks"
    return segrefine(
        "run", disks / "images", "--masks", disks / "coco_instances_results.json",
        "--images-json", disks / "images.json", "--project", disks / "work.segrefine",
        "--device", "cpu", *more,
    )  # fmt: skip


def test_several_refiners_make_alternatives(segrefine, data: Path) -> None:
    done = run(segrefine, data, "--refiner", "grabcut", "--refiner", "guided")
    assert done.returncode == 0, done.stderr
    assert "3 instances refined by grabcut." in done.stdout
    assert "3 instances refined by guided." in done.stdout
    with Project.open(data / "disks" / "work.segrefine") as store:
        refined = store.refined()
        ids = {entry.instance_id for entry in store.queue()}
    assert refined == {"grabcut": ids, "guided": ids}

    again = run(segrefine, data, "--refiner", "grabcut", "--refiner", "guided")
    assert "0 instances refined by grabcut." in again.stdout


def test_a_parameter_that_does_not_exist_is_refused_before_anything_runs(
    segrefine, data: Path
) -> None:
    done = run(segrefine, data, "--refiner", "grabcut", "--set", "refiner.nonsense=3")
    assert done.returncode == 1
    assert "There is no parameter refiner.nonsense." in done.stderr
    assert not (data / "disks" / "work.segrefine").exists()
    done = run(segrefine, data, "--refiner", "none", "--refiner", "grabcut")
    assert done.returncode == 2
    assert "none goes with no other" in done.stderr


def test_what_can_be_set_is_listed_for_one_engine_or_all(segrefine) -> None:
    done = segrefine("engines", "--parameters", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    for engine in ("segmenter detectron2", "refiner builtin", "refiner grabcut"):
        assert engine in done.stdout
    one = segrefine("engines", "grabcut")
    assert "refiner grabcut" in one.stdout
    assert "builtin" not in one.stdout
    unknown = segrefine("engines", "gracbut")
    assert unknown.returncode == 1
    assert "There is no engine 'gracbut'" in unknown.stderr
