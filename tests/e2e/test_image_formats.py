"""Formats that are images, and YOLO's texts: written by one run of the program, read by another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.coco_files import write_coco

from segrefine_gui.storage.project import Project


@pytest.fixture
def touching_masks(tmp_path: Path, coarse_mask: np.ndarray) -> Path:
    """Masks 11 and 12 of `one.png` that touch, so that every format can hold them, and one more."""
    left, right = coarse_mask.copy(), coarse_mask.copy()
    left[:, 84:], right[:, :84] = False, False
    path = tmp_path / "coarse.json"
    masks = [(11, 1, left), (12, 1, right), (13, 2, coarse_mask)]
    write_coco(path, {1: "one.png", 2: "two.png"}, masks)
    return path


def masks_of(project: Path) -> set[tuple[str, str, bytes]]:
    """Image, category and pixels of every instance of a project."""
    with Project.open(project) as store:
        return {
            (each.image.name, each.instance.category.name, each.instance.coarse.decode().tobytes())
            for each in store.reviewed()
        }


@pytest.mark.parametrize(
    "written",
    [
        ("yolo-seg",),
        ("yolo-seg", "--val", "0.5"),
        ("voc",),
        ("cityscapes", "--val", "0.5"),
        ("label-map", "--val", "0.5"),
        ("indexed",),
        ("png", "--png", "matte", "--feather", "3"),
        ("png", "--png", "cut-out", "--val", "0.5"),
    ],
    ids=" ".join,
)
def test_what_one_run_exports_another_imports(
    segrefine, tmp_path: Path, image_folder: Path, touching_masks: Path, written
):
    first, second, out = tmp_path / "a.segrefine", tmp_path / "b.segrefine", tmp_path / "out"
    segrefine(
        "run", image_folder, "--masks", touching_masks, "--project", first, "--refiner", "none"
    )
    done = segrefine("export", first, "--out", out, "--include", "all", "--format", *written)
    assert done.returncode == 0, done.stderr
    done = segrefine("run", image_folder, "--masks", out, "--project", second, "--refiner", "none")
    assert done.returncode == 0, done.stderr
    expected = masks_of(first)
    assert len(expected) == 3
    assert masks_of(second) == expected
