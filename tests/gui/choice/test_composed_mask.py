"""Whatever is chosen, the mask that comes out is the one a person was shown."""

from __future__ import annotations

import json
import tempfile
from collections import deque
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pytestqt.qtbot import QtBot
from support.refined_project import make_refined_project

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import Rle, rle_from_counts
from segrefine_gui.domain.records import Decision
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.controllers.choice_controller import ChoiceController
from segrefine_gui.gui.controllers.decision_controller import DecisionController
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.scene import Scene
from segrefine_gui.services.export import ExportOptions, export_masks, final_mask
from segrefine_gui.services.looks import Shown
from segrefine_gui.services.review import Review
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project

CELL = 4
"""Masks are made of cells of so many pixels a side: each is larger than a speck."""

Cells = npt.NDArray[np.bool_]


def enlarged(cells: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    return cells.repeat(CELL, axis=0).repeat(CELL, axis=1)


def components(cells: Cells) -> list[set[tuple[int, int]]]:
    """The parts of a mask that hang together, also across corners, by the definition."""
    left = {(int(row), int(column)) for row, column in np.argwhere(cells)}
    found = []
    while left:
        part, queue = set(), deque([left.pop()])
        while queue:
            row, column = queue.popleft()
            part.add((row, column))
            for near in [(row + a, column + b) for a in (-1, 0, 1) for b in (-1, 0, 1)]:
                if near in left:
                    left.remove(near)
                    queue.append(near)
        found.append(part)
    return sorted(found, key=min)


class Person:
    """Somebody who chooses without a window: the controllers, and a canvas that cuts at once."""

    def __init__(self, project: Path) -> None:
        self.store = Project.open(project)
        self.review = ReviewController()
        self.choices = ChoiceController(self.review)
        self.decisions = DecisionController(self.review, self.choices)
        self.sentences: list[str] = []
        self.decisions.told.connect(self.sentences.append)
        self.choices.told.connect(self.sentences.append)
        self.choices.threshold_sought.connect(self._cut)
        self.review.shown.connect(self._look)
        self.review.open(Review(self.store, "tester"))

    def click_at(self, cell: tuple[int, int]) -> None:
        assert self.comparison is not None
        change = self.comparison.changes.at(cell[1] * CELL, cell[0] * CELL)
        assert change is not None
        self.choices.click(change.number)

    def close(self) -> None:
        self.review.close()
        self.store.close()

    def _look(self, shown: Shown | None) -> None:
        self.choices.expect(shown)
        self.decisions.expect(shown)
        if shown is None:
            return
        assert shown.refinement is not None
        threshold = shown.decision.threshold
        self._scene(Comparison.build(shown.instance.coarse, shown.refinement.soft, threshold))
        self.decisions.show()
        self.choices.show_scene(self.scene)
        self.review.confirm_seen(shown.instance.id)

    def _scene(self, comparison: Comparison) -> None:
        shown = self.review.shown_at(self.review.current)
        self.comparison = comparison
        box = comparison.region
        self.scene = Scene(shown.instance.id, None, "", None, comparison, "by-hand", box)

    def _cut(self, threshold: int) -> None:
        self._scene(self.comparison.recut(threshold))
        self.choices.show_recut(self.scene)


def exported_mask(store: Project, folder: Path) -> npt.NDArray[np.bool_]:
    """The one mask in a COCO file written now."""
    formats, options = FormatRegistry(), ExportOptions()
    export_masks(store, formats, image_io, "coco", folder, options, CancelToken(), lambda _: None)
    file = folder / "instances.json"
    (annotation,) = json.loads(file.read_text())["annotations"]
    coded = annotation["segmentation"]
    rle: Rle = rle_from_counts(coded["counts"], *coded["size"])
    return rle.decode()


masks = hnp.arrays(np.bool_, (5, 7))
softs = hnp.arrays(np.uint8, (5, 7), elements=st.sampled_from([0, 90, 128, 200, 255]))


@settings(max_examples=25)
@given(coarse=masks, soft=softs, threshold=st.sampled_from([128, 1, 100, 201]), data=st.data())
def test_the_final_mask_is_made_of_what_was_chosen(
    qapp, coarse: Cells, soft: npt.NDArray[np.uint8], threshold: int, data: st.DataObject
):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = make_refined_project(folder, [(enlarged(coarse), enlarged(soft))])
        person = Person(project)
        person.choices.set_threshold(threshold)
        refined = soft >= threshold
        changes = components(refined & ~coarse) + components(coarse & ~refined)
        taken = data.draw(st.lists(st.booleans(), min_size=len(changes), max_size=len(changes)))
        expected = refined.copy()
        for change, is_taken in zip(changes, taken, strict=True):
            if not is_taken:
                person.click_at(min(change))
                for cell in change:
                    expected[cell] = coarse[cell]

        person.decisions.accept()

        (reviewed,) = person.store.reviewed()
        final = final_mask(reviewed)
        assert final is not None
        np.testing.assert_array_equal(final.decode(), enlarged(expected))
        nothing = bool(changes) and not any(taken)
        decided = Decision.COARSE if nothing else Decision.REFINED
        assert reviewed.decision.decision is decided
        assert (reviewed.decision.left_out is None) == (all(taken) or nothing)
        person.close()

        # Somebody who opens the project later finds the same choice, and decides the same again.
        other = Person(project)
        state = other.choices.state
        assert state is not None
        assert state.choice.threshold == threshold
        if not nothing:
            assert len(state.kept) == sum(taken)
            other.decisions.accept()
        np.testing.assert_array_equal(exported_mask(other.store, folder / "out"), final.decode())
        other.close()


@pytest.fixture
def person(tmp_path: Path, qtbot: QtBot):
    """Somebody with two instances of three changes: 2 cells added, 1 cell added, 3 removed."""
    coarse = np.zeros((5, 9), dtype=bool)
    coarse[1:4, 1:5] = True
    soft = coarse.astype(np.uint8) * 255
    soft[0:2, 6] = 200
    soft[4, 8] = 150
    soft[1:4, 1] = 0
    pair = enlarged(coarse), enlarged(soft)
    person = Person(make_refined_project(tmp_path, [pair, pair]))
    yield person
    person.close()


def left_out(person: Person) -> set[int]:
    state = person.choices.state
    assert state is not None
    return set(state.choice.left_out)


def test_the_largest_change_comes_first_and_after_the_last_the_first(person: Person, qtbot: QtBot):
    sought: list[int] = []
    person.choices.change_sought.connect(sought.append)

    for step in (1, 1, 1, 1, -1, -1):
        person.choices.step(step)

    assert sought == [1, 2, 3, 1, 3, 2]
    areas = [change.area for change in person.choices.state.changes]
    assert areas == sorted(areas, reverse=True) == [48, 32, 16]


def test_stepping_back_at_first_leads_to_the_last(person: Person):
    person.choices.step(-1)

    assert person.choices.state.current == 3


def test_whole_kinds_are_taken_at_once(person: Person):
    choices = person.choices
    choices.take_added()
    assert left_out(person) == {1}
    choices.take_removed()
    assert left_out(person) == {2, 3}
    choices.take_none()
    assert left_out(person) == {1, 2, 3}
    choices.take_all()
    assert left_out(person) == set()
    choices.step(1)
    choices.step(1)
    choices.take_all_but_current()
    assert left_out(person) == {2}
    choices.toggle_current()
    assert left_out(person) == set()


def test_the_first_press_shows_what_the_second_leaves_out(person: Person):
    person.choices.toggle_current()
    assert person.choices.state.current == 1
    assert left_out(person) == set()

    person.choices.toggle_current()
    assert left_out(person) == {1}


def test_each_choice_is_undone_and_made_again(person: Person):
    stack = person.review.undo_stack
    person.choices.click(2)
    person.choices.take_none()
    person.choices.set_threshold(160)
    assert [change.area for change in person.choices.state.changes] == [48, 32]
    assert person.sentences == ["Other threshold, other changes: all of them are taken now."]

    stack.undo()
    assert left_out(person) == {1, 2, 3}
    assert person.choices.threshold == 128
    stack.undo()
    assert left_out(person) == {2}
    stack.undo()
    assert left_out(person) == set()
    for _ in range(3):
        stack.redo()
    assert person.choices.threshold == 160
    assert left_out(person) == set()


def test_a_slide_is_one_step_to_undo_and_none_when_it_comes_back(person: Person):
    stack = person.review.undo_stack
    for threshold in range(129, 180):
        person.choices.set_threshold(threshold)
    assert stack.count() == 1
    stack.undo()
    assert person.choices.threshold == 128

    person.choices.set_threshold(90)
    person.choices.set_threshold(128)
    assert not stack.canUndo()


def test_the_threshold_stays_within_its_ends(person: Person):
    for _ in range(40):
        person.choices.move_threshold(1)
    assert person.choices.threshold == 255
    for _ in range(80):
        person.choices.move_threshold(-1)
    assert person.choices.threshold == 1
    person.choices.reset_threshold()
    assert person.choices.threshold == 128


def test_undo_goes_back_to_the_instance_that_it_is_about(person: Person):
    review = person.review
    person.choices.click(1)
    person.decisions.accept()
    assert review.current == 1
    person.choices.click(3)
    review.move(-1)
    assert left_out(person) == {1}, "as it was decided"

    review.undo_stack.undo()
    assert (review.current, left_out(person)) == (1, set())
    review.undo_stack.undo()
    assert (review.current, left_out(person)) == (0, {1}), "as it was before it was decided"
    assert review.entries[0].decision is Decision.PENDING
    review.undo_stack.undo()
    assert (review.current, left_out(person)) == (0, set())

    for expected in [(0, {1}), (0, {1}), (1, {3})]:
        review.undo_stack.redo()
        assert (review.current, left_out(person)) == expected
    assert review.entries[0].decision is Decision.REFINED


def test_a_choice_that_is_not_decided_yet_is_there_on_coming_back(person: Person):
    person.choices.click(2)
    person.choices.set_threshold(140)
    person.choices.click(1)
    person.review.move(1)
    assert (person.choices.threshold, left_out(person)) == (128, set())

    person.review.move(-1)

    assert (person.choices.threshold, left_out(person)) == (140, {1})


def test_a_decision_made_elsewhere_counts_more_than_an_older_choice(person: Person):
    person.choices.click(2)
    person.review.decide(Decision.REFINED)
    person.review.move(-1)

    assert left_out(person) == set()


def test_taking_nothing_keeps_the_coarse_mask_and_says_so(person: Person):
    person.choices.take_none()
    person.decisions.accept()

    assert person.review.entries[0].decision is Decision.COARSE
    assert person.sentences == ["No change was taken, so the coarse mask is kept."]


def test_the_journal_keeps_what_was_left_out(person: Person):
    person.choices.set_threshold(140)
    person.choices.click(1)
    person.decisions.accept()

    entry = person.store.journal()[-1]
    assert (entry.decision, entry.threshold) == (Decision.REFINED, 140)
    assert entry.left_out_area == 48


def test_nothing_is_decided_until_the_cut_is_on_the_screen(person: Person):
    person.choices.threshold_sought.disconnect(person._cut)  # the canvas takes its time
    person.choices.set_threshold(160)
    person.decisions.accept()
    assert person.review.entries[0].decision is Decision.PENDING

    person._cut(160)
    person.decisions.accept()
    assert person.store.decision(person.review.entries[0].instance_id).threshold == 160


def test_an_answer_that_came_too_late_does_not_count(person: Person):
    person.choices.threshold_sought.disconnect(person._cut)
    sought: list[int] = []
    person.choices.threshold_sought.connect(sought.append)
    person.choices.set_threshold(160)
    person.review.undo_stack.undo()
    person._cut(160)
    assert sought == [160, 128]
    assert not person.choices.is_settled

    person._cut(128)
    assert person.choices.is_settled
    assert len(person.choices.state.changes) == 3
