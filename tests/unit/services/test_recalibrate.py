"""Risks that are too low or too high for a project are put right by its own decisions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.queues import make_queue

from segrefine_gui.domain.recalibration import LEAST_SLOPE, log_odds
from segrefine_gui.domain.records import Basis, Decision
from segrefine_gui.services import recalibrate
from segrefine_gui.storage.base import DecisionRecord
from segrefine_gui.storage.project import Project


@pytest.fixture
def queue(tmp_path: Path, image_folder: Path):
    """120 refined instances in two images, with the risks 0, 1/120, 2/120, ..."""
    with Project.open(make_queue(tmp_path / "q.segrefine", image_folder, 120)) as project:
        yield project


def decide(project: Project, count: int, kept: Callable[[int], bool], seconds: float = 2.0) -> None:
    """Decide about the first `count` instances; `kept` says which stay coarse."""
    entries = project.queue()[:count]
    project.set_decisions(
        {
            entry.instance_id: DecisionRecord(
                Decision.COARSE if kept(number) else Decision.REFINED,
                entry.instance_id,
                seconds=seconds,
            )
            for number, entry in enumerate(entries)
        },
        "decide",
    )


def test_nothing_is_offered_before_fifty_decisions_of_both_kinds(queue: Project) -> None:
    assert recalibrate.offer(queue) is None
    decide(queue, 40, lambda number: number % 2 == 0)
    assert recalibrate.offer(queue) is None, "too few"
    decide(queue, 60, lambda number: number == 0)
    assert recalibrate.offer(queue) is None, "nearly all of one kind"
    decide(queue, 60, lambda number: number % 2 == 0)
    found = recalibrate.offer(queue)
    assert found is not None
    assert (found.decisions, found.against) == (60, 30)


@pytest.mark.parametrize("based_on", list(Basis))
def test_what_was_edited_was_not_accepted_as_it_was(queue: Project, based_on: Basis) -> None:
    decide(queue, 60, lambda number: number < 10)
    decided = queue.decisions(range(1, 61))
    edited = {
        instance_id: DecisionRecord(
            Decision.EDITED,
            decided[instance_id].refinement_id,
            seconds=2.0,
            edited=queue.instance(instance_id).coarse,
            based_on=based_on,
        )
        for instance_id in range(41, 61)
    }
    queue.set_decisions(edited, "decide")
    found = recalibrate.offer(queue)
    assert found is not None
    assert (found.decisions, found.against) == (60, 30)


def test_what_was_accepted_unseen_teaches_nothing(queue: Project) -> None:
    decide(queue, 60, lambda number: number % 2 == 0, seconds=0.0)
    assert recalibrate.offer(queue) is None


def test_risks_that_are_too_high_come_down(queue: Project) -> None:
    # One in six of the riskier half is kept coarse: far fewer than the risks say.
    decide(queue, 120, lambda number: number >= 60 and number % 6 == 0)
    found = recalibrate.offer(queue)
    assert found is not None
    assert found.improves
    assert found.after.brier < found.before.brier - 0.05
    assert sum(each.count for each in found.after.bins) == found.decisions == 120
    gap = [abs(each.risk - each.harm) for each in found.after.bins]
    assert max(gap) < max(abs(each.risk - each.harm) for each in found.before.bins)
    before = [entry.risk for entry in queue.queue()]
    recalibrate.apply(queue, found)
    after = [entry.risk for entry in queue.queue()]
    assert after == sorted(after)
    assert np.mean(after) == pytest.approx(found.against / 120, abs=0.05)
    assert recalibrate.offer(queue) == found, "it rests on the risks as they were estimated"
    recalibrate.revert(queue)
    assert [entry.risk for entry in queue.queue()] == before
    assert queue.recalibration() is None


def test_risks_that_are_right_are_left_nearly_alone(queue: Project) -> None:
    rng = np.random.default_rng(5)
    drawn = rng.uniform(0, 1, 120)
    decide(queue, 120, lambda number: bool(drawn[number] < number / 120))
    found = recalibrate.offer(queue)
    assert found is not None
    assert found.auroc > 0.7
    for risk in (0.1, 0.5, 0.9):
        assert found.recalibration.corrected(risk) == pytest.approx(risk, abs=0.1)


def test_decisions_against_the_order_keep_the_order(queue: Project) -> None:
    decide(queue, 120, lambda number: number < 60)
    found = recalibrate.offer(queue)
    assert found is not None
    assert found.auroc < 0.1
    assert found.recalibration.slope == LEAST_SLOPE
    low, high = (found.recalibration.corrected(risk) for risk in (0.1, 0.9))
    assert 0.3 < low < high < 0.7


def test_left_out_changes_count_against_a_refinement(queue: Project) -> None:
    part = queue.instance(1).coarse
    records = {
        entry.instance_id: DecisionRecord(
            Decision.REFINED,
            entry.instance_id,
            seconds=1.0,
            left_out=part if entry.instance_id % 4 == 0 else None,
        )
        for entry in queue.queue()[:60]
    }
    queue.set_decisions(records, "decide")
    found = recalibrate.offer(queue)
    assert found is not None
    assert found.against == 15


def test_the_fit_is_the_minimum_of_loss_and_prior() -> None:
    rng = np.random.default_rng(1)
    risks = rng.uniform(0.01, 0.99, 80)
    harmed = rng.uniform(0, 1, 80) < risks**2
    fitted = recalibrate.fit(risks, harmed)
    logits = np.array([log_odds(risk) for risk in risks])

    def loss(slope: float, offset: float) -> float:
        scores = slope * logits + offset
        log_loss = np.logaddexp(0, scores).sum() - scores[harmed].sum()
        prior = ((slope - 1) / recalibrate.SLOPE_SPREAD) ** 2
        return float(log_loss + (prior + (offset / recalibrate.OFFSET_SPREAD) ** 2) / 2)

    best = loss(fitted.slope, fitted.offset)
    for step in (-0.01, 0.01):
        assert loss(fitted.slope + step, fitted.offset) > best
        assert loss(fitted.slope, fitted.offset + step) > best


def test_without_decisions_nothing_is_corrected() -> None:
    empty = recalibrate.fit(np.empty(0), np.empty(0, dtype=bool))
    assert (empty.slope, empty.offset) == (1.0, 0.0)


def test_certain_risks_that_are_wrong_do_not_break_it() -> None:
    risks, harmed = np.array([0.0, 1.0] * 40), np.array([True, False] * 40)
    fitted = recalibrate.fit(risks, harmed)
    assert fitted.slope == LEAST_SLOPE
