"""Change by change in the real window: keys, clicks, the bar, and what is on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from support.refined_project import make_refined_project

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.widgets.choice_bar import ChoiceBar
from segrefine_gui.gui.widgets.decision_bar import KeyButton
from segrefine_gui.services.export import final_mask
from segrefine_gui.storage.project import Project

ADDED, SMALLER, REMOVED = (90, 30), (90, 70), (22, 50)
"""Points (x, y) in the changes of each instance: 300, 200 and 400 pixels."""

OUTSIDE = (60, 15)


@pytest.fixture
def chosen_project(tmp_path: Path) -> Path:
    """Two instances: a box of which a strip goes and to which two blocks come; 120x100 pixels."""
    coarse = np.zeros((100, 120), dtype=bool)
    coarse[30:70, 20:80] = True
    soft = coarse.astype(np.uint8) * 255
    soft[25:40, 85:105] = 255
    soft[60:80, 85:95] = 200
    soft[30:70, 20:30] = 0
    return make_refined_project(tmp_path, [(coarse, soft), (coarse, soft)])


@pytest.fixture
def person(open_window: Callable[..., Any], chosen_project: Path) -> Any:
    return open_window(chosen_project)


def expected(soft_threshold: int = 128, left_out: tuple[str, ...] = ()) -> np.ndarray:
    """The final mask by hand."""
    mask = np.zeros((100, 120), dtype=bool)
    mask[30:70, 20:80] = True
    if "removed" not in left_out:
        mask[30:70, 20:30] = False
    if "added" not in left_out:
        mask[25:40, 85:105] = True
    if "smaller" not in left_out and soft_threshold <= 200:
        mask[60:80, 85:95] = True
    return mask


def final_masks(project: Path) -> list[np.ndarray]:
    store = Project.open(project)
    masks = [final_mask(reviewed).decode() for reviewed in store.reviewed()]
    store.close()
    return masks


def place_of(person: Any, point: tuple[int, int]) -> QPoint:
    """Where a pixel of the image is on the right canvas."""
    x, y = person.window.page.compare.right.view().to_widget(point[0] + 0.5, point[1] + 0.5)
    return QPoint(round(x), round(y))


def right_colors(person: Any, *points: tuple[int, int]) -> list[tuple[int, ...]]:
    """What is seen on the right canvas at pixels of the image."""
    seen = person.right_pixels()
    places = [place_of(person, point) for point in points]
    return [tuple(int(value) for value in seen[place.y(), place.x()]) for place in places]


def click(person: Any, point: tuple[int, int]) -> None:
    canvas = person.window.page.compare.right
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place_of(person, point))


def bar(person: Any) -> ChoiceBar:
    return person.window.page.choices


def use_button(person: Any) -> KeyButton:
    return next(
        button
        for button in person.window.page.decisions.findChildren(KeyButton)
        if button.accessibleName().startswith("Use")
    )


def test_a_click_on_a_change_leaves_it_out_and_the_canvas_shows_it(person: Any):
    inside, outside = right_colors(person, ADDED, OUTSIDE)
    assert inside != outside

    click(person, ADDED)
    assert right_colors(person, ADDED) == [outside]
    click(person, ADDED)
    assert right_colors(person, ADDED) == [inside]
    click(person, REMOVED)
    assert right_colors(person, REMOVED) == [inside], "the coarse mask is kept there"
    assert right_colors(person, ADDED) == [inside]


def test_keys_step_and_toggle(person: Any):
    outside = right_colors(person, OUTSIDE)
    person.press(Qt.Key.Key_N)
    assert "1 of 3" in bar(person).words.accessibleName()
    assert "removed 400 px" in bar(person).words.accessibleName()
    person.press(Qt.Key.Key_N)
    assert "2 of 3" in bar(person).words.accessibleName()
    assert "added 300 px" in bar(person).words.accessibleName()
    assert bar(person).take.isChecked()

    person.press(Qt.Key.Key_T)

    assert not bar(person).take.isChecked()
    assert right_colors(person, ADDED) == outside
    assert "Use Refined (2 of 3 changes)" in use_button(person).accessibleName()


def test_the_bar_does_what_the_keys_do(person: Any):
    person.press(Qt.Key.Key_N)
    QTest.mouseClick(bar(person).take, Qt.MouseButton.LeftButton)
    assert not bar(person).take.isChecked()
    assert "(2 of 3 changes)" in use_button(person).accessibleName()
    QTest.mouseClick(bar(person).take, Qt.MouseButton.LeftButton)
    assert bar(person).take.isChecked()
    assert "changes" not in use_button(person).accessibleName()


def test_what_was_chosen_is_stored_exported_and_found_again(
    person: Any, chosen_project: Path, open_window: Callable[..., Any]
):
    click(person, SMALLER)
    person.press(Qt.Key.Key_Return)
    person.wait_shown()
    assert person.row == 1
    person.press(Qt.Key.Key_BracketRight)
    bar(person).slider.setValue(210)
    click(person, REMOVED)
    person.press(Qt.Key.Key_Return)
    person.window.close()

    first, second = final_masks(chosen_project)
    np.testing.assert_array_equal(first, expected(128, ("smaller",)))
    np.testing.assert_array_equal(second, expected(210, ("removed",)))

    later = open_window(chosen_project)
    later.window.review.go_to(1)
    later.wait_shown()
    assert bar(later).slider.value() == 210
    assert "1 of 2 changes taken" in bar(later).words.accessibleName()
    later.window.review.go_to(0)
    later.wait_shown()
    assert "2 of 3 changes taken" in bar(later).words.accessibleName()
    assert right_colors(later, SMALLER) == right_colors(later, OUTSIDE)


def test_the_threshold_is_seen_at_once(person: Any):
    inside, outside = right_colors(person, SMALLER, OUTSIDE)
    assert inside != outside

    bar(person).slider.setValue(201)
    person.wait_until(lambda: right_colors(person, SMALLER) == [outside])
    assert "2 changes" in bar(person).words.accessibleName()

    person.press(Qt.Key.Key_Backspace)
    person.wait_until(lambda: right_colors(person, SMALLER) == [inside])
    assert bar(person).slider.value() == 128


def test_undo_takes_back_choices_and_decisions_across_images(person: Any):
    inside, outside = right_colors(person, ADDED, OUTSIDE)
    click(person, ADDED)
    person.press(Qt.Key.Key_Return)
    person.wait_shown()
    assert person.row == 1
    assert right_colors(person, ADDED) == [inside]

    person.press(Qt.Key.Key_U)
    person.wait_shown()
    assert person.row == 0
    assert person.decisions()[0] is Decision.PENDING
    assert right_colors(person, ADDED) == [outside]
    person.press(Qt.Key.Key_U)
    assert right_colors(person, ADDED) == [inside]
    person.press(Qt.Key.Key_Right)
    person.wait_shown()
    person.trigger("redo")
    person.wait_shown()
    assert person.row == 0
    assert right_colors(person, ADDED) == [outside]


def test_a_change_out_of_sight_is_brought_into_sight(person: Any):
    viewport = person.window.page.compare.viewport
    person.press(Qt.Key.Key_N)
    at_instance = viewport.scale
    viewport.zoom_by(6)
    viewport.centre_on(100, 90)

    person.press(Qt.Key.Key_N)

    place = place_of(person, ADDED)
    assert person.window.page.compare.right.rect().contains(place)
    assert viewport.scale > at_instance


def test_there_is_no_bar_where_nothing_is_refined(
    open_window: Callable[..., Any], coarse_project: Path
):
    person = open_window(coarse_project)

    assert not bar(person).isVisible()
    for action_id in ("next_change", "toggle_change", "threshold_up", "take_added"):
        assert not person.window.findChild(object, action_id).isEnabled()


def test_the_bar_is_named_for_screen_readers(person: Any):
    nameless = [
        widget
        for widget in bar(person).findChildren(object)
        if hasattr(widget, "clicked") or hasattr(widget, "sliderMoved")
        if not widget.accessibleName()
    ]

    assert not nameless
    assert bar(person).slider.accessibleName() == "Threshold"
