"""Risks are corrected by the project's own decisions: offered, shown, applied, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from support.queues import make_queue

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.dialogs.recalibration_dialog import RecalibrationDialog
from segrefine_gui.storage.base import DecisionRecord
from segrefine_gui.storage.project import Project

COUNT, DECIDED = 80, 70


@pytest.fixture
def decided(tmp_path: Path, image_folder: Path) -> Path:
    """A project in which people turned down far fewer refinements than the risks said."""
    path = make_queue(tmp_path / "decided.segrefine", image_folder, COUNT)
    now = datetime.now(timezone.utc)
    with Project.open(path) as store:
        entries = store.queue()[:DECIDED]
        newest = store.newest_refinement_ids([entry.instance_id for entry in entries])
        records = {}
        for entry in entries:
            is_against = entry.source_id % 4 == 0 and entry.source_id > 20
            decision = Decision.COARSE if is_against else Decision.REFINED
            refinement_id = newest[entry.instance_id]
            records[entry.instance_id] = DecisionRecord(
                decision, refinement_id, seconds=3.0, reviewer="me", decided_at=now
            )
        store.set_decisions(records, "decide")
    return path


def action(person: Any) -> Any:
    return person.window.findChild(object, "recalibrate")


def risks(person: Any) -> list[float]:
    return [entry.risk for entry in person.window.review.everything]


def ask(person: Any) -> RecalibrationDialog:
    person.trigger("recalibrate")
    return person.dialog(RecalibrationDialog)


def test_it_is_not_offered_before_enough_was_decided(
    open_window: Callable[..., Any], tmp_path: Path, image_folder: Path
):
    person = open_window(make_queue(tmp_path / "new.segrefine", image_folder, 12))

    person.window.review.go_to_next_pending()
    person.wait_idle()
    assert not action(person).isEnabled()


def test_it_is_shown_before_and_after_applied_and_taken_back(
    open_window: Callable[..., Any], decided: Path
):
    person = open_window(decided)
    person.wait_until(action(person).isEnabled)
    estimated = risks(person)
    dialog = ask(person)
    assert not dialog.revert_button.isEnabled()
    assert len(dialog.before.plot.accessibleDescription().split(";")) > 1
    before, after = (each.plot.accessibleDescription() for each in (dialog.before, dialog.after))
    assert before != after
    assert risks(person) == estimated, "looking changes nothing"
    shown_first = person.window.review.entries[0].instance_id

    person.accept(dialog)
    person.wait_until(lambda: risks(person) != estimated)

    corrected = risks(person)
    assert sum(corrected) < 0.8 * sum(estimated), "far fewer were turned down than the risks said"
    assert person.window.review.entries[0].instance_id == shown_first, "the order stays"
    assert "corrected" in person.window.page.note.text
    person.wait_shown()
    said = person.window.page.risk.words.text()
    row = person.window.review.entries[person.row]
    assert said == f"Risk {row.risk:.2f}"

    ask(person).revert_button.click()
    person.wait_until(lambda: risks(person) == estimated)


def test_cancelling_leaves_the_risks(open_window: Callable[..., Any], decided: Path):
    person = open_window(decided)
    person.wait_until(action(person).isEnabled)
    estimated = risks(person)
    ask(person).reject()

    person.wait_idle()
    assert risks(person) == estimated
    with Project.open(decided) as store:
        assert store.recalibration() is None
