"""Many are decided alike through a store of their own; samples are random but reproducible."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.queues import make_queue

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.records import Basis, Decision
from segrefine_gui.services.bulk import acceptable, decide_many, spot_check, store_many
from segrefine_gui.services.review import Review
from segrefine_gui.storage.base import DecisionRecord, QueueEntry
from segrefine_gui.storage.project import Project

ENTRY = QueueEntry(1, 1, 1, "cat", 0.5, Decision.PENDING, "made", 0.5, 100)


@pytest.fixture
def long_queue(tmp_path: Path, image_folder: Path) -> Path:
    return make_queue(tmp_path / "long.segrefine", image_folder, 30, refined=20)


def decided(path: Path) -> list[Decision]:
    with Project.open(path) as project:
        return [entry.decision for entry in project.queue()]


def test_many_are_decided_and_taken_back_beside_an_open_review(long_queue: Path) -> None:
    with Project.open(long_queue) as store:
        review = Review(store, "me")
        ids = [entry.instance_id for entry in review.entries]

        change = decide_many(Project.open, long_queue, ids, Decision.REFINED, "me")
        review.take_in(change.after)

        assert review.counts()[Decision.REFINED] == 20, "what is not refined is passed over"
        assert review.counts() == Review(store, "me").counts()
        assert store.decision(ids[0]).reviewer == "me"
        assert store.decision(ids[0]).refinement_id is not None

        store_many(Project.open, long_queue, change.before, "undo")
        review.take_in(change.before)

        assert set(decided(long_queue)) == {Decision.PENDING}
        assert review.counts()[Decision.PENDING] == 30
        assert [line.what for line in store.journal()].count("undo") == 20


def test_a_project_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no project"):
        decide_many(Project.open, tmp_path / "gone.segrefine", [1], Decision.COARSE, "me")


def test_many_cannot_be_edited_alike(long_queue: Path) -> None:
    with pytest.raises(ValueError, match="one by one"):
        decide_many(Project.open, long_queue, [1, 2], Decision.EDITED, "me")
    assert set(decided(long_queue)) == {Decision.PENDING}


def test_an_edit_comes_back_when_many_are_taken_back(long_queue: Path) -> None:
    with Project.open(long_queue) as store:
        edit = store.instance(2).coarse
        edited = DecisionRecord(Decision.EDITED, 1, edited=edit, based_on=Basis.COARSE)
        store.set_decisions({1: edited}, "decide")
        change = decide_many(Project.open, long_queue, [1, 2, 3], Decision.COARSE, "me")
        assert store.decision(1).edited is None
        store_many(Project.open, long_queue, change.before, "undo")
        assert store.decision(1) == edited


def test_an_edit_stays_when_many_are_accepted(long_queue: Path) -> None:
    with Project.open(long_queue) as store:
        edit = store.instance(2).coarse
        edited = DecisionRecord(Decision.EDITED, 1, edited=edit, based_on=Basis.COARSE)
        store.set_decisions({1: edited}, "decide")
        change = decide_many(Project.open, long_queue, [1, 2, 3], Decision.REFINED, "me")
        assert set(change.after) == {2, 3}
        assert store.decision(1) == edited


def test_only_refined_pending_ones_below_the_risk_are_acceptable() -> None:
    entries = [
        ENTRY,
        replace(ENTRY, instance_id=2, risk=0.2),
        replace(ENTRY, instance_id=3, risk=0.1, decision=Decision.COARSE),
        replace(ENTRY, instance_id=4, risk=None),
        replace(ENTRY, instance_id=5, risk=0.0, refiner=""),
        replace(ENTRY, instance_id=6, risk=0.0),
        replace(ENTRY, instance_id=7, risk=0.0, decision=Decision.EDITED),
    ]

    assert acceptable(entries, 0.5) == [2, 6]
    assert acceptable(entries, 0.51) == [1, 2, 6]
    assert acceptable(entries) == [1, 2, 4, 6]
    assert acceptable(entries, 0.0) == []


@given(st.lists(st.integers(), unique=True, max_size=60), st.integers(), st.integers(0, 20))
def test_a_sample_is_some_of_them_in_order_and_the_same_again(
    ids: list[int], seed: int, size: int
) -> None:
    sample = spot_check(ids, seed, size)

    assert len(sample) == min(size, len(ids))
    assert [each for each in ids if each in sample] == sample
    assert spot_check(ids, seed, size) == sample


def test_samples_differ_and_reach_all() -> None:
    samples = [tuple(spot_check(range(100), seed)) for seed in range(60)]

    assert len(set(samples)) == 60
    assert len({each for sample in samples for each in sample}) == 100
