"""Files that are missing, damaged or something else: one sentence, and the review goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.dialogs.error_dialog import ErrorDialog
from segrefine_gui.gui.dialogs.import_dialog import ImportDialog
from segrefine_gui.gui.dialogs.segment_dialog import SegmentDialog
from segrefine_gui.gui.start_page import StartPage
from segrefine_gui.services.jobs import ImportRequest


def test_a_missing_image_is_said_and_the_instance_can_be_dropped(
    open_window: Callable[..., Any], project: Path, image_folder: Path
):
    (image_folder / "one.png").unlink()
    person = open_window(project)

    message = person.window.page.compare.left.accessibleDescription()
    assert message == "The image file “one.png” does not exist."
    person.press(Qt.Key.Key_Delete, Qt.Key.Key_Delete)
    person.wait_shown()
    assert person.decisions()[:2] == [Decision.DROPPED] * 2
    assert person.window.page.compare.left.accessibleDescription() == ""


def test_an_image_that_comes_back_is_shown_at_the_next_look(
    open_window: Callable[..., Any], project: Path, image_folder: Path
):
    hidden = image_folder / "one.png"
    hidden.rename(hidden.with_suffix(".away"))
    person = open_window(project)
    assert person.window.page.compare.left.accessibleDescription()

    hidden.with_suffix(".away").rename(hidden)
    person.press(Qt.Key.Key_Right, Qt.Key.Key_Left)
    person.wait_shown()

    assert person.window.page.compare.left.accessibleDescription() == ""


def test_an_image_of_another_size_is_said(
    open_window: Callable[..., Any], project: Path, image_folder: Path
):
    cv2.imwrite(str(image_folder / "one.png"), np.zeros((50, 70, 3), np.uint8))
    person = open_window(project)

    message = person.window.page.compare.left.accessibleDescription()

    assert message == "The file one.png is 70x50 now, but its masks were made for 160x120."


@pytest.mark.parametrize("content", [b"", b"not a project", b"SQLite format 3\x00" + b"x" * 500])
def test_a_file_that_is_no_project_is_said_on_the_start_page(
    open_window: Callable[..., Any], tmp_path: Path, content: bytes
):
    path = tmp_path / "odd.segrefine"
    path.write_bytes(content)
    person = open_window()

    person.window.open_path(path)

    dialog = person.dialog(ErrorDialog)
    assert "odd.segrefine" in dialog.sentence.text()
    dialog.close()
    assert person.window.findChild(StartPage).isVisible()


def test_a_project_that_cannot_be_opened_leaves_the_open_one(
    open_window: Callable[..., Any], project: Path, tmp_path: Path
):
    person = open_window(project)
    person.window.open_path(tmp_path / "missing.segrefine")

    assert "There is no project at" in person.window.page.note.text
    assert person.window.project.path == project
    person.press(Qt.Key.Key_Return)
    assert person.decisions()[0] is Decision.REFINED


def test_what_an_import_left_out_is_told(
    open_window: Callable[..., Any], project: Path, coarse_json: Path, image_folder: Path
):
    masks = json.loads(coarse_json.read_text())
    masks["annotations"][0]["segmentation"]["counts"] = "1234567"
    masks["images"][1]["file_name"] = "../../secret.png"
    bad = coarse_json.with_name("bad.json")
    bad.write_text(json.dumps(masks))
    person = open_window(project)

    person.window.jobs.start(ImportRequest(project, (image_folder,), bad))
    person.wait_idle()

    assert "Imported 1 instance in 1 image." in person.window.page.note.text
    assert "were left out" in person.window.page.note.text
    assert not person.window.page.note.button.isHidden()


def test_a_name_that_looks_like_markup_is_shown_as_it_is(
    open_window: Callable[..., Any],
    tools: Any,
    tmp_path: Path,
    coarse_json: Path,
    image_folder: Path,
):
    masks = json.loads(coarse_json.read_text())
    masks["categories"][0]["name"] = "<img src='x'><b>bold"
    coarse_json.write_text(json.dumps(masks))
    person = open_window()
    person.window.project.open_or_make(tmp_path / "new.segrefine")
    person.window.jobs.start(
        ImportRequest(tmp_path / "new.segrefine", (image_folder,), coarse_json)
    )
    person.wait_idle()

    title = person.window.page.decisions.title.text()
    assert "&lt;b&gt;bold" in title
    assert "<b>" not in title


def drop(window: Any, *paths: Path) -> bool:
    """Drag files over the window and let go; says whether it took them."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where, copy = QPoint(200, 200), Qt.DropAction.CopyAction
    button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, copy, mime, button, modifier)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(where.toPointF(), copy, mime, button, modifier))
    return enter.isAccepted()


def test_a_dropped_project_opens(open_window: Callable[..., Any], project: Path):
    person = open_window()

    assert drop(person.window, project)
    person.wait_shown()

    assert person.window.project.path == project


def test_dropped_masks_and_images_ask_for_an_import(
    open_window: Callable[..., Any], coarse_json: Path, image_folder: Path
):
    person = open_window()

    assert drop(person.window, coarse_json, image_folder)

    choice = person.dialog(ImportDialog).choice()
    assert choice.masks == coarse_json
    assert choice.images == (image_folder,)
    person.dialog(ImportDialog).close()


def test_dropped_images_ask_for_a_segmenter(open_window: Callable[..., Any], image_folder: Path):
    person = open_window()

    assert drop(person.window, image_folder / "one.png", image_folder / "two.png")

    assert len(person.dialog(SegmentDialog).images.paths()) == 2
    person.dialog(SegmentDialog).close()


def test_a_dropped_folder_of_masks_asks_for_an_import(
    open_window: Callable[..., Any], tmp_path: Path, image_folder: Path, disk_mask: Any
):
    (tmp_path / "masks" / "one").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "masks" / "one" / "7_disk.png"), disk_mask * np.uint8(255))
    person = open_window()

    assert drop(person.window, tmp_path / "masks", image_folder)

    dialog = person.dialog(ImportDialog)
    assert dialog.choice().masks == tmp_path / "masks"
    assert dialog.choice().images == (image_folder,)
    person.wait_until(dialog.findings.instances.isVisible)
    assert dialog.findings.instances.text() == "1 instance in 1 image"
    dialog.close()


def test_other_files_are_said_to_be_unknown(open_window: Callable[..., Any], tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no")
    person = open_window()

    assert not drop(person.window, tmp_path / "gone.txt")
    assert drop(person.window, tmp_path / "notes.txt")

    error = person.dialog(ErrorDialog)
    assert "“notes.txt” holds no masks in a format that is read" in error.sentence.text()
    error.close()
