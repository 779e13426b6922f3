"""`segrefine run --masks`: what it would do, and how images are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.coco_files import write_coco

from segrefine_gui.storage.project import Project


def said(done) -> str:
    return " ".join((done.stdout + done.stderr).split())


def test_a_dry_run_says_what_would_be_imported(
    segrefine, tmp_path: Path, image_folder: Path, masks_file: Path
):
    project = tmp_path / "work.segrefine"
    (image_folder / "two.png").rename(image_folder / "three.png")
    run = ("run", image_folder, "--masks", masks_file, "--project", project, "--refiner", "none")
    done = segrefine(*run, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "2 instances in 1 images would be imported (coco)." in said(done)
    assert "1 of the image files given are not told of" in said(done)
    assert "Left out: instance 13 of two.png: There is no image two.png" in said(done)
    assert "disk 2" in said(done)
    assert not project.exists()

    assert "2 instances imported from 1 images." in said(segrefine(*run))
    assert "1 of the images had these masks already." in said(segrefine(*run))
    assert "1 of the images are in the project already" in said(segrefine(*run, "--dry-run"))


def test_a_pattern_finds_images_that_names_do_not(
    segrefine, tmp_path: Path, image_folder: Path, coarse_mask
):
    masks, project = tmp_path / "named.json", tmp_path / "work.segrefine"
    write_coco(
        masks, {1: "gt-one.png", 2: "gt-two.png"}, [(1, 1, coarse_mask), (2, 2, coarse_mask)]
    )
    run = ("run", image_folder, "--masks", masks, "--project", project, "--refiner", "none")
    assert "0 instances imported" in said(segrefine(*run))
    assert "2 instances imported from 2 images." in said(segrefine(*run, "--match", "gt-{stem}"))
    with Project.open(project) as store:
        assert [image.name for image in store.images()] == ["one.png", "two.png"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--match", "(a+)+$"], "is no way to match images"),
        (["--masks-format", "coc"], "did you mean coco?"),
        (["--masks-format", "detectron2"], "is not a list of Detectron2 results"),
    ],
)
def test_a_wrong_choice_is_one_sentence(
    segrefine, tmp_path: Path, image_folder: Path, masks_file: Path, more: list[str], sentence: str
):
    project = tmp_path / "work.segrefine"
    done = segrefine("run", image_folder, "--masks", masks_file, "--project", project, *more)
    assert done.returncode != 0
    assert sentence in said(done)
    assert not project.exists()
    assert "Traceback" not in done.stderr


def test_a_dry_run_needs_masks(segrefine, tmp_path: Path, image_folder: Path):
    done = segrefine("run", image_folder, "--project", tmp_path / "p.segrefine", "--dry-run")
    assert done.returncode == 2
    assert "there are no --masks" in said(done)
