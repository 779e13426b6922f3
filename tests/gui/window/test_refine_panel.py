"""Refining from the window: presets that survive, scopes, and again with what was chosen last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support.triage import PlainTriage
from support.tunable import TunableFactory

from segrefine_gui.domain.records import Decision
from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.classical.grabcut import GrabCutFactory
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.gui.dialogs.refine_dialog import RefineDialog
from segrefine_gui.gui.dialogs.refine_scope import RefineScope
from segrefine_gui.gui.dialogs.segment_dialog import SegmentDialog
from segrefine_gui.gui.widgets.alternatives_bar import AlternativesBar
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage.project import Project

Key = Qt.Key


@pytest.fixture
def tunable_tools(tools: Tools) -> Tools:
    return replace(tools, engines=EngineRegistry([GrabCutFactory(), TunableFactory()]))


def ask(person: Any) -> RefineDialog:
    person.trigger("refine")
    return person.dialog(RefineDialog)


def run(person: Any, dialog: RefineDialog) -> None:
    person.accept(dialog)
    person.wait_idle()


def refined_ids(project: Path, engine: str = "tunable") -> frozenset[int]:
    with Project.open(project) as store:
        return store.refined().get(engine, frozenset())


def test_a_preset_and_the_last_choice_are_there_after_a_restart(
    open_window: Callable[..., Any], coarse_project: Path, tunable_tools: Tools
):
    person = open_window(coarse_project, tunable_tools)
    dialog = ask(person)
    choice = dialog.refiners
    choice.list.choose("tunable")
    choice.form.field("grow").setValue(4)
    QTest.keyClicks(choice.saved.name.lineEdit(), "wide")
    choice.saved.save.click()
    choice.form.field("grow").setValue(2)
    run(person, dialog)
    person.window.close()

    later = open_window(coarse_project, tunable_tools)
    dialog = ask(later)
    assert dialog.refiners.name() == "tunable"
    assert dialog.choice().options.parameters == {"grow": 2}, "what was chosen last"
    saved = dialog.refiners.saved.name
    assert [saved.itemText(row) for row in range(saved.count())] == ["wide"]
    dialog.refiners.saved.chosen.emit("wide")
    assert dialog.choice().options.parameters == {"grow": 4}
    dialog.reject()
    with Project.open(coarse_project) as store:
        first = store.queue()[0].instance_id
        recorded = store.newest_refinement(first).run.parameters
    assert recorded["grow"] == 2
    assert recorded["mode"] == "fast", "every parameter is recorded"


def test_it_runs_on_what_the_filter_shows_on_the_image_and_on_the_instance(
    open_window: Callable[..., Any], coarse_project: Path, tunable_tools: Tools
):
    person = open_window(coarse_project, tunable_tools)
    person.sort_by_arrival()
    ids = [entry.instance_id for entry in person.window.review.everything]

    dialog = ask(person)
    dialog.refiners.list.choose("tunable")
    dialog.scope.choose(RefineScope.INSTANCE)
    run(person, dialog)
    assert refined_ids(coarse_project) == {ids[0]}

    person.window.review.arrange(Arrangement(text="two.png"))
    dialog = ask(person)
    dialog.scope.choose(RefineScope.SHOWN)
    assert dialog.scope.scope.currentText() == "What the queue's filter shows  (2)"
    run(person, dialog)
    assert refined_ids(coarse_project) == {ids[0], ids[2], ids[3]}

    person.window.review.arrange(Arrangement())
    person.window.review.go_to(0)
    person.wait_shown()
    dialog = ask(person)
    dialog.scope.choose(RefineScope.IMAGE)
    person.wait_until(lambda: "already: 1." in dialog.scope.words.text())
    assert dialog.scope.words.text() == "To refine: 1. Refined by tunable already: 1."
    run(person, dialog)
    assert refined_ids(coarse_project) == set(ids)
    with Project.open(coarse_project) as store:
        assert len(store.refinement_entries(ids[0])) == 1, "only what was missing"

    dialog = ask(person)
    dialog.scope.again.click()
    run(person, dialog)
    with Project.open(coarse_project) as store:
        assert [len(store.refinement_entries(each)) for each in ids] == [2] * 4


def test_a_key_refines_this_instance_with_the_last_choice_and_shows_it(
    open_window: Callable[..., Any], coarse_project: Path, tunable_tools: Tools
):
    person = open_window(coarse_project, tunable_tools)
    person.sort_by_arrival()
    dialog = ask(person)
    dialog.refiners.list.choose("tunable")
    dialog.refiners.form.field("grow").setValue(3)
    run(person, dialog)
    person.press(Key.Key_Return, Key.Key_Left)
    person.wait_shown()
    assert person.row == 0
    assert person.decisions()[0] is Decision.REFINED
    grown = person.right_pixels()

    with Project.open(coarse_project) as store:
        store.set_last_setups("refiner", [EngineSetup("tunable", parameters={"grow": -3})])
    person.press(Key.Key_F5)
    person.wait_idle()

    bar = person.window.findChild(AlternativesBar)
    assert [button.alternative.name for button in bar.buttons] == [
        "tunable · grow 3",
        "tunable · grow -3",
    ]
    assert [button.isChecked() for button in bar.buttons] == [False, True], "it is looked at"
    assert not np.array_equal(person.right_pixels(), grown)
    assert person.decisions()[0] is Decision.REFINED
    with Project.open(coarse_project) as store:
        counts = [len(store.refinement_entries(e.instance_id)) for e in store.queue()]
        record = store.decision(store.queue()[0].instance_id)
        decided = store.refinement(record.refinement_id).run.parameters["grow"]
    assert counts == [2, 1, 1, 1]
    assert decided == 3, "looking decides nothing"


def test_the_segmenter_chosen_is_remembered_by_the_project_it_made(
    open_window: Callable[..., Any], image_folder: Path, tmp_path: Path
):
    person = open_window()
    person.window.findChild(object, "open_images").trigger()
    dialog = person.dialog(SegmentDialog)
    assert not dialog.segmenters.saved.isVisible()
    dialog.images.add([image_folder])
    dialog.segmenters.list.choose("bright")
    dialog.threshold.setValue(0.7)
    dialog.refiner.setCurrentIndex(dialog.refiner.findData("grabcut"))
    person.accept(dialog)
    person.choose_file(tmp_path / "made.segrefine")
    person.wait_until(lambda: person.window.project.path is not None)
    person.wait_idle()

    person.trigger("open_images")
    dialog = person.dialog(SegmentDialog)
    assert dialog.segmenters.saved.isVisible()
    assert dialog.segmenters.name() == "bright"
    assert dialog.threshold.value() == pytest.approx(0.7)
    dialog.reject()


def test_refinements_are_held_against_the_runs_that_were_chosen(
    open_window: Callable[..., Any], coarse_project: Path, tunable_tools: Tools
):
    triage = PlainTriage()
    person = open_window(coarse_project, replace(tunable_tools, triage=triage))
    dialog = ask(person)
    dialog.refiners.list.choose("tunable")
    dialog.checks.toggle.click()
    dialog.agreement.flipped.click()
    dialog.agreement.other.setCurrentText("grabcut")
    assert "(2)" in dialog.checks.toggle.text()
    run(person, dialog)
    assert triage.seen
    assert {frozenset(evidence.reruns) for evidence in triage.seen} == {
        frozenset({"flipped", "other"})
    }
