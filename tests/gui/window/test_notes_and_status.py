"""Notes on instances, and what the status bar says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from support.light_table import shown

from segrefine_gui.gui.queue.view import QueueView
from segrefine_gui.gui.widgets.note_editor import NoteEditor
from segrefine_gui.gui.widgets.status_line import EngineLabel, PaceLabel, PixelLabel


def details(person: Any) -> str:
    return person.window.page.decisions.details.text()


def write_note(person: Any, text: str) -> None:
    person.press(Qt.Key.Key_C)
    editor = person.dialog(NoteEditor)
    editor.field.selectAll()
    QTest.keyClicks(editor.field, text) if text else QTest.keyClick(editor.field, Qt.Key.Key_Delete)
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    person.wait_until(lambda: not editor.isVisible())


def test_a_note_is_written_shown_kept_and_taken_away(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    person.window.resize(1600, 900)
    write_note(person, "x marks the ear")
    assert "“x marks the ear”" in details(person)
    assert person.decisions() == person.decisions()[:1] * 4, "its letters are no keys"
    person.press(Qt.Key.Key_Right)
    person.wait_shown()
    assert "ear" not in details(person)
    person.window.close()

    later = open_window(project)
    later.window.resize(1600, 900)
    later.window.review.go_to(0)
    later.wait_shown()
    assert "“x marks the ear”" in details(later)
    assert later.window.review.note_of(later.window.review.entries[0].instance_id)
    write_note(later, "")
    assert "ear" not in details(later)


def test_escape_leaves_a_note_as_it_was(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    person.press(Qt.Key.Key_C)
    editor = person.dialog(NoteEditor)
    QTest.keyClicks(editor.field, "nothing")
    QTest.keyClick(editor.field, Qt.Key.Key_Escape)

    assert not editor.isVisible()
    assert "nothing" not in details(person)


def test_shift_enter_begins_a_line(qtbot: Any):
    editor = NoteEditor("cat #3", "one")
    qtbot.addWidget(editor)
    editor.show()

    QTest.keyClick(editor.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(editor.field, "two")

    assert editor.isVisible()
    assert editor.text == "one\ntwo"


@pytest.fixture
def person(open_window: Callable[..., Any], project: Path) -> Any:
    return open_window(project)


def label(person: Any, kind: type[QLabel]) -> QLabel:
    (found,) = person.window.statusBar().findChildren(kind)
    return found


def test_the_pixel_under_the_cursor_is_told(person: Any, disk_image: Any):
    canvas = person.window.page.compare.left
    x, y = canvas.view().to_widget(80.5, 60.5)

    QTest.mouseMove(canvas, QPoint(round(x), round(y)))

    red, green, blue = disk_image[60, 80]
    assert label(person, PixelLabel).text().split() == ["80,", "60", *map(str, (red, green, blue))]


def test_the_engine_and_its_device_are_told(person: Any):
    assert label(person, EngineLabel).text() == "grabcut · cpu"


def test_the_pace_is_told_once_there_is_one(person: Any):
    assert not label(person, PaceLabel).isVisible()

    person.press(*[Qt.Key.Key_Return] * 3)

    assert label(person, PaceLabel).isVisible()
    assert label(person, PaceLabel).text().endswith("/ min")
    assert float(label(person, PaceLabel).text().split()[0]) > 0


def test_a_note_has_a_sign_in_the_queue(person: Any):
    view = person.window.findChild(QueueView)
    index = view.model().index(0)
    rect = view.visualRect(index)

    def corner() -> Any:
        seen = shown(view.viewport())
        return seen[rect.bottom() - 26 : rect.bottom() - 8, rect.right() - 32 : rect.right() - 10]

    before = corner()
    assert np.ptp(before, axis=(0, 1)).max() == 0, "nothing is there"
    write_note(person, "look again")
    assert np.ptp(corner(), axis=(0, 1)).max() > 60
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).endswith("look again")
    write_note(person, "")
    assert np.array_equal(corner(), before)
