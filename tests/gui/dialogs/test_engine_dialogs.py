"""Segmenting and refining: engines that cannot run say why, those that can are chosen."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.base import (
    EngineFactory,
    EngineKind,
    EngineOptions,
    EngineStatus,
    Refiner,
    Segmenter,
)
from segrefine_gui.engines.builtin.refiner import BuiltinFactory
from segrefine_gui.engines.classical.grabcut import GrabCutFactory
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.gui.dialogs.refine_dialog import RefineChoice, RefineDialog
from segrefine_gui.gui.dialogs.refine_scope import RefineScope, Targets
from segrefine_gui.gui.dialogs.segment_dialog import SegmentChoice, SegmentDialog

_D = TypeVar("_D", bound=QDialog)
CURE = "Night eyes are not installed: run `pip install night-eyes`."


@dataclass
class NeedsWeights:
    """An engine that can run once it has a weights file of the person's own."""

    name: str
    kind: EngineKind
    summary: str = "sees in the dark"

    def status(self, options: EngineOptions) -> EngineStatus:
        usable = options.weights is not None and options.weights.is_file()
        return EngineStatus(usable, "" if usable else CURE)

    def load(self, options: EngineOptions) -> Segmenter | Refiner:
        raise EngineError(CURE)


@dataclass
class Catalog:
    """Engines of a test; "auto" is the first segmenter that can run."""

    engines: list[EngineFactory]

    def segmenters(self) -> list[EngineFactory]:
        return [engine for engine in self.engines if engine.kind == "segmenter"]

    def refiners(self) -> list[EngineFactory]:
        return [engine for engine in self.engines if engine.kind == "refiner"]

    def interactors(self) -> list[EngineFactory]:
        return [engine for engine in self.engines if engine.kind == "interactor"]

    def choose(self, kind: EngineKind, name: str, options: EngineOptions) -> EngineFactory:
        if kind == "refiner":
            raise AssertionError("choosing a refiner may import torch: not in the window's thread")
        for engine in self.segmenters():
            if engine.status(options).usable:
                return engine
        raise EngineError("No segmenter can run here yet.")


def row(dialog: QWidget, title: str) -> QRadioButton:
    return next(b for b in dialog.findChildren(QRadioButton) if b.text() == title)


def visible_words(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def opened(qtbot: QtBot, dialog: _D) -> _D:
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.fixture
def own_weights(tmp_path: Path) -> Path:
    path = tmp_path / "own.pth"
    path.write_bytes(b"weights")
    return path


@pytest.fixture
def blind() -> Catalog:
    return Catalog([NeedsWeights("night", "segmenter"), NeedsWeights("moon", "refiner")])


def test_without_a_segmenter_it_says_what_to_do_and_offers_masks(
    qtbot: QtBot, blind: Catalog, image_folder: Path, tmp_path: Path
) -> None:
    dialog = opened(qtbot, SegmentDialog(blind, tmp_path, [image_folder]))
    assert not row(dialog, "night").isEnabled()
    assert row(dialog, "night").toolTip() == CURE
    assert CURE in visible_words(dialog)
    assert not row(dialog, "Automatic").isEnabled()
    assert dialog.problem_line.text() == "No segmenter can run here yet."
    assert not dialog.accept_button.isEnabled()

    with qtbot.waitSignals([dialog.rejected, dialog.import_masks_requested]):
        qtbot.mouseClick(dialog.import_instead, Qt.MouseButton.LeftButton)


def test_weights_of_ones_own_make_an_engine_usable(
    qtbot: QtBot, blind: Catalog, image_folder: Path, tmp_path: Path, own_weights: Path
) -> None:
    dialog = opened(qtbot, SegmentDialog(blind, tmp_path, [image_folder]))
    dialog.segmenters.fold_out.toggle.click()
    qtbot.keyClicks(dialog.segmenters.weights.edit, str(own_weights))

    assert not dialog.import_instead.isVisible()
    assert CURE not in visible_words(dialog)
    qtbot.mouseClick(row(dialog, "night"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(dialog.segmenters.model, "owl")
    dialog.segmenters.device.setEditText("cuda:1")
    dialog.threshold.setValue(0.7)
    dialog.refiner.setCurrentIndex(dialog.refiner.count() - 1)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    assert dialog.result() == QDialog.DialogCode.Accepted
    options = EngineOptions(tmp_path, "cuda:1", "owl", own_weights, 0.7)
    setup = EngineSetup("night", "cuda:1", "owl", str(own_weights), 0.7)
    assert dialog.choice() == SegmentChoice((image_folder,), "night", options, None, setup)


def test_images_are_asked_for_and_must_be_there(
    qtbot: QtBot, blind: Catalog, tmp_path: Path, own_weights: Path
) -> None:
    dialog = opened(qtbot, SegmentDialog(blind, tmp_path))
    dialog.segmenters.weights.set_path(own_weights)
    assert dialog.problem_line.text() == "Add images, or a folder of images."
    dialog.images.add([tmp_path / "gone.jpg"])
    assert dialog.problem_line.text() == f"There is no file or folder {tmp_path / 'gone.jpg'}."
    assert not dialog.accept_button.isEnabled()


def test_a_choice_that_stops_being_possible_moves_to_one_that_is(
    qtbot: QtBot, tmp_path: Path, own_weights: Path
) -> None:
    engines = Catalog([NeedsWeights("moon", "refiner")])
    dialog = opened(qtbot, RefineDialog(engines, tmp_path, Targets()))
    dialog.refiners.weights.set_path(own_weights)
    dialog.refiners.list.choose("moon")
    assert dialog.choice().refiner == "moon"
    dialog.refiners.weights.set_path(None)
    assert dialog.choice().refiner == "auto"


@pytest.mark.parametrize("device", ["gpu", "", "cuda:", "cpu; rm"])
def test_a_device_that_is_none_is_refused(qtbot: QtBot, tmp_path: Path, device: str) -> None:
    dialog = opened(qtbot, RefineDialog(Catalog([]), tmp_path, Targets()))
    dialog.refiners.device.setEditText(device)
    assert dialog.problem_line.text() == "The device must be auto, cpu, cuda or cuda:N."
    assert not dialog.accept_button.isEnabled()


def test_the_real_engines_are_listed_and_the_built_in_refiner_can_run(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # where CascadePSP's own weights may lie
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    targets = Targets({RefineScope.ALL: range(1234)})
    dialog = opened(qtbot, RefineDialog(EngineRegistry.discover(), tmp_path, targets))
    assert dialog.scope.scope.currentText() == "Everything  (1,234)"
    assert not row(dialog, "cascadepsp").isEnabled()
    assert row(dialog, "cascadepsp").toolTip() in visible_words(dialog)
    assert dialog.choice() == RefineChoice("auto", EngineOptions(tmp_path))
    qtbot.mouseClick(row(dialog, "grabcut"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert dialog.choice() == RefineChoice("grabcut", EngineOptions(tmp_path))


def test_the_dialog_grows_with_what_it_unfolds_and_nothing_scrolls(
    qtbot: QtBot, tmp_path: Path
) -> None:
    engines = EngineRegistry([BuiltinFactory(), GrabCutFactory()])
    dialog = opened(qtbot, RefineDialog(engines, tmp_path, Targets()))
    before = dialog.height()
    dialog.refiners.fold_out.toggle.click()
    qtbot.waitUntil(lambda: dialog.height() > before)
    assert dialog.refiners.device.isVisible()
    assert dialog.refiners.visibleRegion().boundingRect() == dialog.refiners.rect()
