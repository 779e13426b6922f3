"""The editor in the real window: keys, strokes, what is stored, and drafts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from support.refined_project import make_refined_project

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.brushes import segment
from segrefine_gui.domain.records import Decision, EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.gui.action_table import ACTIONS
from segrefine_gui.gui.action_table.spec import Scope
from segrefine_gui.gui.editor.canvas import EditorCanvas
from segrefine_gui.gui.queue.filter_bar import FilterBar
from segrefine_gui.gui.queue.view import QueueView
from segrefine_gui.services.export import final_mask
from segrefine_gui.storage.project import Project

Key = Qt.Key
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def coarse_mask() -> np.ndarray:
    mask = np.zeros((100, 120), dtype=bool)
    mask[30:70, 20:80] = True
    return mask


def refined_mask() -> np.ndarray:
    mask = coarse_mask()
    mask[25:40, 85:105] = True
    mask[30:70, 20:30] = False
    return mask


@pytest.fixture
def edited_project(tmp_path: Path) -> Path:
    """Two instances alike, refined; 120x100 pixels."""
    soft = refined_mask().astype(np.uint8) * 255
    return make_refined_project(tmp_path, [(coarse_mask(), soft)] * 2)


@pytest.fixture
def person(open_window: Callable[..., Any], edited_project: Path) -> Any:
    return open_window(edited_project)


def canvas(person: Any) -> EditorCanvas:
    return person.window.page.editor.canvas


def press(person: Any, *keys: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    for key in keys:
        QTest.keyClick(person.window.focusWidget() or person.window, key, held)


def edit(person: Any) -> None:
    person.press(Key.Key_E)
    person.wait_until(lambda: canvas(person).isVisible())


def is_editing(person: Any) -> bool:
    return canvas(person).isVisible()


def leave(person: Any) -> None:
    press(person, Key.Key_Escape)
    person.wait_until(lambda: not is_editing(person))
    person.wait_shown()


def mask_of(person: Any) -> np.ndarray:
    return person.window.editing.session.mask


def place(person: Any, point: tuple[int, int]) -> QPoint:
    x, y = canvas(person).view().to_widget(*point)
    return QPoint(round(x), round(y))


def stroke(person: Any, start: tuple[int, int], end: tuple[int, int]) -> np.ndarray:
    """Draw with the tool in use; the pixels under a brush that does."""
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas(person), left, NONE, place(person, start))
    QTest.mouseMove(canvas(person), place(person, end))
    QTest.mouseRelease(canvas(person), left, NONE, place(person, end))
    view = canvas(person).view()
    meant = [
        view.to_image(each.x(), each.y()) for each in (place(person, start), place(person, end))
    ]
    radius = person.window.editing.size.radius
    covered = np.zeros((100, 120), dtype=bool)
    box, inside = segment(*meant, radius, person.window.editing.session.bounds)
    covered[box.slices] = inside
    return covered


def stored(project: Path) -> tuple[list[Decision], list[np.ndarray]]:
    store = Project.open(project)
    reviewed = list(store.reviewed())
    decisions = [entry.decision for entry in store.queue()]
    store.close()
    return decisions, [final_mask(each).decode() for each in reviewed]


def test_e_opens_on_the_mask_shown_and_keys_mean_tools(person: Any):
    edit(person)
    np.testing.assert_array_equal(mask_of(person), refined_mask())

    under = stroke(person, (40, 80), (100, 85))
    np.testing.assert_array_equal(mask_of(person), refined_mask() | under)
    press(person, Key.Key_X)  # keeps the coarse mask while reviewing
    assert person.decisions() == [Decision.PENDING] * 2
    assert person.window.findChild(object, "tool_eraser").isChecked()
    erased = stroke(person, (60, 40), (60, 60))
    np.testing.assert_array_equal(mask_of(person), (refined_mask() | under) & ~erased)


def test_it_begins_with_the_choice_of_changes(person: Any):
    person.press(Key.Key_N)  # the largest change: a strip that was removed
    person.press(Key.Key_T)
    edit(person)

    expected = refined_mask()
    expected[30:70, 20:30] = True
    np.testing.assert_array_equal(mask_of(person), expected)


def test_enter_applies_goes_on_and_the_next_start_shows_it(
    person: Any, edited_project: Path, open_window: Callable[..., Any]
):
    edit(person)
    under = stroke(person, (40, 80), (100, 85))
    press(person, Key.Key_Return)
    person.wait_until(lambda: person.row == 1)
    person.wait_shown()
    assert not is_editing(person)
    assert person.decisions() == [Decision.EDITED, Decision.PENDING]
    person.window.close()

    decisions, masks = stored(edited_project)
    assert decisions == [Decision.EDITED, Decision.PENDING]
    np.testing.assert_array_equal(masks[0], refined_mask() | under)

    later = open_window(edited_project)
    later.window.review.go_to(0)
    later.wait_shown()
    edit(later)
    np.testing.assert_array_equal(mask_of(later), refined_mask() | under)


def test_undo_goes_stroke_by_stroke_while_editing_and_then_takes_the_edit_back(person: Any):
    undo, redo = (person.window.findChild(object, each) for each in ("undo", "redo"))
    edit(person)
    assert not undo.isEnabled()
    first = stroke(person, (40, 80), (100, 85))
    stroke(person, (20, 10), (100, 15))
    assert undo.text() == "&Undo Brush Stroke"
    press(person, Key.Key_Z, held=CTRL)
    np.testing.assert_array_equal(mask_of(person), refined_mask() | first)
    press(person, Key.Key_U)
    np.testing.assert_array_equal(mask_of(person), refined_mask())
    assert not undo.isEnabled()
    assert redo.text() == "&Redo Brush Stroke"
    press(person, Key.Key_Y, held=CTRL)
    np.testing.assert_array_equal(mask_of(person), refined_mask() | first)

    press(person, Key.Key_Return)
    person.wait_until(lambda: person.row == 1)
    assert undo.text() == "&Undo"
    person.press(Key.Key_U)
    person.wait_shown()
    assert person.row == 0
    assert person.decisions() == [Decision.PENDING] * 2


def test_esc_leaves_it_as_it_was_and_the_draft_comes_back(
    person: Any, edited_project: Path, open_window: Callable[..., Any]
):
    edit(person)
    under = stroke(person, (40, 80), (100, 85))
    leave(person)
    assert person.row == 0
    assert person.decisions() == [Decision.PENDING] * 2

    edit(person)
    np.testing.assert_array_equal(mask_of(person), refined_mask() | under)
    assert "unfinished edit" in person.window.page.note.text
    more = stroke(person, (20, 10), (100, 15))
    person.window.close()

    later = open_window(edited_project)
    later.window.review.go_to(0)
    later.wait_shown()
    edit(later)
    np.testing.assert_array_equal(mask_of(later), refined_mask() | under | more)
    press(later, Key.Key_Backspace)
    np.testing.assert_array_equal(mask_of(later), refined_mask())
    leave(later)
    edit(later)
    np.testing.assert_array_equal(mask_of(later), refined_mask())
    assert not later.window.editing.session.start.is_draft


def test_esc_without_strokes_keeps_nothing(person: Any, edited_project: Path):
    edit(person)
    leave(person)
    edit(person)
    assert not person.window.editing.session.start.is_draft


def test_esc_takes_back_corners_and_enter_closes_before_they_end_the_edit(person: Any):
    edit(person)
    press(person, Key.Key_P)
    for corner in ((5, 5), (60, 5), (60, 25), (5, 90)):
        QTest.mouseClick(canvas(person), Qt.MouseButton.LeftButton, pos=place(person, corner))
    press(person, Key.Key_Escape)
    press(person, Key.Key_Return)
    assert is_editing(person)
    assert mask_of(person)[15, 50]
    assert not mask_of(person)[60, 8]
    leave(person)


def test_a_crash_in_the_middle_loses_no_stroke(
    person: Any, edited_project: Path, open_window: Callable[..., Any]
):
    edit(person)
    under = stroke(person, (40, 80), (100, 85))

    def is_on_disk() -> bool:
        store = Project.open(edited_project)
        draft = store.draft(1)
        store.close()
        return draft is not None and np.array_equal(draft.decode(), refined_mask() | under)

    person.wait_until(is_on_disk)


def test_going_elsewhere_ends_the_edit_as_a_draft(person: Any):
    edit(person)
    under = stroke(person, (40, 80), (100, 85))
    person.window.review.go_to(1)
    person.wait_shown()
    assert not is_editing(person)
    person.window.review.go_to(0)
    person.wait_shown()
    edit(person)
    np.testing.assert_array_equal(mask_of(person), refined_mask() | under)


def test_moving_on_and_closing_at_once_loses_no_stroke(person: Any, edited_project: Path):
    edit(person)
    under = stroke(person, (40, 80), (100, 85))
    person.window.review.go_to(1)
    person.window.close()
    store = Project.open(edited_project)
    draft = store.draft(1)
    store.close()
    assert draft is not None
    np.testing.assert_array_equal(draft.decode(), refined_mask() | under)


def test_coming_back_at_once_finds_the_strokes(person: Any):
    edit(person)
    under = stroke(person, (40, 80), (100, 85))
    press(person, Key.Key_Escape)
    assert not is_editing(person), "nobody waits for the draft"
    edit(person)
    np.testing.assert_array_equal(mask_of(person), refined_mask() | under)


def test_a_stroke_made_while_the_edit_is_being_applied_is_in_it(person: Any, edited_project: Path):
    edit(person)
    first = stroke(person, (40, 80), (100, 85))
    press(person, Key.Key_Return)
    second = stroke(person, (20, 10), (100, 15))
    person.wait_until(lambda: person.row == 1)
    person.window.close()
    _, masks = stored(edited_project)
    np.testing.assert_array_equal(masks[0], refined_mask() | first | second)


def test_sizes_change_by_key_and_are_kept_from_edit_to_edit(person: Any):
    edit(person)
    before = person.window.editing.size.diameter
    press(person, Key.Key_BracketRight)
    larger = person.window.editing.size.diameter
    assert larger > before
    press(person, Key.Key_BracketLeft, Key.Key_BracketLeft)
    smaller = person.window.editing.size.diameter
    assert smaller < before
    leave(person)
    edit(person)
    assert person.window.editing.size.diameter == smaller


def test_an_instance_that_is_not_refined_is_edited_from_its_coarse_mask(
    open_window: Callable[..., Any], coarse_project: Path
):
    person = open_window(coarse_project)
    edit(person)
    assert not person.window.findChild(object, "tool_from_refined").isEnabled()
    before = mask_of(person).copy()
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(canvas(person), left, NONE, place(person, (5, 5)))
    expected = mask_of(person).copy()
    assert expected.sum() > before.sum()
    press(person, Key.Key_Return)
    person.wait_until(lambda: person.row == 1)
    person.window.close()
    decisions, masks = stored(coarse_project)
    assert decisions[0] is Decision.EDITED
    np.testing.assert_array_equal(masks[0], expected)


def test_a_refinement_that_comes_meanwhile_disturbs_nothing(person: Any, edited_project: Path):
    person.press(Key.Key_N)
    person.press(Key.Key_T)
    edit(person)
    under = stroke(person, (40, 80), (100, 85))
    painted = mask_of(person).copy()
    store = Project.open(edited_project)
    soft = SoftMask(image_box(120, 100), coarse_mask().astype(np.uint8) * 255)
    newest = store.add_refinement(Refinement(0, 1, soft, EngineRun("other", device="cpu")))
    store.close()
    person.window.review.take_in([1])

    assert is_editing(person)
    assert under[80, 50]
    np.testing.assert_array_equal(mask_of(person), painted)
    press(person, Key.Key_Return)
    person.wait_until(lambda: person.row == 1)
    person.window.close()
    decisions, masks = stored(edited_project)
    assert decisions[0] is Decision.EDITED
    np.testing.assert_array_equal(masks[0], painted)
    store = Project.open(edited_project)
    record = store.decision(1)
    store.close()
    assert record.left_out is None, "what was left out is of the other refinement"
    assert record.refinement_id == newest.id


def test_in_the_editor_its_commands_can_be_used_and_those_of_the_review_rest(person: Any):
    edit(person)
    for spec in ACTIONS:
        is_enabled = person.window.findChild(object, spec.id).isEnabled()
        if spec.scope is Scope.EDITING:
            assert is_enabled != spec.id.startswith("pick_"), spec.id
        if spec.scope is Scope.REVIEW:
            assert not is_enabled, spec.id
    leave(person)
    for spec in ACTIONS:
        if spec.scope is Scope.EDITING:
            assert not person.window.findChild(object, spec.id).isEnabled(), spec.id
    assert person.window.findChild(object, "edit_mask").isEnabled()


def test_everything_is_named_for_screen_readers(person: Any):
    edit(person)
    editor = person.window.page.editor
    nameless = [
        widget
        for part in (editor, editor.foot)
        for widget in part.findChildren(object)
        if hasattr(widget, "clicked") or hasattr(widget, "sliderMoved")
        if not widget.accessibleName()
    ]
    assert not nameless


def enter(person: Any) -> None:
    """Move the pointer onto the canvas."""
    middle = QPointF(canvas(person).rect().center())
    at = QPointF(canvas(person).mapToGlobal(middle))
    QApplication.sendEvent(canvas(person), QEnterEvent(middle, middle, at))


def test_space_pans_wherever_the_focus_was_unless_somebody_types(person: Any):
    edit(person)
    person.window.findChild(QueueView).setFocus()
    enter(person)
    before, scroll = mask_of(person).copy(), canvas(person).view().left
    QTest.keyPress(person.window.focusWidget(), Key.Key_Space)
    stroke(person, (40, 80), (60, 85))
    QTest.keyRelease(person.window.focusWidget(), Key.Key_Space)
    np.testing.assert_array_equal(mask_of(person), before)
    assert canvas(person).view().left != scroll

    search = person.window.findChild(FilterBar).search
    search.setFocus()
    enter(person)
    assert search.hasFocus()


def test_space_that_was_held_when_the_focus_went_does_not_pan_for_ever(person: Any):
    edit(person)
    QTest.keyPress(canvas(person), Key.Key_Space)
    person.window.findChild(FilterBar).search.setFocus()
    canvas(person).setFocus()
    before = mask_of(person).copy()
    under = stroke(person, (40, 80), (60, 85))
    np.testing.assert_array_equal(mask_of(person), before | under)


@pytest.mark.parametrize("width", [1000, 1280, 1920])
def test_words_of_the_tool_bar_are_whole_or_not_there(person: Any, width: int):
    edit(person)
    person.window.resize(width, 720)
    bar = person.window.page.editor.tools
    person.wait_until(lambda: person.window.width() == width)
    for label in bar.findChildren(QLabel):
        if label.isVisible() and label.text():
            needed = label.fontMetrics().horizontalAdvance(label.text())
            assert "…" not in label.text()
            assert label.width() >= needed
    assert all(button.isVisible() for button in bar.buttons.values())
