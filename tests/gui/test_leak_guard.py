"""The guard of conftest.py, run on tests that leave something behind."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

LEAKY = """
import threading

import pytest
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QWidget

kept = []


@pytest.fixture(scope="module", autouse=True)
def end_what_was_left(qapp):
    yield
    for thing in kept:
        if isinstance(thing, QThread):
            thread = thing
            thread.quit()
            thread.wait()
        elif isinstance(thing, threading.Event):
            thing.set()


def test_clean(qtbot):
    widget = QWidget()
    QTimer(widget).start(1000)
    qtbot.addWidget(widget)
    widget.show()
    thread = QThread()
    thread.start()
    thread.quit()


def test_window(qtbot):
    kept.append(QWidget())
    kept[-1].show()


def test_timer(qtbot):
    kept.append(QWidget())
    QTimer(kept[-1]).start(1000)


def test_qthread(qtbot):
    kept.append(QThread())
    kept[-1].start()


def test_thread():
    kept.append(threading.Event())
    threading.Thread(target=kept[-1].wait).start()
"""


def test_each_kind_of_leak_is_told_and_a_clean_test_is_not_blamed(pytester: pytest.Pytester):
    pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(LEAKY)

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=5, errors=4)
    result.stdout.fnmatch_lines_random(
        [
            "*left behind: visible <PySide6.QtWidgets.QWidget*",
            "*left behind: active <PySide6.QtCore.QTimer*",
            "*left behind: running <PySide6.QtCore.QThread*",
            "*left behind: running <Thread(*",
        ]
    )
