from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from support.engines import BrightBatches, BrightObjects

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.engines.base import BatchSegmenter
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.segment import add_images, segment_images
from segrefine_gui.services.steps import Step
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project


def prepare(project: Project, folder: Path) -> list:
    files = image_io.find_images([folder])
    return add_images(project, files, ImageMatcher(files, [folder]), image_io)


def test_detections_become_instances_without_the_empty_ones(
    project: Project, image_folder: Path, disk_mask: npt.NDArray[np.bool_]
) -> None:
    assert prepare(project, image_folder) == []
    report = segment_images(project, BrightObjects(), "bright", image_io, CancelToken())
    assert (report.images, report.instances) == (2, 2)
    entries = project.queue()
    assert [entry.source_id for entry in entries] == [0, 1]
    found = project.instance(entries[0].instance_id).coarse.decode()
    assert (found == disk_mask).mean() > 0.99


def test_a_second_run_sees_only_new_images(project: Project, image_folder: Path) -> None:
    segmenter = BrightObjects()
    prepare(project, image_folder)
    segment_images(project, segmenter, "bright", image_io, CancelToken())
    (image_folder / "three.png").write_bytes((image_folder / "one.png").read_bytes())
    prepare(project, image_folder)
    segment_images(project, segmenter, "bright", image_io, CancelToken())
    assert segmenter.calls == 3
    assert [entry.source_id for entry in project.queue()] == [0, 1, 2]


def test_a_bad_image_and_a_failing_engine_do_not_end_the_batch(
    project: Project, image_folder: Path
) -> None:
    (image_folder / "a.png").write_bytes(b"not an image")
    unreadable = prepare(project, image_folder)
    assert [skipped.subject for skipped in unreadable] == ["a.png"]
    segmenter = BrightObjects()
    segmenter.fail_on = 1
    report = segment_images(project, segmenter, "bright", image_io, CancelToken())
    assert report.images == 1
    assert "bright failed on this image" in report.skipped[0].sentence
    assert segment_images(project, segmenter, "bright", image_io, CancelToken()).images == 1


@pytest.fixture
def many(project: Project, tmp_path: Path) -> Project:
    """A project of seven photos in two sizes, the two kinds in turn, one of them dark."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(7):
        photo = np.full((40, 60) if number % 2 else (50, 30), 20, dtype=np.uint8)
        if number != 4:
            cv2.circle(photo, (15, 20), 5 + number, 200, -1)
        cv2.imwrite(str(folder / f"{number}.png"), photo)
    assert prepare(project, folder) == []
    return project


def found_in(project: Project) -> dict[str, list[bytes]]:
    return {
        image.name: [each.coarse.counts for each in project.image_instances(image.id)]
        for image in project.images()
    }


def test_a_batch_holds_images_of_one_size_and_finds_the_same(many: Project, tmp_path: Path) -> None:
    segmenter = BrightBatches(3)
    assert isinstance(segmenter, BatchSegmenter)
    steps: list[Step] = []
    report = segment_images(many, segmenter, "bright", image_io, CancelToken(), steps.append)
    assert (report.images, report.instances) == (7, 6)
    assert segmenter.sizes == [[(30, 50)] * 3, [(60, 40)] * 3]  # the last one goes alone
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert (steps[-1].done, steps[-1].total) == (7, 7)
    with Project.create(tmp_path / "alone.segrefine") as alone:
        prepare(alone, tmp_path / "many")
        segment_images(alone, BrightObjects(), "bright", image_io, CancelToken())
        assert found_in(alone) == found_in(many)


def test_an_image_that_fails_in_a_batch_is_said_and_tried_again_next_time(many: Project) -> None:
    segmenter = BrightBatches(7)
    segmenter.fail_dark = 100
    report = segment_images(many, segmenter, "bright", image_io, CancelToken())
    assert (report.images, report.instances) == (6, 6)
    assert [(each.subject, each.sentence) for each in report.skipped] == [
        ("4.png", "It is too dark.")
    ]
    assert [image.name for image in many.uncovered_images("bright")] == ["4.png"]


def test_a_batch_that_fails_as_a_whole_is_tried_one_by_one(many: Project) -> None:
    segmenter = BrightBatches(4)
    segmenter.fail_together = ZeroDivisionError("a fault of the engine")
    segmenter.fail_on = 2
    report = segment_images(many, segmenter, "bright", image_io, CancelToken())
    assert (report.images, len(report.skipped)) == (6, 1)
    assert segmenter.calls == 7


def test_cancelling_keeps_what_is_stored(many: Project) -> None:
    cancel = CancelToken()

    def cancel_in_the_second_batch(step: Step) -> None:
        if step.done > 3:  # while the fourth is in work
            cancel.cancel()

    with pytest.raises(Cancelled):
        segment_images(
            many, BrightBatches(3), "bright", image_io, cancel, cancel_in_the_second_batch
        )
    assert len(many.uncovered_images("bright")) == 7 - 4


def test_a_photo_that_changed_its_size_is_left_out(many: Project) -> None:
    changed = many.images()[0]
    cv2.imwrite(str(changed.path), np.zeros((9, 9), dtype=np.uint8))
    report = segment_images(many, BrightBatches(3), "bright", image_io, CancelToken())
    assert report.images == 6
    assert [each.subject for each in report.skipped] == ["0.png"]
    assert "is 9x9 now" in report.skipped[0].sentence
