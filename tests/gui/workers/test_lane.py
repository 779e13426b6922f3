"""The lane: one thread, exactly one end for every job, and few words on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.gui.workers.lane import JobHandle, Lane
from segrefine_gui.services.steps import OnStep, Step


@pytest.fixture
def lane(qapp: QApplication) -> Iterator[Lane]:
    lane = Lane()
    yield lane
    assert lane.shutdown(5000)


def watched(handle: JobHandle) -> list[tuple[object, ...]]:
    """Everything a handle says, in order, with the thread in which it was heard."""
    heard: list[tuple[object, ...]] = []
    main = QThread.currentThread()

    def hear(name: str) -> Callable[..., None]:
        def tell(*values: object) -> None:
            assert QThread.currentThread() is main
            heard.append((name, *values))

        return tell

    for name in ("progressed", "changed", "succeeded", "failed", "cancelled", "finished"):
        getattr(handle, name).connect(hear(name))
    return heard


def test_a_job_runs_elsewhere_and_its_value_comes_here(lane: Lane, qtbot: QtBot):
    def job(cancel: CancelToken, on_step: OnStep) -> str:
        assert threading.current_thread() is not threading.main_thread()
        return "done"

    handle = lane.submit(job)
    heard = watched(handle)
    with qtbot.waitSignal(handle.finished):
        pass

    assert heard == [("succeeded", "done"), ("finished",)]


def raise_(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (EngineError("It broke.", "in the middle"), "It broke."),
        (RuntimeError("CUDA error"), "Something unexpected went wrong."),
        (MemoryError(), "There was not enough memory."),
        (SystemExit(3), "Something unexpected went wrong."),
        (KeyboardInterrupt(), "Something unexpected went wrong."),
    ],
)
def test_every_error_is_one_sentence_and_the_lane_lives_on(
    lane: Lane, qtbot: QtBot, error: BaseException, sentence: str
):
    handle = lane.submit(lambda cancel, on_step: raise_(error))
    heard = watched(handle)
    with qtbot.waitSignal(handle.finished):
        pass
    following = lane.submit(lambda cancel, on_step: 7)
    with qtbot.waitSignal(following.succeeded) as succeeded:
        pass

    assert [name for name, *_ in heard] == ["failed", "finished"]
    assert heard[0][1] == sentence
    assert heard[0][2], "there is a detail for those who want it"
    assert succeeded.args == [7]


def test_jobs_run_in_order_one_at_a_time(lane: Lane, qtbot: QtBot):
    running = threading.Semaphore(1)
    order: list[int] = []

    def job(number: int) -> Callable[[CancelToken, OnStep], None]:
        def run(cancel: CancelToken, on_step: OnStep) -> None:
            assert running.acquire(blocking=False)
            order.append(number)
            running.release()

        return run

    handles = [lane.submit(job(number)) for number in range(5)]
    with qtbot.waitSignal(handles[-1].succeeded):
        pass

    assert order == [0, 1, 2, 3, 4]


def test_cancel_reaches_the_running_job_and_one_that_waits(lane: Lane, qtbot: QtBot):
    started, ran = threading.Event(), []

    def first(cancel: CancelToken, on_step: OnStep) -> None:
        started.set()
        while True:
            cancel.raise_if_cancelled()

    running = lane.submit(first)
    waiting = lane.submit(lambda cancel, on_step: ran.append(1))
    heard = watched(running) + watched(waiting)
    assert started.wait(5)
    heard_running, heard_waiting = watched(running), watched(waiting)
    waiting.cancel()
    running.cancel()
    with qtbot.waitSignal(waiting.finished):
        pass

    assert heard_running == heard_waiting == [("cancelled",), ("finished",)]
    assert ran == []
    assert heard == []


def test_thousands_of_steps_are_few_signals_and_no_changed_instance_is_lost(
    lane: Lane, qtbot: QtBot
):
    def job(cancel: CancelToken, on_step: OnStep) -> None:
        for number in range(20_000):
            on_step(Step(number, 20_000, "x", number))

    handle = lane.submit(job)
    heard = watched(handle)
    with qtbot.waitSignal(handle.finished, timeout=20_000):
        pass

    steps = [values[0] for name, *values in heard if name == "progressed"]
    changed = [values[0] for name, *values in heard if name == "changed"]
    assert len(steps) < 400
    assert steps[-1].done == 19_999
    assert frozenset().union(*changed) == frozenset(range(20_000))
    assert [name for name, *_ in heard][-2:] == ["succeeded", "finished"]


def test_shutdown_cancels_what_runs(qapp: QApplication):
    lane = Lane()
    started = threading.Event()

    def job(cancel: CancelToken, on_step: OnStep) -> None:
        started.set()
        while not cancel.is_cancelled:
            pass
        raise Cancelled

    lane.submit(job)
    assert started.wait(5)

    assert lane.shutdown(5000)
    with pytest.raises(RuntimeError, match="shut down"):
        lane.submit(job)


def test_shutdown_tells_when_a_job_does_not_stop(qapp: QApplication):
    lane = Lane()
    started, let_go = threading.Event(), threading.Event()

    def stubborn(cancel: CancelToken, on_step: OnStep) -> None:
        started.set()
        let_go.wait()

    lane.submit(stubborn)
    assert started.wait(5)

    assert not lane.shutdown(50)
    let_go.set()
    assert lane.shutdown(5000)
