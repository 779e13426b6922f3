"""What dropped files are for."""

from __future__ import annotations

from pathlib import Path

from segrefine_gui.gui.drops import Drop, dropped_project, is_worth_a_look, sort_drop


def made(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    return [folder / name for name in names]


def looks_like_masks(path: Path) -> bool:
    return "mask" in path.name


def test_a_project_goes_before_all(tmp_path: Path):
    image, project, masks = made(tmp_path, "a.JPG", "p.segrefine", "mask.json")

    assert dropped_project([image, project, masks]) == project
    assert dropped_project([image, tmp_path / "missing.segrefine"]) is None


def test_masks_images_and_folders_are_told_apart_by_what_is_in_them(tmp_path: Path):
    image, masks, notes = made(tmp_path, "a.JPG", "mask.xml", "notes.txt")
    (tmp_path / "more").mkdir()

    drop = sort_drop([notes, image, masks, tmp_path / "more"], looks_like_masks)

    assert drop == Drop(masks=masks, images=(image, tmp_path / "more"))


def test_a_photo_is_never_taken_for_masks(tmp_path: Path):
    (image,) = made(tmp_path, "mask.png")

    assert sort_drop([image], looks_like_masks) == Drop(images=(image,))


def test_a_folder_may_have_masks_and_photos(tmp_path: Path):
    made(tmp_path, "masks/1.png", "masks/decisions.json", "masks with photos/deep/1.jpeg")
    made(tmp_path, "masks with a text each/1.png", "masks with a text each/1.json")
    bare, mixed = tmp_path / "masks", tmp_path / "masks with photos"
    labelled = tmp_path / "masks with a text each"

    assert sort_drop([bare], looks_like_masks) == Drop(masks=bare)
    assert sort_drop([mixed], looks_like_masks) == Drop(masks=mixed, images=(mixed,))
    assert sort_drop([labelled], looks_like_masks) == Drop(masks=labelled, images=(labelled,))


def test_what_is_nothing_of_use_is_named(tmp_path: Path):
    (notes,) = made(tmp_path, "notes.txt")

    assert sort_drop([notes], looks_like_masks) == Drop(unknown=notes)
    assert sort_drop([tmp_path / "missing.segrefine"], looks_like_masks) == Drop()
    assert is_worth_a_look([tmp_path / "missing", notes])
    assert not is_worth_a_look([tmp_path / "missing"])
