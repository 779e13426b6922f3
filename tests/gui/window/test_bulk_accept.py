"""Many are accepted after a spot check, without holding up the window, and undone as one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from support.queues import make_queue

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.contact_sheet.accept_dialog import AcceptDialog
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.bulk import SAMPLE_SIZE
from segrefine_gui.storage.project import Project

COUNT = 60


@pytest.fixture
def make(open_window: Callable[..., Any], tmp_path: Path, image_folder: Path) -> Callable[..., Any]:
    def make(count: int = COUNT, **how: Any) -> Any:
        return open_window(make_queue(tmp_path / "many.segrefine", image_folder, count, **how))

    return make


def ask(person: Any, below: float | None = None) -> AcceptDialog:
    person.trigger("accept_below_risk")
    dialog = person.dialog(AcceptDialog)
    if below is not None:
        dialog.limit.setValue(below)
        person.wait_until(lambda: "Drawing" not in dialog.missing())
    return dialog


def refined(person: Any) -> list[int]:
    entries = person.window.review.everything
    return [e.source_id for e in entries if e.decision is Decision.REFINED]


def wait(person: Any, count: int) -> None:
    person.wait_until(lambda: len(refined(person)) == count and not person.window.review.is_held)


def test_it_accepts_what_it_said_and_one_undo_takes_it_back(make: Callable[..., Any]):
    person = make(refined=50)
    person.sort_by_arrival()
    person.press(Qt.Key.Key_X)
    dialog = ask(person, 0.5)
    assert "29" in dialog.said.text()
    assert dialog.accept_button.text() == "Accept 29"

    person.accept(dialog)
    wait(person, 29)

    assert refined(person) == list(range(1, 30))
    assert person.window.review.undo_stack.count() == 2
    assert "29" in person.window.page.note.text
    person.trigger("undo")
    wait(person, 0)
    assert person.window.review.counts()[Decision.COARSE] == 1, "the one before stays"
    person.trigger("redo")
    wait(person, 29)
    with Project.open(person.window.project.path) as store:
        stored = [e.source_id for e in store.queue() if e.decision is Decision.REFINED]
    assert stored == list(range(1, 30))


def test_the_sample_is_random_but_the_same_again_and_of_what_it_would_touch(
    make: Callable[..., Any],
):
    person = make()
    dialog = ask(person, 0.5)
    first = dialog.sample_ids()
    touched = dialog.accepted_ids()
    assert len(set(first)) == SAMPLE_SIZE
    assert set(first) <= set(touched)
    assert first != touched[:SAMPLE_SIZE]
    dialog.again_button.click()
    second = dialog.sample_ids()
    assert second != first
    dialog.reject()

    again = ask(person)
    assert again.limit.value() == 0.5, "it goes on where it was left"
    assert again.sample_ids() == second
    again.reject()


def test_the_sample_shows_its_crops_before_anything_is_accepted(make: Callable[..., Any]):
    person = make(20)
    dialog = ask(person, 1.0)
    crops = person.window._queue._sample_crops

    person.wait_until(lambda: all(crops.get(each) is not None for each in dialog.sample_ids()))
    assert refined(person) == []
    dialog.reject()


def test_what_is_found_harmed_is_not_accepted(make: Callable[..., Any]):
    person = make()
    dialog = ask(person, 0.4)
    harmed = dialog.sample_ids()[0]
    dialog.sheet.setFocus()
    QTest.keyClick(dialog.sheet, Qt.Key.Key_X)
    assert dialog.accept_button.text() == "Accept 23"

    person.accept(dialog)
    wait(person, 23)
    entry = next(e for e in person.window.review.everything if e.instance_id == harmed)
    assert entry.decision is Decision.PENDING


def test_one_of_the_sample_is_opened_and_the_check_goes_on_after(make: Callable[..., Any]):
    person = make()
    dialog = ask(person, 0.4)
    dialog.sheet.move(3)
    wanted = dialog.sample_ids()[3]
    dialog.harmed_button.click()
    assert dialog.sheet.selected_ids() != [wanted], "it goes on to the next"
    dialog.sheet.move(-1)
    dialog.open_button.click()

    person.wait_shown()
    assert person.window.review.entries[person.row].instance_id == wanted
    dialog = ask(person)
    assert wanted not in dialog.accepted_ids()
    dialog.reject()


def test_without_risks_it_says_so_and_offers_all_that_are_refined(make: Callable[..., Any]):
    person = make(risks=False, refined=40)
    dialog = ask(person)

    assert not dialog.slider.isVisible()
    assert dialog.accept_button.text() == "Accept 40"
    person.accept(dialog)
    wait(person, 40)


def test_only_what_the_filter_shows_is_touched(make: Callable[..., Any]):
    person = make()
    person.window.review.arrange(Arrangement(categories=frozenset({"dog"})))
    person.accept(ask(person, 0.5))

    wait(person, 10)
    assert refined(person) == list(range(1, 30, 3))


def test_nothing_below_the_risk_cannot_be_accepted(make: Callable[..., Any]):
    person = make(risks=True)
    dialog = ask(person, 0.0)

    assert not dialog.accept_button.isEnabled()
    assert dialog.sample_ids() == []
    dialog.reject()


def test_thousands_do_not_hold_up_the_window(make: Callable[..., Any]):
    person = make(3000, risks=False)
    dialog = ask(person)
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    timer = QTimer(person.window)
    timer.timeout.connect(tick)
    person.accept(dialog)
    last = time.perf_counter()
    timer.start(0)
    wait(person, 3000)
    timer.stop()

    # Between two turns of the event loop; storing 3000 decisions takes far longer in all.
    assert sorted(gaps)[-2] < 0.1, sorted(gaps)[-5:]


def test_no_decision_slips_in_while_many_are_stored(make: Callable[..., Any]):
    person = make(400, risks=False)
    person.accept(ask(person))
    assert person.window.review.is_held
    person.press(Qt.Key.Key_X)
    person.trigger("undo") if person.window.review.undo_stack.canUndo() else None

    wait(person, 400)
    assert person.window.review.counts()[Decision.COARSE] == 0
