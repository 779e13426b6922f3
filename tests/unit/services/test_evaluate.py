from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pytest
from support.masks import a_mask_file

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.metrics import measure
from segrefine_gui.domain.records import Basis, Decision, EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.services.evaluate import evaluate
from segrefine_gui.storage.base import DecisionRecord
from segrefine_gui.storage.project import Project

Mask = npt.NDArray[np.bool_]


def refine_to(project: Project, instance_id: int, mask: Mask) -> None:
    soft = SoftMask(image_box(mask.shape[1], mask.shape[0]), mask.astype(np.uint8) * 255)
    project.add_refinement(Refinement(0, instance_id, soft, EngineRun("test", seconds=0.5)))


def test_means_and_harm_are_those_of_the_metrics(
    imported: Project, disk_mask: Mask, coarse_mask: Mask
) -> None:
    worse = np.roll(coarse_mask, 10, axis=1)
    refine_to(imported, 1, disk_mask)
    refine_to(imported, 2, worse)
    found = evaluate(imported, a_mask_file(["one.png", "two.png"], disk_mask), CancelToken())
    assert found.overall is not None
    assert found.overall.instances == 2
    assert found.unrefined == 1
    assert found.overall.harm == 0.5
    assert [score.harmed for score in found.scores] == [False, True]
    expected = (1.0 + measure(worse, disk_mask).iou) / 2
    assert found.overall.refined.iou == pytest.approx(expected)
    assert found.overall.coarse == measure(coarse_mask, disk_mask)
    assert found.overall.seconds == 0.5
    assert list(found.by_category) == ["disk"]


def test_the_truth_that_fits_best_is_taken_and_none_below_one_half(
    imported: Project, disk_mask: Mask
) -> None:
    for instance_id in (1, 2, 3):
        refine_to(imported, instance_id, disk_mask)
    far = np.roll(disk_mask, 60, axis=1)
    truth = a_mask_file(["one.png", "one.png", "two.png"], disk_mask)
    truth.masks[0].segmentation.__init__(far)
    truth.masks[2].segmentation.__init__(far)
    found = evaluate(imported, truth, CancelToken())
    assert found.overall is not None
    assert found.overall.instances == 2
    assert found.overall.refined.iou == 1.0
    assert found.unmatched == 1


def test_what_people_accepted_is_scored_as_they_left_it(
    imported: Project, disk_mask: Mask, coarse_mask: Mask
) -> None:
    worse = np.roll(coarse_mask, 10, axis=1)
    for instance_id in (1, 2, 3):
        refine_to(imported, instance_id, worse)
    truth = a_mask_file(["one.png", "two.png"], disk_mask)
    assert evaluate(imported, truth, CancelToken()).decided is None
    edited = DecisionRecord(
        Decision.EDITED, 1, edited=encode_mask(disk_mask), based_on=Basis.REFINED
    )
    harmed = DecisionRecord(Decision.REFINED, 2)
    imported.set_decisions({1: edited, 2: harmed, 3: DecisionRecord(Decision.DROPPED, 3)}, "decide")

    found = evaluate(imported, truth, CancelToken())
    bad, best = measure(worse, disk_mask), measure(disk_mask, disk_mask)
    assert [score.final for score in found.scores] == [best, bad, None]
    assert [score.refined for score in found.scores] == [bad, bad, bad]
    decided = found.decided
    assert decided is not None
    assert (decided.instances, decided.edited, decided.harm) == (2, 1, 0.5)
    assert (decided.coarse, decided.refined) == (measure(coarse_mask, disk_mask), bad)
    assert decided.final.iou == pytest.approx((1 + bad.iou) / 2)
    values = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert values["decided"]["edited"] == 1
    assert [each["decision"] for each in values["instances"]] == ["edited", "refined", "dropped"]


def test_the_json_form_is_plain_and_has_no_nan(imported: Project) -> None:
    full = np.ones((120, 160), dtype=bool)
    refine_to(imported, 1, full)
    found = evaluate(imported, a_mask_file(["one.png"], full), CancelToken(), min_coarse_iou=0.0)
    values = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert values["overall"]["coarse"]["mba"] is None
    assert values["instances"][0]["source_id"] == 0
    assert values["overall"]["refined"]["iou"] == 1.0


def test_truth_of_other_images_is_said(imported: Project, disk_mask: Mask) -> None:
    with pytest.raises(FormatError, match="no image of this project"):
        evaluate(imported, a_mask_file(["other.png"], disk_mask), CancelToken())
