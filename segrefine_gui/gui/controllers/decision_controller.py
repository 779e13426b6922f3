"""Decides about the instance shown: with its choice of changes, and blind where that is on."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.choice import ChoiceState
from segrefine_gui.gui.controllers.choice_controller import ChoiceController
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.services.looks import Shown


@dataclass(frozen=True, slots=True)
class Offer:
    """What the two keys that accept a mask do now.

    Attributes:
        is_blind: they choose the right side and the left one, and nobody says which is which.
        taken: how many changes the refined mask takes.
        changes: how many there are.
        keeps_edit: an edit is in sight, and accepting leaves it as it is.
    """

    is_blind: bool = False
    taken: int = 0
    changes: int = 0
    keeps_edit: bool = False


class DecisionController(QObject):
    """Turns keys into decisions.

    While blind, both masks lie on sides that are drawn by lot for each instance; what is stored
    is the true decision, and which side was which is told once it is made.

    Args:
        review: where decisions are stored.
        choices: which changes are taken.
        parent: the window.
        session: begins the lots: with the same number they fall alike.
    """

    offer_changed = Signal(object)
    """The `Offer` from now on."""

    blind_changed = Signal(bool, bool)
    """Whether sides are hidden, and whether the refined mask is on the left one then."""

    told = Signal(str)
    """A sentence for the person."""

    def __init__(
        self,
        review: ReviewController,
        choices: ChoiceController,
        parent: QObject | None = None,
        session: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._review = review
        self._choices = choices
        self._session = random.randrange(2**32) if session is None else session
        self._wants_blind = False
        self._told_blind = (False, False)
        self._offer = Offer()
        self._shown: Shown | None = None
        choices.changed.connect(self._tell_offer)

    @property
    def is_blind(self) -> bool:
        """Whether sides are hidden: only of an instance that has two."""
        shown = self._shown
        return self._wants_blind and shown is not None and shown.refinement is not None

    @property
    def is_swapped(self) -> bool:
        """Whether the refined mask of this instance would be on the left side while blind."""
        if self._shown is None:
            return False
        lots = random.Random(f"{self._session} {self._shown.instance.id}")
        return lots.random() < 0.5

    def expect(self, shown: Shown | None) -> None:
        """Take note of what will be shown; `show` follows when it is."""
        self._shown = shown

    def show(self) -> None:
        """Hide the sides of what is on the screen now, where that is wanted."""
        self._tell_blind()

    def set_blind(self, blind: bool) -> None:
        """Hide which side is refined, or tell."""
        self._wants_blind = blind
        self._tell_blind()

    def accept(self) -> None:
        """Use the refined mask with the changes that are taken; blind, the mask on the right.

        An edit that is in sight was decided already: it stays, and the next instance comes.
        """
        if self._is_edit_in_sight:
            self._review.go_to_next_pending()
        elif self.is_blind:
            self._decide_blind(Decision.COARSE if self.is_swapped else Decision.REFINED, "B")
        else:
            self._decide(Decision.REFINED)

    def reject(self) -> None:
        """Keep the coarse mask; blind, use the mask on the left."""
        if self.is_blind:
            self._decide_blind(Decision.REFINED if self.is_swapped else Decision.COARSE, "A")
        else:
            self._decide(Decision.COARSE)

    def drop(self) -> None:
        """Leave the instance out of exports."""
        self._decide(Decision.DROPPED)

    # Inside

    @property
    def _is_edit_in_sight(self) -> bool:
        shown = self._shown
        return shown is not None and shown.edited is not None and not self.is_blind

    def _decide_blind(self, decision: Decision, side: str) -> None:
        assert self._shown is not None
        entry = self._shown.entry  # named, for by then another one is on the screen
        refined, coarse = (
            self.tr("{}: {} was the refined mask."),
            self.tr("{}: {} was the coarse mask."),
        )
        words = refined if decision is Decision.REFINED else coarse
        if self._decide(decision):
            self.told.emit(words.format(f"{entry.category} #{entry.source_id}", side))

    def _decide(self, decision: Decision) -> bool:
        """Decide, unless the instance or its cut is not on the screen yet; says whether."""
        state = self._choices.state
        if state is None:
            return self._review.decide(decision)
        if not self._choices.is_settled:
            return False
        threshold = state.choice.threshold
        if decision is not Decision.REFINED:
            return self._review.decide(decision, threshold)
        if not state.takes_nothing:
            return self._review.decide(decision, threshold, self._choices.left_out_pixels())
        if not self._review.decide(Decision.COARSE, threshold):
            return False
        self.told.emit(self.tr("No change was taken, so the coarse mask is kept."))
        return True

    def _tell_blind(self) -> None:
        blind = (self.is_blind, self.is_blind and self.is_swapped)
        if blind != self._told_blind:
            self._told_blind = blind
            self.blind_changed.emit(*blind)
        self._tell_offer(self._choices.state)

    def _tell_offer(self, state: ChoiceState | None) -> None:
        if self.is_blind or state is None:
            offer = Offer(self.is_blind, keeps_edit=self._is_edit_in_sight)
        else:
            counts = len(state.kept), len(state.changes)
            offer = Offer(False, *counts, keeps_edit=self._is_edit_in_sight)
        if offer != self._offer:
            self._offer = offer
            self.offer_changed.emit(offer)
