"""The safe changes are taken unseen, and the risky ones are asked about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QInputDialog
from support.risky_project import ADDED, REMOVED, SMALLER, make_risky_project

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.gui.canvas.risk_flags import FLAG_COLOR, GAP, HEIGHT
from segrefine_gui.gui.compare.modes import ViewMode
from segrefine_gui.gui.widgets.choice_bar import ChoiceBar

OUTSIDE = (60, 15)


@pytest.fixture
def person(open_window: Callable[..., Any], tmp_path: Path) -> Any:
    """Somebody before two instances; in the first the two smaller changes are risky."""
    risky = Assessment(0.7, (), (0.1, 0.5, 0.8), {}, "made")
    safe = Assessment(0.1, (), (0.1, 0.2, 0.0), {}, "made")
    return open_window(make_risky_project(tmp_path, [risky, safe]))


def bar(person: Any) -> ChoiceBar:
    return person.window.page.choices


def words(person: Any) -> str:
    return bar(person).words.accessibleName()


def taken(person: Any) -> set[int]:
    return set(person.window._deciding.choices.state.kept)


def color_at(person: Any, point: tuple[int, int]) -> tuple[int, ...]:
    x, y = person.window.page.compare.right.view().to_widget(point[0] + 0.5, point[1] + 0.5)
    return tuple(int(value) for value in person.right_pixels()[round(y), round(x)])


def test_safe_ones_are_taken_and_the_riskiest_is_asked_about_first(person: Any):
    outside, inside = color_at(person, OUTSIDE), color_at(person, ADDED)
    assert outside != inside
    assert "2 risky" in words(person)

    person.press(Qt.Key.Key_S)

    assert taken(person) == {1}
    assert "2 to ask about" in words(person)
    assert "Change 3 of 3" in words(person)
    assert bar(person).risk.text() == "risk 0.80"
    person.press(Qt.Key.Key_Z)
    assert color_at(person, ADDED) == color_at(person, SMALLER) == outside
    assert color_at(person, REMOVED) == outside, "the safe change took the strip away"

    person.press(Qt.Key.Key_N)
    assert "Change 2 of 3" in words(person)
    person.press(Qt.Key.Key_T)
    assert taken(person) == {1, 2}
    person.press(Qt.Key.Key_N)
    assert "Change 3 of 3" in words(person), "only the risky ones are stepped through"


def test_one_undo_takes_it_back(person: Any):
    before = color_at(person, ADDED)
    person.press(Qt.Key.Key_S, Qt.Key.Key_U, Qt.Key.Key_Z)

    assert taken(person) == {1, 2, 3}
    assert color_at(person, ADDED) == before
    person.press(Qt.Key.Key_N)
    person.press(Qt.Key.Key_N)
    person.press(Qt.Key.Key_N)
    assert "ask" not in words(person), "all are stepped through again"
    person.trigger("redo")
    assert taken(person) == {1}
    assert "2 to ask about" in words(person)


def test_what_is_stored_is_what_was_taken(person: Any):
    person.press(Qt.Key.Key_S, Qt.Key.Key_Return)
    person.wait_shown()

    shown = person.window.review.shown_at(0)
    assert shown.decision.left_out is not None
    assert int(shown.decision.left_out.decode().sum()) == 500


def test_where_all_are_safe_all_are_taken(person: Any):
    person.press(Qt.Key.Key_Right, Qt.Key.Key_S)

    assert taken(person) == {1, 2, 3}
    assert "All changes are safe" in person.window.page.note.text


def test_at_another_threshold_risks_are_not_known(person: Any):
    person.press(Qt.Key.Key_BracketLeft)
    person.wait_until(lambda: person.window._deciding.choices.is_settled)
    assert "risky" not in words(person)

    person.press(Qt.Key.Key_S)

    assert "at the threshold 128 only" in person.window.page.note.text
    assert taken(person) == {1, 2, 3}


def test_the_riskiest_is_stepped_to_first_where_that_is_wanted(person: Any):
    person.press(Qt.Key.Key_N)
    assert "Change 1 of 3" in words(person)
    assert bar(person).risk.text() == "risk 0.10"

    person.trigger("riskiest_change_first")
    steps = []
    for _ in range(3):
        person.press(Qt.Key.Key_N)
        steps.append(words(person).split(" ·")[0])

    assert steps == ["Change 3 of 3", "Change 2 of 3", "Change 1 of 3"]


def test_the_limit_can_be_set_and_counts_at_once(person: Any):
    person.trigger("set_change_risk_limit")
    dialog = person.dialog(QInputDialog)
    assert dialog.doubleValue() == 0.3
    dialog.setDoubleValue(0.6)
    dialog.accept()

    assert "1 risky" in words(person)
    person.press(Qt.Key.Key_S)
    assert taken(person) == {1, 2}


def test_risky_changes_are_marked_where_changes_are_drawn(person: Any):
    compare = person.window.page.compare
    compare.set_mode(ViewMode.DIFFERENCE)

    def has_flag(x: int, y: int) -> bool:
        """Whether the mark stands above a place of the image."""
        left, top = compare.left.view().to_widget(x, y)
        place = QPoint(round(left), round(top - GAP - HEIGHT / 2))
        around = person.left_pixels()[place.y() - 5 : place.y() + 7, place.x() - 8 : place.x() + 8]
        wanted = [FLAG_COLOR.red(), FLAG_COLOR.green(), FLAG_COLOR.blue()]
        return bool((abs(around.astype(int) - wanted).max(axis=2) < 6).sum() > 8)

    assert has_flag(95, 25)
    assert has_flag(90, 60)
    assert not has_flag(25, 30), "the safe one has none"
    person.trigger("blind_mode")
    compare.set_mode(ViewMode.DIFFERENCE)
    assert not has_flag(95, 25)
