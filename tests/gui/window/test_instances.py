"""Instances made and unmade in the real window, by keys and the mouse."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from support.queues import make_queue
from support.refined_project import make_refined_project
from support.triage import PlainTriage

from segrefine_gui.domain.masks import Rle, encode_mask
from segrefine_gui.domain.records import Basis, Decision
from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR
from segrefine_gui.gui.contact_sheet.view import SheetView
from segrefine_gui.gui.dialogs.category_dialog import CategoryDialog
from segrefine_gui.gui.dialogs.cut_dialog import CutDialog
from segrefine_gui.gui.queue.view import QueueView
from segrefine_gui.services.arrange import Arrangement, SortBy
from segrefine_gui.services.export import final_mask
from segrefine_gui.storage.base import DecisionRecord, NewInstance
from segrefine_gui.storage.project import Project

Key = Qt.Key
NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
LEFT = Qt.MouseButton.LeftButton
Point = tuple[int, int]


def press(person: Any, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    """One key, when the instance is on the screen and nothing is being stored."""
    person.press()
    person.wait_shown()
    person.wait_until(lambda: not person.window.review.is_held)
    QTest.keyClick(person.window.focusWidget() or person.window, key, held)


def layer(person: Any) -> Any:
    return next(each for each in person.window.instances.drawing._layers if each.isVisible())


def place(person: Any, point: Point) -> QPoint:
    x, y = person.window.page.compare.left.view().to_widget(*point)
    return QPoint(round(x), round(y))


def drag(person: Any, start: Point, end: Point, let_go: bool = True) -> None:
    over = layer(person)
    QTest.mousePress(over, LEFT, NONE, place(person, start))
    middle = (start[0] + end[0]) // 2, (start[1] + end[1]) // 2
    for point in (middle, end):
        QTest.mouseMove(over, place(person, point))
    if let_go:
        QTest.mouseRelease(over, LEFT, NONE, place(person, end))


def begin_box(person: Any) -> None:
    press(person, Key.Key_W)
    assert person.window.instances.drawing.is_active


def draw(person: Any, category: str = "") -> CategoryDialog:
    begin_box(person)
    drag(person, (42, 22), (118, 98))
    dialog = person.dialog(CategoryDialog)
    if category:
        QTest.keyClicks(dialog.field, category)
    return dialog


def entries(person: Any) -> list[tuple[int, int, str, Decision]]:
    return [
        (each.instance_id, each.image_id, each.category, each.decision)
        for each in person.window.review.entries
    ]


def current(person: Any) -> int:
    return person.window.review.entries[person.row].instance_id


def told(person: Any) -> str:
    return person.window.page.note.text


def stored(path: Path) -> dict[int, tuple[str, DecisionRecord, Rle | None]]:
    """What another program finds in the file now."""
    with Project.open(path) as store:
        return {
            each.instance.id: (each.instance.category.name, each.decision, final_mask(each))
            for each in store.reviewed()
        }


def view_of(person: Any) -> tuple[float, Any]:
    viewport = person.window.page.compare.viewport
    return viewport.scale, person.window.page.compare.left.view()


# A new instance by a box


@pytest.fixture
def person(open_window: Callable[..., Any], project: Path) -> Any:
    """Four instances of two photos of a disk, refined."""
    person = open_window(project)
    person.sort_by_arrival()
    return person


def test_a_box_makes_an_instance_that_is_refined_and_decided_like_others(
    person: Any, project: Path
):
    before, listed = stored(project), entries(person)
    dialog = draw(person)
    assert dialog.name() == "disk", "that of the instance in hand, to begin with"
    found = person.left_pixels()[45:]
    assert (found == COARSE_COLOR.getRgb()[:3]).all(axis=-1).any(), "what was found is seen"
    view = view_of(person)
    QTest.keyClicks(dialog.field, "zebra")
    QTest.keyClick(dialog.field, Key.Key_Return)
    person.wait_until(lambda: len(entries(person)) == 5)
    person.wait_idle()

    made = current(person)
    assert made not in before
    assert [each[0] for each in entries(person)] == [1, 2, made, 3, 4], "beside its image's others"
    assert entries(person)[2] == (made, 1, "zebra", Decision.PENDING)
    assert view_of(person) == view, "nothing jumps"
    with Project.open(project) as store:
        coarse = store.instance(made).coarse.decode()
        assert store.newest_refinement(made) is not None, "refined in the lane"
        (line,) = store.journal()
        assert (line.what, line.instance_id, line.category) == ("draw", made, "zebra")
    truth = np.zeros((120, 160), np.uint8)
    cv2.circle(truth, (80, 60), 30, 1, -1)
    assert (coarse & (truth > 0)).sum() / (coarse | (truth > 0)).sum() > 0.95
    assert not person.window.instances.drawing.is_active

    press(person, Key.Key_Return)
    person.wait_until(lambda: stored(project)[made][1].decision is Decision.REFINED)
    person.wait_shown()
    person.window.review.undo()  # the decision
    person.wait_shown()
    person.window.review.undo()  # the instance
    person.wait_shown()
    assert (entries(person), stored(project)) == (listed, before)
    assert current(person) == 1
    person.window.review.redo()
    person.wait_shown()
    assert current(person) == made
    person.window.review.redo()
    person.wait_shown()
    assert stored(project)[made][1].decision is Decision.REFINED


def test_the_category_used_last_is_proposed_and_searched_by_typing(person: Any):
    dialog = draw(person, "zebra")
    QTest.keyClick(dialog.field, Key.Key_Return)
    person.wait_until(lambda: len(entries(person)) == 5)
    person.wait_idle()
    dialog = draw(person)
    assert dialog.name() == "zebra"
    QTest.keyClicks(dialog.field, "di")
    assert dialog.name() == "disk"
    QTest.keyClick(dialog.field, Key.Key_Down)
    assert dialog.name() == "di", "a new one, where that is meant"
    QTest.keyClick(dialog.field, Key.Key_Up)
    QTest.keyClick(dialog.field, Key.Key_Return)
    person.wait_until(lambda: len(entries(person)) == 6)
    person.wait_idle()
    assert next(each for each in entries(person) if each[0] == current(person))[2] == "disk"


@pytest.mark.parametrize("when", ["waiting", "dragging", "choosing"])
def test_escape_abandons_a_box(person: Any, project: Path, when: str):
    before = entries(person)
    if when == "choosing":
        QTest.keyClick(draw(person), Key.Key_Escape)
    else:
        begin_box(person)
        if when == "dragging":
            drag(person, (42, 22), (118, 98), let_go=False)
            QTest.keyClick(person.window, Key.Key_Escape)
            assert person.window.instances.drawing.is_active, "the box is gone, the wish is not"
            QTest.mouseRelease(layer(person), LEFT, NONE, place(person, (118, 98)))
        QTest.keyClick(person.window, Key.Key_Escape)
    assert not person.window.instances.drawing.is_active
    assert entries(person) == before
    assert len(stored(project)) == 4
    assert not person.window.review.undo_stack.canUndo()
    scale = person.window.page.compare.viewport.scale
    drag_from = place(person, (60, 60))
    canvas = person.window.page.compare.left
    QTest.mousePress(canvas, LEFT, NONE, drag_from)
    QTest.mouseMove(canvas, drag_from + QPoint(30, 0))
    QTest.mouseRelease(canvas, LEFT, NONE, drag_from + QPoint(30, 0))
    assert person.window.page.compare.viewport.scale == scale
    assert place(person, (60, 60)) == drag_from + QPoint(30, 0), "the button pans again"


def test_a_box_that_is_too_small_or_finds_nothing_is_one_sentence(
    open_window: Callable[..., Any], tmp_path: Path
):
    mask = np.zeros((100, 120), bool)
    mask[30:70, 20:80] = True
    person = open_window(make_refined_project(tmp_path, [(mask, mask.astype(np.uint8) * 255)]))
    begin_box(person)
    drag(person, (20, 20), (23, 60))
    assert "too small" in told(person)
    drag(person, (20, 20), (80, 80))  # of a grey image
    person.wait_until(lambda: "stands out" in told(person))
    assert person.window.instances.drawing.is_active, "the next box may do"
    assert len(entries(person)) == 1


def test_the_wheel_and_other_instances_of_the_image_are_there_while_a_box_is_waited_for(
    person: Any,
):
    begin_box(person)
    person.press(Key.Key_Right)
    person.wait_shown()
    assert person.row == 1
    assert person.window.instances.drawing.is_active
    person.press(Key.Key_Right)
    person.wait_shown()
    assert person.row == 2, "another image"
    assert not person.window.instances.drawing.is_active


def test_an_instance_that_is_taken_back_while_it_is_refined_comes_again_refined(
    person: Any, project: Path, slow: Any
):
    with Project.open(project) as store:
        store.set_last_setups("refiner", [EngineSetup("slow")])
    before = entries(person)
    QTest.keyClick(draw(person).field, Key.Key_Return)
    person.wait_until(lambda: person.window.jobs.is_busy)
    person.wait_shown()
    made = current(person)
    press(person, Key.Key_U)
    assert entries(person) == before
    slow.let_go.set()
    person.wait_idle()
    assert entries(person) == before
    press(person, Key.Key_Y, CTRL)
    person.wait_shown()
    assert current(person) == made
    assert person.window.review.entries[person.row].refiner == "slow"
    assert person.window.page.compare.scene.refiner == "slow"


# Splitting, merging, duplicating

SHAPE = (100, 120)


def disk(x: int, y: int, radius: int) -> np.ndarray:
    mask = np.zeros(SHAPE, np.uint8)
    cv2.circle(mask, (x, y), radius, 1, -1)
    return mask.astype(bool)


@pytest.fixture
def parts_project(tmp_path: Path) -> Path:
    """Of one image: 1 is two disks, refined to larger ones, 2 a disk over both, 3 a far one."""
    coarse = disk(30, 50, 12) | disk(90, 50, 8)
    soft = (disk(30, 50, 15) | disk(90, 50, 10)).astype(np.uint8) * 255
    path = make_refined_project(tmp_path, [(coarse, soft)])
    with Project.open(path) as store:
        masks = (disk(32, 50, 9), disk(60, 90, 5))
        store.add_instances(
            1,
            "other",
            [NewInstance(5 + n, "thing", 1, encode_mask(m), 0.5) for n, m in enumerate(masks)],
        )
    return path


@pytest.fixture
def parts(open_window: Callable[..., Any], parts_project: Path) -> Any:
    person = open_window(parts_project)
    person.sort_by_arrival()
    return person


def change(person: Any, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    """Press a key that makes a change, and wait until it is there."""
    count = person.window.review.undo_stack.count()
    press(person, key, held)
    person.wait_until(lambda: person.window.review.undo_stack.count() > count)
    person.wait_idle()


def undo_all(person: Any) -> None:
    while person.window.review.undo_stack.canUndo():
        press(person, Key.Key_U)
    person.wait_shown()


def redo_all(person: Any) -> None:
    while person.window.review.undo_stack.canRedo():
        press(person, Key.Key_Y, CTRL)
    person.wait_shown()


def test_splitting_what_is_seen_and_taking_that_back(parts: Any, parts_project: Path):
    before, listed, view = stored(parts_project), entries(parts), view_of(parts)
    change(parts, Key.Key_P)
    (made,) = stored(parts_project).keys() - before.keys()
    after = stored(parts_project)
    assert after[1][2] == encode_mask(disk(30, 50, 15)), "the refined mask was seen"
    assert after[1][1].decision is Decision.EDITED
    assert after[made][1:] == (DecisionRecord(), encode_mask(disk(90, 50, 10)))
    assert current(parts) == 1
    assert [each[0] for each in entries(parts)] == [1, 2, 3, made]
    assert view_of(parts) == view
    assert "other part" in told(parts) or "Refined" in told(parts)
    assert "1 edited" in parts.window._counts.text()
    with Project.open(parts_project) as store:
        assert store.newest_refinement(made) is not None, "as its source was"
    undo_all(parts)
    assert (stored(parts_project), entries(parts)) == (before, listed)
    redo_all(parts)
    assert stored(parts_project) == after

    press(parts, Key.Key_P)
    parts.wait_until(lambda: "one piece" in told(parts))
    assert stored(parts_project) == after


def test_a_part_is_a_neighbour_at_once(parts: Any):
    compare = parts.window.page.compare
    parts.trigger("toggle_neighbours")
    parts.wait_until(lambda: len(compare._look.neighbours) == 2)
    change(parts, Key.Key_P)
    parts.wait_until(lambda: len(compare._look.neighbours) == 3)
    undo_all(parts)
    parts.wait_until(lambda: len(compare._look.neighbours) == 2)


def test_the_changes_that_are_left_out_are_not_split_off(parts: Any, parts_project: Path):
    parts.trigger("take_no_changes")
    change(parts, Key.Key_P)
    assert stored(parts_project)[1][2] == encode_mask(disk(30, 50, 12))


def test_a_part_of_an_edit_is_decided(parts: Any, parts_project: Path):
    parts.window.review.apply_edit(encode_mask(disk(30, 50, 15) | disk(90, 20, 9)), Basis.COARSE)
    parts.window.review.go_to(0)
    change(parts, Key.Key_P)
    made = max(stored(parts_project))
    record = stored(parts_project)[made][1]
    assert (record.decision, record.based_on) == (Decision.EDITED, Basis.COARSE)
    assert stored(parts_project)[made][2] == encode_mask(disk(90, 20, 9))


def click_row(view: Any, row: int, held: Qt.KeyboardModifier = NONE) -> None:
    spot = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), LEFT, held, spot)


def test_merging_what_is_selected_in_the_queue(parts: Any, parts_project: Path):
    before = stored(parts_project)
    queue = parts.window.findChild(QueueView)
    press(parts, Key.Key_M, CTRL)
    assert "Select several" in told(parts)
    click_row(queue, 0)
    click_row(queue, 1, CTRL)
    parts.wait_shown()
    assert queue.selected_rows() == [0, 1]
    change(parts, Key.Key_M, CTRL)
    after = stored(parts_project)
    union = disk(30, 50, 12) | disk(90, 50, 8) | disk(32, 50, 9)
    assert after[2][2] == encode_mask(union), "the one in hand takes all"
    assert after[1][1].decision is Decision.DROPPED
    assert current(parts) == 2
    assert after[3] == before[3]
    undo_all(parts)
    assert stored(parts_project) == before
    redo_all(parts)
    assert stored(parts_project) == after


def sheet(person: Any) -> SheetView:
    press(person, Key.Key_G)
    view = person.window.findChild(SheetView)
    person.wait_until(view.hasFocus)
    return view


def test_merging_and_naming_in_the_contact_sheet(parts: Any, parts_project: Path):
    view = sheet(parts)
    click_row(view, 2)
    click_row(view, 1, CTRL)
    QTest.keyClick(view, Key.Key_L, CTRL)
    dialog = parts.dialog(CategoryDialog)
    QTest.keyClicks(dialog.field, "wheel")
    parts.accept(dialog)
    parts.wait_until(lambda: not parts.window.review.is_held)
    assert [each[2] for each in entries(parts)] == ["thing", "wheel", "wheel"]
    parts.press()
    click_row(view, 2)
    click_row(view, 1, CTRL)
    QTest.keyClick(view, Key.Key_M, CTRL)
    parts.wait_until(lambda: Decision.DROPPED in parts.decisions())
    after = stored(parts_project)
    assert after[2][2] == encode_mask(disk(32, 50, 9) | disk(60, 90, 5))
    assert [after[each][0] for each in (1, 2, 3)] == ["thing", "wheel", "wheel"]
    assert view.isVisible(), "the sheet stays"


def test_instances_of_different_images_are_not_merged(person: Any, project: Path):
    before = stored(project)
    queue = person.window.findChild(QueueView)
    click_row(queue, 1)
    click_row(queue, 2, CTRL)
    person.wait_shown()
    press(person, Key.Key_M, CTRL)
    person.wait_until(lambda: "different images" in told(person))
    assert stored(project) == before


def test_a_duplicate_comes_beside_and_is_in_hand(parts: Any, parts_project: Path):
    before, view = stored(parts_project), view_of(parts)
    change(parts, Key.Key_D, SHIFT)
    made = current(parts)
    assert stored(parts_project)[made] == before[1]
    assert view_of(parts) == view
    undo_all(parts)
    assert stored(parts_project) == before
    assert current(parts) == 1


# Category


def test_another_category_is_seen_everywhere_at_once(person: Any, project: Path):
    person.window.review.arrange(Arrangement(categories=frozenset({"disk"})))
    person.wait_shown()
    count = person.window.review.undo_stack.count()
    press(person, Key.Key_L, CTRL)
    dialog = person.dialog(CategoryDialog)
    QTest.keyClicks(dialog.field, "wheel")
    QTest.keyClick(dialog.field, Key.Key_Return)
    person.wait_until(lambda: person.window.review.undo_stack.count() > count)
    person.wait_shown()
    assert stored(project)[1][0] == "wheel"
    assert [each[2] for each in entries(person)] == ["wheel", "disk", "disk", "disk"]
    assert "wheel" in person.window.page.decisions.title.text()
    assert person.row == 0, "what the filter lets through no more stays until it is asked again"
    assert person.window.review.categories == ["disk", "wheel"]
    press(person, Key.Key_U)
    assert stored(project)[1][0] == "disk"
    assert person.window.review.categories == ["disk"]
    with Project.open(project) as store:
        assert [each.name for each in store.categories()] == ["disk"]


# Neighbours


def test_neighbours_are_cut_and_it_is_said_how_much(parts: Any, parts_project: Path):
    before = stored(parts_project)
    press(parts, Key.Key_X, CTRL)
    dialog = parts.dialog(CutDialog)
    assert dialog.by_order.isChecked()
    parts.accept(dialog)
    parts.wait_until(lambda: "pixels were taken" in told(parts))
    parts.wait_shown()
    after = stored(parts_project)
    coarse = disk(30, 50, 12) | disk(90, 50, 8)
    assert after[1][2] == encode_mask(coarse & ~disk(32, 50, 9))
    assert after[1][1].decision is Decision.EDITED
    assert (after[2], after[3]) == (before[2], before[3])
    taken = int((coarse & disk(32, 50, 9)).sum())
    assert told(parts).startswith(f"{taken} pixels were taken from one instance")
    undo_all(parts)
    assert stored(parts_project) == before


def test_what_is_covered_whole_is_told_and_left(parts: Any, parts_project: Path):
    before = stored(parts_project)
    press(parts, Key.Key_X, CTRL)
    dialog = parts.dialog(CutDialog)
    dialog.by_score.setChecked(True)  # the first has no score, so it comes last
    parts.accept(dialog)
    parts.wait_until(lambda: "pixels were taken" in told(parts))
    parts.wait_until(lambda: not parts.window.review.is_held)
    parts.window.review.undo()
    parts.window.review.apply_edit(encode_mask(disk(32, 50, 4)))
    parts.wait_shown()
    parts.window.review.go_to(0)
    parts.wait_shown()
    press(parts, Key.Key_X, CTRL)
    parts.accept(parts.dialog(CutDialog))
    parts.wait_until(lambda: "Covered whole" in told(parts))
    assert "thing #0" in told(parts)
    assert stored(parts_project)[1][2] == encode_mask(disk(32, 50, 4))
    assert stored(parts_project)[2] == before[2]


# All of it, one after another


def test_undoing_all_leads_to_the_start_and_redoing_all_to_the_end(parts: Any, parts_project: Path):
    parts.window.review.arrange(Arrangement(sort=SortBy.SIZE, descending=True))
    parts.wait_shown()

    def seen() -> object:
        counts = dict(parts.window.review.counts())
        return stored(parts_project), entries(parts), counts, parts.window._counts.text()

    before = seen()
    change(parts, Key.Key_P)
    change(parts, Key.Key_D, SHIFT)
    press(parts, Key.Key_L, CTRL)
    dialog = parts.dialog(CategoryDialog)
    QTest.keyClicks(dialog.field, "wheel")
    parts.accept(dialog)
    parts.wait_until(lambda: "wheel" in {each[2] for each in entries(parts)})
    queue = parts.window.findChild(QueueView)
    parts.press()
    click_row(queue, 0)
    click_row(queue, 2, SHIFT)
    change(parts, Key.Key_M, CTRL)
    press(parts, Key.Key_Delete)
    parts.wait_until(lambda: parts.window.review.undo_stack.count() == 5)
    parts.wait_idle()
    press(parts, Key.Key_X, CTRL)
    parts.accept(parts.dialog(CutDialog))
    parts.wait_until(lambda: not parts.window.review.is_held)
    parts.wait_idle()
    steps = parts.window.review.undo_stack.count()
    assert steps >= 5
    after = seen()
    assert after != before
    for _ in range(2):
        undo_all(parts)
        assert seen() == before
        redo_all(parts)
        assert seen() == after
    with Project.open(parts_project) as store:
        verbs = {line.what for line in store.journal()}
        assert verbs >= {"split", "duplicate", "category", "merge", "decide", "undo"}
        assert {line.who for line in store.journal() if line.what == "split"} == {
            parts.window.review.reviewer
        }


def test_many_get_a_category_and_lose_it_again(
    open_window: Callable[..., Any], tmp_path: Path, image_folder: Path
):
    path = make_queue(tmp_path / "many.segrefine", image_folder, 150, refined=0)
    person = open_window(path)
    before = stored(path)
    view = sheet(person)
    QTest.keyClick(view, Key.Key_A, CTRL)
    assert len(view.selected_rows()) == 150
    QTest.keyClick(view, Key.Key_L, CTRL)
    dialog = person.dialog(CategoryDialog)
    QTest.keyClicks(dialog.field, "wheel")
    person.accept(dialog)
    person.wait_until(lambda: {each[2] for each in entries(person)} == {"wheel"})
    assert {each[0] for each in stored(path).values()} == {"wheel"}
    for undoes, wanted in ((True, before), (False, None), (True, before)):
        (person.window.review.undo if undoes else person.window.review.redo)()
        person.wait_until(lambda: not person.window.review.is_held)
        names = [each[2] for each in entries(person)]
        assert names == [stored(path)[each[0]][0] for each in entries(person)]
        assert (stored(path) == before) is (wanted is not None)


def test_what_cannot_be_taken_back_stays_and_is_told(parts: Any, parts_project: Path):
    change(parts, Key.Key_D, SHIFT)
    after = stored(parts_project)
    with sqlite3.connect(parts_project) as file:
        file.execute("ALTER TABLE journal RENAME TO elsewhere")
    press(parts, Key.Key_U)
    assert "damaged" in told(parts)
    assert len(entries(parts)) == 4
    with sqlite3.connect(parts_project) as file:
        file.execute("ALTER TABLE elsewhere RENAME TO journal")
    assert stored(parts_project) == after


def test_a_click_with_ctrl_that_selects_nothing_means_the_one_in_hand(parts: Any):
    queue = parts.window.findChild(QueueView)
    click_row(queue, 0)
    click_row(queue, 1, CTRL)
    click_row(queue, 1, CTRL)
    parts.wait_shown()
    assert parts.row == 1
    assert parts.window._queue.selected_ids() == [current(parts)]


def test_a_new_instance_stays_where_it_came_in_a_queue_by_risk(
    open_window: Callable[..., Any], tools: Any, project: Path
):
    person = open_window(project, replace(tools, triage=PlainTriage()))
    person.trigger("assess")
    person.wait_idle()
    assert person.window.review.arrangement.sort is SortBy.RISK
    person.window.review.go_to(0)
    person.wait_shown()
    hand = current(person)
    QTest.keyClick(draw(person).field, Key.Key_Return)
    person.wait_until(lambda: len(entries(person)) == 5)
    person.wait_idle()
    person.wait_until(lambda: person.window.review.entries[1].risk is not None)
    person.wait_idle()
    assert [each[0] for each in entries(person)][:2] == [hand, current(person)]


# While editing, and blind


def test_dropping_while_editing_keeps_the_strokes_as_a_draft(parts: Any, parts_project: Path):
    parts.press(Key.Key_E)
    canvas = parts.window.page.editor.canvas
    parts.wait_until(canvas.isVisible)
    x, y = canvas.view().to_widget(60, 20)
    spot = QPoint(round(x), round(y))
    QTest.mousePress(canvas, LEFT, NONE, spot)
    QTest.mouseRelease(canvas, LEFT, NONE, spot)
    painted = parts.window.editing.session.mask.copy()
    QTest.keyClick(parts.window.focusWidget(), Key.Key_Delete)
    parts.wait_until(lambda: parts.row == 1)
    parts.wait_shown()
    assert not canvas.isVisible()
    assert stored(parts_project)[1][1].decision is Decision.DROPPED
    with Project.open(parts_project) as store:
        assert store.draft(1) == encode_mask(painted)
    undo_all(parts)
    assert stored(parts_project)[1][1].decision is Decision.PENDING


def test_nothing_that_would_tell_the_masks_apart_is_done_blind(parts: Any, parts_project: Path):
    before = stored(parts_project)
    parts.trigger("blind_mode")
    for key, held in ((Key.Key_P, NONE), (Key.Key_D, SHIFT), (Key.Key_X, CTRL)):
        press(parts, key, held)
        assert "blind mode" in told(parts)
        parts.window.page.note.hide()
    assert stored(parts_project) == before
    assert not [each for each in parts.window.findChildren(QDialog) if each.isVisible()]
