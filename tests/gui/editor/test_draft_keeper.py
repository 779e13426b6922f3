"""Drafts on their way into the project: nobody waits for them, and none is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from support.editor_hand import Hand, make_start

from segrefine_gui.domain.masks import Rle
from segrefine_gui.gui.canvas.viewport import Viewport
from segrefine_gui.gui.editor.canvas import EditorCanvas
from segrefine_gui.gui.editor.draft_keeper import DRAFT_DELAY_MS, DraftKeeper
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.workers.pool import THREADS, ReadingPool

INSTANCE = 1


class Desk:
    """A keeper with what it has stored, and a pool that can be kept busy."""

    def __init__(self, pool: ReadingPool) -> None:
        self.stored: list[tuple[int, Rle | None]] = []
        self.pool = pool
        self.let_go = threading.Event()
        self.keeper = DraftKeeper(pool, lambda each, mask: self.stored.append((each, mask)))

    def occupy_pool(self) -> None:
        """Give every thread of the pool something to do until `let_go` is set."""
        for number in range(THREADS):
            self.pool.request(
                f"busy {number}", lambda: self.let_go.wait(20), lambda _: None, lambda _: None
            )

    @property
    def newest(self) -> np.ndarray:
        mask = self.stored[-1][1]
        assert mask is not None
        return mask.decode()


@pytest.fixture
def desk() -> Iterator[Desk]:
    pool = ReadingPool()
    desk = Desk(pool)
    yield desk
    desk.let_go.set()
    pool.shutdown(5000)


@pytest.fixture
def hand(make_hand: Callable[..., Hand], desk: Desk) -> Hand:
    hand = make_hand(np.zeros((60, 80), dtype=bool))
    hand.take("tool_brush")
    desk.keeper.open(hand.session)
    return hand


def test_leaving_does_not_wait_and_the_draft_arrives(hand: Hand, desk: Desk, qtbot: QtBot):
    desk.occupy_pool()
    hand.click((30, 30))
    desk.keeper.close()
    assert not desk.stored
    assert desk.keeper.coming(INSTANCE) is not None

    desk.let_go.set()
    qtbot.waitUntil(lambda: bool(desk.stored))
    np.testing.assert_array_equal(desk.newest, hand.session.mask)
    assert desk.keeper.coming(INSTANCE) is None


def test_whoever_needs_it_before_it_is_stored_gets_it(hand: Hand, desk: Desk):
    desk.occupy_pool()
    hand.click((30, 30))
    desk.keeper.close()
    coming = desk.keeper.coming(INSTANCE)
    assert coming is not None
    mask = coming()
    assert mask is not None
    np.testing.assert_array_equal(mask.decode(), hand.session.mask)


def test_closing_the_project_waits_for_what_is_coming(hand: Hand, desk: Desk):
    desk.occupy_pool()
    hand.click((30, 30))
    desk.keeper.close()
    desk.keeper.settle()
    assert [each for each, _ in desk.stored] == [INSTANCE]
    np.testing.assert_array_equal(desk.newest, hand.session.mask)


def test_closing_the_project_stores_the_edit_that_is_open(hand: Hand, desk: Desk):
    hand.click((30, 30))
    desk.keeper.settle()
    np.testing.assert_array_equal(desk.newest, hand.session.mask)
    assert len(desk.stored) == 1


def test_the_newer_draft_of_an_instance_is_the_one_stored(
    hand: Hand, desk: Desk, make_hand: Callable[..., Hand], qtbot: QtBot
):
    desk.occupy_pool()
    hand.click((30, 30))
    desk.keeper.close()
    again = make_hand(hand.session.mask.copy(), np.zeros((60, 80), dtype=bool))
    again.take("tool_brush")
    desk.keeper.open(again.session)
    again.click((60, 50))
    desk.keeper.close()
    desk.let_go.set()
    qtbot.waitUntil(lambda: bool(desk.stored))
    desk.keeper.settle()
    assert len(desk.stored) == 1
    np.testing.assert_array_equal(desk.newest, again.session.mask)


def test_an_applied_edit_leaves_no_draft_behind(hand: Hand, desk: Desk, qtbot: QtBot):
    desk.occupy_pool()
    hand.click((30, 30))
    desk.keeper.close()
    desk.keeper.open(hand.session)
    hand.click((60, 50))
    desk.keeper.discard()
    desk.keeper.close()
    desk.let_go.set()
    desk.keeper.settle()
    assert not desk.stored


def test_what_is_as_it_was_shown_is_no_draft(hand: Hand, desk: Desk):
    hand.click((30, 30))
    hand.session.undo()
    desk.keeper.settle()
    assert desk.stored == [(INSTANCE, None)]


def test_painting_without_a_pause_does_not_put_it_off(hand: Hand, desk: Desk, qtbot: QtBot):
    strokes = 0

    def paint_on() -> bool:
        nonlocal strokes
        strokes += 1
        hand.click((10 + strokes % 60, 30))
        return bool(desk.stored)

    qtbot.waitUntil(paint_on, timeout=3 * DRAFT_DELAY_MS)
    assert strokes > 10
    desk.keeper.settle()


def test_two_instances_come_side_by_side(desk: Desk, qtbot: QtBot):
    desk.occupy_pool()
    canvas = EditorCanvas(Viewport())
    qtbot.addWidget(canvas)
    sessions = []
    for number in range(2):
        blank = np.zeros((60, 80), dtype=bool)
        start = make_start(blank, blank, None, instance_id=1 + number)
        session = EditSession(start, canvas)
        sessions.append(session)
        desk.keeper.open(session)
        mask = np.zeros((60, 80), dtype=bool)
        mask[10 * number : 20] = True
        session.replace("all", mask)
        desk.keeper.close()
    desk.let_go.set()
    qtbot.waitUntil(lambda: len(desk.stored) == 2)
    stored = dict(desk.stored)
    for number, session in enumerate(sessions):
        mask = stored[1 + number]
        assert mask is not None
        np.testing.assert_array_equal(mask.decode(), session.mask)
