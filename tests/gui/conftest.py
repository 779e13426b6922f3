"""Qt without a screen, and a guard: no GUI test leaves threads, timers or windows behind."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

GRACE_MS = 1000
"""How long a thread that was told to end may take."""

NEVER_ENDED: list[QThread] = []
"""Threads that were found running; kept, so that the other tests can go on."""


@pytest.fixture(autouse=True)
def no_leaks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test after which something still runs or a window is still to be seen.

    pytest-qt closes the widgets given to `qtbot.addWidget` before this looks.
    """
    started: list[QThread] = []  # strong: Qt aborts when a QThread is freed while it runs
    start_thread = QThread.start

    def start(thread: QThread, *args: object) -> None:
        started.append(thread)
        start_thread(thread, *args)

    monkeypatch.setattr(QThread, "start", start)
    threads_before = set(threading.enumerate())
    widgets_before = _top_level_widgets()
    yield
    leaks = [*_running_qthreads(started), *_running_threads(threads_before)]
    if QApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        leaks += _left_on_screen(_top_level_widgets() - widgets_before)
    assert not leaks, f"the test left behind: {', '.join(leaks)}"


def _running_qthreads(started: list[QThread]) -> list[str]:
    running = [
        thread
        for thread in started
        if isValid(thread) and thread.isRunning() and not thread.wait(GRACE_MS)
    ]
    NEVER_ENDED.extend(running)
    leaks = [f"running {thread!r}" for thread in running]
    if QApplication.instance() is not None and not QThreadPool.globalInstance().waitForDone(
        GRACE_MS
    ):
        leaks.append("a job in the global QThreadPool")
    return leaks


def _running_threads(before: set[threading.Thread]) -> list[str]:
    leaks = []
    for thread in set(threading.enumerate()) - before:
        # Python makes daemonic dummies for foreign threads, a QThread's for one, and keeps them.
        if not thread.daemon:
            thread.join(GRACE_MS / 1000)
            if thread.is_alive():
                leaks.append(f"running {thread!r}")
    return leaks


def _top_level_widgets() -> set[QWidget]:
    return set(QApplication.topLevelWidgets()) if QApplication.instance() is not None else set()


def _left_on_screen(widgets: set[QWidget]) -> list[str]:
    leaks = []
    for widget in widgets:
        if not isValid(widget):
            continue
        if widget.isVisible():
            leaks.append(f"visible {widget!r}")
            widget.close()  # or every later test would be blamed as well
        leaks += [
            f"active {t!r} of {widget!r}" for t in widget.findChildren(QTimer) if t.isActive()
        ]
    return leaks
