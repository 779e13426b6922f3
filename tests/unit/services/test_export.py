"""What an export writes of each instance, edited ones among them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Basis, Decision, EngineRun, MaskChoice, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.formats.base import ExportReport
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.services.export import NOT_DROPPED, ExportOptions, export_masks
from segrefine_gui.storage import image_io
from segrefine_gui.storage.base import DecisionRecord
from segrefine_gui.storage.project import Project

Mask = npt.NDArray[np.bool_]


@pytest.fixture
def edit(coarse_mask: Mask) -> Mask:
    mask = np.roll(coarse_mask, 7, axis=0)
    mask[100:110, 10:150] = True
    return mask


@pytest.fixture
def edited(imported: Project, disk_mask: Mask, edit: Mask) -> Project:
    """Of three instances, the first is refined and edited from that, the others are pending."""
    soft = SoftMask(image_box(160, 120), disk_mask * np.uint8(255))
    imported.add_refinement(Refinement(0, 1, soft, EngineRun("made")))
    record = DecisionRecord(
        Decision.EDITED, 1, reviewer="ann", edited=encode_mask(edit), based_on=Basis.REFINED
    )
    imported.set_decisions({1: record}, "decide")
    return imported


def export(project: Project, folder: Path, kind: str = "coco", **more: object) -> ExportReport:
    options = ExportOptions(**more)  # type: ignore[arg-type]
    return export_masks(
        project,
        FormatRegistry(),
        image_io,
        kind,
        folder,
        options,
        CancelToken(),
        lambda done: None,
    )


def written(report: ExportReport) -> list[Mask]:
    file = next(file for file in report.files if file.name == "instances.json")
    masks = FormatRegistry().recognise(file).read(file).masks
    return [entry.segmentation.rasterise(120, 160).decode() for entry in masks]


def test_the_final_mask_is_the_edit_and_others_can_be_asked_for(
    edited: Project, tmp_path: Path, edit: Mask, coarse_mask: Mask, disk_mask: Mask
) -> None:
    for choice, expected in (
        (MaskChoice.FINAL, edit),
        (MaskChoice.REFINED, disk_mask),
        (MaskChoice.COARSE, coarse_mask),
    ):
        (mask,) = written(export(edited, tmp_path, masks=choice))
        np.testing.assert_array_equal(mask, expected)
    found = written(export(edited, tmp_path, decisions=NOT_DROPPED))
    wanted = sorted(mask.tobytes() for mask in (edit, coarse_mask, coarse_mask))
    assert sorted(mask.tobytes() for mask in found) == wanted


def test_an_empty_edit_is_an_empty_mask(edited: Project, tmp_path: Path, edit: Mask) -> None:
    empty = encode_mask(np.zeros_like(edit))
    record = DecisionRecord(Decision.EDITED, 1, edited=empty, based_on=Basis.COARSE)
    edited.set_decisions({1: record}, "decide")
    (mask,) = written(export(edited, tmp_path))
    assert not mask.any()


def test_the_table_says_what_an_edit_began_with(edited: Project, tmp_path: Path) -> None:
    export(edited, tmp_path, "csv")
    with (tmp_path / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["decision"], row["based_on"], row["left_out"]) for row in rows] == [
        ("edited", "refined", ""),
        ("pending", "", ""),
        ("pending", "", ""),
    ]


def test_an_edit_that_was_not_applied_is_said(edited: Project, tmp_path: Path, edit: Mask) -> None:
    assert export(edited, tmp_path).problems == []
    for instance_id in (1, 2, 3):
        edited.set_draft(instance_id, encode_mask(edit))
    edited.set_decisions({3: DecisionRecord(Decision.DROPPED)}, "decide")
    report = export(edited, tmp_path, "csv")
    assert [problem.subject for problem in report.problems] == [
        "instance 0 of one.png",
        "instance 1 of one.png",
    ]
    assert {problem.sentence for problem in report.problems} == {
        "It has an edit that was not applied yet."
    }
