"""Every tool, driven by real events on the real canvas, against masks made without it."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from support.editor_hand import ALT, NONE, SHIFT, Hand, Point

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.brushes import dab, polygon, segment

HEIGHT, WIDTH = 90, 120


def empty() -> np.ndarray:
    return np.zeros((HEIGHT, WIDTH), dtype=bool)


def filled() -> np.ndarray:
    mask = empty()
    mask[20:70, 30:90] = True
    return mask


def stroked(hand: Hand, *points: Point) -> np.ndarray:
    """The pixels under a stroke, whole."""
    covered = empty()
    meant = [hand.meant(point) for point in points]
    box, inside = dab(*meant[0], hand.size.radius, hand.bounds)
    covered[box.slices] |= inside
    for start, end in pairwise(meant):
        box, inside = segment(start, end, hand.size.radius, hand.bounds)
        covered[box.slices] |= inside
    return covered


def outlined(hand: Hand, *points: Point) -> np.ndarray:
    covered = empty()
    box, inside = polygon([hand.meant(point) for point in points], hand.bounds)
    covered[box.slices] = inside
    return covered


def grabbed(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.mark.parametrize("diameter", [1, 9, 40])
def test_the_brush_adds_what_it_covers(make_hand: Callable[..., Hand], diameter: int):
    hand = make_hand(empty())
    hand.size.set(diameter)
    hand.take("tool_brush")
    way = ((20, 30), (60, 35), (61, 70), (115, 88))

    hand.stroke(*way)

    np.testing.assert_array_equal(hand.session.mask, stroked(hand, *way))
    assert hand.session.mask.any()


def test_the_eraser_removes_what_it_covers_and_alt_inverts_both(make_hand: Callable[..., Hand]):
    hand = make_hand(filled())
    way = ((35, 25), (80, 60))
    under = stroked(hand, *way)

    hand.take("tool_eraser")
    hand.stroke(*way)
    np.testing.assert_array_equal(hand.session.mask, filled() & ~under)
    assert hand.session.undo_name == "Eraser Stroke"
    hand.stroke(*way, held=ALT)
    np.testing.assert_array_equal(hand.session.mask, filled() | under)
    assert hand.session.undo_name == "Brush Stroke"
    hand.take("tool_brush")
    hand.stroke(*way, held=ALT)
    np.testing.assert_array_equal(hand.session.mask, filled() & ~under)


def test_shift_draws_a_straight_line_from_the_last_point(make_hand: Callable[..., Hand]):
    hand = make_hand(empty())
    hand.take("tool_brush")
    hand.click((20, 20))
    hand.click((100, 70), held=SHIFT)

    np.testing.assert_array_equal(hand.session.mask, stroked(hand, (20, 20), (100, 70)))
    hand.session.undo()
    np.testing.assert_array_equal(hand.session.mask, stroked(hand, (20, 20)))


def test_strokes_past_the_edge_stay_inside(make_hand: Callable[..., Hand]):
    hand = make_hand(empty())
    hand.take("tool_brush")
    way = ((-8, -5), (119, 89), (126, 40))

    hand.stroke(*way)

    np.testing.assert_array_equal(hand.session.mask, stroked(hand, *way))


def test_history_brushes_paint_what_a_mask_has_there(make_hand: Callable[..., Hand]):
    random = np.random.default_rng(5)
    coarse, refined = (random.random((HEIGHT, WIDTH)) < 0.5 for _ in range(2))
    hand = make_hand(filled(), coarse, refined)
    way = ((30, 30), (90, 60))
    under = stroked(hand, *way)

    hand.take("tool_from_refined")
    hand.stroke(*way)
    np.testing.assert_array_equal(hand.session.mask, np.where(under, refined, filled()))
    hand.stroke(*way, held=ALT)
    np.testing.assert_array_equal(hand.session.mask, np.where(under, coarse, filled()))
    hand.take("tool_from_coarse")
    hand.stroke((30, 30), held=ALT)
    spot = stroked(hand, (30, 30))
    expected = np.where(spot, refined, np.where(under, coarse, filled()))
    np.testing.assert_array_equal(hand.session.mask, expected)


def test_a_lasso_adds_and_with_alt_removes(make_hand: Callable[..., Hand]):
    hand = make_hand(filled())
    hand.take("tool_lasso")
    first, second = ((5, 5), (50, 8), (40, 60), (8, 50)), ((60, 30), (85, 30), (70, 60))

    hand.stroke(*first)
    expected = filled() | outlined(hand, *first)
    np.testing.assert_array_equal(hand.session.mask, expected)
    hand.stroke(*second, held=ALT)
    np.testing.assert_array_equal(hand.session.mask, expected & ~outlined(hand, *second))


def test_a_polygon_closes_by_double_click_by_its_first_corner_and_when_finished(
    make_hand: Callable[..., Hand],
):
    corners = ((10, 10), (100, 12), (80, 75), (15, 60))
    for way in ("double click", "first corner", "finish"):
        hand = make_hand(empty())
        hand.take("tool_polygon")
        for corner in corners:
            hand.click(corner)
        hand.canvas.grab()
        assert not hand.session.mask.any(), "it is still open"
        if way == "double click":
            hand.double_click(corners[-1])
        elif way == "first corner":
            hand.click((10.5, 10.5))
        else:
            assert hand.tool.finish()

        np.testing.assert_array_equal(hand.session.mask, outlined(hand, *corners), way)


def test_a_polygon_with_alt_makes_a_hole(make_hand: Callable[..., Hand]):
    hand = make_hand(filled())
    hand.take("tool_polygon")
    corners = ((40, 30), (70, 30), (55, 60))
    hand.click(corners[0], held=ALT)
    for corner in corners[1:]:
        hand.click(corner)
    hand.double_click(corners[-1])

    hole = outlined(hand, *corners)
    np.testing.assert_array_equal(hand.session.mask, filled() & ~hole)
    contours, _ = cv2.findContours(
        hand.session.mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE
    )
    assert len(contours) == 2


def test_corners_are_taken_back_one_by_one(make_hand: Callable[..., Hand]):
    hand = make_hand(empty())
    hand.take("tool_polygon")
    corners = ((10, 10), (100, 12), (80, 75), (5, 5))
    for corner in corners:
        hand.click(corner)

    assert hand.tool.take_back()
    assert hand.tool.finish()
    np.testing.assert_array_equal(hand.session.mask, outlined(hand, *corners[:3]))
    assert not hand.tool.take_back()
    assert not hand.tool.finish()


def test_undo_all_is_the_start_and_redo_all_the_end(make_hand: Callable[..., Hand]):
    random = np.random.default_rng(3)
    hand = make_hand(filled(), empty(), ~filled())
    seen = [hand.session.mask.copy()]
    for number in range(12):
        hand.take(["tool_brush", "tool_eraser", "tool_from_refined", "tool_lasso"][number % 4])
        points = [tuple(random.integers(0, (WIDTH, HEIGHT)).tolist()) for _ in range(4)]
        hand.stroke(*points, held=ALT if number % 3 == 0 else NONE)
        if not np.array_equal(hand.session.mask, seen[-1]):
            seen.append(hand.session.mask.copy())

    assert len(seen) > 6
    for expected in seen[-2::-1]:
        hand.session.undo()
        np.testing.assert_array_equal(hand.session.mask, expected)
    assert not hand.session.can_undo
    assert not hand.session.is_changed
    for expected in seen[1:]:
        hand.session.redo()
        np.testing.assert_array_equal(hand.session.mask, expected)
    assert not hand.session.can_redo


def test_the_middle_button_and_space_pan_and_paint_nothing(make_hand: Callable[..., Hand]):
    hand = make_hand(empty())
    hand.take("tool_brush")
    viewport = hand.canvas.viewport
    viewport.zoom_by(3)
    before = viewport.centre

    middle = Qt.MouseButton.MiddleButton
    QTest.mousePress(hand.canvas, middle, NONE, QPoint(100, 100))
    QTest.mouseMove(hand.canvas, QPoint(140, 120))
    QTest.mouseRelease(hand.canvas, middle, NONE, QPoint(140, 120))
    assert viewport.centre != before

    before = viewport.centre
    QTest.keyPress(hand.canvas, Qt.Key.Key_Space)
    QTest.mousePress(hand.canvas, Qt.MouseButton.LeftButton, NONE, QPoint(140, 120))
    QTest.mouseMove(hand.canvas, QPoint(100, 100))
    QTest.mouseRelease(hand.canvas, Qt.MouseButton.LeftButton, NONE, QPoint(100, 100))
    QTest.keyRelease(hand.canvas, Qt.Key.Key_Space)
    assert viewport.centre != before
    assert not hand.session.can_undo


def test_the_wheel_zooms_and_with_ctrl_is_for_the_size(make_hand: Callable[..., Hand]):
    hand = make_hand(empty())
    turned = QSignalSpy(hand.canvas.size_turned)

    def turn(held: Qt.KeyboardModifier) -> None:
        middle = QPointF(200, 150)
        event = QWheelEvent(
            middle,
            QPointF(hand.canvas.mapToGlobal(middle.toPoint())),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            held,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(hand.canvas, event)

    scale = hand.canvas.viewport.scale
    turn(Qt.KeyboardModifier.ControlModifier)
    assert hand.canvas.viewport.scale == scale
    assert turned.count() == 1
    assert turned.at(0) == [1.0]
    turn(NONE)
    assert hand.canvas.viewport.scale > scale
    assert turned.count() == 1


@pytest.mark.parametrize("zoom", [0.5, 1, 6])
def test_the_ring_lies_around_what_a_dab_would_paint(make_hand: Callable[..., Hand], zoom: float):
    hand = make_hand(empty())
    hand.size.set(16)
    hand.canvas.viewport.zoom_by(zoom)
    QTest.mouseMove(hand.canvas, QPoint(3, 3))
    without = grabbed(hand.canvas)
    hand.take("tool_brush")
    QTest.mouseMove(hand.canvas, hand.place((60, 45)))
    ring = np.any(grabbed(hand.canvas) != without, axis=2)

    rows, columns = np.nonzero(ring)
    centre = hand.place((60, 45))
    distances = np.hypot(rows + 0.5 - centre.y(), columns + 0.5 - centre.x())
    radius = hand.size.radius * hand.canvas.viewport.scale
    assert np.all(np.abs(distances - radius) < 3)
    assert len(rows) > 4 * radius


def test_a_rectangle_tells_what_it_holds_of_the_image(make_hand: Callable[..., Hand]):
    hand = make_hand(empty())
    hand.take("tool_refine")
    hand.stroke((100, 60), (70, 40), (-10, 30))
    hand.stroke((50, 50), (52, 52))

    (xa, ya), (xb, yb) = hand.meant((100, 60)), hand.meant((-10, 30))
    left, top, right, foot = xb, yb, xa, ya
    assert hand.dragged == [
        Box(max(0, math.floor(left)), math.floor(top), math.ceil(right), math.ceil(foot))
    ], "a slip of the hand is none"
    assert not hand.session.can_undo
