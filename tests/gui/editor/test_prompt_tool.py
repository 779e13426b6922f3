"""What the tool Prompt makes of the pointer, with real events on a real canvas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from support.editor_hand import ALT, SHIFT, Hand

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.prompts import Mark
from segrefine_gui.gui.editor.tools.prompt import BESIDE_COLOR, OBJECT_COLOR

MakeHand = Callable[..., Hand]


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    hand = make_hand(np.zeros((300, 400), dtype=np.bool_))
    hand.take("tool_prompt")
    return hand


def pixels(hand: Hand) -> np.ndarray:
    image = hand.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def count_of(hand: Hand, color) -> int:
    wanted = np.array([color.red(), color.green(), color.blue()])
    return int((np.abs(pixels(hand) - wanted).max(axis=-1) <= 8).sum())


def test_a_click_is_on_the_object_and_with_alt_beside_it(hand: Hand):
    hand.click((100, 80))
    hand.click((200, 90), held=ALT)
    first, second = Mark((hand.meant((100, 80)),)), Mark((hand.meant((200, 90)),), is_object=False)
    assert hand.desk.asked == [([first], []), ([first, second], [])]


def test_a_pointer_that_trembles_has_clicked(hand: Hand):
    hand.stroke((100, 80), (102, 81), (101, 82))
    assert hand.desk.asked == [([Mark((hand.meant((100, 80)),))], [])]


def test_a_drag_is_a_box(hand: Hand):
    hand.stroke((150, 120), (60, 40))
    ((marks, (box,)),) = hand.desk.asked
    assert marks == []
    far, near = hand.meant((60, 40)), hand.meant((150, 120))
    assert (box.x0, box.y0) == (int(far[0]), int(far[1]))
    assert 0 <= box.x1 - near[0] < 1
    assert 0 <= box.y1 - near[1] < 1


def test_a_box_that_leaves_the_image_ends_at_its_edge(hand: Hand):
    hand.canvas.viewport.zoom_by(0.5)
    hand.stroke((350, 250), (420, 330))
    ((_, (box,)),) = hand.desk.asked
    assert (box.x1, box.y1) == (400, 300)


@pytest.mark.parametrize(("held", "is_object"), [(SHIFT, True), (SHIFT | ALT, False)])
def test_a_drag_with_shift_is_a_stroke(hand: Hand, held, is_object):
    way = (20, 20), (60, 25), (100, 70)
    hand.stroke(*way, held=held)
    assert hand.desk.asked == [([Mark(tuple(map(hand.meant, way)), is_object)], [])]


def test_what_lies_outside_the_image_shows_nothing(hand: Hand):
    hand.canvas.viewport.zoom_by(0.5)
    hand.click((-30, 20))
    hand.stroke((-30, 20), (-10, 60))
    hand.stroke((-30, 20), (-10, 60), held=SHIFT)
    assert hand.desk.asked == []


def test_taking_back_goes_prompt_by_prompt(hand: Hand):
    hand.click((100, 80))
    hand.stroke((60, 40), (150, 120))
    first = Mark((hand.meant((100, 80)),))
    assert hand.tool.take_back()
    assert hand.desk.asked[-1] == ([first], [])
    assert hand.tool.take_back()
    assert hand.desk.asked[-1] == ([], [])
    assert not hand.tool.take_back()


def test_finishing_lays_in_and_begins_anew(hand: Hand):
    assert not hand.tool.finish()
    hand.click((100, 80))
    hand.desk.has_answer = False
    assert hand.tool.finish(), "the edit must not be applied instead"
    hand.click((200, 80))
    assert len(hand.desk.asked[-1][0]) == 2, "without an answer the prompts stay"
    hand.desk.has_answer = True
    assert hand.tool.finish()
    assert not hand.tool.finish()
    hand.click((50, 80))
    assert len(hand.desk.asked[-1][0]) == 1


def test_another_tool_ends_it(hand: Hand):
    assert hand.desk.is_open
    hand.click((100, 80))
    hand.tool.put_away()
    assert not hand.desk.is_open
    assert not hand.tool.take_back()


def test_every_prompt_is_drawn_and_gone_when_taken_back(hand: Hand):
    bare = pixels(hand)
    hand.click((100, 80))
    blue = count_of(hand, OBJECT_COLOR)
    assert blue > 40
    hand.click((200, 80), held=ALT)
    assert count_of(hand, BESIDE_COLOR) > 40
    hand.stroke((40, 200), (200, 220), held=SHIFT)
    assert count_of(hand, OBJECT_COLOR) > 2 * blue
    before = pixels(hand)
    hand.stroke((300, 50), (380, 150))
    assert (pixels(hand) != before)[:, 250:].any()
    for _ in range(4):
        assert hand.tool.take_back()
    assert np.array_equal(pixels(hand), bare)


def test_what_is_drawn_lies_where_it_says(hand: Hand):
    """Or a part of it would stay on the canvas when only that part is painted again."""
    bare = pixels(hand)
    hand.stroke((40, 200), (200, 220), held=SHIFT | ALT)
    hand.click((300, 60))
    hand.stroke((250, 100), (320, 180))
    box = hand.tool.reach(hand.canvas.view(), None)
    changed = (pixels(hand) != bare).any(axis=-1)
    rows, columns = np.nonzero(changed)
    drawn = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert drawn.union(box) == box


def test_the_box_under_way_is_drawn(hand: Hand, qtbot):
    bare = pixels(hand)
    qtbot.mousePress(hand.canvas, Qt.MouseButton.LeftButton, pos=hand.place((100, 100)))
    qtbot.mouseMove(hand.canvas, hand.place((180, 160)))
    assert (pixels(hand) != bare).any()
    assert hand.tool.take_back()
    qtbot.mouseRelease(hand.canvas, Qt.MouseButton.LeftButton, pos=hand.place((180, 160)))
    assert hand.desk.asked == []
