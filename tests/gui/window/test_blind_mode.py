"""Blind mode: nobody sees which side is refined, and the true decision is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support.refined_project import make_refined_project

from segrefine_gui.domain.records import Basis, Decision
from segrefine_gui.gui.widgets.decision_bar import KeyButton
from segrefine_gui.storage.project import Project

COUNT = 12
Key = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier


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


# Editing


def masks() -> tuple[np.ndarray, np.ndarray]:
    """The coarse mask and the refined one."""
    coarse = np.zeros((60, 80), dtype=bool)
    coarse[20:40, 20:40] = True
    refined = np.zeros((60, 80), dtype=bool)
    refined[20:40, 20:60] = True
    return coarse, refined


def edit(person: Any) -> None:
    person.press(Key.Key_E)
    person.wait_until(lambda: person.window.page.editor.isVisible())


def press(person: Any, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(person.window.focusWidget() or person.window, key, held)


def mask_of(person: Any) -> np.ndarray:
    return person.window.editing.session.mask


def test_the_editor_opens_on_the_mask_on_the_right_whichever_that_is(person: Any):
    person.trigger("blind_mode")
    found = []
    for row in range(COUNT):
        person.window.review.go_to(row)
        person.wait_shown()
        refined_right = is_larger_on_the_right(person)
        found.append(refined_right)
        edit(person)
        right, left = masks()[::-1] if refined_right else masks()
        np.testing.assert_array_equal(mask_of(person), right)
        press(person, Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
        np.testing.assert_array_equal(mask_of(person), left)
        press(person, Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
        np.testing.assert_array_equal(mask_of(person), right)
        press(person, Key.Key_Escape)
        person.wait_shown()
    assert len(set(found)) == 2


def test_no_word_of_the_editor_tells_the_sides_apart(person: Any):
    person.trigger("blind_mode")
    edit(person)
    words = [person.window.page.editor.foot.title.text()]
    for action_id in ("tool_from_refined", "tool_from_coarse", "take_refined_mask", "undo"):
        action = person.window.findChild(object, action_id)
        words += [action.text(), action.toolTip(), action.iconText()]
    for button in person.window.page.editor.tools.buttons.values():
        words += [button.accessibleName(), button.toolTip()]
    press(person, Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
    words.append(person.window.findChild(object, "undo").text())
    assert "A" in words[-1]
    assert not [each for each in words if "oarse" in each or "efined" in each]
    press(person, Key.Key_Escape)

    person.trigger("blind_mode")
    person.wait_shown()
    edit(person)
    assert person.window.findChild(object, "take_refined_mask").text() == "Take Re&fined Mask"
    assert "refined mask" in person.window.findChild(object, "tool_from_refined").toolTip()


def test_an_edit_is_stored_with_what_it_truly_began_with_and_that_is_told_after(person: Any):
    person.trigger("blind_mode")
    bases, told, path = [], [], person.window.project.path
    for number in range(COUNT):
        person.wait_shown()
        is_refined = is_larger_on_the_right(person)
        bases.append(Basis.REFINED if is_refined else Basis.COARSE)
        edit(person)
        canvas = person.window.page.editor.canvas
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
        press(person, Key.Key_Return)
        person.wait_until(lambda: not person.window.editing.is_active)
        kind = "refined" if is_refined else "coarse"
        told.append(f"thing #{number}: B, which you edited, was the {kind} mask.")
        assert person.window.page.note.text == told[-1]
    person.window.close()
    assert len(set(bases)) == 2
    with Project.open(path) as store:
        found = [store.decision(entry.instance_id) for entry in store.queue()]
    assert [record.based_on for record in found] == bases
    assert {record.decision for record in found} == {Decision.EDITED}


def test_an_edit_from_before_is_not_what_is_edited_blind(person: Any):
    edit(person)
    press(person, Key.Key_K, Qt.KeyboardModifier.ShiftModifier)
    canvas = person.window.page.editor.canvas
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    edited = mask_of(person).copy()
    press(person, Key.Key_Return)
    person.wait_until(lambda: not person.window.editing.is_active)
    person.trigger("blind_mode")
    person.window.review.go_to(0)
    person.wait_shown()
    is_refined = is_larger_on_the_right(person)
    edit(person)
    assert not np.array_equal(mask_of(person), edited)
    np.testing.assert_array_equal(mask_of(person), masks()[1 if is_refined else 0])
