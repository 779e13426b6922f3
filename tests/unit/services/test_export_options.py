"""What of a project an export writes, as its options ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Decision, EngineRun, Image, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.formats.base import ExportReport
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.services.export import NOT_DROPPED, ExportOptions, export_masks, split_images
from segrefine_gui.storage import image_io
from segrefine_gui.storage.base import DecisionRecord, NewInstance
from segrefine_gui.storage.project import Project

Mask = npt.NDArray[np.bool_]


@pytest.fixture
def project(imported: Project, disk_mask: Mask) -> Project:
    """Instances 1 and 2 in `one.png`, 3 in `two.png`; a small dog, 4, in the last."""
    small = np.zeros((120, 160), dtype=bool)
    small[3:5, 4:9] = True
    imported.add_instances(2, "drawn", [NewInstance(9, "dog", 8, encode_mask(small))])
    soft = SoftMask(image_box(160, 120), disk_mask * np.uint8(255))
    run = EngineRun("made", "1.2", weights_hash="sha256:77")
    imported.add_refinement(Refinement(0, 1, soft, run))
    imported.set_decisions({1: DecisionRecord(Decision.REFINED, 1, reviewer="ann")}, "decide")
    imported.set_decisions({2: DecisionRecord(Decision.DROPPED)}, "decide")
    imported.set_decisions({3: DecisionRecord(Decision.COARSE)}, "decide")
    return imported


def export(project: Project, folder: Path, *, dry_run: bool = False, **more: Any) -> ExportReport:
    return export_masks(
        project,
        FormatRegistry(),
        image_io,
        "coco",
        folder,
        ExportOptions(**more),
        CancelToken(),
        lambda done: None,
        dry_run=dry_run,
    )


def document(folder: Path, name: str = "instances.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text())
    return found


def source_ids(folder: Path) -> list[int]:
    return sorted(each["segrefine"]["source_id"] for each in document(folder)["annotations"])


def test_which_decisions(project: Project, tmp_path: Path) -> None:
    for decisions, wanted in (
        (frozenset({Decision.REFINED}), [0]),
        (frozenset({Decision.COARSE, Decision.PENDING}), [2, 9]),
        (NOT_DROPPED, [0, 2, 9]),
        (frozenset(Decision), [0, 2, 9]),
    ):
        report = export(project, tmp_path, decisions=decisions)
        assert source_ids(tmp_path) == wanted
        assert (report.written, report.listed) == (len(wanted), 4)


def test_categories_get_other_names_become_one_or_are_left_out(
    project: Project, tmp_path: Path
) -> None:
    name = project.categories()[0].name
    export(project, tmp_path, decisions=NOT_DROPPED, categories={"dog": name})
    found = document(tmp_path)
    assert [each["name"] for each in found["categories"]] == [name]
    assert {each["category_id"] for each in found["annotations"]} == {found["categories"][0]["id"]}

    export(project, tmp_path, decisions=NOT_DROPPED, categories={name: "thing", "dog": "thing"})
    (category,) = document(tmp_path)["categories"]
    assert category["name"] == "thing"
    assert source_ids(tmp_path) == [0, 2, 9]

    report = export(project, tmp_path, decisions=NOT_DROPPED, categories={"dog": ""})
    assert source_ids(tmp_path) == [0, 2]
    assert report.listed == 4
    table = json.loads((tmp_path / "decisions.json").read_text())
    assert [row["category"] for row in table][-1] == "dog"


def test_small_masks_are_left_out_and_said(project: Project, tmp_path: Path) -> None:
    report = export(project, tmp_path, decisions=NOT_DROPPED, min_area=11)
    assert source_ids(tmp_path) == [0, 2]
    assert [(each.subject, each.sentence) for each in report.problems] == [
        ("instance 9 of two.png", "It has fewer than 11 pixels and was left out.")
    ]
    export(project, tmp_path, decisions=NOT_DROPPED, min_area=10)
    assert source_ids(tmp_path) == [0, 2, 9]


def test_images_without_instances(project: Project, tmp_path: Path) -> None:
    only = frozenset({Decision.REFINED})
    export(project, tmp_path, decisions=only)
    assert [each["file_name"] for each in document(tmp_path)["images"]] == ["one.png", "two.png"]
    export(project, tmp_path, decisions=only, keeps_empty=False)
    assert [each["file_name"] for each in document(tmp_path)["images"]] == ["one.png"]


def test_a_split_puts_each_image_into_one_file(project: Project, tmp_path: Path) -> None:
    export(project, tmp_path, decisions=NOT_DROPPED, val_share=0.5)
    parts = [document(tmp_path, f"instances_{split}.json") for split in ("train", "val")]
    assert sorted(len(part["images"]) for part in parts) == [1, 1]
    for part in parts:
        (image,) = part["images"]
        assert {each["image_id"] for each in part["annotations"]} == {image["id"]}
    assert not (tmp_path / "instances.json").exists()


def test_another_split_removes_the_files_of_the_last(project: Project, tmp_path: Path) -> None:
    export(project, tmp_path, val_share=0.5)
    report = export(project, tmp_path)
    assert report.removed == 2
    assert sorted(path.name for path in tmp_path.glob("instances*")) == ["instances.json"]


def test_a_dry_run_tells_the_same_and_writes_nothing(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    told = export(project, folder, dry_run=True, min_area=11)
    assert not folder.exists()
    assert export(project, folder, min_area=11) == told


def test_where_masks_come_from_is_in_the_tables(project: Project, tmp_path: Path) -> None:
    export(project, tmp_path)
    first = json.loads((tmp_path / "decisions.json").read_text())[0]
    wanted = {
        "refiner": "made",
        "refiner_version": "1.2",
        "weights_hash": "sha256:77",
        "reviewer": "ann",
        "decision": "refined",
    }
    assert {key: first[key] for key in wanted} == wanted


@given(st.sets(st.text(min_size=1, max_size=8), max_size=30), st.floats(0, 1), st.randoms())
def test_splits_are_of_the_size_asked_and_do_not_depend_on_the_order(names, share, random):
    images = [Image(number, Path("/x"), name, 1, 1) for number, name in enumerate(names)]
    splits = split_images(images, share)
    assert splits.keys() == {image.id for image in images}
    if share:
        assert list(splits.values()).count("val") == round(len(images) * share)
        assert set(splits.values()) <= {"train", "val"}
    else:
        assert set(splits.values()) <= {""}
    shuffled = list(images)
    random.shuffle(shuffled)
    assert split_images(shuffled, share) == splits
