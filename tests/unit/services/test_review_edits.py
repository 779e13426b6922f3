"""An edit is a decision like others: stored, timed, taken back and made again; drafts are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.queues import disk, make_queue

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Basis, Decision, refined_mask
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.export import final_mask
from segrefine_gui.services.review import Review
from segrefine_gui.storage.base import DecisionRecord
from segrefine_gui.storage.project import Project

EDIT, OTHER = encode_mask(disk(31)), encode_mask(disk(33))
LEFT_OUT = encode_mask(disk(3))


@pytest.fixture
def store(tmp_path: Path, image_folder: Path) -> Iterator[Project]:
    """Three instances, 1 to 3, of which the first two are refined."""
    with Project.open(make_queue(tmp_path / "q.segrefine", image_folder, 3, refined=2)) as store:
        yield store


@pytest.fixture
def review(store: Project) -> Review:
    return Review(store, "ann", clock=iter(range(100, 1000)).__next__, order=Arrangement())


def finals(store: Project) -> list[bytes | None]:
    masks = (final_mask(reviewed) for reviewed in store.reviewed())
    return [None if mask is None else mask.counts for mask in masks]


def test_an_edit_is_the_final_mask_and_keeps_what_it_began_with(
    review: Review, store: Project
) -> None:
    before = finals(store)
    review.apply_edit(1, EDIT, Basis.REFINED, 90, LEFT_OUT)
    record = store.decision(1)
    assert (record.decision, record.edited) == (Decision.EDITED, EDIT)
    assert (record.based_on, record.refinement_id) == (Basis.REFINED, 1)
    assert (record.threshold, record.left_out) == (90, LEFT_OUT)
    assert (record.reviewer, record.seconds > 0, record.decided_at is None) == ("ann", True, False)
    assert finals(store) == [EDIT.counts, *before[1:]]
    assert review.counts()[Decision.EDITED] == 1
    assert review.entries[0].decision is Decision.EDITED
    assert store.instance(1).coarse == encode_mask(disk(10)), "the coarse mask is never overwritten"


def test_an_edit_of_the_coarse_mask_left_nothing_out(review: Review, store: Project) -> None:
    review.apply_edit(1, EDIT, Basis.COARSE, 90, LEFT_OUT)
    record = store.decision(1)
    assert (record.based_on, record.left_out, record.refinement_id) == (Basis.COARSE, None, 1)


def test_what_it_began_with_is_what_was_shown_unless_said(review: Review, store: Project) -> None:
    review.apply_edit(1, EDIT)
    review.go_to(2)
    review.apply_edit(3, EDIT)
    assert [store.decision(each).based_on for each in (1, 3)] == [Basis.REFINED, Basis.COARSE]
    assert store.decision(3).refinement_id is None


def test_an_edit_of_an_edit_keeps_the_first_beginning(review: Review, store: Project) -> None:
    review.apply_edit(1, EDIT, Basis.REFINED, 90, LEFT_OUT)
    first = store.decision(1)
    review.apply_edit(1, OTHER)
    second = store.decision(1)
    assert second.edited == OTHER
    for name in ("based_on", "threshold", "left_out", "refinement_id"):
        assert getattr(second, name) == getattr(first, name)
    assert second.seconds > first.seconds


def test_edits_are_taken_back_and_made_again(review: Review, store: Project) -> None:
    changes = [review.decide(Decision.COARSE), review.apply_edit(1, EDIT)]
    changes += [review.apply_edit(1, OTHER), review.decide(Decision.REFINED)]
    records = [change.after[1] for change in changes]
    for change, record in zip(reversed(changes), [*records[-2::-1], DecisionRecord()], strict=True):
        review.revert(change)
        assert store.decision(1) == record
        shown = review.shown()
        assert shown is not None
        assert shown.edited == record.edited, "an edit that counts again is in sight"
    for change, record in zip(changes, records, strict=True):
        review.apply(change)
        assert store.decision(1) == record
    assert review.counts()[Decision.EDITED] == 0
    areas = [line.edited_area for line in store.journal()]
    edit, other = EDIT.area, OTHER.area
    assert areas == [None, edit, other, None, other, edit, None, None, None, edit, other, None]


def test_what_cannot_be_edited_is_said_and_changes_nothing(review: Review, store: Project) -> None:
    small = encode_mask(np.ones((5, 5), dtype=bool))
    for instance_id, mask, based_on, sentence in (
        (2, EDIT, Basis.COARSE, "the instance that is shown"),
        (1, small, Basis.COARSE, "another size than its image"),
    ):
        with pytest.raises(ProjectError, match=sentence):
            review.apply_edit(instance_id, mask, based_on)
    review.go_to(2)
    with pytest.raises(ProjectError, match="not been refined"):
        review.apply_edit(3, EDIT, Basis.REFINED)
    with pytest.raises(ValueError, match="edited"):
        review.decide(Decision.EDITED)
    assert store.journal() == []


def test_a_draft_waits_until_it_is_applied_or_discarded(review: Review, store: Project) -> None:
    review.keep_draft(1, EDIT)
    review.keep_draft(2, OTHER)
    review.decide(Decision.COARSE)
    assert (review.draft(1), review.draft(2)) == (EDIT, OTHER), "other decisions leave it alone"
    change = review.apply_edit(1, EDIT)
    assert (review.draft(1), review.draft(2)) == (None, OTHER)
    review.revert(change)
    review.keep_draft(1, OTHER)
    review.apply(change)
    assert review.draft(1) == OTHER, "work since then is not lost to redo"
    review.keep_draft(2, None)
    assert store.drafted() == {1}


def test_the_queue_knows_of_drafts_as_they_come_and_go(review: Review, store: Project) -> None:
    assert review.drafted() == 0
    review.keep_draft(1, EDIT)
    review.keep_draft(3, EDIT)
    assert [entry.is_drafted for entry in review.entries] == [True, False, True]
    review.arrange(Arrangement(drafted=True))
    assert [entry.instance_id for entry in review.entries] == [1, 3]
    review.apply_edit(1, OTHER)
    review.keep_draft(3, None)
    assert review.drafted() == 0
    store.set_draft(2, EDIT)
    review.reload()
    assert [entry.instance_id for entry in review.everything if entry.is_drafted] == [2]


def test_a_refinement_that_is_looked_at_on_purpose_is_in_sight_instead(
    review: Review, store: Project
) -> None:
    review.apply_edit(1, EDIT)
    review.look_at(1)
    shown = review.shown()
    assert shown is not None
    assert shown.edited is None
    assert shown.decision.edited == EDIT
    review.decide(Decision.REFINED)
    first = next(store.reviewed())
    assert first.refinement is not None
    assert final_mask(first) == refined_mask(first.refinement, first.instance.coarse)
