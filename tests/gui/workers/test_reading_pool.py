"""The reading pool: answers come here, stale ones do not."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.errors import ImageError
from segrefine_gui.gui.workers.pool import THREADS, ReadingPool


@pytest.fixture
def pool(qapp: QApplication) -> Iterator[ReadingPool]:
    pool = ReadingPool()
    yield pool
    assert pool.shutdown(5000)


class Heard:
    def __init__(self) -> None:
        self.values: list[object] = []
        self.sentences: list[str] = []

    def __len__(self) -> int:
        return len(self.values) + len(self.sentences)


def test_answers_come_in_the_thread_of_the_window(pool: ReadingPool, qtbot: QtBot):
    threads: list[threading.Thread] = []
    heard: list[tuple[object, threading.Thread]] = []

    def work() -> int:
        threads.append(threading.current_thread())
        return 5

    def done(value: int) -> None:
        heard.append((value, threading.current_thread()))

    pool.request("slot", work, done, print)
    qtbot.waitUntil(lambda: bool(heard))

    assert heard == [(5, threading.main_thread())]
    assert threads[0] is not threading.main_thread()


def test_errors_come_as_sentences(pool: ReadingPool, qtbot: QtBot):
    heard = Heard()

    def broken() -> None:
        raise ImageError("The image is damaged.")

    def surprising() -> None:
        raise ZeroDivisionError

    pool.request(1, broken, heard.values.append, heard.sentences.append)
    qtbot.waitUntil(lambda: len(heard) == 1)
    pool.request(2, surprising, heard.values.append, heard.sentences.append)
    qtbot.waitUntil(lambda: len(heard) == 2)

    assert heard.sentences == ["The image is damaged.", "This could not be read; see the log."]


def test_a_newer_request_makes_the_older_one_stale(pool: ReadingPool, qtbot: QtBot):
    heard = Heard()
    started, let_go = threading.Event(), threading.Event()

    def old() -> str:
        started.set()
        let_go.wait(5)
        return "old"

    pool.request("slot", old, heard.values.append, heard.sentences.append)
    assert started.wait(5)
    pool.request("slot", lambda: "new", heard.values.append, heard.sentences.append)
    let_go.set()
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert pool.shutdown(5000)
    QApplication.processEvents()

    assert heard.values == ["new"]


def test_withdrawn_work_is_not_begun(pool: ReadingPool, qtbot: QtBot):
    heard, ran = Heard(), []
    let_go, busy = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        busy.release()
        let_go.wait(5)

    for number in range(THREADS):
        pool.request(number, hold, heard.values.append, heard.sentences.append)
    for _ in range(THREADS):
        assert busy.acquire(timeout=5)
    pool.request("late", lambda: ran.append(1), heard.values.append, heard.sentences.append)
    pool.withdraw("late")
    let_go.set()
    qtbot.waitUntil(lambda: len(heard) == THREADS)
    assert pool.shutdown(5000)

    assert ran == []


def test_what_matters_more_comes_first(pool: ReadingPool, qtbot: QtBot):
    order: list[str] = []
    heard = Heard()
    let_go, busy = [threading.Event() for _ in range(THREADS)], threading.Semaphore(0)

    def hold(event: threading.Event) -> None:
        busy.release()
        event.wait(5)

    for event in let_go:
        pool.request(event, lambda event=event: hold(event), heard.values.append, print)
    for _ in let_go:
        assert busy.acquire(timeout=5)
    pool.request("low", lambda: order.append("low"), heard.values.append, print, 0)
    pool.request("high", lambda: order.append("high"), heard.values.append, print, 9)

    let_go[0].set()  # one thread is free, so the two run one after the other
    qtbot.waitUntil(lambda: len(heard) == 3)
    for event in let_go:
        event.set()

    assert order == ["high", "low"]
