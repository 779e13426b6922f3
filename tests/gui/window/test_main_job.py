"""The main job through the real window: import, refine, decide, quit, resume, export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from segrefine_gui.domain.masks import rle_from_counts
from segrefine_gui.domain.records import Decision, refined_mask
from segrefine_gui.gui.colors import is_dark
from segrefine_gui.gui.dialogs.export_dialog import ExportDialog
from segrefine_gui.gui.dialogs.import_dialog import ImportDialog
from segrefine_gui.gui.dialogs.segment_dialog import SegmentDialog
from segrefine_gui.gui.queue.view import QueueView
from segrefine_gui.gui.start_page import StartPage
from segrefine_gui.storage.project import Project

REFINED, COARSE, DROPPED, PENDING = (
    Decision.REFINED,
    Decision.COARSE,
    Decision.DROPPED,
    Decision.PENDING,
)


def test_import_refine_decide_quit_resume_export(
    open_window: Callable[..., Any], tmp_path: Path, image_folder: Path, coarse_json: Path
):
    person = open_window()
    start = person.window.findChild(StartPage)
    assert start.isVisible()
    start.import_masks_requested.emit()
    dialog = person.dialog(ImportDialog)
    dialog.masks.set_path(coarse_json)
    dialog.images.add([image_folder])
    person.accept(dialog)
    project = tmp_path / "disks.segrefine"
    person.choose_file(project)
    person.wait_idle()
    assert not start.isVisible()
    assert "Imported 4 instances in 2 images" in person.window.page.note.text
    assert "Refined 4 instances" in person.window.page.note.text
    assert [entry.refiner for entry in person.window.review.entries] == ["builtin"] * 4

    person.press(Qt.Key.Key_Return, Qt.Key.Key_X, Qt.Key.Key_Delete)
    assert person.decisions() == [REFINED, COARSE, DROPPED, PENDING]
    assert person.row == 3
    person.press(Qt.Key.Key_U)
    assert person.decisions() == [REFINED, COARSE, PENDING, PENDING]
    assert person.row == 2, "undo goes to what it took back"
    person.window.close()

    person = open_window(project)
    assert person.decisions() == [REFINED, COARSE, PENDING, PENDING]
    assert person.row == 2
    person.press(Qt.Key.Key_Delete, Qt.Key.Key_Return)
    assert person.decisions() == [REFINED, COARSE, DROPPED, REFINED]
    assert person.row == 3, "with nothing left it stays"
    assert person.window.page.completion.isVisible()
    assert "All 4 instances are decided." in person.window.page.completion.text

    person.window.page.completion.button.click()
    dialog = person.dialog(ExportDialog)
    dialog.folder.set_path(tmp_path / "out")
    person.accept(dialog)
    person.wait_idle()
    assert "Exported 3 instances" in person.window.page.note.text
    person.window.close()

    file = tmp_path / "out" / "instances.json"
    written = {
        annotation["id"]: rle_from_counts(
            annotation["segmentation"]["counts"], *annotation["segmentation"]["size"]
        ).decode()
        for annotation in json.loads(file.read_text())["annotations"]
    }
    with Project.open(project) as store:
        expected = {}
        for entry in store.queue():
            coarse = store.instance(entry.instance_id).coarse
            if entry.decision is COARSE:
                expected[entry.source_id] = coarse.decode()
            elif entry.decision is REFINED:
                refinement = store.newest_refinement(entry.instance_id)
                assert refinement is not None
                expected[entry.source_id] = refined_mask(refinement, coarse).decode()
    assert written.keys() == expected.keys() == {11, 12, 14}
    for source_id, mask in expected.items():
        assert np.array_equal(written[source_id], mask)


def test_every_decision_is_journalled_with_undo(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    person.press(Qt.Key.Key_Return, Qt.Key.Key_Return, Qt.Key.Key_U)
    person.window.close()

    with Project.open(project) as store:
        assert [(line.what, line.decision) for line in store.journal()] == [
            ("decide", REFINED),
            ("decide", REFINED),
            ("undo", PENDING),
        ]


def test_redo_decides_again_and_goes_there(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    person.press(Qt.Key.Key_X, Qt.Key.Key_Delete, Qt.Key.Key_U, Qt.Key.Key_U)
    assert person.decisions() == [PENDING] * 4
    assert person.row == 0

    person.trigger("redo")

    assert person.decisions() == [COARSE, PENDING, PENDING, PENDING]
    assert person.row == 0


def test_counts_follow_decisions(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    person.press(Qt.Key.Key_Return, Qt.Key.Key_X)

    words = " ".join(label.text() for label in person.window.findChildren(QLabel))

    assert "1 refined" in words
    assert "1 coarse" in words
    assert "2 left" in words
    assert "4 instances · 2 left" in words


def test_rows_show_decisions_also_after_the_queue_was_read_again(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    person.window.review.reload()
    person.press(Qt.Key.Key_X)

    model = person.window.findChild(QueueView).model()
    assert [model.index(row).data().split(", ")[-1] for row in range(4)] == [
        "Coarse",
        "Pending",
        "Pending",
        "Pending",
    ]


def test_recent_projects_lead_back(open_window: Callable[..., Any], project: Path, tmp_path: Path):
    person = open_window(project)
    person.press(Qt.Key.Key_Right)
    person.trigger("close_project")
    start = person.window.findChild(StartPage)
    assert start.isVisible()
    assert person.window.project.path is None

    start.recent_requested.emit(project)
    person.wait_shown()

    assert person.row == 1
    person.window.close()
    assert str(project) in (tmp_path / "settings.json").read_text()


def test_import_into_the_open_project_adds_to_it(
    open_window: Callable[..., Any], project: Path, image_folder: Path, coarse_json: Path
):
    person = open_window(project)
    person.press(Qt.Key.Key_Return)
    masks = json.loads(coarse_json.read_text())
    masks["annotations"] = masks["annotations"][:1]
    masks["annotations"][0]["id"] = 99
    coarse_json.with_name("more.json").write_text(json.dumps(masks))

    person.trigger("import_masks")
    dialog = person.dialog(ImportDialog)
    dialog.masks.set_path(coarse_json.with_name("more.json"))
    dialog.images.add([image_folder])
    person.accept(dialog)
    person.wait_idle()

    assert sorted(entry.source_id for entry in person.window.review.entries) == [11, 12, 13, 14, 99]
    assert person.decisions().count(REFINED) == 1


def test_open_images_segments_and_refines_into_a_project_beside_them(
    open_window: Callable[..., Any], tmp_path: Path, image_folder: Path
):
    person = open_window()
    person.window.findChild(StartPage).open_images_requested.emit()
    dialog = person.dialog(SegmentDialog)
    dialog.images.add([image_folder])
    dialog.segmenters.list.choose("bright")
    dialog.refiner.setCurrentIndex(dialog.refiner.findData("grabcut"))
    person.accept(dialog)
    file_dialog = person.dialog(QFileDialog)
    assert Path(file_dialog.selectedFiles()[0]) == tmp_path / "images.segrefine"
    file_dialog.accept()
    person.wait_idle()

    assert person.window.project.path == tmp_path / "images.segrefine"
    assert "Found 2 instances in 2 images. Refined 2 instances." in person.window.page.note.text
    entries = person.window.review.entries
    assert [(entry.category, entry.score, entry.refiner) for entry in entries] == [
        ("thing", 0.75, "grabcut")
    ] * 2


def test_the_samples_open_and_a_second_time_go_on(
    open_window: Callable[..., Any], tmp_path: Path, image_folder: Path, coarse_json: Path
):
    (tmp_path / "samples").mkdir()
    image_folder.rename(tmp_path / "samples" / "images")
    coarse_json.rename(tmp_path / "samples" / "coarse.json")
    person = open_window()
    start = person.window.findChild(StartPage)

    start.samples_requested.emit()
    person.wait_idle()
    person.press(Qt.Key.Key_X)
    person.trigger("close_project")
    start.samples_requested.emit()
    person.wait_idle()

    assert person.decisions() == [COARSE, PENDING, PENDING, PENDING]
    assert person.row == 1


def test_geometry_and_theme_come_back(open_window: Callable[..., Any], tmp_path: Path, qapp: Any):
    person = open_window()
    # It fits on the small screen of the tests.
    size = 780, 640
    person.window.resize(*size)
    person.trigger("theme_dark")
    assert is_dark(qapp.palette())
    person.window.close()

    person = open_window()
    assert (person.window.width(), person.window.height()) == size
    assert person.window.findChild(object, "theme_dark").isChecked()
    person.trigger("theme_light")
    assert not is_dark(qapp.palette())
