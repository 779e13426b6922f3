"""Use case: a person makes instances, unmakes them, and settles which pixels are whose.

Each function stores what it does at once, in one go, and returns it as an `InstanceChange`, which
`revert` takes back and `apply` makes again. What a person changes about the mask of an instance
is an edit of it; which decision a new instance begins with is told by decision record 11.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TypeVar

from segrefine_gui.domain import partition
from segrefine_gui.domain.errors import MaskError, ProjectError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Basis, Decision, Instance, refined_mask
from segrefine_gui.services.decisions import plan_decisions
from segrefine_gui.services.export import final_mask
from segrefine_gui.services.looks import Shown
from segrefine_gui.storage.base import (
    DecisionRecord,
    InstanceUpdate,
    ProjectStore,
    ReviewedInstance,
)

T = TypeVar("T")

DRAWN, SPLIT, DUPLICATE = "drawn", "split", "duplicate"
"""Origins of instances that a person makes."""

SPECK_AREA = 12
"""Parts of fewer pixels stay with the largest: as in `domain.changes`, too small to look at."""

MOST_PARTS = 100
"""A mask in more parts is noise: nobody wants so many instances of it."""

_GONE = InstanceUpdate(is_withdrawn=True)


@dataclass(frozen=True, slots=True)
class InstanceChange:
    """What became of some instances together, so that it can be undone together.

    Attributes:
        what: the journal's verb.
        image_id: the image of the instance in hand.
        before: what it takes to bring everything back, by instance.
        after: what it took, by instance.
        hand_before: the instance in hand until then.
        hand_after: the one in hand from then on.
    """

    what: str
    image_id: int
    before: Mapping[int, InstanceUpdate]
    after: Mapping[int, InstanceUpdate]
    hand_before: int
    hand_after: int

    @property
    def made(self) -> Sequence[int]:
        """Instances that there were not before."""
        return [each for each, update in self.after.items() if update.is_withdrawn is False]

    @property
    def made_pending(self) -> Sequence[int]:
        """Those of them that nobody decided about."""
        return [each for each in self.made if self.after[each].decision is None]


@dataclass(frozen=True, slots=True)
class Cut:
    """What cutting instances by their neighbours did.

    Attributes:
        change: the edits; None where nothing was to be cut.
        pixels: how many were taken away, in all.
        covered: those whose mask others cover whole; they were left as they were.
    """

    change: InstanceChange | None
    pixels: int
    covered: Sequence[Instance]


def in_project(
    open_project: Callable[[Path], ProjectStore], project: Path, act: Callable[[ProjectStore], T]
) -> T:
    """Act through a store of its own: for any thread."""
    with closing(open_project(project)) as store:
        return act(store)


def apply(store: ProjectStore, change: InstanceChange, reviewer: str) -> None:
    """Make a change again; on disk when this returns."""
    store.update_instances(change.after, change.what, reviewer)


def revert(store: ProjectStore, change: InstanceChange, reviewer: str) -> None:
    """Take a change back; on disk when this returns."""
    store.update_instances(change.before, "undo", reviewer)


def mask_in_sight(shown: Shown, threshold: int, left_out: Rle | None) -> Rle:
    """The mask of an instance that a person sees as the one that counts.

    It is the edit, the coarse mask that was decided to be kept, else the refined mask as it is
    chosen; the coarse mask where there is no other.

    Args:
        shown: the instance as it is shown.
        threshold: where its refinement is cut, 1..255.
        left_out: where the refined mask keeps the coarse one; None for nowhere.
    """
    coarse = shown.instance.coarse
    if shown.edited is not None:
        return shown.edited
    if shown.refinement is None or shown.decision.decision is Decision.COARSE:
        return coarse
    return refined_mask(shown.refinement, coarse, threshold, left_out)


def draw(
    store: ProjectStore, hand: int, coarse: Rle, category: str, reviewer: str
) -> InstanceChange:
    """Make a pending instance of a coarse mask that a person asked for.

    Args:
        store: the project.
        hand: the instance in hand, in whose image it is.
        coarse: of the whole image.
        category: name of its category, which may be new.
        reviewer: the person.

    Raises:
        MaskError: the mask is empty.
        ProjectError: it has another size than the image, or the project cannot be written.
    """
    if coarse.area == 0:
        raise MaskError("There is nothing in this mask.")
    image_id = store.instance(hand).image_id
    (made,) = store.prepare_instances(image_id, DRAWN, category, [coarse])
    after = {made: InstanceUpdate(category, is_withdrawn=False)}
    change = InstanceChange("draw", image_id, {made: _GONE}, after, hand, made)
    return _stored(store, change, reviewer)


def split(store: ProjectStore, hand: int, mask: Rle, reviewer: str) -> InstanceChange:
    """Make an instance of each part of a mask but the largest, which the instance keeps.

    Args:
        store: the project.
        hand: the instance.
        mask: the one to split: what is seen of it, see `mask_in_sight`.
        reviewer: the person.

    Raises:
        MaskError: the mask is in one piece, but for specks, or in too many.
        ProjectError: the instance is dropped, or the project cannot be written.
    """
    instance, before = store.instance(hand), store.decision(hand)
    _refuse_dropped(before)
    largest, *others = partition.split(mask, SPECK_AREA) or [mask]
    if not others:
        raise MaskError("This mask is in one piece.")
    if len(others) >= MOST_PARTS:
        raise MaskError(f"This mask is in {len(others) + 1:,} pieces; clean it up first.")
    category = instance.category.name
    made = store.prepare_instances(instance.image_id, SPLIT, category, others)
    after = {hand: InstanceUpdate(decision=_edited(before, largest, reviewer))}
    for made_id, part in zip(made, others, strict=True):
        decision = None
        if before.decision.is_accepted:
            decision = _edited(DecisionRecord(), part, reviewer)
        after[made_id] = InstanceUpdate(category, decision, is_withdrawn=False)
    undone = {hand: InstanceUpdate(decision=before), **dict.fromkeys(made, _GONE)}
    change = InstanceChange("split", instance.image_id, undone, after, hand, hand)
    return _stored(store, change, reviewer)


def duplicate(store: ProjectStore, hand: int, reviewer: str) -> InstanceChange:
    """Make another instance with the same coarse mask and category.

    Of an instance that was decided about, the other one has the same final mask.

    Raises:
        ProjectError: the instance is dropped, or the project cannot be written.
    """
    instance, before = store.instance(hand), store.decision(hand)
    _refuse_dropped(before)
    category = instance.category.name
    (made,) = store.prepare_instances(instance.image_id, DUPLICATE, category, [instance.coarse])
    decision = None
    if before.decision is Decision.COARSE:
        decision = replace(_decided(reviewer), decision=Decision.COARSE)
    elif before.decision.is_accepted:
        final = _final_masks(store, [instance], {hand: before})[hand]
        decision = _edited(DecisionRecord(), final, reviewer)
    after = {made: InstanceUpdate(category, decision, is_withdrawn=False)}
    change = InstanceChange("duplicate", instance.image_id, {made: _GONE}, after, hand, made)
    return _stored(store, change, reviewer)


def merge(
    store: ProjectStore, hand: int, instance_ids: Collection[int], reviewer: str
) -> InstanceChange:
    """Let an instance have the union of the final masks of several, and drop the others.

    Args:
        store: the project.
        hand: the instance in hand; the first of the others where it is none of them.
        instance_ids: which ones; those that are dropped are passed over.
        reviewer: the person.

    Raises:
        ProjectError: they are fewer than two, or of several images, or the project cannot be
            written.
    """
    decisions = {
        each: record
        for each, record in store.decisions(sorted(instance_ids)).items()
        if record.decision is not Decision.DROPPED
    }
    if len(decisions) < 2:
        raise ProjectError("Select two instances or more of one image to merge them.")
    instances = [store.instance(each) for each in decisions]
    if len({each.image_id for each in instances}) > 1:
        raise ProjectError("Instances of different images cannot be merged.")
    kept = hand if hand in decisions else instances[0].id
    union = partition.merge(list(_final_masks(store, instances, decisions).values()))
    others = [each for each in decisions if each != kept]
    dropped = plan_decisions(store, reviewer, others, Decision.DROPPED)
    records = {kept: _edited(decisions[kept], union, reviewer), **dropped.after}
    return _decided_together(store, "merge", records, decisions, hand, kept, reviewer)


def change_category(
    store: ProjectStore, hand: int, instance_ids: Sequence[int], category: str, reviewer: str
) -> InstanceChange | None:
    """Put instances into another category.

    Args:
        store: the project.
        hand: the instance in hand.
        instance_ids: which ones.
        category: its name; one that the project does not have is added.
        reviewer: the person.

    Returns:
        What was changed; None where all were in that category.

    Raises:
        ProjectError: the project cannot be written.
    """
    entries = store.queue_entries(instance_ids)
    others = {each.instance_id: each.category for each in entries if each.category != category}
    if not others:
        return None
    before = {each: InstanceUpdate(name) for each, name in others.items()}
    after = dict.fromkeys(others, InstanceUpdate(category))
    image_id = store.instance(hand).image_id
    return _stored(store, InstanceChange("category", image_id, before, after, hand, hand), reviewer)


def cut_by_neighbours(store: ProjectStore, hand: int, by_score: bool, reviewer: str) -> Cut:
    """Let no two instances of an image share a pixel, as their final masks go.

    Args:
        store: the project.
        hand: the instance in hand, whose image it is.
        by_score: the higher score keeps what is shared, and of equal ones, or without a score,
            the one that came later; else always that one.
        reviewer: the person.

    Returns:
        What was changed: each mask that lost pixels is an edit now.

    Raises:
        ProjectError: the project cannot be read or written.
    """
    instances = store.image_instances(store.instance(hand).image_id)[::-1]  # the newest on top
    decisions = store.decisions([each.id for each in instances])
    instances = [each for each in instances if decisions[each.id].decision is not Decision.DROPPED]
    finals = _final_masks(store, instances, decisions)
    scores = [each.score for each in instances] if by_score else None
    cut = partition.cut_by_neighbours(list(finals.values()), scores)
    records, covered, pixels = {}, [], 0
    for instance, mask in zip(instances, cut, strict=True):
        lost = finals[instance.id].area - mask.area
        if lost and mask.area == 0:
            covered.append(instance)
        elif lost:
            records[instance.id] = _edited(decisions[instance.id], mask, reviewer)
            pixels += lost
    if not records:
        return Cut(None, 0, covered)
    return Cut(
        _decided_together(store, "cut", records, decisions, hand, hand, reviewer), pixels, covered
    )


def _stored(store: ProjectStore, change: InstanceChange, reviewer: str) -> InstanceChange:
    apply(store, change, reviewer)
    return change


def _decided_together(
    store: ProjectStore,
    what: str,
    records: Mapping[int, DecisionRecord],
    before: Mapping[int, DecisionRecord],
    hand: int,
    hand_after: int,
    reviewer: str,
) -> InstanceChange:
    """A change of decisions alone."""
    undone = {each: InstanceUpdate(decision=before[each]) for each in records}
    after = {each: InstanceUpdate(decision=record) for each, record in records.items()}
    image_id = store.instance(hand).image_id
    change = InstanceChange(what, image_id, undone, after, hand, hand_after)
    return _stored(store, change, reviewer)


def _decided(reviewer: str) -> DecisionRecord:
    return DecisionRecord(reviewer=reviewer, decided_at=datetime.now(timezone.utc))


def _edited(before: DecisionRecord, mask: Rle, reviewer: str) -> DecisionRecord:
    """The decision that an instance has another mask now.

    An edit stays the edit that it was. Any other one rests on no refinement: which pixels are
    whose says nothing about how well a refiner did.
    """
    now = _decided(reviewer)
    if before.decision is Decision.EDITED:
        return replace(before, edited=mask, reviewer=reviewer, decided_at=now.decided_at)
    return replace(
        now,
        decision=Decision.EDITED,
        seconds=before.seconds,
        edited=mask,
        based_on=Basis.COARSE,
    )


def _refuse_dropped(record: DecisionRecord) -> None:
    if record.decision is Decision.DROPPED:
        raise ProjectError("This instance is dropped: decide otherwise about it first.")


def _final_masks(
    store: ProjectStore, instances: Sequence[Instance], decisions: Mapping[int, DecisionRecord]
) -> dict[int, Rle]:
    """The final masks of instances that are not dropped, by their ids."""
    images = {image.id: image for image in store.images()}
    masks = {}
    for instance in instances:
        record = decisions[instance.id]
        refinement = None
        if record.decision is Decision.REFINED and record.refinement_id is not None:
            refinement = store.refinement(record.refinement_id)
        image = images[instance.image_id]
        mask = final_mask(ReviewedInstance(instance, image, record, refinement))
        assert mask is not None, "it is not dropped"
        masks[instance.id] = mask
    return masks
