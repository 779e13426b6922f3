"""Instances come, split, merge, change category and give way; all of it can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.queues import disk, make_queue

from segrefine_gui.domain.errors import MaskError, ProjectError, SegRefineError
from segrefine_gui.domain.masks import Rle, encode_mask
from segrefine_gui.domain.records import Basis, Decision, refined_mask
from segrefine_gui.services import instances
from segrefine_gui.services.arrange import Arrangement, SortBy
from segrefine_gui.services.export import final_mask
from segrefine_gui.services.instances import InstanceChange
from segrefine_gui.services.review import Review
from segrefine_gui.storage.base import DecisionRecord, InstanceUpdate
from segrefine_gui.storage.project import Project


@pytest.fixture
def store(tmp_path: Path, image_folder: Path) -> Iterator[Project]:
    """Instances 1 and 2 in one.png and 3 and 4 in two.png; the first three are refined."""
    with Project.open(make_queue(tmp_path / "q.segrefine", image_folder, 4, refined=3)) as store:
        yield store


def two_disks(speck: bool = False) -> np.ndarray:
    mask = disk(20, x=40) | disk(12, x=120)
    if speck:
        mask[5:8, 5:8] = True
    return mask


def edited(mask: np.ndarray, **more: object) -> DecisionRecord:
    values = {"edited": encode_mask(mask), "based_on": Basis.COARSE, "reviewer": "bob", **more}
    return DecisionRecord(Decision.EDITED, **values)


class Seen(NamedTuple):
    """All that people and files see of an instance."""

    instance_id: int
    category: str
    decision: DecisionRecord
    coarse: Rle
    final: Rle | None


def state(store: Project) -> list[Seen]:
    return [
        Seen(
            each.instance.id,
            each.instance.category.name,
            each.decision,
            each.instance.coarse,
            final_mask(each),
        )
        for each in store.reviewed()
    ]


def undone_and_redone(store: Project, before: list[Seen], change: InstanceChange) -> None:
    after = state(store)
    instances.revert(store, change, "ann")
    assert state(store) == before
    instances.apply(store, change, "ann")
    assert state(store) == after


def test_a_drawn_instance_is_pending_with_what_was_found_as_coarse_mask(store: Project) -> None:
    before = state(store)
    change = instances.draw(store, 1, encode_mask(disk(9)), "zebra", "ann")
    (made,) = change.made
    assert (change.hand_before, change.hand_after, change.made_pending) == (1, made, [made])
    drawn = next(each for each in state(store) if each.instance_id == made)
    assert drawn == (
        made,
        "zebra",
        DecisionRecord(),
        encode_mask(disk(9)),
        encode_mask(disk(9)),
    )
    assert [each.instance_id for each in state(store)] == [1, 2, made, 3, 4]
    (line,) = store.journal()
    assert (line.who, line.what, line.instance_id, line.category) == ("ann", "draw", made, "zebra")
    undone_and_redone(store, before, change)


def test_nothing_is_drawn_of_an_empty_mask(store: Project) -> None:
    with pytest.raises(MaskError):
        instances.draw(store, 1, encode_mask(np.zeros((120, 160), bool)), "zebra", "ann")
    assert len(state(store)) == 4


def test_the_parts_of_a_pending_instance_are_pending(store: Project) -> None:
    before = state(store)
    mask = encode_mask(two_disks(speck=True))
    change = instances.split(store, 1, mask, "ann")
    (made,) = change.made
    kept, part = (each for each in state(store) if each.instance_id in (1, made))
    assert kept.decision.decision is Decision.EDITED
    assert kept.coarse == before[0].coarse, "the coarse mask is never overwritten"
    assert kept.final is not None
    speck = two_disks(speck=True) & ~two_disks()
    np.testing.assert_array_equal(kept.final.decode(), disk(20, x=40) | speck)
    assert (part.decision, part.category) == (DecisionRecord(), before[0].category)
    assert part.coarse == encode_mask(disk(12, x=120))
    assert (change.made_pending, change.hand_after) == ([made], 1)
    undone_and_redone(store, before, change)


@pytest.mark.parametrize(
    "record",
    [
        edited(two_disks(), based_on=Basis.REFINED, refinement_id=1, threshold=90, seconds=4.0),
        DecisionRecord(Decision.COARSE, 1, seconds=4.0),
        DecisionRecord(Decision.REFINED, 1, seconds=4.0),
    ],
    ids=lambda record: record.decision.value,
)
def test_the_parts_of_a_decided_instance_are_decided(
    store: Project, record: DecisionRecord
) -> None:
    store.set_decisions({1: record}, "decide")
    before = state(store)
    change = instances.split(store, 1, encode_mask(two_disks()), "ann")
    (made,) = change.made
    kept, part = (each for each in state(store) if each.instance_id in (1, made))
    assert part.final == part.coarse == encode_mask(disk(12, x=120))
    assert (part.decision.decision, part.decision.based_on) == (Decision.EDITED, Basis.COARSE)
    assert (part.decision.reviewer, part.decision.seconds) == ("ann", 0.0)
    assert part.decision.decided_at is not None
    assert kept.final == encode_mask(disk(20, x=40))
    assert (kept.decision.reviewer, kept.decision.seconds) == ("ann", 4.0)
    was_edited = record.decision is Decision.EDITED
    assert kept.decision.refinement_id == (1 if was_edited else None), "no word about a refiner"
    assert change.made_pending == []
    undone_and_redone(store, before, change)


def test_what_is_in_one_piece_or_dropped_is_not_split(store: Project) -> None:
    before = state(store)
    with pytest.raises(MaskError, match="one piece"):
        instances.split(store, 1, encode_mask(disk(20)), "ann")
    with pytest.raises(MaskError, match="one piece"):
        instances.split(store, 1, encode_mask(np.zeros((120, 160), bool)), "ann")
    noise = np.zeros((120, 160), bool)
    for shift in range(4):
        noise[shift::6] = True
    noise[:, ::6] = False
    with pytest.raises(MaskError, match="pieces; clean it up"):
        instances.split(store, 1, encode_mask(noise), "ann")
    assert (state(store), store.journal()) == (before, [])
    store.set_decisions({1: DecisionRecord(Decision.DROPPED)}, "decide")
    for act in (
        lambda: instances.split(store, 1, encode_mask(two_disks()), "ann"),
        lambda: instances.duplicate(store, 1, "ann"),
    ):
        with pytest.raises(ProjectError, match="dropped"):
            act()


def test_merging_gives_one_the_union_and_drops_the_others(store: Project) -> None:
    store.set_decisions({2: edited(two_disks())}, "decide")
    before = state(store)
    change = instances.merge(store, 1, [2, 1], "ann")
    first, second, *others = state(store)
    assert others == before[2:]
    assert first.final == encode_mask(two_disks() | disk(10))
    assert (first.decision.decision, second.decision.decision) == (
        Decision.EDITED,
        Decision.DROPPED,
    )
    assert (change.hand_after, change.made) == (1, [])
    assert [line.what for line in store.journal()[1:]] == ["merge", "merge"]
    undone_and_redone(store, before, change)


def test_merging_needs_two_instances_of_one_image(store: Project) -> None:
    for chosen in ([], [1], [1, 1]):
        with pytest.raises(ProjectError, match="two instances or more"):
            instances.merge(store, 1, chosen, "ann")
    with pytest.raises(ProjectError, match="different images"):
        instances.merge(store, 1, [1, 3], "ann")
    store.set_decisions({2: DecisionRecord(Decision.DROPPED)}, "decide")
    with pytest.raises(ProjectError, match="two instances or more"):
        instances.merge(store, 1, [1, 2], "ann")


@pytest.mark.parametrize(
    ("record", "decision"),
    [
        (DecisionRecord(), Decision.PENDING),
        (DecisionRecord(Decision.COARSE, 1), Decision.COARSE),
        (DecisionRecord(Decision.REFINED, 1, 90), Decision.EDITED),
        (edited(two_disks()), Decision.EDITED),
    ],
)
def test_a_duplicate_has_the_same_masks(
    store: Project, record: DecisionRecord, decision: Decision
) -> None:
    store.set_decisions({1: record}, "decide")
    before = state(store)
    change = instances.duplicate(store, 1, "ann")
    (made,) = change.made
    twin = next(each for each in state(store) if each.instance_id == made)
    source = before[0]
    assert (twin.category, twin.coarse, twin.final) == (
        source.category,
        source.coarse,
        source.final,
    )
    assert (twin.decision.decision, change.hand_after) == (decision, made)
    undone_and_redone(store, before, change)


def test_changing_the_category_of_several(store: Project) -> None:
    before = state(store)
    change = instances.change_category(store, 1, [1, 2, 3], "dog", "ann")
    assert change is not None
    assert [each.category for each in state(store)] == ["dog", "dog", "dog", "cat"]
    assert list(change.after) == [1, 3], "the second was a dog before"
    undone_and_redone(store, before, change)
    assert instances.change_category(store, 1, [1, 2], "dog", "ann") is None


def test_neighbours_are_cut_and_what_is_covered_whole_is_told(store: Project) -> None:
    half = disk(20) & (np.arange(160) >= 80)
    store.set_decisions(
        {1: DecisionRecord(Decision.COARSE, 1), 2: edited(half)}, "decide"
    )  # a disk of radius 10 below half of one of radius 20
    before = state(store)
    cut = instances.cut_by_neighbours(store, 1, False, "ann")
    assert cut.change is not None
    first, second = state(store)[:2]
    assert second == before[1], "what came later is on top"
    assert first.final == encode_mask(disk(10) & ~half)
    assert (cut.pixels, cut.covered) == (int((disk(10) & half).sum()), [])
    undone_and_redone(store, before, cut.change)
    assert instances.cut_by_neighbours(store, 1, False, "ann") == instances.Cut(None, 0, [])

    store.set_decisions({1: edited(disk(10)), 2: edited(disk(20))}, "decide")
    before = state(store)
    cut = instances.cut_by_neighbours(store, 1, False, "ann")
    assert (cut.change, [each.id for each in cut.covered]) == (None, [1])
    assert state(store) == before


def test_the_higher_score_keeps_what_is_shared(store: Project) -> None:
    one, two = (store.instance(each) for each in (1, 2))
    assert one.score is not None
    assert two.score is not None
    assert one.score < two.score
    (made,) = instances.draw(store, 1, encode_mask(disk(8, x=88)), "cat", "ann").made
    instances.cut_by_neighbours(store, 1, True, "ann")
    finals = {each.instance_id: each.final for each in state(store)}
    assert finals[2] == two.coarse
    made_final = finals[made]
    assert made_final is not None
    assert not (made_final.decode() & two.coarse.decode()).any(), "no score comes last"


def test_the_mask_in_sight(store: Project) -> None:
    review = Review(store, "ann", order=Arrangement())
    shown = review.shown()
    assert shown is not None
    assert shown.refinement is not None
    coarse, left_out = shown.instance.coarse, encode_mask(disk(3))
    refined = refined_mask(shown.refinement, coarse, 90, left_out)
    assert instances.mask_in_sight(shown, 90, left_out) == refined
    review.decide(Decision.COARSE)
    assert instances.mask_in_sight(review.shown(), 90, None) == coarse
    review.apply_edit(1, encode_mask(two_disks()))
    assert instances.mask_in_sight(review.shown(), 90, None) == encode_mask(two_disks())
    review.go_to(3)
    assert instances.mask_in_sight(review.shown(), 90, None) == store.instance(4).coarse


# In the review

ORDERS = [
    Arrangement(),
    Arrangement(descending=True),
    Arrangement(sort=SortBy.IMAGE),
    Arrangement(sort=SortBy.RISK, descending=True),
    Arrangement(decisions=frozenset({Decision.PENDING}), categories=frozenset({"cat"})),
]


@pytest.mark.parametrize("order", ORDERS)
def test_the_queue_has_what_comes_and_loses_what_goes(store: Project, order: Arrangement) -> None:
    review = Review(store, "ann", order=order)
    listed, counts = list(review.entries), dict(review.counts())
    here = review.entries[review.current or 0].instance_id
    change = instances.draw(store, here, encode_mask(disk(9)), "zebra", "ann")
    (made,) = change.made
    review.take_in_updates(change.after, here)
    place = review.position(made)
    assert place is not None
    assert review.position(here) == review.current
    kept = [entry for entry in review.entries if entry.instance_id != made]
    assert kept == listed, "nothing else moves"
    image_id = review.entries[place].image_id
    beside = review.entries[max(0, place - 1) : place + 2]
    assert sum(entry.image_id == image_id for entry in beside) >= 2
    assert (review.counts()[Decision.PENDING], review.total) == (counts[Decision.PENDING] + 1, 5)
    assert "zebra" in review.categories
    if order in ORDERS[:3]:
        there = list(review.entries)
        review.reload()
        assert review.entries == there, "it is where it will be found"
    instances.revert(store, change, "ann")
    review.take_in_updates(change.before, here)
    assert (review.entries, dict(review.counts()), review.total) == (listed, counts, 4)
    assert "zebra" not in review.categories
    assert review.position(made) is None
    assert review.neighbours(made) == []
    assert list(review.everything) == store.queue()


def test_a_job_may_have_had_the_queue_read_again(store: Project) -> None:
    review = Review(store, "ann", order=Arrangement())
    change = instances.draw(store, 1, encode_mask(disk(9)), "zebra", "ann")
    review.reload()
    review.take_in_updates(change.after, 1)
    assert list(review.entries) == store.queue()
    instances.revert(store, change, "ann")
    review.reload()
    review.take_in_updates(change.before, 1)
    assert list(review.entries) == store.queue()
    assert sum(review.counts().values()) == 4


# Any sequence

OPERATIONS = ("draw", "split", "duplicate", "merge", "category", "cut", "decide")


def _act(store: Project, review: Review, name: str, rng: np.random.Generator) -> object:
    """Does something with instances that are there; None where it does not go."""
    ids = [entry.instance_id for entry in store.queue()]
    hand, other = (int(each) for each in rng.choice(ids, 2))
    mask = np.zeros((120, 160), np.uint8)
    for _ in range(3):
        x, y, radius = (int(rng.integers(0, limit)) for limit in (160, 120, 30))
        cv2.circle(mask, (x, y), radius, 1, -1)
    coarse = encode_mask(mask.astype(bool))
    category = str(rng.choice(["cat", "dog", "zebra", "ox"]))
    try:
        if name == "draw":
            return instances.draw(store, hand, coarse, category, "ann")
        if name == "split":
            return instances.split(store, hand, coarse, "ann")
        if name == "duplicate":
            return instances.duplicate(store, hand, "ann")
        if name == "merge":
            return instances.merge(store, hand, [hand, other], "ann")
        if name == "category":
            return instances.change_category(store, hand, [hand, other], category, "ann")
        if name == "cut":
            return instances.cut_by_neighbours(store, hand, bool(rng.integers(2)), "ann").change
        review.go_to(review.reveal(hand))
        return review.decide((Decision.COARSE, Decision.DROPPED)[int(rng.integers(2))])
    except SegRefineError:
        return None


@settings(max_examples=25)
@given(
    names=st.lists(st.sampled_from(OPERATIONS), min_size=1, max_size=8),
    seed=st.integers(0, 2**32 - 1),
    order=st.sampled_from(ORDERS),
)
def test_undoing_everything_leads_to_the_start_and_redoing_to_the_end(
    tmp_path_factory: pytest.TempPathFactory,
    names: list[str],
    seed: int,
    order: Arrangement,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    rng = np.random.default_rng(seed)
    with Project.open(make_queue(folder / "q.segrefine", folder, 4, refined=3)) as store:
        review = Review(store, "ann", order=order)

        def take_in(updates: dict[int, InstanceUpdate], beside: int) -> None:
            review.take_in_updates(updates, beside)
            assert list(review.everything) == store.queue()
            assert sum(review.counts().values()) == review.total

        def seen() -> object:
            return state(store), store.queue(), store.categories(), dict(review.counts())

        states, changes = [seen()], []
        for name in names:
            change = _act(store, review, name, rng)
            if change is None:
                assert seen() == states[-1], "what fails changes nothing"
                continue
            if isinstance(change, InstanceChange):
                take_in(change.after, change.hand_before)
            changes.append(change)
            states.append(seen())
        for change, wanted in zip(reversed(changes), states[-2::-1], strict=True):
            if isinstance(change, InstanceChange):
                instances.revert(store, change, "ann")
                take_in(change.before, change.hand_after)
            else:
                review.revert(change)
            assert seen() == wanted
        for change, wanted in zip(changes, states[1:], strict=True):
            if isinstance(change, InstanceChange):
                instances.apply(store, change, "ann")
                take_in(change.after, change.hand_before)
            else:
                review.apply(change)
            assert seen() == wanted
