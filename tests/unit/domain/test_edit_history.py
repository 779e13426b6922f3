from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.brushes import dab, segment
from segrefine_gui.domain.edit_history import EditedMask
from segrefine_gui.domain.masks import BoolMask

HEIGHT, WIDTH = 280, 530  # more than one tile each way
IMAGE = image_box(WIDTH, HEIGHT)


@dataclass(frozen=True)
class Touch:
    """One dab of a stroke."""

    x: float
    y: float
    radius: float
    value: bool


@dataclass(frozen=True)
class Stroke:
    touches: Sequence[Touch]
    taken_back: bool = False


@dataclass(frozen=True)
class Replace:
    seed: int


TOUCHES = st.builds(
    Touch, st.floats(-20, WIDTH + 20), st.floats(-20, HEIGHT + 20), st.floats(0, 60), st.booleans()
)
STROKES = st.builds(Stroke, st.lists(TOUCHES, max_size=5), st.booleans())
ACTIONS = st.one_of(
    STROKES, st.builds(Replace, st.integers(0, 5)), st.just("undo"), st.just("redo")
)


def noise(seed: int) -> BoolMask:
    return np.random.default_rng(seed).random((HEIGHT, WIDTH)) < 0.5


class Model:
    """The same as a plain list of whole masks."""

    def __init__(self, mask: BoolMask) -> None:
        self.masks = [mask]
        self.numbers: list[int | None] = [0]
        self.at = 0

    @property
    def mask(self) -> BoolMask:
        return self.masks[self.at]

    def keep(self, mask: BoolMask) -> None:
        if not np.array_equal(mask, self.mask):
            self.masks[self.at + 1 :] = [mask]
            self.numbers[self.at + 1 :] = [None]
            self.at += 1

    def move(self, by: int) -> bool:
        if not 0 <= self.at + by < len(self.masks):
            return False
        self.at += by
        return True


def act(edited: EditedMask, model: Model, action: Stroke | Replace | str) -> None:
    before = model.mask
    box: Box | None
    if action in ("undo", "redo"):
        box = edited.undo() if action == "undo" else edited.redo()
        assert (box is not None) == model.move(-1 if action == "undo" else 1)
    elif isinstance(action, Replace):
        box = edited.replace("replace", noise(action.seed))
        model.keep(noise(action.seed))
    else:
        assert isinstance(action, Stroke)
        expected = before.copy()
        edited.begin("stroke")
        for touch in action.touches:
            where, inside = dab(touch.x, touch.y, touch.radius, IMAGE)
            old = expected.copy()
            expected[where.slices][inside] = touch.value
            changed = edited.paint(where, inside, touch.value)
            assert changed == tight(old != expected)
        if action.taken_back:
            box = edited.rollback()
        else:
            box = edited.commit()
            model.keep(expected)
    np.testing.assert_array_equal(edited.mask, model.mask)
    changed_box = tight(before != model.mask)
    assert changed_box.area == 0 or changed_box.intersection(box or Box(0, 0, 0, 0)) == changed_box


def tight(mask: BoolMask) -> Box:
    rows, columns = np.nonzero(mask)
    if rows.size == 0:
        return Box(0, 0, 0, 0)
    return Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


@settings(max_examples=60)
@given(st.integers(0, 3), st.lists(ACTIONS, max_size=12))
def test_it_is_a_list_of_masks(seed: int, actions: list[Stroke | Replace | str]) -> None:
    start = noise(seed)
    edited, model = EditedMask(start), Model(start)
    for action in actions:
        act(edited, model, action)
        assert (edited.can_undo, edited.can_redo) == (
            model.at > 0,
            model.at < len(model.masks) - 1,
        )
        assert edited.is_changed == (model.at > 0)
        known = model.numbers[model.at]
        assert edited.step == known if known is not None else edited.step not in model.numbers
        model.numbers[model.at] = edited.step
    while edited.redo() is not None:
        pass
    np.testing.assert_array_equal(edited.mask, model.masks[-1])
    while edited.undo() is not None:
        pass
    np.testing.assert_array_equal(edited.mask, start)
    while edited.redo() is not None:
        pass
    np.testing.assert_array_equal(edited.mask, model.masks[-1])


@settings(max_examples=30)
@given(st.lists(STROKES, max_size=12), st.integers(0, 3000))
def test_the_oldest_steps_are_forgotten_beyond_the_limit(strokes: list[Stroke], limit: int) -> None:
    edited, model = EditedMask(np.zeros((HEIGHT, WIDTH), np.bool_), limit), Model(noise(0) & False)
    for stroke in strokes:
        act(edited, model, stroke)
        assert edited.bytes_used <= limit
    back = 0
    while edited.undo() is not None:
        back += 1
        np.testing.assert_array_equal(edited.mask, model.masks[model.at - back])
    assert edited.is_changed == (back < model.at)
    while edited.redo() is not None:
        back -= 1
    assert back == 0
    np.testing.assert_array_equal(edited.mask, model.mask)


@given(hnp.arrays(np.bool_, (9, 7)), hnp.arrays(np.bool_, (4, 5)), hnp.arrays(np.bool_, (4, 5)))
def test_paint_takes_a_value_for_each_pixel(
    mask: BoolMask, inside: BoolMask, values: BoolMask
) -> None:
    edited = EditedMask(mask)
    box = Box(1, 3, 6, 7)
    edited.begin("from refined")
    changed = edited.paint(box, inside, values)
    expected = mask.copy()
    expected[box.slices] = np.where(inside, values, mask[box.slices])
    np.testing.assert_array_equal(edited.mask, expected)
    assert changed == tight(expected != mask)


def test_the_mask_is_a_copy_that_others_cannot_write_to() -> None:
    start = np.zeros((4, 4), np.bool_)
    edited = EditedMask(start)
    start[0, 0] = True
    assert not edited.mask.any()
    with pytest.raises(ValueError, match="read-only"):
        edited.mask[0, 0] = True


def test_steps_have_names() -> None:
    edited = EditedMask(np.zeros((20, 20), np.bool_))
    assert (edited.undo_name, edited.redo_name) == ("", "")
    edited.begin("Brush")
    assert not edited.can_undo
    edited.paint(*dab(5, 5, 2, image_box(20, 20)), True)
    assert (edited.can_undo, edited.undo_name) == (True, "Brush")
    edited.commit()
    edited.replace("Smooth", np.ones((20, 20), np.bool_))
    assert edited.undo_name == "Smooth"
    edited.undo()
    assert (edited.undo_name, edited.redo_name) == ("Brush", "Smooth")


def test_undo_and_redo_and_replace_end_an_open_stroke() -> None:
    image = image_box(20, 20)
    edited = EditedMask(np.zeros((20, 20), np.bool_))
    edited.begin("first")
    edited.paint(*dab(5, 5, 2, image), True)
    assert edited.undo() is not None
    assert not edited.mask.any()
    assert edited.can_redo
    edited.begin("second")
    edited.paint(*dab(9, 9, 2, image), True)
    assert not edited.can_redo
    assert edited.redo() is None
    edited.begin("third")
    edited.paint(*dab(15, 15, 2, image), True)
    edited.begin("fourth")
    edited.replace("all", np.ones((20, 20), np.bool_))
    names = []
    while edited.can_undo:
        names.append(edited.undo_name)
        edited.undo()
    assert names == ["all", "third", "second"]


def test_a_stroke_that_changes_nothing_is_no_step_and_keeps_redo() -> None:
    image = image_box(20, 20)
    edited = EditedMask(np.zeros((20, 20), np.bool_))
    edited.replace("all", np.ones((20, 20), np.bool_))
    edited.undo()
    edited.begin("on and off")
    edited.paint(*dab(5, 5, 2, image), True)
    edited.paint(*dab(5, 5, 2, image), False)
    assert edited.commit().area == 0
    assert (edited.can_undo, edited.redo_name, edited.is_changed) == (False, "all", False)


def test_what_does_not_fit_is_refused() -> None:
    edited = EditedMask(np.zeros((10, 20), np.bool_))
    box = Box(0, 0, 2, 2)
    inside = np.ones((2, 2), np.bool_)
    with pytest.raises(RuntimeError, match="begin"):
        edited.paint(box, inside, True)
    edited.begin("stroke")
    with pytest.raises(ValueError, match="not inside"):
        edited.paint(box.shifted(19, 0), inside, True)
    with pytest.raises(ValueError, match="do not fit"):
        edited.paint(box, np.ones((2, 3), np.bool_), True)
    with pytest.raises(ValueError, match="do not fit"):
        edited.paint(box, inside, np.ones((1, 2), np.bool_))
    with pytest.raises(ValueError, match="cannot replace"):
        edited.replace("other", np.zeros((20, 10), np.bool_))
    with pytest.raises(ValueError, match="two dimensions"):
        EditedMask(np.zeros((2, 2, 2), np.bool_))


def test_a_stroke_across_a_large_image_costs_what_it_touched() -> None:
    edited = EditedMask(np.zeros((4320, 7680), np.bool_))
    edited.begin("line")
    edited.paint(*segment((50, 50), (7600, 4300), 40, image_box(7680, 4320)), True)
    edited.commit()
    assert edited.bytes_used < 64 << 10  # its bounding box has 4 MB of packed bits
