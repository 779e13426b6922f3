"""The queue is filtered, sorted and searched through its widgets; filters are saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support.queues import make_queue

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.queue.delegate import ROW_HEIGHT
from segrefine_gui.gui.queue.filter_bar import FilterBar
from segrefine_gui.gui.queue.filter_popup import FilterPopup
from segrefine_gui.gui.queue.go_to import GoToDialog
from segrefine_gui.gui.queue.view import QueuePanel, QueueView
from segrefine_gui.services.arrange import Arrangement, SortBy

COUNT = 40


@pytest.fixture
def person(open_window: Callable[..., Any], tmp_path: Path, image_folder: Path) -> Any:
    person = open_window(make_queue(tmp_path / "many.segrefine", image_folder, COUNT, refined=30))
    person.sort_by_arrival()
    return person


def bar(person: Any) -> FilterBar:
    return person.window.findChild(FilterBar)


def popup(person: Any) -> FilterPopup:
    bar(person).filter_button.click()
    return bar(person).popup


def numbers(person: Any) -> list[int]:
    """Source ids of what the queue shows."""
    return [entry.source_id for entry in person.window.review.entries]


def search(person: Any, text: str) -> None:
    bar(person).search.setFocus()
    bar(person).search.selectAll()
    QTest.keyClicks(bar(person).search, text)


def test_by_decision(person: Any):
    person.press(Qt.Key.Key_Return, Qt.Key.Key_X)
    ways = popup(person)
    assert ways.decisions[Decision.PENDING].text().endswith(str(COUNT - 2))

    ways.decisions[Decision.REFINED].click()
    assert numbers(person) == [0]
    ways.decisions[Decision.COARSE].click()
    assert numbers(person) == [0, 1]
    assert f"2 of {COUNT}" in bar(person).counts.text()


def test_by_category(person: Any):
    ways = popup(person)
    ways.categories.list.item(1).setCheckState(Qt.CheckState.Checked)

    assert numbers(person) == list(range(0, COUNT, 3)), "the second name is cat"
    assert bar(person).words.text() == "cat"


def test_by_risk_score_and_size(person: Any):
    ways = popup(person)
    ways.risk.high.setValue(0.5)
    assert numbers(person) == [n for n in range(30) if n / COUNT <= 0.5]
    ways.score.low.setValue(0.25)
    assert numbers(person) == [n for n in range(30) if 0.25 <= n / COUNT <= 0.5]
    ways.size_span.low.setValue(900)
    areas = {entry.source_id: entry.area for entry in person.window.review.everything}
    assert numbers(person) == [n for n in range(10, 21) if areas[n] >= 900]
    assert 0 < len(numbers(person)) < 11


def test_by_image(person: Any):
    QTest.keyClicks(popup(person).image, "TWO")

    assert numbers(person) == list(range(COUNT // 2, COUNT))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bird", [n for n in range(COUNT) if n % 3 == 2]),
        ("two.png", list(range(20, 40))),
        ("#3", [3, *range(30, 40)]),
        ("blurred", [0]),
    ],
)
def test_by_text(person: Any, text: str, found: list[int]):
    person.window.review.note("a blurred tail")
    search(person, text)

    person.wait_until(lambda: numbers(person) == found)
    assert person.window.review.counts()[Decision.PENDING] == COUNT, "typing decides nothing"


@pytest.mark.parametrize("sort", list(SortBy))
def test_in_every_order_and_the_other_way_round(person: Any, sort: SortBy):
    actions = bar(person).sort_button.menu().actions()
    actions[list(SortBy).index(sort)].trigger()
    assert person.window.review.arrangement.descending == (sort is SortBy.RISK)
    if sort is SortBy.RISK:
        actions[-1].trigger()
    upwards = numbers(person)
    actions[-1].trigger()

    keys: dict[SortBy, Callable[[Any], Any]] = {
        SortBy.ARRIVAL: lambda entry: entry.instance_id,
        SortBy.IMAGE: lambda entry: entry.image_id,
        SortBy.CATEGORY: lambda entry: entry.category,
        SortBy.DECISION: lambda entry: 0,
        SortBy.RISK: lambda entry: entry.risk if entry.risk is not None else 9.0,
        SortBy.SCORE: lambda entry: entry.score,
        SortBy.SIZE: lambda entry: entry.area,
    }
    everything = person.window.review.everything
    assert upwards == [entry.source_id for entry in sorted(everything, key=keys[sort])]
    entries = person.window.review.entries
    values = [keys[sort](entry) for entry in entries if keys[sort](entry) != 9.0]
    assert values == sorted(values, reverse=True)
    if sort is SortBy.RISK:
        assert all(entry.risk is None for entry in entries[30:]), "no risk comes last"


def test_the_instance_stays_where_it_passes(person: Any):
    person.window.review.go_to(12)
    person.wait_shown()
    view = person.window.findChild(QueueView)
    height = view.visualRect(view.currentIndex()).top()

    bar(person).sort_button.menu().actions()[-1].trigger()

    assert numbers(person)[person.row] == 12
    assert view.currentIndex().row() == person.row == COUNT - 13
    moved = abs(view.visualRect(view.currentIndex()).top() - height)
    assert moved < ROW_HEIGHT, "it stays in sight where it was, but for the line that says so"
    search(person, "cat")
    person.wait_until(lambda: len(numbers(person)) < COUNT)
    assert numbers(person)[person.row] == 12


def test_nothing_passes_and_one_click_brings_all_back_to_the_same_place(person: Any):
    person.window.review.go_to(7)
    person.wait_shown()
    search(person, "no such thing")
    panel = person.window.findChild(QueuePanel)

    person.wait_until(panel.clear_button.isVisible)
    assert not person.window.findChild(QueueView).isVisible()
    assert person.window.review.current is None
    panel.clear_button.click()

    person.wait_shown()
    assert len(numbers(person)) == COUNT
    assert numbers(person)[person.row] == 7
    assert bar(person).search.text() == ""


def test_enter_in_the_search_field_accepts_nothing(person: Any):
    search(person, "cat")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_X, Qt.Key.Key_Delete):
        bar(person).search.setFocus()
        QTest.keyClick(person.window.focusWidget(), key)

    assert person.window.review.counts()[Decision.PENDING] == COUNT


@pytest.mark.parametrize(("text", "number"), [("#17", 17), ("18", 17), ("two", 20), ("#39", 39)])
def test_go_to_any(person: Any, text: str, number: int):
    person.trigger("go_to")
    dialog = person.dialog(GoToDialog)
    QTest.keyClicks(dialog.field, text)
    person.accept(dialog)

    person.wait_shown()
    assert numbers(person)[person.row] == number


def test_going_nowhere_says_so(person: Any):
    person.trigger("go_to")
    dialog = person.dialog(GoToDialog)
    QTest.keyClicks(dialog.field, "#99")

    assert not dialog.accept_button.isEnabled()
    assert "#99" in dialog.problem_line.text()
    dialog.reject()


def test_going_to_what_the_filter_hides_gives_the_filter_up(person: Any):
    search(person, "cat")
    person.wait_until(lambda: len(numbers(person)) < COUNT)
    search(person, "#2")
    QTest.keyClick(bar(person).search, Qt.Key.Key_Return)

    person.wait_shown()
    assert numbers(person)[person.row] == 2
    assert len(numbers(person)) == COUNT


def test_a_filter_is_saved_applied_in_another_window_and_deleted(
    person: Any, open_window: Callable[..., Any], tmp_path: Path
):
    ways = popup(person)
    ways.risk.high.setValue(0.25)
    ways.saved.name.setEditText("safe")
    ways.saved.save.click()
    person.window.close()

    other = open_window(tmp_path / "many.segrefine")
    saved = popup(other).saved
    assert [saved.name.itemText(row) for row in range(saved.name.count())] == ["safe"]
    saved.name.setCurrentIndex(0)
    saved.name.textActivated.emit("safe")

    assert other.window.review.arrangement == Arrangement(risk=(0.0, 0.25))
    assert numbers(other) == list(range(11))
    saved.name.setEditText("safe")
    saved.delete.click()
    assert saved.name.count() == 0
