"""Blind mode: nobody sees which side is refined, and the true decision is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from support.refined_project import make_refined_project

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.widgets.decision_bar import KeyButton

COUNT = 12


@pytest.fixture
def person(tmp_path: Path, open_window: Callable[..., Any]) -> Any:
    """Somebody before a dozen instances whose refined mask is larger than the coarse one."""
    coarse = np.zeros((60, 80), dtype=bool)
    coarse[20:40, 20:40] = True
    soft = np.zeros((60, 80), dtype=np.uint8)
    soft[20:40, 20:60] = 255
    return open_window(make_refined_project(tmp_path, [(coarse, soft)] * COUNT))


def is_larger_on_the_right(person: Any) -> bool:
    """Whether the right mask reaches further than the left one, as it is seen."""
    compare = person.window.page.compare
    sides = []
    for canvas, pixels in (
        (compare.left, person.left_pixels()),
        (compare.right, person.right_pixels()),
    ):
        (x, y), (away, _) = canvas.view().to_widget(50, 30), canvas.view().to_widget(65, 30)
        sides.append(np.any(pixels[round(y), round(x)] != pixels[round(y), round(away)]))
    assert sides[0] != sides[1]
    return bool(sides[1])


def buttons(person: Any) -> dict[str, KeyButton]:
    found = person.window.page.decisions.findChildren(KeyButton)
    return {button.accessibleName().split(",")[0]: button for button in found}


def test_the_decision_stored_is_the_true_one_and_told_after(person: Any):
    person.trigger("blind_mode")
    true, told = [], []
    for number in range(COUNT):
        person.wait_shown()
        on_the_right = is_larger_on_the_right(person)
        takes_right = number % 3 > 0
        person.press(Qt.Key.Key_Return if takes_right else Qt.Key.Key_X)
        is_refined = takes_right == on_the_right
        subject = f"thing #{number}"
        true.append(Decision.REFINED if is_refined else Decision.COARSE)
        told.append((person.window.page.note.text, subject, takes_right, is_refined))

    assert person.decisions() == true
    assert len(set(true)) == 2
    for sentence, subject, takes_right, is_refined in told:
        side, kind = "B" if takes_right else "A", "refined" if is_refined else "coarse"
        assert sentence == f"{subject}: {side} was the {kind} mask."


def test_sides_are_drawn_by_lot_and_stay_as_they_are(person: Any):
    person.trigger("blind_mode")

    def look() -> list[bool]:
        sides = []
        for row in range(COUNT):
            person.window.review.go_to(row)
            person.wait_shown()
            sides.append(is_larger_on_the_right(person))
        return sides

    first = look()

    assert len(set(first)) == 2
    assert look() == first


def test_nothing_tells_which_side_is_refined(person: Any):
    assert {"Use Refined", "Keep Coarse"} <= buttons(person).keys()
    person.press(Qt.Key.Key_N)

    person.trigger("blind_mode")

    names = buttons(person)
    assert {"Use A", "Use B"} <= names.keys()
    assert not {"Use Refined", "Keep Coarse"} & names.keys()
    person.wait_until(lambda: names["Use A"].x() < names["Use B"].x())
    assert not person.window.page.choices.isVisible()
    for action_id in ("next_change", "toggle_change", "threshold_up", "take_all_but_this"):
        assert not person.window.findChild(object, action_id).isEnabled()

    person.trigger("blind_mode")
    assert {"Use Refined", "Keep Coarse"} <= buttons(person).keys()
    assert person.window.page.choices.isVisible()
