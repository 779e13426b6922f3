"""Several refinements of one instance: which ones there are to choose from, and choosing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.masks import encode_part
from segrefine_gui.domain.records import Decision, EngineRun, Refinement
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD, SoftMask
from segrefine_gui.services.alternatives import list_alternatives
from segrefine_gui.services.review import Review
from segrefine_gui.storage.base import RefinementEntry
from segrefine_gui.storage.project import Project


def entries(*runs: EngineRun) -> list[RefinementEntry]:
    return [RefinementEntry(number, run, None) for number, run in enumerate(runs, start=1)]


def ids(alternatives) -> list[int]:
    return [each.refinement_id for each in alternatives]


def names(alternatives) -> list[str]:
    return [each.name for each in alternatives]


def test_a_refiner_that_ran_again_is_one_alternative_in_its_old_place() -> None:
    runs = entries(EngineRun("a", "1"), EngineRun("b"), EngineRun("a", "1", seconds=3.0))
    assert ids(list_alternatives(runs)) == [3, 2]
    assert names(list_alternatives(runs)) == ["a", "b"]


def test_what_a_decision_rests_on_stays_listed_when_its_refiner_ran_again() -> None:
    runs = entries(EngineRun("a"), EngineRun("b"), EngineRun("a"))
    listed = list_alternatives(runs, kept=[1], accepted=1)
    assert ids(listed) == [1, 3, 2]
    assert names(listed) == ["a · run 1", "a · run 2", "b"]
    assert [each.is_accepted for each in listed] == [True, False, False]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"rounds": 3}, {"rounds": 9}, ["a · rounds 3", "a · rounds 9"]),
        ({"cap": 0.25, "same": 1}, {"same": 1}, ["a · cap 0.25", "a · cap off"]),
        ({"in_one": True}, {"in_one": False}, ["a · in one on", "a · in one off"]),
        ({"only": ["x", "y"]}, {"only": []}, ["a · only x/y", "a · only –"]),
        (
            {"a": 1, "b": 1, "c": 1},
            {"a": 2, "b": "no", "c": 2},
            ["a · a 1, b 1", "a · a 2, b no"],
        ),
    ],
)
def test_parameters_tell_runs_of_one_engine_apart(first, second, expected) -> None:
    runs = entries(EngineRun("a", parameters=first), EngineRun("a", parameters=second))
    assert names(list_alternatives(runs)) == expected


def test_parameters_of_a_hostile_project_make_no_endless_names() -> None:
    nested: object = []
    for _ in range(20_000):
        nested = [nested]
    runs = entries(
        EngineRun("a", parameters={"x": "y" * 1_000_000}),
        EngineRun("a", parameters={"x": {"z": 1}}),
        EngineRun("a", parameters={"x": nested}),
    )
    assert all(len(name) < 60 for name in names(list_alternatives(runs)))


def test_other_weights_are_another_alternative() -> None:
    runs = entries(EngineRun("a", weights_hash="1"), EngineRun("a", weights_hash="2"))
    assert names(list_alternatives(runs)) == ["a · run 1", "a · run 2"]


@pytest.fixture
def two_ways(imported: Project) -> tuple[Project, list[int]]:
    """The first instance refined by two engines, the others by one; ids of the first one's."""
    made = []
    for entry in imported.queue():
        region = imported.instance(entry.instance_id).coarse.box
        for value, engine in ((255, "full"), (0, "empty")):
            if engine == "full" or not made[1:]:
                soft = SoftMask(region, np.full((region.height, region.width), value, np.uint8))
                refinement = Refinement(0, entry.instance_id, soft, EngineRun(engine))
                made.append(imported.add_refinement(refinement).id)
    return imported, made[:2]


def test_the_one_that_is_looked_at_is_decided_about_and_undo_comes_back_to_it(two_ways) -> None:
    store, (full, empty) = two_ways
    review = Review(store, "ann")
    shown = review.shown()
    assert shown.refinement.id == empty
    assert names(shown.alternatives) == ["full", "empty"]

    review.look_at(full)
    assert review.shown().refinement.id == full
    change = review.decide(Decision.REFINED)
    (instance_id,) = change.after
    assert store.decision(instance_id).refinement_id == full
    shown = review.shown()
    assert shown.refinement.id == full
    assert [each.is_accepted for each in shown.alternatives] == [True, False]
    assert next(store.reviewed()).refinement.id == full

    review.revert(change)
    shown = review.shown()
    assert shown.refinement.id == full, "undo shows what it was decided about"
    assert not any(each.is_accepted for each in shown.alternatives)
    review.apply(change)
    assert review.shown().refinement.id == full


def test_a_look_lasts_while_others_are_shown_but_the_queue_tells_of_the_newest(two_ways) -> None:
    store, (full, empty) = two_ways
    review = Review(store, "ann")
    review.look_at(full)
    review.go_to(1)
    review.go_to(0)
    assert review.shown().refinement.id == full
    assert review.shown_at(0).refinement.id == empty
    assert review.entries[0].refiner == "empty"


def test_the_queue_tells_of_what_was_decided_about(two_ways) -> None:
    store, (full, _) = two_ways
    review = Review(store, "ann")
    review.look_at(full)
    change = review.decide(Decision.REFINED)
    assert review.entries[0].refiner == "full"
    assert store.queue()[0].refiner == "full"
    instance_id = review.entries[0].instance_id
    soft = store.refinement(full).soft
    store.add_refinement(Refinement(0, instance_id, soft, EngineRun("third")))
    review.refresh(instance_id)
    assert review.entries[0].refiner == "full", "a job does not change what was decided"
    review.revert(change)
    assert review.entries[0].refiner == store.queue()[0].refiner == "third"


def test_what_is_new_is_shown(two_ways) -> None:
    store, (full, _) = two_ways
    review = Review(store, "ann")
    review.look_at(full)
    instance_id = review.entries[0].instance_id
    soft = store.refinement(full).soft
    newest = store.add_refinement(Refinement(0, instance_id, soft, EngineRun("third"))).id
    review.refresh(instance_id)
    assert review.shown().refinement.id == newest

    review.decide(Decision.REFINED)
    later = store.add_refinement(Refinement(0, instance_id, soft, EngineRun("fourth"))).id
    review.refresh(instance_id)
    assert review.shown().refinement.id == newest, "a decision is not moved by a job"
    review.look_at_newest(instance_id)
    assert review.shown().refinement.id == later


def test_another_refinement_has_no_cut_of_a_decision_about_the_first(two_ways) -> None:
    store, (full, empty) = two_ways
    review = Review(store, "ann")
    instance = store.instance(review.entries[0].instance_id)
    box = instance.coarse.box
    everything = np.ones((box.height, box.width), dtype=bool)
    left_out = encode_part(everything, box, instance.coarse.height, instance.coarse.width)
    review.decide(Decision.REFINED, 40, left_out)

    review.look_at(full)
    shown = review.shown()
    assert shown.decision.decision is Decision.REFINED
    assert (shown.decision.threshold, shown.decision.left_out) == (DEFAULT_THRESHOLD, None)
    review.look_at(empty)
    shown = review.shown()
    assert (shown.decision.threshold, shown.decision.left_out) == (40, left_out)


def test_a_refinement_of_another_instance_is_refused(two_ways, tmp_path: Path) -> None:
    store, (full, _) = two_ways
    review = Review(store, "ann")
    review.go_to(1)
    for refinement_id in (full, 999):
        with pytest.raises(ProjectError, match="another instance"):
            review.look_at(refinement_id)
