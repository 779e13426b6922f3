"""Refining a part of an edited mask in the real window, with a real refiner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage.project import Project

Key = Qt.Key


@pytest.fixture
def person(open_window: Callable[..., Any], coarse_project: Path) -> Any:
    """Editing a mask that was not refined, in a project where GrabCut was used last."""
    store = Project.open(coarse_project)
    store.set_last_setups("refiner", [EngineSetup("grabcut")])
    store.close()
    person = open_window(coarse_project)
    person.press(Key.Key_E)
    person.wait_until(lambda: person.window.page.editor.isVisible())
    return person


def mask_of(person: Any) -> np.ndarray:
    return person.window.editing.session.mask


def press(person: Any, key: Qt.Key) -> None:
    QTest.keyClick(person.window.focusWidget() or person.window, key)


def drag(person: Any, start: tuple[int, int], end: tuple[int, int]) -> None:
    canvas = person.window.page.editor.canvas
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

    def place(point: tuple[int, int]) -> QPoint:
        x, y = canvas.view().to_widget(*point)
        return QPoint(round(x), round(y))

    QTest.mousePress(canvas, left, none, place(start))
    QTest.mouseMove(canvas, place(end))
    QTest.mouseRelease(canvas, left, none, place(end))


def buttons(person: Any) -> list[Any]:
    return person.window.page.editor.answers.buttons


def test_the_first_answer_is_laid_in_and_others_take_its_place(person: Any):
    before = mask_of(person).copy()
    press(person, Key.Key_A)
    drag(person, (10, 10), (150, 110))
    person.wait_until(lambda: all(button.isEnabled() for button in buttons(person)))
    assert person.window.page.editor.answers.isVisible()
    first = mask_of(person).copy()
    assert not np.array_equal(first, before)
    assert person.window.findChild(object, "undo").text() == "&Undo Refine Here"

    press(person, Key.Key_4)
    other = mask_of(person).copy()
    assert not np.array_equal(other, first), "another refiner says something else"
    press(person, Key.Key_1)
    np.testing.assert_array_equal(mask_of(person), first)
    person.trigger("undo")
    np.testing.assert_array_equal(mask_of(person), before)
    assert not person.window.findChild(object, "undo").isEnabled(), "it is one step"


def test_only_the_part_changes(person: Any):
    before = mask_of(person).copy()
    press(person, Key.Key_A)
    drag(person, (10, 10), (70, 110))
    person.wait_until(lambda: buttons(person)[0].isEnabled())
    np.testing.assert_array_equal(mask_of(person)[:, 74:], before[:, 74:])


def test_another_tool_stops_it_and_hides_the_strip(person: Any):
    press(person, Key.Key_A)
    drag(person, (10, 10), (150, 110))
    press(person, Key.Key_B)
    assert not person.window.page.editor.answers.isVisible()
    before = mask_of(person).copy()
    person.wait_until(lambda: not person.window.editing.refining.is_busy)
    np.testing.assert_array_equal(mask_of(person), before)


def test_a_mask_that_changed_since_is_not_overwritten(person: Any):
    press(person, Key.Key_A)
    drag(person, (10, 10), (150, 110))
    person.wait_until(lambda: all(button.isEnabled() for button in buttons(person)))
    person.trigger("take_coarse_mask")
    coarse = mask_of(person).copy()
    press(person, Key.Key_2)
    np.testing.assert_array_equal(mask_of(person), coarse)
    assert "changed since" in person.window.page.note.text


def paint(person: Any, *points: tuple[int, int]) -> None:
    """One stroke of the tool in use."""
    canvas = person.window.page.editor.canvas
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    places = []
    for point in points:
        x, y = canvas.view().to_widget(*point)
        places.append(QPoint(round(x), round(y)))
    QTest.mousePress(canvas, left, none, places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
    QTest.mouseRelease(canvas, left, none, places[-1])


def press_shift_a(person: Any) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(person.window.focusWidget() or person.window, Key.Key_A, shift)


def all_ready(person: Any) -> bool:
    return all(button.isEnabled() for button in buttons(person))


def test_only_what_was_painted_over_changes(person: Any):
    before = mask_of(person).copy()
    press_shift_a(person)
    person.window.editing.size.set(40)
    paint(person, (30, 60), (130, 60))
    person.wait_until(lambda: all_ready(person))
    changed = mask_of(person) != before
    assert changed.any()
    rows, columns = np.nonzero(changed)
    assert rows.min() >= 60 - 22
    assert rows.max() <= 60 + 22
    assert columns.min() >= 30 - 22
    assert columns.max() <= 130 + 22
    assert person.window.findChild(object, "undo").text() == "&Undo Refine Here"


def test_what_a_stroke_goes_round_is_meant_too(person: Any):
    before = mask_of(person).copy()
    press_shift_a(person)
    person.window.editing.size.set(6)
    paint(person, (20, 15), (140, 15), (140, 105), (20, 105), (20, 15))
    person.wait_until(lambda: all_ready(person))
    changed = mask_of(person) != before
    assert changed[20:100, 25:135].any(), "far from the stroke itself"
    outside = changed.copy()
    outside[11:109, 16:144] = False
    assert not outside.any()


def test_each_alternative_has_a_picture_of_its_own(person: Any):
    before = mask_of(person).copy()
    press(person, Key.Key_A)
    drag(person, (10, 10), (150, 110))
    person.wait_until(lambda: all_ready(person))
    pictures = [button.picture.pixmap().toImage() for button in buttons(person)]
    assert not any(picture.isNull() for picture in pictures)
    assert pictures[0] != pictures[3], "another refiner says something else"
    changed = np.count_nonzero(mask_of(person) != before)
    said = [label.text() for label in buttons(person)[0].findChildren(QLabel)]
    assert f"changes {QLocale().toString(changed)} px" in said
    ratio = person.window.devicePixelRatioF()
    for button, picture in zip(buttons(person), pictures, strict=True):
        assert max(picture.width(), picture.height()) == round(button.picture.width() * ratio)
    assert [button.isChecked() for button in buttons(person)] == [True, False, False, False]
    press(person, Key.Key_4)
    assert [button.isChecked() for button in buttons(person)] == [False, False, False, True]
    buttons(person)[0].click()
    assert [button.isChecked() for button in buttons(person)] == [True, False, False, False]


def test_undo_takes_it_out_and_another_can_still_be_picked(person: Any):
    before = mask_of(person).copy()
    press(person, Key.Key_A)
    drag(person, (10, 10), (150, 110))
    person.wait_until(lambda: all_ready(person))
    first = mask_of(person).copy()
    person.trigger("undo")
    assert not any(button.isChecked() for button in buttons(person))
    np.testing.assert_array_equal(mask_of(person), before)
    person.trigger("redo")
    assert buttons(person)[0].isChecked()
    np.testing.assert_array_equal(mask_of(person), first)
    person.trigger("undo")
    press(person, Key.Key_4)
    assert buttons(person)[3].isChecked()
    assert not np.array_equal(mask_of(person), before)
    person.trigger("undo")
    np.testing.assert_array_equal(mask_of(person), before)
    assert not person.window.findChild(object, "undo").isEnabled(), "still one step"


def test_ways_that_all_fail_leave_no_strip(
    open_window: Callable[..., Any], coarse_project: Path, tools: Tools
):
    person = open_window(coarse_project, replace(tools, engines=EngineRegistry([])))
    person.press(Key.Key_E)
    person.wait_until(lambda: person.window.page.editor.isVisible())
    before = mask_of(person).copy()
    press(person, Key.Key_A)
    drag(person, (10, 10), (150, 110))
    assert person.window.page.editor.answers.isVisible()
    person.wait_until(lambda: not person.window.page.editor.answers.isVisible())
    np.testing.assert_array_equal(mask_of(person), before)
    assert "no refiner" in person.window.page.note.text
