"""What a form asks of the pool: the latest wish alone, and none that nobody waits for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import FormatError
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.gui.workers.rehearsal import Rehearsal
from segrefine_gui.services.steps import OnStep, Step


@pytest.fixture
def pool(qapp: QApplication) -> Iterator[ReadingPool]:
    pool = ReadingPool()
    yield pool
    assert pool.shutdown(5000)


@pytest.fixture
def form(qapp: QApplication) -> QObject:
    return QObject()


def test_only_the_latest_of_quick_wishes_is_begun(
    pool: ReadingPool, form: QObject, qtbot: QtBot
) -> None:
    rehearsal, ran = Rehearsal(pool, 20, form), []
    for number in range(5):
        rehearsal.want(lambda cancel, on_step, number=number: ran.append(number) or number)
    assert rehearsal.is_busy
    with qtbot.waitSignal(rehearsal.done) as done:
        pass
    assert (done.args, ran, rehearsal.is_busy) == ([4], [4], False)


def test_a_newer_wish_cancels_the_work_that_was_begun(
    pool: ReadingPool, form: QObject, qtbot: QtBot
) -> None:
    rehearsal, heard = Rehearsal(pool, 0, form), []
    rehearsal.done.connect(heard.append)
    started, stopped = threading.Event(), threading.Event()

    def old(cancel: CancelToken, on_step: OnStep) -> str:
        started.set()
        while not cancel.is_cancelled:
            on_step(Step(1, 2, "old"))
        stopped.set()
        cancel.raise_if_cancelled()
        return "old"

    rehearsal.want(old)
    with qtbot.waitSignal(rehearsal.progressed) as told:
        pass
    assert told.args == [Step(1, 2, "old")]
    rehearsal.want(lambda cancel, on_step: "new")
    qtbot.waitUntil(lambda: bool(heard))
    assert stopped.wait(5)
    assert heard == ["new"]


def test_a_failure_comes_as_a_sentence(pool: ReadingPool, form: QObject, qtbot: QtBot) -> None:
    rehearsal = Rehearsal(pool, 0, form)

    def broken(cancel: CancelToken, on_step: OnStep) -> None:
        raise FormatError("It is damaged.")

    rehearsal.want(broken)
    with qtbot.waitSignal(rehearsal.failed) as failed:
        pass
    assert failed.args == ["It is damaged."]
    assert not rehearsal.is_busy


def test_stopping_and_shutting_down_end_the_work(
    pool: ReadingPool, form: QObject, qtbot: QtBot
) -> None:
    rehearsal = Rehearsal(pool, 0, form)
    started, ended = threading.Semaphore(0), threading.Semaphore(0)

    def endless(cancel: CancelToken, on_step: OnStep) -> None:
        started.release()
        while not cancel.is_cancelled:
            pass
        ended.release()
        cancel.raise_if_cancelled()

    for stop in (rehearsal.stop, lambda: pool.shutdown(5000)):
        rehearsal.want(endless)
        with qtbot.waitSignal(rehearsal.began):
            pass
        assert started.acquire(timeout=5)
        stop()
        assert ended.acquire(timeout=5)
