"""Risk in the queue: its order, its histogram with a threshold to drag, and silence while blind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from support.queues import make_queue
from support.triage import PlainTriage

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.contact_sheet.view import SheetView
from segrefine_gui.gui.queue.filter_bar import FilterBar
from segrefine_gui.gui.queue.risk_filter import RiskFilter
from segrefine_gui.gui.queue.view import QueueView
from segrefine_gui.services.arrange import SortBy
from segrefine_gui.services.tools import Tools
from segrefine_gui.triage.base import Evidence


class ByScore(PlainTriage):
    """Says that a refinement is as risky as its instance has score."""

    def assess(self, evidence: Evidence) -> Assessment:
        assert evidence.score is not None
        return replace(super().assess(evidence), risk=evidence.score)


COUNT, REFINED = 40, 30
"""Number n has the risk n / 40; the last ten are not refined and have none."""


@pytest.fixture
def queue(tmp_path: Path, image_folder: Path) -> Path:
    return make_queue(tmp_path / "many.segrefine", image_folder, COUNT, refined=REFINED)


@pytest.fixture
def person(open_window: Callable[..., Any], queue: Path) -> Any:
    return open_window(queue)


def risks(person: Any) -> RiskFilter:
    return person.window.findChild(RiskFilter)


def numbers(person: Any) -> list[int]:
    return [entry.source_id for entry in person.window.review.entries]


def drag(person: Any, *to: float) -> None:
    """Press at the handle, go over these risks, and let go at the last."""
    histogram = risks(person).histogram
    y = histogram.height() // 2

    def place(risk: float) -> QPoint:
        return QPoint(round(histogram.x_of(risk)), y)

    QTest.mousePress(histogram, Qt.MouseButton.LeftButton, pos=place(histogram.threshold))
    for risk in to:
        QTest.mouseMove(histogram, place(risk))
    QTest.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=place(to[-1]))


def test_the_riskiest_come_first_and_what_has_no_risk_last(person: Any):
    assert numbers(person) == [*range(REFINED - 1, -1, -1), *range(REFINED, COUNT)]
    assert person.row == 0


def test_an_order_that_was_chosen_stays_and_is_found_again(
    person: Any, queue: Path, open_window: Callable[..., Any]
):
    actions = person.window.findChild(FilterBar).sort_button.menu().actions()
    actions[list(SortBy).index(SortBy.SCORE)].trigger()
    assert numbers(person) == list(range(COUNT))
    person.window.review.order_by_risk()
    person.window.review.reload()
    assert numbers(person) == list(range(COUNT))
    person.window.close()

    assert numbers(open_window(queue)) == list(range(COUNT))


def test_dragging_the_handle_filters_queue_and_contact_sheet(person: Any):
    drag(person, 0.4, 0.3)
    assert risks(person).histogram.threshold == 0.3
    assert numbers(person) == list(range(11, -1, -1))
    assert risks(person).below.text() == "12 below 0.30"
    assert risks(person).above.text() == "18 from 0.30"
    model = person.window.findChild(SheetView).model()
    assert model.rowCount() == 12

    risks(person).above.click()
    assert numbers(person) == list(range(29, 11, -1)), "0.30 itself is above"
    drag(person, 0.6)
    assert numbers(person) == list(range(29, 23, -1)), "it goes on showing that side"

    risks(person).above.click()
    assert len(numbers(person)) == COUNT
    assert not risks(person).above.isChecked()


def test_the_histogram_stays_whole_while_it_filters(person: Any):
    drag(person, 0.1)
    assert "26 from 0.10" in risks(person).above.text()
    person.window.findChild(FilterBar).clear()
    assert len(numbers(person)) == COUNT
    assert not risks(person).below.isChecked()


def test_keys_move_the_threshold_and_nothing_else(person: Any):
    histogram = risks(person).histogram
    histogram.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_Left):
        QTest.keyClick(person.window.focusWidget(), key)

    assert histogram.threshold == 0.19
    assert numbers(person) == list(range(7, -1, -1))
    assert person.window.review.counts()[Decision.PENDING] == COUNT
    assert histogram.accessibleName() == "Risk threshold"
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Escape)
    assert person.window.findChild(QueueView).hasFocus()


def test_a_span_from_the_popup_moves_the_handle(person: Any):
    bar = person.window.findChild(FilterBar)
    bar.open_popup()
    bar.popup.risk.low.setValue(0.6)

    assert risks(person).histogram.threshold == 0.6
    assert risks(person).above.isChecked()
    bar.popup.close()


def test_without_risks_there_is_no_histogram(
    open_window: Callable[..., Any], tmp_path: Path, image_folder: Path
):
    person = open_window(make_queue(tmp_path / "plain.segrefine", image_folder, 6, risks=False))

    assert not risks(person).isVisible()
    assert numbers(person) == list(range(6)), "as it came in"


def test_blind_nobody_hears_of_risks(person: Any):
    model = person.window.findChild(QueueView).model()
    assert "risk 0.72" in model.index(0, 0).data()
    assert risks(person).isVisible()

    person.trigger("blind_mode")

    assert "risk" not in model.index(0, 0).data()
    assert not risks(person).isVisible()
    person.trigger("accept_below_risk")
    assert "would tell" in person.window.page.note.text
    person.trigger("blind_mode")
    assert "risk 0.72" in model.index(0, 0).data()


def test_missing_risks_are_estimated_and_put_the_riskiest_first(
    open_window: Callable[..., Any], tools: Tools, tmp_path: Path, image_folder: Path
):
    path = make_queue(tmp_path / "old.segrefine", image_folder, 4, refined=3, risks=False)
    person = open_window(path, replace(tools, triage=ByScore()))
    assert not person.window.page.risk.isVisible()

    person.trigger("assess")
    person.wait_idle()

    assert numbers(person) == [2, 1, 0, 3]
    assert numbers(person)[person.row] == 0, "it stays at the instance"
    assert "Estimated the risk of 3 instances." in person.window.page.note.text
    person.wait_until(risks(person).isVisible)
    person.wait_until(person.window.page.risk.isVisible)
