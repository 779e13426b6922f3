"""A gate lets safe changes through and keeps the coarse mask under risky ones."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.masks import a_mask_file

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.metrics import measure
from segrefine_gui.domain.records import Basis, Decision, EngineRun, Refinement, refined_mask
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.services.evaluate import evaluate
from segrefine_gui.services.export import ExportOptions, export_masks, final_mask
from segrefine_gui.services.gate import GateReport, gate, gate_pending, gated
from segrefine_gui.storage import image_io
from segrefine_gui.storage.base import DecisionRecord
from segrefine_gui.storage.project import Project

Mask = npt.NDArray[np.bool_]
REGION = Box(20, 10, 140, 110)


def masks() -> tuple[Mask, Mask]:
    """A coarse square, and a refined one that adds a large block and removes a small one."""
    coarse = np.zeros((120, 160), dtype=bool)
    coarse[40:80, 60:100] = True
    refined = coarse.copy()
    refined[40:80, 100:115] = True
    refined[40:50, 60:70] = False
    return coarse, refined


def a_refinement(
    risk: float | None, change_risks: tuple[float, ...] = (0.6, 0.1), instance_id: int = 1
) -> Refinement:
    _, refined = masks()
    soft = SoftMask(REGION, refined[REGION.slices].astype(np.uint8) * 255)
    assessment = None if risk is None else Assessment(risk, (), change_risks, {}, "made")
    return Refinement(0, instance_id, soft, EngineRun("made"), assessment)


def final(refinement: Refinement, limit: float) -> Mask:
    coarse = encode_mask(masks()[0])
    left_out = gate(refinement, coarse, limit)
    return refined_mask(refinement, coarse, left_out=left_out).decode()


def test_only_the_risky_change_stays_coarse() -> None:
    coarse, refined = masks()
    expected = refined.copy()
    expected[40:80, 100:115] = False
    np.testing.assert_array_equal(final(a_refinement(0.3), 0.5), expected)
    np.testing.assert_array_equal(final(a_refinement(0.3), 0.7), refined)
    np.testing.assert_array_equal(final(a_refinement(0.05), 0.05), coarse)


@pytest.mark.parametrize("refinement", [a_refinement(0.51, (0.1, 0.1)), a_refinement(None)])
def test_too_risky_or_unknown_as_a_whole_stays_coarse(refinement: Refinement) -> None:
    np.testing.assert_array_equal(final(refinement, 0.5), masks()[0])


def test_risks_of_other_changes_than_these_are_not_believed() -> None:
    np.testing.assert_array_equal(final(a_refinement(0.3, (0.9,)), 0.5), masks()[1])


def test_nothing_to_leave_out_is_none() -> None:
    coarse = encode_mask(masks()[0])
    assert gate(a_refinement(1.0, (1.0, 1.0)), coarse, 1.0) is None
    same = SoftMask(REGION, masks()[0][REGION.slices].astype(np.uint8) * 255)
    unchanged = Refinement(0, 1, same, EngineRun("made"))
    assert gate(unchanged, coarse, 0.0) is None


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_limit_lets_more_through_and_nothing_else_changes(
    risk: float, first: float, second: float, low: float, high: float
) -> None:
    coarse, refined = masks()
    refinement = a_refinement(risk, (first, second))
    low, high = sorted((low, high))
    strict, lenient = final(refinement, low), final(refinement, high)
    assert not ((strict != coarse) & (lenient == coarse)).any()
    assert not ((lenient != coarse) & (lenient != refined)).any()


@pytest.fixture
def gated_project(imported: Project, disk_mask: Mask, coarse_mask: Mask) -> Project:
    """Three instances: refined well at risk 0.1, refined badly at 0.9, refined without a risk."""
    worse = np.roll(coarse_mask, 12, axis=1)
    whole = Box(0, 0, 160, 120)
    for instance_id, mask, risk in ((1, disk_mask, 0.1), (2, worse, 0.9), (3, worse, None)):
        soft = SoftMask(whole, mask.astype(np.uint8) * 255)
        assessment = None if risk is None else Assessment(risk, (), (), {}, "made")
        run = EngineRun("made")
        imported.add_refinement(Refinement(0, instance_id, soft, run, assessment))
    return imported


def test_pending_ones_are_decided_in_the_name_of_the_gate(
    gated_project: Project, disk_mask: Mask, coarse_mask: Mask
) -> None:
    report = gate_pending(gated_project, 0.3, CancelToken())
    assert report == GateReport(whole=1, parts=0, coarse=1, unassessed=1)
    first, second, third = gated_project.reviewed()
    expected = [Decision.REFINED, Decision.COARSE, Decision.COARSE]
    assert [each.decision.decision for each in (first, second, third)] == expected
    assert first.decision.reviewer == "gate 0.3"
    assert (first.decision.seconds, first.decision.refinement_id) == (0.0, first.refinement.id)
    for reviewed, mask in ((first, disk_mask), (second, coarse_mask), (third, coarse_mask)):
        np.testing.assert_array_equal(final_mask(reviewed).decode(), mask)
    assert [line.what for line in gated_project.journal()] == ["gate"] * 3


def test_a_change_left_out_is_a_part(
    gated_project: Project, disk_mask: Mask, coarse_mask: Mask
) -> None:
    soft = SoftMask(Box(0, 0, 160, 120), disk_mask.astype(np.uint8) * 255)
    assessment = Assessment(0.1, (), (0.9, 0.1), {}, "made")
    gated_project.add_refinement(Refinement(0, 2, soft, EngineRun("made"), assessment))
    assert gate_pending(gated_project, 0.3, CancelToken()).parts == 1
    _, second, _ = gated_project.reviewed()
    left_out = second.decision.left_out
    assert left_out is not None
    expected = np.where(left_out.decode(), coarse_mask, disk_mask)
    assert 0 < left_out.area < np.count_nonzero(coarse_mask != disk_mask)
    np.testing.assert_array_equal(final_mask(second).decode(), expected)


def test_what_a_person_decided_stays(gated_project: Project) -> None:
    ann = DecisionRecord(Decision.REFINED, 2, seconds=3.0, reviewer="ann")
    gated_project.set_decisions({2: ann}, "decide")
    gate_pending(gated_project, 0.3, CancelToken())
    assert gated_project.decision(2) == ann


def test_what_a_person_edited_stays_and_is_exported(
    gated_project: Project, coarse_mask: Mask, tmp_path: Path
) -> None:
    edit = encode_mask(np.roll(coarse_mask, 3, axis=0))
    ann = DecisionRecord(Decision.EDITED, 2, reviewer="ann", edited=edit, based_on=Basis.REFINED)
    gated_project.set_decisions({2: ann}, "decide")
    assert gate_pending(gated_project, 0.0, CancelToken()).coarse == 1
    assert gated_project.decision(2) == ann
    _, second, _ = gated_project.reviewed()
    assert gated(second, 0.0) is second
    assert final_mask(second) == edit


def test_what_is_decided_while_the_gate_works_stays(gated_project: Project) -> None:
    ann = DecisionRecord(Decision.DROPPED, reviewer="ann")

    def decide_beside(step: object) -> None:
        with Project.open(gated_project.path) as window:
            window.set_decisions({1: ann}, "decide")

    report = gate_pending(gated_project, 0.3, CancelToken(), decide_beside)
    assert gated_project.decision(1) == ann
    assert report == GateReport(whole=0, parts=0, coarse=1, unassessed=1)


def test_cancelling_decides_nothing(gated_project: Project) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        gate_pending(gated_project, 0.3, cancel, lambda step: cancel.cancel())
    assert all(entry.decision is Decision.PENDING for entry in gated_project.queue())


def test_a_gated_export_writes_and_says_what_the_gate_decides(
    gated_project: Project, tmp_path: Path
) -> None:
    report = export_masks(
        gated_project,
        FormatRegistry(),
        image_io,
        "csv",
        tmp_path,
        ExportOptions(gate=0.3),
        CancelToken(),
        lambda done: None,
    )
    assert report.written == 3
    with (tmp_path / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["decision"], row["reviewer"], row["left_out"]) for row in rows] == [
        ("refined", "gate 0.3", "0"),
        ("coarse", "gate 0.3", ""),
        ("coarse", "gate 0.3", ""),
    ]
    assert all(entry.decision is Decision.PENDING for entry in gated_project.queue())


def test_an_unrefined_instance_passes_the_gate_as_it_is(imported: Project) -> None:
    (first, *_) = imported.reviewed()
    assert gated(first, 0.3) is first


def test_gated_masks_are_scored_beside_the_refined_ones(
    gated_project: Project, disk_mask: Mask, coarse_mask: Mask
) -> None:
    truth = a_mask_file(["one.png", "two.png"], disk_mask)
    found = evaluate(gated_project, truth, CancelToken(), gate_limit=0.3)
    assert found.overall is not None
    assert found.overall.harm == pytest.approx(2 / 3)
    assert found.overall.gated_harm == 0.0
    coarse = measure(coarse_mask, disk_mask)
    assert [score.gated for score in found.scores] == [
        measure(disk_mask, disk_mask),
        coarse,
        coarse,
    ]
    assert found.overall.gated is not None
    assert found.overall.gated.iou == pytest.approx((1 + 2 * coarse.iou) / 3)
    assert found.to_json()["gate_limit"] == 0.3
