"""An edited instance in the window: seen, counted, kept, taken back and made again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt

from segrefine_gui.domain.masks import Rle, encode_mask
from segrefine_gui.domain.records import Basis, Decision
from segrefine_gui.gui.canvas.overlay import EDITED_COLOR, REFINED_COLOR
from segrefine_gui.storage.project import Project

Key = Qt.Key


def an_edit() -> Rle:
    mask = np.zeros((120, 160), dtype=bool)
    mask[30:90, 40:110] = True
    return encode_mask(mask)


def is_edit_seen(person: Any) -> bool:
    pixels = person.right_pixels()[45:]
    found = [
        bool((pixels == color.getRgb()[:3]).all(axis=-1).any())
        for color in (EDITED_COLOR, REFINED_COLOR)
    ]
    assert found[0] != found[1], "one of them is seen"
    return found[0]


def test_an_edit_is_applied_like_a_decision_and_undone(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    person.sort_by_arrival()
    review = person.window.review
    assert not is_edit_seen(person)
    assert review.apply_edit(an_edit(), Basis.REFINED)
    person.wait_until(lambda: person.row == 1)
    assert person.decisions()[0] is Decision.EDITED
    assert "1 edited" in person.window._counts.text()
    with Project.open(project) as store:
        first = store.queue()[0].instance_id
        assert store.decision(first).edited == an_edit()

    review.undo()
    person.wait_until(lambda: person.row == 0)
    person.wait_shown()
    assert not is_edit_seen(person)
    assert set(person.decisions()) == {Decision.PENDING}
    review.redo()
    person.wait_shown()
    assert person.row == 0
    assert is_edit_seen(person)
    assert "Edited" in person.window.page.decisions.title.text()
    with Project.open(project) as store:
        assert store.decision(first).edited == an_edit()
        assert [line.what for line in store.journal()] == ["decide", "undo", "decide"]


def test_enter_keeps_an_edit_that_is_in_sight(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    person.sort_by_arrival()
    person.window.review.apply_edit(an_edit())
    person.wait_until(lambda: person.row == 1)
    person.window.review.go_to(0)
    person.wait_shown()
    assert person.window.findChild(object, "use_refined").iconText() == "Keep Edit"
    person.press(Key.Key_Return)
    person.wait_until(lambda: person.row == 1)
    person.wait_shown()
    assert person.decisions()[0] is Decision.EDITED
    assert person.window.findChild(object, "use_refined").iconText() != "Keep Edit"


def test_stepping_to_a_change_brings_the_refinement_into_sight_first(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    person.sort_by_arrival()
    person.window.review.apply_edit(an_edit())
    person.wait_until(lambda: person.row == 1)
    person.window.review.go_to(0)
    person.wait_shown()
    person.trigger("next_change")
    person.wait_shown()
    assert not is_edit_seen(person)
    assert person.decisions()[0] is Decision.EDITED, "looking decides nothing"
    person.window.review.go_to(1)
    person.wait_shown()
    person.window.review.go_to(0)
    person.wait_shown()
    assert is_edit_seen(person), "whoever comes back finds the edit in sight"


def test_choosing_among_changes_brings_the_refinement_back_into_sight(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    person.sort_by_arrival()
    person.window.review.apply_edit(an_edit())
    person.wait_until(lambda: person.row == 1)
    person.window.review.go_to(0)
    person.wait_shown()
    assert is_edit_seen(person)
    person.trigger("threshold_up")
    person.wait_shown()
    assert not is_edit_seen(person)
    person.wait_until(lambda: person.window.page.compare.scene.comparison.threshold == 136)
    person.press(Key.Key_Return)
    person.wait_until(lambda: person.row == 1)
    assert person.decisions()[0] is Decision.REFINED
