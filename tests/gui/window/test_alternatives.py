"""Several refinements of one instance: seen side by side, switched between, decided about."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.records import Decision, refined_mask
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.gui.dialogs.export_dialog import ExportDialog
from segrefine_gui.gui.dialogs.refine_dialog import RefineDialog
from segrefine_gui.gui.widgets.alternatives_bar import AlternativesBar
from segrefine_gui.services.jobs import RefineRequest, run_refinement
from segrefine_gui.services.steps import ignore_step
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage.project import Project

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def two_ways(project: Path, tools: Tools) -> Path:
    """The four instances refined by GrabCut, then by the built-in refiner."""
    request = RefineRequest(project, "builtin", EngineOptions(project.parent))
    run_refinement(tools, request, CancelToken(), ignore_step)
    return project


def bar(person: Any) -> AlternativesBar:
    return person.window.findChild(AlternativesBar)


def names(person: Any) -> list[str]:
    return [button.alternative.name for button in bar(person).buttons]


def checked(person: Any) -> list[bool]:
    return [button.isChecked() for button in bar(person).buttons]


def ticks(person: Any) -> list[bool]:
    return [button.tick.isVisible() for button in bar(person).buttons]


def press_alt(person: Any, key: Qt.Key) -> None:
    person.wait_shown()
    QTest.keyClick(person.window.focusWidget() or person.window, key, ALT)
    person.wait_shown()


def test_two_refiners_chosen_at_once_become_alternatives(
    open_window: Callable[..., Any], coarse_project: Path
):
    person = open_window(coarse_project)
    assert not bar(person).isVisible()
    person.trigger("refine")
    dialog = person.dialog(RefineDialog)
    dialog.refiners.list.choose("grabcut")
    dialog.others.toggle.click()
    dialog.also["builtin"].click()
    person.accept(dialog)
    assert len(person.window.jobs.entries) == 2, "one job each"
    person.wait_idle()

    assert bar(person).isVisible()
    assert names(person) == ["grabcut", "builtin"]
    assert checked(person) == [False, True], "what is new is shown"
    with Project.open(coarse_project) as store:
        assert store.refined()["grabcut"] == store.refined()["builtin"]


def test_a_key_shows_the_others_pixels_and_enter_stores_it_and_export_writes_it(
    open_window: Callable[..., Any], two_ways: Path, tmp_path: Path
):
    person = open_window(two_ways)
    person.sort_by_arrival()
    newest = person.right_pixels()
    zoom = person.window.page.compare.right.view()

    press_alt(person, Key.Key_1)
    first = person.right_pixels()
    assert not np.array_equal(first, newest)
    assert "grabcut" in person.window.page.compare.right.accessibleName()
    assert person.window.page.compare.right.view() == zoom, "the place stays in sight"
    assert checked(person) == [True, False]
    press_alt(person, Key.Key_2)
    assert np.array_equal(person.right_pixels(), newest)
    press_alt(person, Key.Key_3)
    assert checked(person) == [False, True], "there is no third"
    press_alt(person, Key.Key_1)
    person.press(Key.Key_Return)
    person.wait_until(lambda: person.row == 1)

    with Project.open(two_ways) as store:
        entry = store.queue()[0]
        first_id, _ = (each.id for each in store.refinement_entries(entry.instance_id))
        assert store.decision(entry.instance_id).refinement_id == first_id
        coarse = store.instance(entry.instance_id).coarse
        wanted = refined_mask(store.refinement(first_id), coarse).decode()
    person.trigger("export")
    dialog = person.dialog(ExportDialog)
    dialog.folder.set_path(tmp_path / "out")
    person.accept(dialog)
    person.wait_idle()
    written = tmp_path / "out" / "instances.json"
    (annotation,) = json.loads(written.read_text())["annotations"]
    assert np.array_equal(coco.decode(annotation["segmentation"]).astype(bool), wanted)


def test_undo_comes_back_to_the_alternative_that_was_decided_about(
    open_window: Callable[..., Any], two_ways: Path
):
    person = open_window(two_ways)
    person.sort_by_arrival()
    press_alt(person, Key.Key_1)
    person.press(Key.Key_Return)
    person.wait_until(lambda: person.row == 1)
    person.press(Key.Key_Left)
    person.wait_shown()
    assert checked(person) == [True, False]
    person.wait_until(lambda: ticks(person) == [True, False])

    person.press(Key.Key_U)
    person.wait_shown()
    assert person.row == 0
    assert person.decisions()[0] is Decision.PENDING
    assert checked(person) == [True, False]
    person.wait_until(lambda: ticks(person) == [False, False])

    person.trigger("redo")
    person.wait_shown()
    with Project.open(two_ways) as store:
        record = store.decision(store.queue()[0].instance_id)
        assert record.decision is Decision.REFINED
        assert store.refinement(record.refinement_id).run.engine == "grabcut"


def test_keys_go_round_and_a_click_does_the_same(open_window: Callable[..., Any], two_ways: Path):
    person = open_window(two_ways)
    person.press(Key.Key_J)
    assert checked(person) == [True, False]
    person.press(Key.Key_J)
    assert checked(person) == [False, True]
    first = bar(person).buttons[0]
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    person.wait_shown()
    assert checked(person) == [True, False]
    assert "Alt+1" in first.toolTip()
    person.wait_until(lambda: not first.picture.pixmap().isNull())


def test_a_choice_of_changes_belongs_to_its_alternative_and_undo_finds_it(
    open_window: Callable[..., Any], two_ways: Path
):
    person = open_window(two_ways)
    person.sort_by_arrival()
    words = person.window.page.choices.words
    press_alt(person, Key.Key_1)
    person.press(Key.Key_N, Key.Key_T)
    take = person.window.page.choices.take
    assert not take.isChecked()
    press_alt(person, Key.Key_2)
    assert checked(person) == [False, True]
    assert "taken" not in words.accessibleName(), "of the other one nothing is left out"

    person.press(Key.Key_U)
    person.wait_shown()
    assert checked(person) == [True, False], "it goes where it takes something back"
    assert "taken" not in words.accessibleName()
    person.trigger("redo")
    assert person.window.page.decisions.isVisible()
    person.press(Key.Key_Return)
    with Project.open(two_ways) as store:
        record = store.decision(store.queue()[0].instance_id)
        assert store.refinement(record.refinement_id).run.engine == "grabcut"
        assert record.left_out is not None or record.decision is Decision.COARSE


def test_blind_mode_shows_no_alternatives(open_window: Callable[..., Any], two_ways: Path):
    person = open_window(two_ways)
    shown = person.window.review
    person.trigger("blind_mode")
    assert not bar(person).isVisible()
    assert not person.window.findChild(object, "next_alternative").isEnabled()
    before = shown.shown_at(shown.current).refinement.id
    press_alt(person, Key.Key_1)
    assert shown.shown_at(shown.current).refinement.id == before
    person.trigger("blind_mode")
    assert bar(person).isVisible()


def test_the_contact_sheet_has_no_room_for_them(open_window: Callable[..., Any], two_ways: Path):
    person = open_window(two_ways)
    person.trigger("contact_sheet")
    assert not bar(person).isVisible()
    person.trigger("contact_sheet")
    person.wait_shown()
    assert bar(person).isVisible()


def test_one_refinement_is_no_alternative(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    assert not bar(person).isVisible()
    assert not person.window.findChild(object, "alternative_1").isEnabled()
    assert not person.window.findChild(object, "next_alternative").isEnabled()
