from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image as PillowImage
from support.masks import FixedMask, a_mask_file

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, MaskError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.formats.base import ImageEntry, MaskEntry, MaskFile, Problem
from segrefine_gui.services.import_masks import ImportReport, fingerprint, import_masks
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.steps import Step, ignore_step
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project

Mask = npt.NDArray[np.bool_]


class Damaged:
    def rasterise(self, height: int, width: int) -> Rle:
        raise MaskError("This mask is damaged.")


def run(project: Project, masks: MaskFile, folder: Path, on_step=ignore_step) -> ImportReport:
    files = image_io.find_images([folder])
    matcher = ImageMatcher(files, [folder])
    return import_masks(project, masks, "origin", files, matcher, image_io, CancelToken(), on_step)


def test_masks_become_instances_with_ids_and_scores(
    project: Project, image_folder: Path, coarse_mask: Mask
) -> None:
    report = run(project, a_mask_file(["one.png", "two.png", "one.png"], coarse_mask), image_folder)
    assert (report.images, report.instances, list(report.skipped)) == (2, 3, [])
    assert [(e.source_id, e.category, e.score) for e in project.queue()] == [
        (0, "disk", 0.9), (2, "disk", 0.9), (1, "disk", 0.9),
    ]  # fmt: skip
    np.testing.assert_array_equal(project.instance(1).coarse.decode(), coarse_mask)
    assert [(i.name, i.width, i.height) for i in project.images()] == [
        ("one.png", 160, 120), ("two.png", 160, 120),
    ]  # fmt: skip


def test_a_second_import_of_the_same_masks_adds_nothing(
    project: Project, image_folder: Path, coarse_mask: Mask
) -> None:
    masks = a_mask_file(["one.png", "two.png"], coarse_mask)
    run(project, masks, image_folder)
    assert run(project, masks, image_folder).instances == 0
    assert len(project.queue()) == 2


def test_an_import_goes_on_where_it_was_cancelled(
    project: Project, image_folder: Path, coarse_mask: Mask
) -> None:
    (image_folder / "zzz.png").write_bytes((image_folder / "one.png").read_bytes())
    masks = a_mask_file(["one.png", "two.png", "zzz.png"], coarse_mask)
    files = image_io.find_images([image_folder])
    matcher = ImageMatcher(files, [image_folder])
    cancel = CancelToken()

    def stop_in_the_second(step: Step) -> None:
        if step.text == "two.png":
            cancel.cancel()

    with pytest.raises(Cancelled):
        import_masks(project, masks, "origin", files, matcher, image_io, cancel, stop_in_the_second)
    assert len(project.queue()) == 2
    assert run(project, masks, image_folder).instances == 1


def test_the_batch_goes_on_past_everything_bad(
    project: Project, image_folder: Path, coarse_mask: Mask
) -> None:
    (image_folder / "broken.png").write_bytes(b"not an image")
    (image_folder / "empty.jpg").write_bytes(b"")
    entries = [
        MaskEntry(1, ImageEntry("one.png"), Damaged(), "disk", 1),
        MaskEntry(2, ImageEntry("one.png"), FixedMask(np.zeros_like(coarse_mask)), "disk", 1),
        MaskEntry(3, ImageEntry("one.png"), FixedMask(np.ones_like(coarse_mask)), "disk", 1),
        MaskEntry(4, ImageEntry("broken.png"), FixedMask(coarse_mask), "disk", 1),
        MaskEntry(5, ImageEntry("empty.jpg"), FixedMask(coarse_mask), "disk", 1),
        MaskEntry(6, ImageEntry("gone.png"), FixedMask(coarse_mask), "disk", 1),
        MaskEntry(7, ImageEntry("gone.png"), FixedMask(coarse_mask), "disk", 1),
        MaskEntry(8, ImageEntry("../two.png"), FixedMask(coarse_mask), "disk", 1),
        MaskEntry(9, ImageEntry("two.png"), FixedMask(coarse_mask), "disk", 1),
    ]
    problem = Problem("annotation 10", "It has no segmentation.")
    report = run(project, MaskFile("test", (), entries, [problem]), image_folder)
    assert [entry.source_id for entry in project.queue()] == [3, 9]
    said = {skipped.subject: skipped.sentence for skipped in report.skipped}
    assert said["annotation 10"] == "It has no segmentation."
    assert said["instance 1 of one.png"] == "This mask is damaged."
    assert "empty" in said["instance 2 of one.png"]
    assert "2 instances of gone.png" in said
    assert "leads out" in said["instance 8 of ../two.png"]
    assert {"broken.png", "empty.jpg"} <= set(said)
    assert all(sentence.endswith(".") for sentence in said.values())


def test_sizes_are_read_in_exif_orientation(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "turned"
    folder.mkdir()
    picture = PillowImage.new("RGB", (40, 20))
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(folder / "a.jpg", exif=exif)
    masks = a_mask_file(["a.jpg"], np.ones((40, 20), dtype=bool))
    assert run(project, masks, folder).instances == 1


def test_names_of_the_mask_file_are_kept_when_they_are_plain(
    project: Project, image_folder: Path, coarse_mask: Mask
) -> None:
    run(project, a_mask_file(["train/one.png", "two"], coarse_mask), image_folder)
    assert [image.name for image in project.images()] == ["train/one.png", "two.png"]


def test_a_fingerprint_follows_the_content_not_the_place(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "x.png").write_bytes(b"one")
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(first / "deep" / "x.png") == fingerprint(second / "deep" / "x.png")
    (second / "deep" / "x.png").write_bytes(b"two")
    assert fingerprint(first) != fingerprint(second)
