from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.records import Decision
from segrefine_gui.services.arrange import (
    RISK_STEPS,
    Arrangement,
    QueueTable,
    SortBy,
    risk_below,
)
from segrefine_gui.storage.base import QueueEntry

NAMES = {1: "train/Street 1.jpg", 2: "train/street 2.jpg", 3: "val/park.jpg"}


def an_entry(number: int, image: int = 1, **values) -> QueueEntry:
    defaults = {
        "source_id": number * 10,
        "category": "person",
        "score": None,
        "decision": Decision.PENDING,
        "refiner": "",
        "risk": None,
        "area": 100 * number,
    }
    return QueueEntry(instance_id=number, image_id=image, **{**defaults, **values})


@pytest.fixture
def table() -> QueueTable:
    entries = [
        an_entry(1, score=0.9, risk=0.5),
        an_entry(2, score=0.2, category="Cat", decision=Decision.REFINED),
        an_entry(3, image=2, risk=0.1, decision=Decision.DROPPED, is_drafted=True),
        an_entry(4, image=3, score=0.5, risk=0.9, category="dog"),
    ]
    return QueueTable(entries, NAMES, {4: "Blurred tail"})


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Arrangement(), [1, 2, 3, 4]),
        (Arrangement(descending=True), [4, 3, 2, 1]),
        (Arrangement(decisions=frozenset({Decision.PENDING, Decision.DROPPED})), [1, 3, 4]),
        (Arrangement(categories=frozenset({"Cat", "dog"})), [2, 4]),
        (Arrangement(risk=(0.1, 0.5)), [1, 3]),
        (Arrangement(score=(0.5, 1.0)), [1, 4]),
        (Arrangement(size=(150, 300)), [2, 3]),
        (Arrangement(drafted=True), [3]),
        (Arrangement(image="STREET"), [1, 2, 3]),
        (Arrangement(text="cat"), [2]),
        (Arrangement(text="park"), [4]),
        (Arrangement(text="blurred"), [4]),
        (Arrangement(text="#2"), [2]),
        (Arrangement(text="nothing"), []),
        (Arrangement(sort=SortBy.RISK), [3, 1, 4, 2]),
        (Arrangement(sort=SortBy.RISK, descending=True), [4, 1, 3, 2]),
        (Arrangement(sort=SortBy.SCORE), [2, 4, 1, 3]),
        (Arrangement(sort=SortBy.SIZE, descending=True), [4, 3, 2, 1]),
        (Arrangement(sort=SortBy.CATEGORY), [2, 4, 1, 3]),
        (Arrangement(sort=SortBy.DECISION), [1, 4, 2, 3]),
        (Arrangement(sort=SortBy.IMAGE, descending=True), [4, 3, 1, 2]),
        (Arrangement(text="street", sort=SortBy.RISK), [3, 1, 2]),
    ],
)
def test_filters_and_orders(table: QueueTable, wanted: Arrangement, ids: list[int]) -> None:
    assert [table.entries[row].instance_id for row in table.arrange(wanted)] == ids


def test_a_changed_entry_is_arranged_anew(table: QueueTable) -> None:
    table.replace(0, an_entry(1, risk=0.95, decision=Decision.COARSE))
    assert table.arrange(Arrangement(decisions=frozenset({Decision.COARSE}))) == [0]
    assert table.arrange(Arrangement(sort=SortBy.RISK, descending=True))[0] == 0


def test_an_empty_queue_can_be_arranged() -> None:
    empty = QueueTable((), {}, {})
    wanted = Arrangement(categories=frozenset({"x"}), text="x", image="y", sort=SortBy.IMAGE)
    assert empty.arrange(wanted) == []


def test_risks_are_counted_by_step_and_by_whether_they_are_decided(table: QueueTable) -> None:
    counts = table.risk_counts(Arrangement())

    assert counts.total == 3, "one has no risk"
    assert np.flatnonzero(counts.pending).tolist() == [50, 90]
    assert np.flatnonzero(counts.decided).tolist() == [10]
    assert [counts.below(step) for step in (10, 11, 50, 51, 100)] == [0, 1, 1, 2, 3]
    assert table.risk_counts(Arrangement(text="park")).total == 1
    assert table.has_risk
    assert not QueueTable([an_entry(1)], NAMES, {}).has_risk


@given(st.lists(st.floats(0, 1), max_size=40), st.integers(0, RISK_STEPS))
def test_counts_say_how_many_a_threshold_lets_pass(risks: list[float], step: int) -> None:
    entries = [an_entry(number, risk=risk) for number, risk in enumerate(risks)]
    table = QueueTable(entries, NAMES, {})
    limit = step / RISK_STEPS

    below = table.arrange(Arrangement(risk=risk_below(limit)))
    above = table.arrange(Arrangement(risk=(limit, 1.0)))

    assert below == [row for row, risk in enumerate(risks) if risk < limit]
    assert sorted(below + above) == list(range(len(risks))), "each is on one side"
    if step < RISK_STEPS:
        assert table.risk_counts(Arrangement()).below(step) == len(below)


SPANS = st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(
    st.builds(
        Arrangement,
        decisions=st.frozensets(st.sampled_from(Decision)),
        categories=st.frozensets(st.text()),
        risk=SPANS,
        score=SPANS,
        size=SPANS,
        image=st.text(),
        text=st.text(),
        sort=st.sampled_from(SortBy),
        descending=st.booleans(),
    )
)
def test_saved_arrangements_come_back(arrangement: Arrangement) -> None:
    assert Arrangement.from_json(json.loads(json.dumps(arrangement.to_json()))) == arrangement


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"decisions": "pending", "risk": [1], "score": ["a", "b"], "size": 3, "sort": "colour"},
        {"decisions": [3, "gone"], "categories": {}, "risk": [float("nan"), 1], "descending": 1},
    ],
)
def test_what_is_not_understood_counts_as_not_set(values: dict) -> None:
    assert Arrangement.from_json(values) == Arrangement()
