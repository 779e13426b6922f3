"""The real window on real files: photos, coarse masks, and engines that are there or made here."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import BoolMask, encode_mask
from segrefine_gui.domain.records import Decision, EngineRun
from segrefine_gui.engines.base import (
    Detection,
    EngineFactory,
    EngineKind,
    EngineOptions,
    EngineStatus,
    Progress,
    RgbImage,
    SoftValues,
    ignore_progress,
)
from segrefine_gui.engines.builtin.refiner import BuiltinFactory
from segrefine_gui.engines.cascadepsp.refiner import CascadePspFactory
from segrefine_gui.engines.classical.grabcut import GrabCutFactory
from segrefine_gui.engines.detectron2.segmenter import Detectron2Factory
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.engines.torchvision_segmenter import TorchvisionFactory
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.gui.main_window import MainWindow
from segrefine_gui.gui.preferences import Preferences
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.jobs import ImportRequest, RefineRequest, run_import, run_refinement
from segrefine_gui.services.steps import ignore_step
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project

DialogT = TypeVar("DialogT", bound=QWidget)

WAIT_MS = 20_000


class SlowRefiner:
    """Takes its time in small steps, as a network on a CPU does, until it is let go."""

    def __init__(self, let_go: threading.Event) -> None:
        self.run = EngineRun("slow")
        self._let_go = let_go

    def refine(
        self,
        image: RgbImage,
        mask: BoolMask,
        cancel: CancelToken,
        progress: Progress = ignore_progress,
    ) -> SoftValues:
        for step in range(2000):
            cancel.raise_if_cancelled()
            progress(step / 2000)
            if self._let_go.wait(0.02):
                break
        return mask.astype(np.uint8) * 255


class SlowFactory:
    name = "slow"
    kind: EngineKind = "refiner"
    summary = "waits to be let go"

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def status(self, options: EngineOptions) -> EngineStatus:
        return EngineStatus(usable=True)

    def load(self, options: EngineOptions) -> SlowRefiner:
        return SlowRefiner(self.let_go)


class FailingRefiner:
    """Fails on every other instance, with an error of its own kind."""

    def __init__(self) -> None:
        self.run = EngineRun("failing")
        self._count = 0

    def refine(
        self,
        image: RgbImage,
        mask: BoolMask,
        cancel: CancelToken,
        progress: Progress = ignore_progress,
    ) -> SoftValues:
        self._count += 1
        if self._count % 2:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")
        return mask.astype(np.uint8) * 255


class FailingFactory:
    name = "failing"
    kind: EngineKind = "refiner"
    summary = "fails on every other instance"

    def status(self, options: EngineOptions) -> EngineStatus:
        return EngineStatus(usable=True)

    def load(self, options: EngineOptions) -> FailingRefiner:
        return FailingRefiner()


class BrightSegmenter:
    """Finds the one bright thing in a photo."""

    def __init__(self) -> None:
        self.run = EngineRun("bright")

    def segment(
        self, image: RgbImage, cancel: CancelToken, progress: Progress = ignore_progress
    ) -> list[Detection]:
        return [Detection(encode_mask(image[:, :, 0] > 128), "thing", 1, 0.75)]


class BrightFactory:
    name = "bright"
    kind: EngineKind = "segmenter"
    summary = "finds what is bright"

    def status(self, options: EngineOptions) -> EngineStatus:
        return EngineStatus(usable=True)

    def load(self, options: EngineOptions) -> BrightSegmenter:
        return BrightSegmenter()


class Driver:
    """A person at the window: presses keys, answers dialogs, looks, and waits."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self._qtbot = qtbot

    def press(self, *keys: Qt.Key) -> None:
        """Press keys one after another, each when the instance is on the screen."""
        if not self.window.isActiveWindow():  # the screen of the tests has no window manager
            self.window.activateWindow()
            self.wait_until(self.window.isActiveWindow)
        for key in keys:
            self.wait_shown()
            QTest.keyClick(self.window.focusWidget() or self.window, key)

    def trigger(self, action_id: str) -> None:
        """Choose an action from its menu."""
        action = self.window.findChild(object, action_id)
        assert action is not None
        assert action.isEnabled(), f"{action_id} is disabled"
        action.trigger()

    def dialog(self, kind: type[DialogT]) -> DialogT:
        """The open dialog of a kind."""
        found: list[DialogT] = []

        def is_open() -> bool:
            found[:] = [d for d in self.window.findChildren(kind) if d.isVisible()]
            return bool(found)

        self.wait_until(is_open)
        return found[0]

    def choose_file(self, path: Path) -> None:
        """Answer the open file dialog."""
        dialog = self.dialog(QFileDialog)
        dialog.setDirectory(str(path.parent))
        dialog.selectFile(path.name)
        dialog.accept()

    def accept(self, dialog: QDialog) -> None:
        """Press the button that goes on."""
        assert dialog.accept_button.isEnabled(), dialog.problem()
        dialog.accept_button.click()

    def sort_by_arrival(self) -> None:
        """Have the queue as it came in, from its beginning."""
        self.window.review.arrange(Arrangement())
        self.window.review.go_to(0)
        self.wait_shown()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=WAIT_MS)

    def wait_idle(self) -> None:
        """Wait until no job runs and the current instance is on the screen."""
        self.wait_until(lambda: not self.window.jobs.is_busy)
        self.wait_shown()

    def wait_shown(self) -> None:
        """Wait until the canvases show the current instance."""
        self.wait_until(lambda: self.window.review.current is None or self.window.review.is_seen)

    @property
    def row(self) -> int | None:
        return self.window.review.current

    def decisions(self) -> list[Decision]:
        return [entry.decision for entry in self.window.review.entries]

    def left_pixels(self) -> npt.NDArray[np.uint8]:
        return grabbed(self.window.page.compare.left)

    def right_pixels(self) -> npt.NDArray[np.uint8]:
        return grabbed(self.window.page.compare.right)


def grabbed(widget: QWidget) -> npt.NDArray[np.uint8]:
    """What is on a widget: (h, w, 3) RGB."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    height, width = image.height(), image.width()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return rows[:, : 3 * width].reshape(height, width, 3).copy()


@pytest.fixture
def slow() -> Iterator[SlowFactory]:
    """A refiner that runs until `let_go` is set."""
    factory = SlowFactory()
    yield factory
    factory.let_go.set()


@pytest.fixture
def tools(slow: SlowFactory) -> Tools:
    """The real rooms, with more engines."""
    engines: list[EngineFactory] = [
        BuiltinFactory(),
        GrabCutFactory(),
        CascadePspFactory(),
        Detectron2Factory(),
        TorchvisionFactory(),
        slow,
        FailingFactory(),
        BrightFactory(),
    ]
    return Tools(
        Project.open,
        Project.open_or_create,
        image_io,
        EngineRegistry(engines),
        FormatRegistry(),
    )


@pytest.fixture
def coarse_json(tmp_path: Path, image_folder: Path, coarse_mask: npt.NDArray[np.bool_]) -> Path:
    """COCO masks of the photos `one.png` and `two.png`: two coarse ones of the disk in each."""
    other = np.roll(coarse_mask, -9, axis=1)
    annotations = [
        {
            "id": number,
            "image_id": 1 + (number - 11) // 2,
            "category_id": 3,
            "segmentation": encode_mask(mask).to_coco(),
            "iscrowd": 0,
            "score": 0.9,
        }
        for number, mask in enumerate([coarse_mask, other, coarse_mask, other], start=11)
    ]
    images = [
        {"id": 1, "file_name": "one.png", "width": 160, "height": 120},
        {"id": 2, "file_name": "two.png", "width": 160, "height": 120},
    ]
    path = tmp_path / "coarse.json"
    categories = [{"id": 3, "name": "disk"}]
    path.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": categories})
    )
    return path


@pytest.fixture
def coarse_project(tmp_path: Path, tools: Tools, image_folder: Path, coarse_json: Path) -> Path:
    """A project with four instances that are not refined."""
    project = tmp_path / "disks.segrefine"
    request = ImportRequest(project, (image_folder,), coarse_json)
    run_import(tools, request, CancelToken(), ignore_step)
    return project


@pytest.fixture
def project(tmp_path: Path, tools: Tools, coarse_project: Path) -> Path:
    """The same, refined by GrabCut."""
    request = RefineRequest(coarse_project, "grabcut", EngineOptions(tmp_path))
    run_refinement(tools, request, CancelToken(), ignore_step)
    return coarse_project


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path, tools: Tools) -> Callable[..., Driver]:
    """Opens the window, as often as it is called, on a project or on the start page."""

    def open_window(project: Path | None = None, tools: Tools = tools) -> Driver:
        settings = Preferences(tmp_path / "settings.json")
        samples = Path(tmp_path / "samples")
        window = MainWindow(tools, settings, tmp_path / "weights", samples)
        qtbot.addWidget(window)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        driver = Driver(window, qtbot)
        if project is not None:
            window.open_path(project)
            driver.wait_shown()
        return driver

    return open_window
