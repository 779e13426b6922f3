from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engines import ThirdPartyRefiner
from support.queues import make_queue

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.records import Decision
from segrefine_gui.services.arrange import Arrangement, SortBy
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
    (instance_id,) = change.after
    assert imported.decision(instance_id) == change.before[instance_id]
    assert review.entries[0].decision is Decision.PENDING
    review.apply(change)
    assert imported.decision(instance_id) == change.after[instance_id]
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


def test_a_choice_of_changes_and_a_threshold_are_part_of_the_decision(
    review: Review, imported: Project
) -> None:
    left_out = imported.instance(review.entries[0].instance_id).coarse
    review.decide(Decision.REFINED, 200, left_out)
    record = imported.decision(review.entries[0].instance_id)
    assert (record.threshold, record.left_out) == (200, left_out)
    (line,) = imported.journal()
    assert (line.threshold, line.left_out_area) == (200, left_out.area)


def test_only_a_refined_decision_leaves_changes_out(review: Review, imported: Project) -> None:
    left_out = imported.instance(review.entries[0].instance_id).coarse
    review.decide(Decision.COARSE, 200, left_out)
    assert imported.decision(review.entries[0].instance_id).left_out is None


def test_many_are_decided_and_undone_together(review: Review, imported: Project) -> None:
    first = review.decide(Decision.DROPPED)
    ids = [entry.instance_id for entry in review.entries]
    change = review.plan(ids, Decision.REFINED)
    review.apply(change)
    assert review.counts()[Decision.REFINED] == 3
    assert {each.decision for each in imported.decisions(ids).values()} == {Decision.REFINED}
    review.revert(change)
    assert imported.decisions(ids) == {**change.before, **first.after}
    assert review.counts()[Decision.DROPPED] == 1
    assert review.entries[0].decision is Decision.DROPPED


def test_what_is_not_refined_is_passed_over_when_many_are_accepted(imported: Project) -> None:
    refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken(), instance_ids=[2])
    review = Review(imported, "ann")
    assert list(review.plan([1, 2, 3], Decision.REFINED).after) == [2]
    assert list(review.plan([1, 2, 3], Decision.COARSE).after) == [1, 2, 3]


def test_a_filter_keeps_the_place_and_a_decided_instance_in_sight(review: Review) -> None:
    review.go_to(1)
    here = review.entries[1].instance_id
    pending = Arrangement(decisions=frozenset({Decision.PENDING}), descending=True)
    review.arrange(pending)
    assert review.entries[review.current or 0].instance_id == here
    review.decide(Decision.COARSE)
    assert len(review.entries) == 3
    assert review.counts()[Decision.COARSE] == 1
    review.arrange(pending)
    assert here not in [entry.instance_id for entry in review.entries]
    assert review.position(here) is None
    assert review.total == 3
    index = review.reveal(here)
    assert review.entries[index].instance_id == here


def test_a_filter_that_nothing_passes_shows_nothing(review: Review) -> None:
    review.arrange(Arrangement(text="nothing like that"))
    assert review.shown() is None
    review.arrange(Arrangement())
    assert review.shown() is not None


def test_notes_are_kept_found_and_taken_away(review: Review, imported: Project) -> None:
    review.note("two tails")
    shown = review.shown()
    assert shown is not None
    assert shown.note == "two tails"
    review.arrange(Arrangement(text="TAILS"))
    assert len(review.entries) == 1
    assert Review(imported, "bob").shown().note == "two tails"
    review.note("")
    assert imported.notes() == {}


def test_the_pace_is_that_of_the_latest_decisions(review: Review, clock: Clock) -> None:
    assert review.pace() == 0.0
    for _ in range(3):
        clock.now += 4
        review.decide(Decision.COARSE)
        review.go_to_next_pending()
    assert review.pace() == pytest.approx(15.0)


def test_a_decision_is_about_the_refinement_that_was_seen(
    review: Review, imported: Project
) -> None:
    shown = review.shown()
    assert shown is not None
    assert shown.refinement is not None
    with Project.open(imported.path) as other:
        newer = other.add_refinement(shown.refinement)
    review.decide(Decision.REFINED)
    assert newer.id != shown.refinement.id
    assert imported.decision(shown.instance.id).refinement_id == shown.refinement.id


@pytest.fixture
def risky(tmp_path: Path, image_folder: Path) -> Iterator[Project]:
    """Six instances; number n of the first four has the risk n / 6."""
    with Project.open(
        make_queue(tmp_path / "risky.segrefine", image_folder, 6, refined=4)
    ) as store:
        yield store


def numbers(review: Review) -> list[int]:
    return [entry.source_id for entry in review.entries]


def test_the_riskiest_come_first_and_what_has_no_risk_last(risky: Project) -> None:
    review = Review(risky, "ann")
    assert numbers(review) == [3, 2, 1, 0, 4, 5]
    assert review.current == 0
    review.arrange(Arrangement(sort=SortBy.RISK, descending=True, risk=(0.1, 0.4)))
    assert numbers(review) == [2, 1]
    assert review.risk_counts().total == 4, "whatever span is shown"
    hidden = next(entry for entry in review.everything if entry.source_id == 5)
    assert review.reveal(hidden.instance_id) == 5
    assert numbers(review) == [3, 2, 1, 0, 4, 5], "the filter goes, the order stays"


def test_an_order_that_was_chosen_stays(risky: Project) -> None:
    assert numbers(Review(risky, "ann", order=Arrangement())) == list(range(6))
    review = Review(risky, "ann")
    review.arrange(Arrangement(sort=SortBy.SCORE))
    assert not review.order_by_risk()
    assert numbers(review) == list(range(6))


def test_the_order_follows_once_risks_are_known(tmp_path: Path, image_folder: Path) -> None:
    path = make_queue(tmp_path / "plain.segrefine", image_folder, 3, risks=False)
    with Project.open(path) as store:
        review = Review(store, "ann")
        review.go_to(1)
        assert not review.order_by_risk()
        for entry in store.queue():
            refinement = store.newest_refinement(entry.instance_id)
            assert refinement is not None
            assessment = Assessment(entry.source_id / 10, (), (), {}, "made")
            store.set_assessment(refinement.id, assessment)
            review.refresh(entry.instance_id)

        assert review.order_by_risk()
        assert numbers(review) == [2, 1, 0]
        assert review.current == 1, "it stays at the instance"
