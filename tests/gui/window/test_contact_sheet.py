"""The contact sheet: what it shows, its keys, and decisions about all that is selected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from support.queues import make_queue

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, REFINED_COLOR
from segrefine_gui.gui.contact_sheet.page import SheetPage
from segrefine_gui.gui.contact_sheet.view import SheetView
from segrefine_gui.services.arrange import Arrangement

COUNT = 24

_ALL = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def person(open_window: Callable[..., Any], tmp_path: Path, image_folder: Path) -> Any:
    person = open_window(make_queue(tmp_path / "many.segrefine", image_folder, COUNT, refined=20))
    person.window.activateWindow()
    person.sort_by_arrival()
    person.trigger("contact_sheet")
    person.wait_until(sheet(person).hasFocus)
    return person


def sheet(person: Any) -> SheetView:
    return person.window.findChild(SheetView)


def key(person: Any, key: Qt.Key, modifier: Qt.KeyboardModifier = _ALL) -> None:
    QTest.keyClick(person.window.focusWidget(), key, modifier)


def click(person: Any, row: int, modifier: Qt.KeyboardModifier = _ALL) -> None:
    view = sheet(person)
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def decided(person: Any) -> dict[int, Decision]:
    entries = person.window.review.everything
    return {e.source_id: e.decision for e in entries if e.decision is not Decision.PENDING}


def test_it_takes_the_place_of_the_canvases_and_gives_it_back(person: Any):
    assert not person.window.page.compare.isVisible()
    key(person, Qt.Key.Key_Right)
    key(person, Qt.Key.Key_G)

    assert person.window.page.compare.isVisible()
    assert not sheet(person).isVisible()
    person.wait_shown()
    assert person.row == 1, "the review goes on at the cell where the sheet was left"


def test_each_cell_shows_the_coarse_and_the_refined_outline_side_by_side(person: Any):
    view = sheet(person)
    place = view.visualRect(view.model().index(1, 0))

    def has(image: QImage, color: Any, left: bool) -> bool:
        part = image.convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(part.constBits(), np.uint8).reshape(part.height(), -1)
        pixels = rows[:, : 3 * part.width()].reshape(part.height(), part.width(), 3).astype(int)
        middle = part.width() // 2
        half = pixels[20:-50, 20:middle] if left else pixels[20:-50, middle:-20]
        wanted = np.array([color.red(), color.green(), color.blue()])
        return bool((abs(half - wanted).max(axis=2) < 30).sum() > 40)

    def shown() -> QImage:
        return view.viewport().grab(place).toImage()

    person.wait_until(lambda: has(shown(), COARSE_COLOR, left=True))
    image = shown()
    assert has(image, REFINED_COLOR, left=False)
    assert not has(image, COARSE_COLOR, left=False)
    assert not has(image, REFINED_COLOR, left=True)


def test_arrows_move_and_shift_extends(person: Any):
    columns = sheet(person).columns()
    assert columns > 1
    key(person, Qt.Key.Key_Down)
    key(person, Qt.Key.Key_Right)
    assert sheet(person).selected_rows() == [columns + 1]

    key(person, Qt.Key.Key_Right, _SHIFT)
    key(person, Qt.Key.Key_Down, _SHIFT)
    assert sheet(person).selected_rows() == list(range(columns + 1, 2 * columns + 3))
    key(person, Qt.Key.Key_Home)
    assert sheet(person).selected_rows() == [0]
    key(person, Qt.Key.Key_End)
    assert sheet(person).selected_rows() == [COUNT - 1]


def test_clicks_with_ctrl_and_shift_select_many(person: Any):
    click(person, 1)
    click(person, 4, _CTRL)
    assert sheet(person).selected_rows() == [1, 4]
    click(person, 0)
    click(person, 5, _SHIFT)
    assert sheet(person).selected_rows() == [0, 1, 2, 3, 4, 5]
    assert "6" in person.window.findChild(SheetPage).selected.text()


def test_a_rubber_band_selects_what_it_touches(person: Any):
    view = sheet(person)
    columns = view.columns()
    first = view.visualRect(view.model().index(0, 0))
    start = QPoint(1, first.center().y())
    assert not view.indexAt(start).isValid(), "beside the columns"
    end = view.visualRect(view.model().index(columns + 1, 0)).center()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, _ALL, start)
    QTest.mouseMove(view.viewport(), (start + end) / 2)
    QTest.mouseMove(view.viewport(), end)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, _ALL, end)

    assert view.selected_rows() == [0, 1, columns, columns + 1]


@pytest.mark.parametrize(
    ("pressed", "decision"),
    [
        (Qt.Key.Key_Return, Decision.REFINED),
        (Qt.Key.Key_X, Decision.COARSE),
        (Qt.Key.Key_Delete, Decision.DROPPED),
    ],
)
def test_the_keys_of_the_review_decide_for_all_that_is_selected(
    person: Any, pressed: Qt.Key, decision: Decision
):
    click(person, 1)
    click(person, 3, _SHIFT)
    key(person, pressed)

    assert decided(person) == dict.fromkeys((1, 2, 3), decision)
    assert sheet(person).selected_rows() == [4], "it goes on after them"
    key(person, Qt.Key.Key_U)
    assert decided(person) == {}
    assert sheet(person).selected_rows() == [1], "one undo takes all back and goes there"


def test_one_after_the_other_at_the_speed_of_keys(person: Any):
    for _ in range(5):
        key(person, Qt.Key.Key_X)

    assert decided(person) == dict.fromkeys(range(5), Decision.COARSE)


def test_what_is_not_refined_is_passed_over_and_told(person: Any):
    key(person, Qt.Key.Key_A, _CTRL)
    key(person, Qt.Key.Key_Return)

    person.wait_until(lambda: not person.window.review.is_held)
    assert decided(person) == dict.fromkeys(range(20), Decision.REFINED)
    assert "4 are not refined" in person.window.page.note.text


def test_a_double_click_opens_the_instance(person: Any):
    view = sheet(person)
    click(person, 3)
    place = view.visualRect(view.model().index(3, 0)).center()
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, _ALL, place)

    person.wait_until(person.window.page.compare.isVisible)
    person.wait_shown()
    assert person.row == 3


def test_it_shows_what_the_queue_shows(person: Any):
    person.window.review.arrange(Arrangement(categories=frozenset({"cat"}), descending=True))

    shown = [sheet(person).model().entry(row).source_id for row in range(sheet(person).count())]
    assert shown == list(range(21, -1, -3))


def test_the_slider_makes_cells_larger(person: Any):
    page, view = person.window.findChild(SheetPage), sheet(person)
    columns, width = view.columns(), view.visualRect(view.model().index(0, 0)).width()

    page.size_slider.setValue(220)

    assert view.columns() < columns
    assert view.visualRect(view.model().index(0, 0)).width() > width


def test_the_keys_of_the_review_do_not_work_behind_it(person: Any):
    for pressed in (Qt.Key.Key_N, Qt.Key.Key_T, Qt.Key.Key_F, Qt.Key.Key_Space):
        key(person, pressed)

    assert decided(person) == {}
    assert not person.window.findChild(object, "next_change").isEnabled()
