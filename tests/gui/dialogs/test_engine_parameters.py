"""Parameters, presets, models and trust in the dialogs that choose an engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.tunable import ModelsFactory, TunableFactory

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.builtin.refiner import BuiltinFactory
from segrefine_gui.engines.classical.grabcut import GrabCutFactory
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.gui.dialogs.refine_dialog import RefineDialog
from segrefine_gui.gui.dialogs.refine_scope import RefineScope, Targets
from segrefine_gui.gui.dialogs.segment_dialog import SegmentDialog

ENGINES = EngineRegistry([BuiltinFactory(), GrabCutFactory(), TunableFactory(), ModelsFactory()])
TARGETS = Targets(
    {
        RefineScope.ALL: (1, 2, 3, 4),
        RefineScope.SHOWN: (2, 3),
        RefineScope.IMAGE: (3, 4),
        RefineScope.INSTANCE: (3,),
    },
    "one.png",
    is_filtered=True,
)


class Kept:
    """What a project keeps, without a file."""

    def __init__(self, *last: EngineSetup) -> None:
        self.setups: dict[str, EngineSetup] = {}
        self.run: Sequence[EngineSetup] = last

    def all(self):
        return dict(self.setups)

    def keep(self, name, setup):
        self.setups[name] = setup

    def forget(self, name):
        self.setups.pop(name, None)

    def last(self):
        return self.run

    def remember(self, setups):
        self.run = setups


@pytest.fixture
def kept() -> Kept:
    return Kept()


def opened(qtbot: QtBot, folder: Path, kept: Kept | None) -> RefineDialog:
    dialog = RefineDialog(ENGINES, folder, TARGETS, kept)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def segmenting(qtbot: QtBot, folder: Path) -> SegmentDialog:
    dialog = SegmentDialog(ENGINES, folder, [folder])
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.segmenters.list.choose("models")
    dialog.segmenters.fold_out.toggle.click()
    return dialog


def test_parameters_fold_out_below_the_engine_that_has_some(
    qtbot: QtBot, tmp_path: Path, kept: Kept
):
    dialog = opened(qtbot, tmp_path, kept)
    choice = dialog.refiners
    assert choice.parameters.isHidden()
    choice.list.choose("tunable")
    assert not choice.parameters.isHidden()
    choice.parameters.toggle.click()
    assert choice.form.field("grow").isVisible()
    choice.form.field("grow").setValue(5)
    assert choice.parameters.toggle.text() == "&Parameters (1 changed)"
    assert dialog.choice().options.parameters == {"grow": 5}

    choice.list.choose("builtin")
    assert dialog.choice().options.parameters == {}
    choice.list.choose("tunable")
    assert dialog.choice().options.parameters == {"grow": 5}, "coming back loses nothing"


def test_a_preset_is_saved_applied_and_deleted(qtbot: QtBot, tmp_path: Path, kept: Kept):
    dialog = opened(qtbot, tmp_path, kept)
    choice = dialog.refiners
    choice.list.choose("tunable")
    choice.form.set_values({"grow": 5, "classes": ["thing 2"]})
    choice.device.setEditText("cpu")
    QTest.keyClicks(choice.saved.name.lineEdit(), "big")
    QTest.mouseClick(choice.saved.save, Qt.MouseButton.LeftButton)
    wanted = EngineSetup("tunable", "cpu", parameters={"grow": 5, "classes": ["thing 2"]})
    assert kept.setups == {"big": wanted}

    choice.list.choose("grabcut")
    choice.device.setEditText("auto")
    choice.saved.chosen.emit("big")
    assert choice.name() == "tunable"
    assert choice.setup() == wanted
    QTest.mouseClick(choice.saved.delete, Qt.MouseButton.LeftButton)
    assert kept.setups == {}
    assert choice.saved.name.count() == 0


def test_without_a_project_there_are_no_presets(qtbot: QtBot, tmp_path: Path):
    assert not opened(qtbot, tmp_path, None).refiners.saved.isVisible()


def test_what_was_run_last_is_offered_with_all_its_refiners(qtbot: QtBot, tmp_path: Path):
    last = EngineSetup("tunable", "cpu", parameters={"grow": 2})
    kept = Kept(last, EngineSetup("grabcut", "cpu"), EngineSetup("gone"))
    dialog = opened(qtbot, tmp_path, kept)
    assert dialog.choice().refiner == "tunable"
    assert dialog.choice().options.parameters == {"grow": 2}
    assert dialog.choice().also == ("grabcut",)
    assert dialog.setups() == [last, EngineSetup("grabcut", "cpu")]


def test_an_engine_that_is_gone_is_not_chosen(qtbot: QtBot, tmp_path: Path):
    dialog = opened(qtbot, tmp_path, Kept(EngineSetup("gone", "cuda:3", parameters={"x": 1})))
    assert dialog.choice().refiner == "auto"
    assert dialog.choice().options.parameters == {}


def test_the_refiner_chosen_is_no_other_of_its_own(qtbot: QtBot, tmp_path: Path, kept: Kept):
    dialog = opened(qtbot, tmp_path, kept)
    dialog.others.toggle.click()
    for name in ("builtin", "tunable"):
        dialog.also[name].click()
    assert dialog.choice().also == ("builtin", "tunable")
    assert dialog.others.toggle.text().endswith("(2)")
    dialog.refiners.list.choose("builtin")
    assert dialog.choice().also == ("tunable",)
    assert not dialog.also["builtin"].isEnabled()


@pytest.mark.parametrize(
    ("scope", "again", "ids", "only_missing"),
    [
        (RefineScope.ALL, False, None, False),
        (RefineScope.ALL, True, (1, 2, 3, 4), False),
        (RefineScope.SHOWN, False, (2, 3), True),
        (RefineScope.IMAGE, True, (3, 4), False),
        (RefineScope.INSTANCE, False, (3,), True),
    ],
)
def test_what_to_refine(qtbot: QtBot, tmp_path: Path, scope, again, ids, only_missing):
    dialog = opened(qtbot, tmp_path, None)
    dialog.scope.choose(scope)
    dialog.scope.again.setChecked(again)
    assert (dialog.choice().instance_ids, dialog.choice().only_missing) == (ids, only_missing)


def test_it_counts_what_is_missing_of_the_refiner_chosen(qtbot: QtBot, tmp_path: Path):
    dialog = opened(qtbot, tmp_path, None)
    texts = [dialog.scope.scope.itemText(row) for row in range(dialog.scope.scope.count())]
    assert texts == [
        "Everything  (4)",
        "What the queue's filter shows  (2)",
        "This image: one.png  (2)",
        "This instance  (1)",
    ]
    dialog.refiners.list.choose("grabcut")
    dialog.show_refined({"grabcut": frozenset({1, 2, 3})})
    assert dialog.scope.words.text() == "To refine: 1. Refined by grabcut already: 3."
    dialog.scope.choose(RefineScope.SHOWN)
    assert dialog.scope.words.text() == (
        "To refine: 0. Refined by grabcut already: 2. Tick Again to refine them anew."
    )
    dialog.scope.again.click()
    assert dialog.scope.words.text() == "To refine: 2."
    dialog.scope.again.click()
    dialog.refiners.list.choose("builtin")
    assert dialog.scope.words.text() == "To refine: 2. Refined by builtin already: 0."


def test_models_are_found_by_any_part_of_their_names(qtbot: QtBot, tmp_path: Path):
    dialog = segmenting(qtbot, tmp_path)
    field = dialog.segmenters.model
    assert field.names() == list(ModelsFactory.known)
    QTest.keyClicks(field, "citys")
    completer = field.completer()
    found = completer.completionModel()
    assert [found.index(row, 0).data() for row in range(found.rowCount())] == [
        "Cityscapes/mask_R_50.yaml"
    ]
    field.show_all()
    assert completer.completionModel().rowCount() == 3
    completer.popup().hide()
    field.setText(ModelsFactory.known[1])
    assert dialog.choice().options.model == ModelsFactory.known[1]


def test_code_is_run_only_after_the_person_says_that_they_trust_it(qtbot: QtBot, tmp_path: Path):
    dialog = segmenting(qtbot, tmp_path)
    choice = dialog.segmenters
    assert not choice.trust.isVisible()
    assert not choice.options().trusted
    choice.model.setText("own/lazy.py")
    assert choice.trust.isVisible()
    assert choice.name() == "models", "it can be chosen, so that trust can be asked for"
    assert "say that you trust them" in dialog.problem_line.text()
    assert not dialog.accept_button.isEnabled()

    choice.trust.click()
    assert dialog.accept_button.isEnabled()
    assert choice.options().trusted
    assert "trusted" not in repr(choice.setup()), "it is never kept"
    choice.model.setText(ModelsFactory.known[0])
    assert not choice.trust.isVisible()
    assert not choice.options().trusted


def test_weights_that_may_be_code_can_be_trusted(qtbot: QtBot, tmp_path: Path):
    own = tmp_path / "own.pkl"
    own.write_bytes(b"x")
    dialog = segmenting(qtbot, tmp_path)
    dialog.segmenters.weights.set_path(own)
    assert dialog.segmenters.trust.isVisible()
    assert dialog.accept_button.isEnabled(), "most weights are numbers alone"
    dialog.segmenters.trust.click()
    assert dialog.segmenters.options().trusted
    numbers = tmp_path / "own.onnx"
    numbers.write_bytes(b"x")
    dialog.segmenters.weights.set_path(numbers)
    assert not dialog.segmenters.trust.isVisible()
