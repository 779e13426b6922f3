from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from support.engines import BrightObjects

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.segment import add_images, segment_images
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
