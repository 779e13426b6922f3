from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from support.engines import ThirdPartyRefiner
from support.triage import PlainTriage

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.metrics import iou
from segrefine_gui.domain.records import EngineRun, Refinement, refined_mask
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import EngineOptions, Refiner
from segrefine_gui.engines.classical.grabcut import GrabCutFactory
from segrefine_gui.services.assess import RISK_UNKNOWN
from segrefine_gui.services.refine import refine_instances
from segrefine_gui.services.steps import Step, ignore_step
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project


def test_grabcut_refines_all_and_improves_them(
    imported: Project,
    disk_mask: npt.NDArray[np.bool_],
    coarse_mask: npt.NDArray[np.bool_],
    tmp_path,
) -> None:
    refiner = GrabCutFactory().load(EngineOptions(tmp_path))
    assert isinstance(refiner, Refiner)
    report = refine_instances(imported, refiner, image_io, CancelToken())
    assert (report.refined, list(report.skipped)) == (3, [])
    for reviewed in imported.reviewed():
        assert reviewed.refinement is not None
        assert reviewed.refinement.run.engine == "grabcut"
        assert reviewed.refinement.run.seconds > 0
        refined = refined_mask(reviewed.refinement, reviewed.instance.coarse).decode()
        assert iou(refined, disk_mask) > iou(coarse_mask, disk_mask) + 0.02


def test_a_second_run_does_only_what_is_missing(imported: Project) -> None:
    refiner = ThirdPartyRefiner({2: EngineError("It failed on this one.")})
    first = refine_instances(imported, refiner, image_io, CancelToken())
    assert first.refined == 2
    assert [skipped.sentence for skipped in first.skipped] == ["It failed on this one."]
    assert refine_instances(imported, refiner, image_io, CancelToken()).refined == 1
    assert refine_instances(imported, refiner, image_io, CancelToken()).refined == 0
    assert refiner.calls == 4


@pytest.mark.parametrize("error", [RuntimeError("CUDA error"), MemoryError(), ValueError("x")])
def test_any_failure_of_an_engine_ends_one_instance_only(
    imported: Project, error: Exception
) -> None:
    refiner = ThirdPartyRefiner({1: error})
    report = refine_instances(imported, refiner, image_io, CancelToken())
    assert report.refined == 2
    (skipped,) = report.skipped
    assert "instance 0 of one.png" in skipped.subject
    assert "third-party failed on this instance" in skipped.sentence


def test_cancelling_keeps_what_was_refined(imported: Project) -> None:
    cancel = CancelToken()

    def stop_after_first(step: Step) -> None:
        if step.instance_id is not None:
            cancel.cancel()

    with pytest.raises(Cancelled):
        refine_instances(imported, ThirdPartyRefiner(), image_io, cancel, stop_after_first)
    assert len(imported.unrefined("third-party")) == 2


def test_steps_tell_progress_within_an_instance_and_what_changed(imported: Project) -> None:
    steps: list[Step] = []
    refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken(), steps.append)
    assert [step.done for step in steps[:3]] == [0.0, 0.5, 1]
    assert [step.instance_id for step in steps if step.instance_id] == [1, 2, 3]
    assert {step.total for step in steps} == {3}


def test_a_missing_image_is_said_once_and_the_rest_is_refined(imported: Project) -> None:
    imported.images()[0].path.unlink()
    report = refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken())
    assert report.refined == 1
    assert [skipped.subject for skipped in report.skipped] == ["one.png"]


def test_an_image_that_changed_its_size_is_said(imported: Project, disk_image) -> None:
    import cv2

    cv2.imwrite(str(imported.images()[0].path), disk_image[:50])
    report = refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken())
    assert report.refined == 1
    assert "160x50 now" in report.skipped[0].sentence


def test_named_instances_are_refined_again(imported: Project) -> None:
    refiner = ThirdPartyRefiner()
    refine_instances(imported, refiner, image_io, CancelToken())
    refine_instances(imported, refiner, image_io, CancelToken(), ignore_step, [2])
    assert refiner.calls == 4


def test_the_refiner_sees_a_region_of_at_least_224_pixels_where_the_image_has_them(
    imported: Project,
) -> None:
    refiner = ThirdPartyRefiner()
    refine_instances(imported, refiner, image_io, CancelToken())
    assert refiner.seen[0] == ((120, 160, 3), (120, 160))


def test_left_out_changes_keep_the_coarse_mask_and_the_threshold_cuts_the_rest() -> None:
    coarse = np.zeros((6, 8), dtype=bool)
    coarse[1:4, 1:4] = True
    values = np.zeros((6, 8), dtype=np.uint8)
    values[1:5, 1:5] = 100
    values[1:3, 1:3] = 250
    left_out = np.zeros_like(coarse)
    left_out[:, 4:] = True
    refinement = Refinement(0, 1, SoftMask(image_box(8, 6), values), EngineRun("test"))
    final = refined_mask(refinement, encode_mask(coarse), 100, encode_mask(left_out)).decode()
    np.testing.assert_array_equal(final, np.where(left_out, coarse, values >= 100))
    high = refined_mask(refinement, encode_mask(coarse), 200).decode()
    np.testing.assert_array_equal(high, values >= 200)


def test_coarse_pixels_left_out_outside_the_region_are_kept() -> None:
    coarse = np.zeros((6, 8), dtype=bool)
    coarse[:, 6:] = True
    soft = SoftMask(Box(0, 0, 4, 6), np.full((6, 4), 255, dtype=np.uint8))
    refinement = Refinement(0, 1, soft, EngineRun("test"))
    final = refined_mask(refinement, encode_mask(coarse), 128, encode_mask(coarse)).decode()
    expected = coarse.copy()
    expected[:, :4] = True
    np.testing.assert_array_equal(final, expected)


def test_every_refinement_gets_a_risk_in_the_same_job(
    imported: Project, disk_image: npt.NDArray[np.uint8], coarse_mask: npt.NDArray[np.bool_]
) -> None:
    triage = PlainTriage(0.25)
    report = refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken(), triage=triage)
    assert (report.refined, list(report.skipped)) == (3, [])
    assert report.assessing_seconds > 0
    assert [entry.risk for entry in imported.queue()] == [0.25, 0.25, 0.25]
    stored = imported.newest_refinement(1)
    assert stored is not None
    assert stored.assessment is not None
    assert stored.assessment.model == "plain-third-party"
    assert stored.assessment.reasons[0].box == stored.soft.region
    evidence = triage.seen[0]
    np.testing.assert_array_equal(evidence.image, disk_image[evidence.region.slices])
    np.testing.assert_array_equal(evidence.coarse, coarse_mask[evidence.region.slices])
    np.testing.assert_array_equal(evidence.soft, stored.soft.values)
    assert evidence.score == 0.9


def test_a_triage_that_fails_costs_the_risk_and_nothing_else(imported: Project, caplog) -> None:
    triage = PlainTriage(0.25, fail=frozenset({2}))
    report = refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken(), triage=triage)
    assert report.refined == 3
    (skipped,) = report.skipped
    assert (skipped.subject, skipped.sentence) == ("instance 1 of one.png", RISK_UNKNOWN)
    assert [entry.risk for entry in imported.queue()] == [0.25, None, 0.25]
    assert "risk of instance 2 could not be estimated" in caplog.text
    assert "no idea" in caplog.text


def test_the_time_of_the_triage_is_none_of_the_refiners(imported: Project) -> None:
    class SlowTriage(PlainTriage):
        def assess(self, evidence):
            np.linalg.svd(np.ones((600, 600)))  # some real work
            return super().assess(evidence)

    report = refine_instances(
        imported, ThirdPartyRefiner(), image_io, CancelToken(), triage=SlowTriage()
    )
    refining = sum(
        reviewed.refinement.run.seconds for reviewed in imported.reviewed() if reviewed.refinement
    )
    assert report.assessing_seconds > refining
