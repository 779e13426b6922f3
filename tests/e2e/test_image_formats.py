"""Formats that are images, and YOLO's texts: written by one run of the program, read by another."""

from __future__ import annotations

from pathlib import Path

import pytest
from pycocotools import mask as coco_mask

from segrefine_gui.formats.coco.reader import CocoReader


def masks_of(segrefine, project: Path, out: Path) -> set[tuple[str, str, bytes]]:
    """Image, category and pixels of every instance of a project."""
    segrefine("export", project, "--format", "coco", "--out", out, "--include", "all")
    found = CocoReader().read(out / "instances.json")
    return {
        (
            entry.image.name,
            entry.category,
            coco_mask.decode(
                entry.segmentation.rasterise(entry.image.height, entry.image.width).to_coco()
            ).tobytes(),
        )
        for entry in found.masks
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
    segrefine, tmp_path: Path, image_folder: Path, masks_file: Path, written
):
    first, second, out = tmp_path / "a.segrefine", tmp_path / "b.segrefine", tmp_path / "out"
    segrefine("run", image_folder, "--masks", masks_file, "--project", first, "--refiner", "none")
    done = segrefine("export", first, "--out", out, "--include", "all", "--format", *written)
    assert done.returncode == 0, done.stderr
    done = segrefine("run", image_folder, "--masks", out, "--project", second, "--refiner", "none")
    assert done.returncode == 0, done.stderr
    expected = masks_of(segrefine, first, tmp_path / "a")
    assert len(expected) == 3
    assert masks_of(segrefine, second, tmp_path / "b") == expected
