"""Masks that go to an annotation tool's files and come back, by the real program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.storage.project import Project


def masks_of(path: Path) -> dict[str, list[np.ndarray]]:
    """The coarse masks of each image, by its name."""
    with Project.open(path) as project:
        return {
            image.name: [each.coarse.decode() for each in project.image_instances(image.id)]
            for image in project.images()
        }


@pytest.mark.parametrize(
    ("name", "options"),
    [("labelme", ("--polygons",)), ("cvat", ("--val", "0.5")), ("label-studio", ())],
)
def test_an_export_comes_back_pixel_by_pixel(
    segrefine, tmp_path: Path, image_folder: Path, masks_file: Path, name: str, options
) -> None:
    first, second, out = tmp_path / "1.segrefine", tmp_path / "2.segrefine", tmp_path / "out"
    segrefine("run", image_folder, "--masks", masks_file, "--project", first, "--refiner", "none")
    done = segrefine("export", first, "--format", name, "--out", out, "--include", "all", *options)
    assert done.returncode == 0, done.stderr
    done = segrefine("run", image_folder, "--masks", out, "--project", second, "--refiner", "none")
    assert done.returncode == 0, done.stderr
    before, after = masks_of(first), masks_of(second)
    assert before.keys() == after.keys()
    for name_of_image, masks in before.items():
        np.testing.assert_array_equal(after[name_of_image], masks)
