"""The expected harm among what would be accepted, and how a look at the sample corrects it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support.queues import make_queue

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.contact_sheet.accept_dialog import AcceptDialog
from segrefine_gui.gui.queue.risk_filter import RiskFilter
from segrefine_gui.services.bulk import SAMPLE_SIZE

COUNT = 60


@pytest.fixture
def person(open_window: Callable[..., Any], tmp_path: Path, image_folder: Path) -> Any:
    """Somebody before 60 instances; number n has the risk n / 60."""
    return open_window(make_queue(tmp_path / "many.segrefine", image_folder, COUNT))


def ask(person: Any, below: float) -> AcceptDialog:
    person.trigger("accept_below_risk")
    dialog = person.dialog(AcceptDialog)
    dialog.limit.setValue(below)
    person.wait_until(lambda: "Drawing" not in dialog.missing())
    return dialog


def estimate(dialog: AcceptDialog) -> tuple[int, float, int, int]:
    """How many were not looked at, the harm expected among them, and its interval."""
    found = re.search(r"Of the (\d+) .* about ([\d.]+) will .* (\d+) to (\d+)", text(dialog))
    assert found is not None, text(dialog)
    count, expected, low, high = found.groups()
    return int(count), float(expected), int(low), int(high)


def text(dialog: AcceptDialog) -> str:
    return dialog.estimate.text()


def judge(dialog: AcceptDialog, key: Qt.Key, times: int) -> None:
    dialog.sheet.setFocus()
    for _ in range(times):
        QTest.keyClick(dialog.sheet, key)


def test_it_says_how_much_harm_to_expect(person: Any):
    dialog = ask(person, 0.5)

    count, expected, low, high = estimate(dialog)
    assert count == 30
    assert expected == pytest.approx(sum(n / COUNT for n in range(30)), abs=0.1)
    assert low < expected < high
    dialog.reject()


def test_a_fine_sample_lowers_the_estimate_and_a_harmed_one_raises_it(person: Any):
    dialog = ask(person, 0.5)
    share = estimate(dialog)[1] / 30
    first = dialog.sample_ids()[0]

    judge(dialog, Qt.Key.Key_Return, SAMPLE_SIZE)

    count, expected, _, _ = estimate(dialog)
    assert count == 30 - SAMPLE_SIZE
    assert expected / count < 0.8 * share
    assert "12 looked at: 12 fine, 0 harmed" in dialog.looked.text()
    assert dialog.accept_button.text() == "Accept 30", "looking accepts nothing"
    assert all(e.decision is Decision.PENDING for e in person.window.review.everything)
    fine = expected
    dialog.sheet.show_row(0)
    judge(dialog, Qt.Key.Key_X, 3)

    assert "9 fine, 3 harmed" in dialog.looked.text()
    assert estimate(dialog)[1] > 1.3 * fine
    assert dialog.accept_button.text() == "Accept 27"
    assert first not in dialog.accepted_ids()
    dialog.reject()


def test_a_finding_can_be_taken_back(person: Any):
    dialog = ask(person, 0.5)
    before = text(dialog)
    judge(dialog, Qt.Key.Key_X, 1)
    assert text(dialog) != before

    dialog.sheet.show_row(0)
    judge(dialog, Qt.Key.Key_X, 1)

    assert text(dialog) == before
    assert dialog.looked.text().startswith("0 looked at")
    dialog.reject()


def test_another_sample_adds_to_the_first_and_another_limit_begins_anew(person: Any):
    dialog = ask(person, 0.9)
    judge(dialog, Qt.Key.Key_Return, SAMPLE_SIZE)
    dialog.again_button.click()
    drawn = set(dialog.sample_ids())
    dialog.fine_button.click()
    looked = int(dialog.looked.text().split()[0])
    assert looked in (SAMPLE_SIZE, SAMPLE_SIZE + 1)
    assert len(drawn) == SAMPLE_SIZE

    dialog.limit.setValue(0.95)
    person.wait_until(lambda: "Drawing" not in dialog.missing())

    assert int(dialog.looked.text().split()[0]) < looked, "only those of the new sample count"
    dialog.reject()


def test_it_begins_at_the_threshold_of_the_queue(person: Any):
    person.window.findChild(RiskFilter).histogram.setValue(40)
    person.trigger("accept_below_risk")
    dialog = person.dialog(AcceptDialog)

    assert dialog.limit.value() == 0.4
    assert dialog.accept_button.text() == "Accept 24"
    dialog.reject()
