"""What a format would make of a sample of the masks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Decision
from segrefine_gui.formats.base import WriterOptions
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.services.export import NOT_DROPPED, ExportOptions, export_masks
from segrefine_gui.services.export_loss import SampledLoss, sample_loss
from segrefine_gui.services.sampling import spread
from segrefine_gui.storage import image_io
from segrefine_gui.storage.base import DecisionRecord, NewImage, NewInstance
from segrefine_gui.storage.project import Project

IMAGES, EACH = 12, 3


@pytest.fixture
def round_things(tmp_path: Path) -> Iterator[Project]:
    """Twelve images with three round instances each; the disks touch nothing."""
    with Project.create(tmp_path / "p.segrefine") as project:
        for number in range(IMAGES):
            new = NewImage(tmp_path / f"{number}.png", f"{number}.png", 90, 40)
            (image,) = project.add_images([new])
            instances = []
            for place in range(EACH):
                mask = np.zeros((40, 90), np.uint8)
                cv2.circle(mask, (15 + 30 * place, 20), 10 + place, 1, -1)
                coarse = encode_mask(mask.astype(bool))
                instances.append(NewInstance(number * EACH + place, f"c{place}", place, coarse))
            project.add_instances(image.id, "origin", instances)
        yield project


def loss(project: Project, most: int, **more: object) -> SampledLoss:
    options = ExportOptions(**{"decisions": NOT_DROPPED, **more})  # type: ignore[arg-type]
    return sample_loss(
        project, FormatRegistry(), image_io, "coco", options, most, CancelToken(), lambda *_: None
    )


def test_a_lossless_export_loses_nothing(round_things: Project) -> None:
    found = loss(round_things, 100)
    assert (found.sampled, found.instances, found.changed, found.pixels) == (36, 36, 0, 0)
    assert found.area == sum(entry.area for entry in round_things.queue())


def test_a_sample_of_all_is_the_export(round_things: Project, tmp_path: Path) -> None:
    writing = WriterOptions(polygons=True, tolerance=2.0)
    found = loss(round_things, 100, writing=writing)
    options = ExportOptions(decisions=NOT_DROPPED, writing=writing)
    report = export_masks(
        round_things,
        FormatRegistry(),
        image_io,
        "coco",
        tmp_path / "out",
        options,
        CancelToken(),
        lambda done: None,
    )
    assert found.sampled == report.written == 36
    assert found.pixels == report.pixels


def test_a_sample_is_spread_over_the_images(round_things: Project) -> None:
    found = loss(round_things, 9)
    assert (found.sampled, found.instances) == (9, 36)


def test_only_what_would_be_written_is_sampled(round_things: Project) -> None:
    round_things.set_decisions({1: DecisionRecord(Decision.DROPPED)}, "decide")
    assert loss(round_things, 100).instances == 35
    assert loss(round_things, 100, categories={"c1": ""}).instances == 23
    assert loss(round_things, 100, decisions=frozenset()) == SampledLoss(0, 0, 0, 0)


def test_it_can_be_cancelled(round_things: Project) -> None:
    cancel = CancelToken()
    cancel.cancel()
    options = ExportOptions(decisions=NOT_DROPPED)
    with pytest.raises(Cancelled):
        sample_loss(
            round_things, FormatRegistry(), image_io, "coco", options, 9, cancel, lambda *_: None
        )


@pytest.mark.parametrize(("most", "expected"), [(None, "abcdefgh"), (2, "ae"), (9, "abcdefgh")])
def test_spread(most: int | None, expected: str) -> None:
    assert "".join(spread(list("abcdefgh"), most)) == expected
