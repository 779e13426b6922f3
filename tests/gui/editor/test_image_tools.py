"""The tools that look at the image, driven by real events, against the domain's functions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.editor_hand import ALT, SHIFT, Hand

from segrefine_gui.domain.brushes import polygon, segment
from segrefine_gui.domain.edge_map import EdgeMap
from segrefine_gui.domain.edge_snap import snapped_dab
from segrefine_gui.domain.scissors import Scissors
from segrefine_gui.domain.wand import wand
from segrefine_gui.gui.editor.tools.scissors import ScissorsTool

HEIGHT, WIDTH = 90, 120


@pytest.fixture
def photo() -> np.ndarray:
    """Two bright blocks on a dark ground."""
    photo = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
    photo[20:70, 15:60] = 200
    photo[20:40, 80:110] = 210
    return photo


@pytest.fixture
def hand(make_hand: Callable[..., Hand], photo: np.ndarray) -> Hand:
    return make_hand(np.zeros((HEIGHT, WIDTH), dtype=bool), photo=photo)


def test_the_wand_adds_what_is_joined_and_with_shift_all_that_is_alike(
    hand: Hand, photo: np.ndarray, qtbot: QtBot
):
    hand.take("tool_wand")
    hand.click((30, 40))
    qtbot.waitUntil(lambda: hand.session.can_undo)
    np.testing.assert_array_equal(hand.session.mask, photo[..., 0] == 200)

    hand.click((30, 40), held=SHIFT)
    qtbot.waitUntil(lambda: bool(hand.session.mask[30, 90]))
    np.testing.assert_array_equal(hand.session.mask, photo[..., 0] >= 200)

    hand.click((90, 30), held=ALT)
    qtbot.waitUntil(lambda: not hand.session.mask[30, 90])
    np.testing.assert_array_equal(hand.session.mask, photo[..., 0] == 200)


def test_the_wand_has_a_tolerance(make_hand: Callable[..., Hand], qtbot: QtBot):
    ramp = np.repeat(np.arange(WIDTH, dtype=np.uint8)[None, :, None] * 2, HEIGHT, axis=0)
    hand = make_hand(np.zeros((HEIGHT, WIDTH), dtype=bool), photo=np.repeat(ramp, 3, axis=2))
    for tolerance in (4, 30):
        hand.tolerance.set(tolerance)
        hand.take("tool_wand")
        hand.click((60, 40))
        qtbot.waitUntil(lambda: hand.session.can_undo)
        x, y = (int(each) for each in hand.meant((60, 40)))
        box, inside = wand(hand.session.start.image.levels[0], x, y, tolerance, hand.canvas.sight())
        expected = np.zeros((HEIGHT, WIDTH), dtype=bool)
        expected[box.slices] = inside
        np.testing.assert_array_equal(hand.session.mask, expected)
        hand.session.undo()


def test_the_wand_looks_at_what_is_in_sight(hand: Hand, photo: np.ndarray, qtbot: QtBot):
    hand.canvas.viewport.zoom_by(8)
    hand.canvas.viewport.centre_on(30, 40)
    sight = hand.canvas.sight()
    assert sight.area < photo.shape[0] * photo.shape[1] / 4
    hand.take("tool_wand")
    hand.click((30, 40))
    qtbot.waitUntil(lambda: hand.session.can_undo)
    expected = np.zeros((HEIGHT, WIDTH), dtype=bool)
    expected[sight.slices] = photo[sight.slices][..., 0] == 200
    np.testing.assert_array_equal(hand.session.mask, expected)


def test_the_edge_brush_stops_at_edges(hand: Hand, photo: np.ndarray):
    hand.size.set(30)
    hand.take("tool_snap")
    hand.click((50, 45))
    box, inside = snapped_dab(EdgeMap(photo), *hand.meant((50, 45)), 15, hand.bounds)
    expected = np.zeros((HEIGHT, WIDTH), dtype=bool)
    expected[box.slices] = inside
    np.testing.assert_array_equal(hand.session.mask, expected)
    assert not hand.session.mask[:, 62:].any(), "nothing is painted past the edge"

    hand.stroke((50, 30), (50, 60))
    assert hand.session.mask[25:65, 45:58].all()
    assert not hand.session.mask[:, 62:].any()
    hand.stroke((50, 30), (50, 60), held=ALT)
    assert not hand.session.mask[25:65, 45:58].any()


def test_scissors_cling_to_edges(hand: Hand, photo: np.ndarray, qtbot: QtBot):
    hand.take("tool_scissors")
    tool = hand.tool
    assert isinstance(tool, ScissorsTool)
    corners = ((15, 20), (60, 20), (60, 70), (15, 70))
    meant = [hand.meant(corner) for corner in corners]
    way = [meant[0]]
    for corner, start, end in zip(corners, meant, [*meant[1:], meant[0]], strict=True):
        hand.click(corner)
        qtbot.waitUntil(lambda: tool.is_ready)
        way += [*Scissors(photo, start).way_to(end), end]
    assert tool.finish()

    box, inside = polygon(way, hand.bounds)
    expected = np.zeros((HEIGHT, WIDTH), dtype=bool)
    expected[box.slices] = inside
    np.testing.assert_array_equal(hand.session.mask, expected)
    block = photo[..., 0] == 200
    overlap = np.count_nonzero(hand.session.mask & block)
    assert overlap / np.count_nonzero(hand.session.mask | block) > 0.9
    assert hand.session.undo_name == "Scissors"


def test_a_corner_of_the_scissors_is_taken_back_with_its_side(hand: Hand, qtbot: QtBot):
    hand.take("tool_scissors")
    tool = hand.tool
    assert isinstance(tool, ScissorsTool)
    for corner in ((15, 20), (60, 20), (60, 70)):
        hand.click(corner)
        qtbot.waitUntil(lambda: tool.is_ready)
    for _ in range(3):
        assert tool.take_back()
    assert not tool.take_back()
    assert not tool.finish()
    assert not hand.session.can_undo


def test_grabcut_follows_a_stroke_and_leaves_what_is_far(
    make_hand: Callable[..., Hand], photo: np.ndarray, qtbot: QtBot
):
    noise = np.random.default_rng(2).integers(0, 12, photo.shape, np.uint8)
    block = photo[..., 0] == 200
    mask = block & (np.arange(WIDTH) < 40)
    hand = make_hand(mask, photo=photo + noise)
    hand.size.set(6)
    hand.take("tool_sure")
    way = [hand.meant(point) for point in ((48, 30), (48, 60))]
    hand.stroke((48, 30), (48, 60))
    qtbot.waitUntil(lambda: hand.session.can_undo)

    after = hand.session.mask
    box, inside = segment(*way, hand.size.radius, hand.bounds)
    assert after[box.slices][inside].all(), "what was painted is sure"
    assert np.count_nonzero(after & block) > np.count_nonzero(mask) + 300
    assert np.count_nonzero(after & ~block) < 60
    assert hand.session.undo_name == "GrabCut Stroke"

    before = after.copy()
    hand.stroke((20, 30), (20, 60), held=ALT)
    qtbot.waitUntil(lambda: hand.session.undo_name == "GrabCut Stroke (Remove)")
    box, inside = segment(hand.meant((20, 30)), hand.meant((20, 60)), hand.size.radius, hand.bounds)
    assert not hand.session.mask[box.slices][inside].any()
    hand.session.undo()
    np.testing.assert_array_equal(hand.session.mask, before)


def test_what_grabcut_computes_of_another_mask_is_dropped(hand: Hand, qtbot: QtBot):
    hand.take("tool_sure")
    hand.stroke((30, 30), (40, 40))
    hand.session.fill("Other", hand.bounds, np.ones((HEIGHT, WIDTH), dtype=bool), True)
    qtbot.waitUntil(lambda: hand.tool.reach(hand.canvas.view(), None).area == 0)
    assert hand.session.mask.all()
    assert hand.session.undo_name == "Other"


def test_work_that_fails_is_told_and_its_stroke_goes(hand: Hand, qtbot: QtBot):
    flat = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    hand.take("tool_sure")
    hand.tool._image = flat  # no RGB image: GrabCut cannot work on it
    hand.stroke((30, 30), (40, 40))
    qtbot.waitUntil(lambda: bool(hand.told))
    assert hand.tool.reach(hand.canvas.view(), None).area == 0
    assert not hand.session.can_undo


def covered_by(hand: Hand, points: list[tuple[int, int]]) -> np.ndarray:
    """What a brush covers on its way, pixel by pixel of the image."""
    covered = np.zeros((HEIGHT, WIDTH), dtype=bool)
    for start, end in pairwise([hand.meant(point) for point in points]):
        box, inside = segment(start, end, hand.size.radius, hand.bounds)
        covered[box.slices] |= inside
    return covered


def test_a_stroke_tells_a_refiner_which_pixels_are_meant(hand: Hand):
    hand.take("tool_refine_stroke")
    way = [(20, 20), (60, 40), (61, 70)]
    hand.stroke(*way)
    (box,), inside = hand.dragged, hand.inside
    assert inside is not None
    meant = np.zeros((HEIGHT, WIDTH), dtype=bool)
    meant[box.slices] = inside
    np.testing.assert_array_equal(meant, covered_by(hand, way))
    assert not hand.session.mask.any(), "the tool paints nothing itself"


def test_a_stroke_round_something_means_that_as_well(hand: Hand):
    hand.size.set(4)
    hand.take("tool_refine_stroke")
    way = [(20, 20), (90, 20), (90, 70), (20, 70), (20, 20)]
    hand.stroke(*way)
    (box,), inside = hand.dragged, hand.inside
    assert inside is not None
    meant = np.zeros((HEIGHT, WIDTH), dtype=bool)
    meant[box.slices] = inside
    expected = covered_by(hand, way)
    expected[20:70, 20:90] = True
    np.testing.assert_array_equal(meant, expected)


def test_a_stroke_beside_the_image_asks_for_nothing(hand: Hand):
    hand.size.set(3)
    hand.take("tool_refine_stroke")
    hand.stroke((-9, 20), (-9, 60))
    assert not hand.dragged


def test_esc_forgets_the_stroke_before_the_button_comes_up(hand: Hand):
    hand.take("tool_refine_stroke")
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(hand.canvas, left, pos=hand.place((30, 30)))
    assert hand.tool is not None
    assert hand.tool.take_back()
    QTest.mouseRelease(hand.canvas, left, pos=hand.place((60, 60)))
    assert not hand.dragged


def test_the_edge_brush_is_as_large_as_it_is_set(make_hand: Callable[..., Hand]):
    plain = np.full((700, 900, 3), 90, np.uint8)
    hand = make_hand(np.zeros((700, 900), dtype=bool), photo=plain)
    hand.size.set(600)
    hand.take("tool_snap")
    hand.click((450, 350))
    assert hand.session.mask[350, 155:745].all()
    assert hand.session.mask[55:645, 450].all()
