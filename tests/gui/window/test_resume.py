"""The end of the process, wished for or not, loses nothing; the window opens without torch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segrefine_gui.domain.records import Decision
from segrefine_gui.storage.project import Project

WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from segrefine_gui.domain.records import Decision
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.gui.app import run_app
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project
from PySide6.QtCore import QTimer

project, home = Path(sys.argv[1]), Path(sys.argv[2])
tools = Tools(Project.open, Project.open_or_create, image_io, EngineRegistry.discover(),
              FormatRegistry())
app = QApplication([])

def window():
    return next(w for w in app.topLevelWidgets() if hasattr(w, "review"))

def begin():
    if not window().review.is_seen:
        QTimer.singleShot(10, begin)
        return
    act()

def run():
    QTimer.singleShot(0, begin)
    return run_app(project, tools, home / "settings.json", home / "weights", home / "samples")
"""

DECIDE_AND_WAIT = """
def press(*keys):
    if not keys:
        print("decided", flush=True)
        return
    if not window().review.is_seen:
        QTimer.singleShot(10, lambda: press(*keys))
        return
    QTest.keyClick(window().focusWidget(), keys[0])
    QTimer.singleShot(0, lambda: press(*keys[1:]))

def act():
    press(Qt.Key.Key_X, Qt.Key.Key_Return, Qt.Key.Key_Right)

run()
"""

SHOW_AND_TELL = """
def act():
    heavy = {"torch", "torchvision", "detectron2", "transformers"}
    print("heavy:", heavy & set(sys.modules), flush=True)
    window().close()

sys.exit(run())
"""

CLOSE_WHILE_AN_ENGINE_HANGS = """
import threading
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import EngineOptions, EngineStatus
from segrefine_gui.services.jobs import RefineRequest

class Hanging:
    name, kind, summary = "hanging", "refiner", "never comes back"
    run = EngineRun("hanging")
    def status(self, options):
        return EngineStatus(usable=True)
    def load(self, options):
        return self
    def refine(self, image, mask, cancel, progress=None):
        print("hanging", flush=True)
        threading.Event().wait()

tools = Tools(Project.open, Project.open_or_create, image_io, EngineRegistry([Hanging()]),
              FormatRegistry())

def act():
    window().review.decide(Decision.COARSE)
    window().jobs.start(RefineRequest(project, "hanging", EngineOptions(home)))
    QTimer.singleShot(500, window().close)

sys.exit(run())
"""


def start(script: str, project: Path, home: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(
        [sys.executable, "-c", WINDOW + script, str(project), str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_killed_window_comes_back_with_all_decisions_at_the_same_instance(
    open_window: Callable[..., Any], project: Path, tmp_path: Path
):
    process = start(DECIDE_AND_WAIT, project, tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "decided\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()

    person = open_window(project)

    assert person.decisions()[:2] == [Decision.COARSE, Decision.REFINED]
    assert person.row == 3


def test_the_window_shows_and_opens_a_project_without_torch(project: Path, tmp_path: Path):
    process = start(SHOW_AND_TELL, project, tmp_path)
    output, _ = process.communicate(timeout=60)

    assert output == "heavy: set()\n"
    assert process.returncode == 0


def test_an_engine_that_hangs_does_not_keep_the_process(project: Path, tmp_path: Path):
    process = start(CLOSE_WHILE_AN_ENGINE_HANGS, project, tmp_path)
    output, _ = process.communicate(timeout=30)

    assert output == "hanging\n"
    assert process.returncode == 0
    with Project.open(project) as store:
        assert store.queue()[0].decision is Decision.COARSE
