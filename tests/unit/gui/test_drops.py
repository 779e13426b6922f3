"""What dropped files are for."""

from __future__ import annotations

from pathlib import Path

from segrefine_gui.gui.drops import Drop, sort_drop


def made(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_text("")
    return [folder / name for name in names]


def test_a_project_goes_before_all(tmp_path: Path):
    image, project, masks = made(tmp_path, "a.JPG", "p.segrefine", "m.json")

    assert sort_drop([image, project, masks]) == Drop(project=project)


def test_masks_images_and_folders_are_told_apart(tmp_path: Path):
    image, masks, _ = made(tmp_path, "a.JPG", "m.JSON", "notes.txt")
    (tmp_path / "more").mkdir()

    drop = sort_drop([tmp_path / "notes.txt", image, masks, tmp_path / "more"])

    assert drop == Drop(masks=masks, images=(image, tmp_path / "more"))


def test_nothing_of_use_is_empty(tmp_path: Path):
    assert sort_drop(made(tmp_path, "notes.txt")).is_empty
    assert sort_drop([tmp_path / "missing.segrefine"]).is_empty
    assert sort_drop([]).is_empty
