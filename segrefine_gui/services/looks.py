"""Which refinement of an instance is looked at, and all that is known of the instance then."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Decision, Image, Instance, Refinement
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.services.alternatives import Alternative, list_alternatives
from segrefine_gui.storage.base import DecisionRecord, ProjectStore, QueueEntry

REFINEMENTS_KEPT = 6
"""Refinements remembered: decoding one that will be shown next must not wait for the key."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the window needs to show one instance, as values.

    Attributes:
        entry: its line of the queue.
        image: its image.
        instance: it, with its coarse mask.
        refinement: the one that is compared and decided about, None where there is none.
        decision: what was decided; with the usual threshold and nothing left out while another
            refinement is looked at than the one that was decided about.
        note: on it, may be empty.
        alternatives: its refinements to choose from; empty for all but the current instance.
        edited: the mask of its edit; None where it was not edited, and while a refinement of it
            is looked at on purpose.
    """

    entry: QueueEntry
    image: Image
    instance: Instance
    refinement: Refinement | None
    decision: DecisionRecord
    note: str
    alternatives: Sequence[Alternative] = ()
    edited: Rle | None = None


class Looks:
    """Finds the refinement to show.

    It is the one that was decided about, else the newest; unless a person looks at another one.

    Args:
        store: the project.
    """

    def __init__(self, store: ProjectStore) -> None:
        self._store = store
        self._chosen: dict[int, int] = {}
        self._kept: OrderedDict[int, Refinement] = OrderedDict()

    def look_at(self, instance_id: int, refinement_id: int) -> None:
        """Look at another refinement of an instance from now on."""
        self._chosen[instance_id] = refinement_id

    def leave(self, instance_id: int) -> None:
        """Look at the usual refinement of an instance again."""
        self._chosen.pop(instance_id, None)

    def read_again(self, refinement_id: int | None = None) -> None:
        """Forget what was read of a refinement, or of all: it may have changed."""
        if refinement_id is None:
            self._kept.clear()
        else:
            self._kept.pop(refinement_id, None)

    def shown(self, entry: QueueEntry, image: Image, note: str) -> Shown:
        """An instance with the usual refinement, without alternatives."""
        return self._shown(entry, image, note, None)

    def shown_in_sight(self, entry: QueueEntry, image: Image, note: str) -> Shown:
        """An instance with the refinement that is looked at, and with its alternatives."""
        chosen = self._chosen.get(entry.instance_id)
        shown = self._shown(entry, image, note, chosen)
        if shown.refinement is None:
            return shown
        decided = decided_about(shown.decision)
        accepted = decided if shown.decision.decision is Decision.REFINED else None
        kept = [each for each in (shown.refinement.id, decided) if each is not None]
        entries = self._store.refinement_entries(entry.instance_id)
        return replace(shown, alternatives=list_alternatives(entries, kept, accepted))

    def _shown(self, entry: QueueEntry, image: Image, note: str, chosen: int | None) -> Shown:
        decision = self._store.decision(entry.instance_id)
        wanted = self._usual(entry.instance_id, decision) if chosen is None else chosen
        if chosen is not None and chosen != decision.refinement_id:
            # Where it was cut, and what was left out, is of another soft mask.
            decision = replace(decision, threshold=DEFAULT_THRESHOLD, left_out=None)
        refinement = None if wanted is None else self.refinement(wanted)
        instance = self._store.instance(entry.instance_id)
        edited = decision.edited if chosen is None else None
        return Shown(entry, image, instance, refinement, decision, note, edited=edited)

    def _usual(self, instance_id: int, decision: DecisionRecord) -> int | None:
        decided = decided_about(decision)
        if decided is not None:
            return decided
        return self._store.newest_refinement_ids([instance_id]).get(instance_id)

    def refinement(self, refinement_id: int) -> Refinement:
        """A refinement, from memory where it was read lately."""
        found = self._kept.get(refinement_id)
        if found is None:
            found = self._kept[refinement_id] = self._store.refinement(refinement_id)
            while len(self._kept) > REFINEMENTS_KEPT:
                self._kept.popitem(last=False)
        return found


def decided_about(decision: DecisionRecord) -> int | None:
    """The refinement that a decision rests on, None for one that is not made."""
    return None if decision.decision is Decision.PENDING else decision.refinement_id
