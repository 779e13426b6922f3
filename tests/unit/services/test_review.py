from __future__ import annotations

import pytest
from support.engines import ThirdPartyRefiner

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.records import Decision
from segrefine_gui.services.refine import refine_instances
from segrefine_gui.services.review import LONGEST_LOOK, Review
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def review(imported: Project, clock: Clock) -> Review:
    refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken())
    return Review(imported, "ann", clock)


def test_an_empty_project_has_nothing_to_show(project: Project) -> None:
    review = Review(project, "ann")
    assert review.shown() is None
    assert not review.go_to_next_pending()
    with pytest.raises(ProjectError, match="no instance"):
        review.decide(Decision.COARSE)


def test_a_decision_is_stored_with_time_and_reviewer(
    review: Review, imported: Project, clock: Clock
) -> None:
    clock.now += 3
    review.decide(Decision.REFINED)
    record = imported.decision(review.entries[0].instance_id)
    assert (record.decision, record.seconds, record.reviewer) == (Decision.REFINED, 3.0, "ann")
    assert record.refinement_id is not None
    assert review.counts()[Decision.REFINED] == 1
    clock.now += 2
    review.decide(Decision.COARSE)
    assert imported.decision(review.entries[0].instance_id).seconds == 5.0


def test_nobody_reviews_over_lunch(review: Review, imported: Project, clock: Clock) -> None:
    clock.now += 3600
    review.decide(Decision.COARSE)
    assert imported.decision(review.entries[0].instance_id).seconds == LONGEST_LOOK


def test_going_on_skips_the_decided_and_wraps(review: Review) -> None:
    review.decide(Decision.REFINED)
    review.go_to(2)
    review.decide(Decision.DROPPED)
    assert review.go_to_next_pending()
    assert review.current == 1
    review.decide(Decision.COARSE)
    assert not review.go_to_next_pending()
    assert review.current == 1


def test_a_change_is_reverted_and_applied_again(review: Review, imported: Project) -> None:
    change = review.decide(Decision.DROPPED)
    review.revert(change)
    assert imported.decision(change.instance_id) == change.before
    assert review.entries[0].decision is Decision.PENDING
    review.apply(change)
    assert imported.decision(change.instance_id) == change.after
    assert [line.what for line in imported.journal()] == ["decide", "undo", "decide"]


def test_the_place_is_remembered(review: Review, imported: Project) -> None:
    review.go_to(2)
    assert Review(imported, "ann").current == 2


def test_places_past_the_ends_stop_there(review: Review) -> None:
    review.go_to(99)
    assert review.current == 2
    review.go_to(-1)
    assert review.current == 0


def test_nothing_refined_cannot_be_accepted(imported: Project) -> None:
    review = Review(imported, "ann")
    with pytest.raises(ProjectError, match="not been refined"):
        review.decide(Decision.REFINED)
    assert review.counts()[Decision.PENDING] == 3


def test_reloading_stays_at_the_same_instance(imported: Project) -> None:
    review = Review(imported, "ann")
    review.go_to(1)
    here = review.entries[1].instance_id
    refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken())
    review.reload()
    assert review.entries[review.current or 0].instance_id == here
    shown = review.shown()
    assert shown is not None
    assert shown.refinement is not None
