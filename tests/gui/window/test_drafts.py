"""Drafts are in sight: in the queue, on the contact sheet, in the filter, and before an export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView

from segrefine_gui.gui.contact_sheet.view import SheetView
from segrefine_gui.gui.dialogs.export_dialog import ExportDialog
from segrefine_gui.gui.queue.filter_bar import FilterBar
from segrefine_gui.gui.queue.view import QueueView

Key = Qt.Key


@pytest.fixture
def person(open_window: Callable[..., Any], project: Path) -> Any:
    person = open_window(project)
    person.sort_by_arrival()
    return person


def begin_edit(person: Any) -> None:
    """Paint something onto the instance shown, and leave."""
    person.press(Key.Key_E)
    canvas = person.window.page.editor.canvas
    person.wait_until(canvas.isVisible)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    QTest.keyClick(canvas, Key.Key_Escape)
    person.wait_shown()


def drafted(person: Any) -> list[int]:
    """Rows of the queue that say they have a draft."""
    model = person.window.findChild(QueueView).model()
    rows = range(model.rowCount())
    return [row for row in rows if "draft of an edit" in model.index(row).data()]


def picture(view: QListView, row: int) -> bytes:
    """What is to be seen of one row."""
    place = view.visualRect(view.model().index(row))
    image = view.viewport().grab(place).toImage().convertToFormat(QImage.Format.Format_RGB32)
    return bytes(image.constBits())


def test_a_mark_comes_with_the_draft_and_goes_with_it(person: Any):
    queue = person.window.findChild(QueueView)
    queue.setMouseTracking(False)
    person.window.review.go_to(1)
    person.wait_shown()
    instance_id = person.window.review.entries[1].instance_id
    thumbnails = person.window._queue._thumbnails
    person.wait_until(lambda: thumbnails.get(instance_id) is not None)
    before = picture(queue, 1)
    begin_edit(person)
    person.wait_until(lambda: drafted(person) == [1])
    assert picture(queue, 1) != before

    person.press(Key.Key_E)
    canvas = person.window.page.editor.canvas
    person.wait_until(canvas.isVisible)
    QTest.keyClick(canvas, Key.Key_Backspace)
    QTest.keyClick(canvas, Key.Key_Escape)
    person.wait_until(lambda: drafted(person) == [])
    person.wait_shown()
    person.wait_until(lambda: picture(queue, 1) == before)


def test_applying_takes_the_mark_away(person: Any):
    begin_edit(person)
    person.wait_until(lambda: drafted(person) == [0])
    person.press(Key.Key_E)
    canvas = person.window.page.editor.canvas
    person.wait_until(canvas.isVisible)
    QTest.keyClick(canvas, Key.Key_Return)
    person.wait_until(lambda: person.row == 1)
    assert drafted(person) == []


def test_the_contact_sheet_marks_it_too(person: Any):
    begin_edit(person)
    person.wait_until(lambda: drafted(person) == [0])
    person.trigger("contact_sheet")
    sheet = person.window.findChild(SheetView)
    with_draft = picture(sheet, 0)
    person.window.review.keep_draft(person.window.review.entries[0].instance_id, None)
    assert picture(sheet, 0) != with_draft


def test_the_filter_shows_them_alone(person: Any):
    person.window.review.go_to(2)
    begin_edit(person)
    person.wait_until(lambda: drafted(person) == [2])
    bar = person.window.findChild(FilterBar)
    bar.filter_button.click()
    assert bar.popup.drafted.text().endswith("1")
    bar.popup.drafted.click()
    assert len(person.window.review.entries) == 1
    assert bar.words.text() == "with a draft"
    bar.popup.clear_button.click()
    assert len(person.window.review.entries) == 4
    assert not bar.popup.drafted.isChecked()


def test_an_export_counts_them_before_and_after(person: Any, tmp_path: Path):
    begin_edit(person)
    person.wait_until(lambda: drafted(person) == [0])
    person.press(Key.Key_Return)
    person.wait_shown()
    person.trigger("export")
    dialog = person.dialog(ExportDialog)
    assert "1 edit is a draft" in dialog.findings.left_out.text()
    dialog.folder.set_path(tmp_path / "out")
    person.accept(dialog)
    person.wait_idle()
    person.wait_until(lambda: "Exported 1 instance" in person.window.page.note.text)
    assert "1 edit is a draft" in person.window.page.note.text
    assert "left out" not in person.window.page.note.text
