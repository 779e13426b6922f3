"""Change by change: which ones of the instance shown are taken, and where its mask is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.changes import Change
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.gui.choice import (
    ChangeRisks,
    Choice,
    ChoiceState,
    encode_left_out,
    recover_left_out,
)
from segrefine_gui.gui.choice_command import ChoiceCommand, ChoiceKey
from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.scene import Scene
from segrefine_gui.services.looks import Shown

THRESHOLD_STEP = 8
"""How far a key moves the threshold: 32 steps from end to end."""

LOWEST, HIGHEST = 1, 255
"""The thresholds there are."""


class ChoiceController(QObject):
    """The choice about the instance shown.

    Choices that were not decided yet are remembered until the project is closed, so that moving
    about loses none, and undo finds them. Those that were decided come back from the decision.

    Args:
        review: what is shown, and the undo stack.
        risk_limit: tells above which risk, 0..1, a change is not taken unseen.
        parent: the window.
    """

    changed = Signal(object)
    """The `ChoiceState` from now on, None where there is no refinement to choose from."""

    change_sought = Signal(int)
    """The person wants to see the change of this number."""

    threshold_sought = Signal(int)
    """The soft mask is to be cut here; `show_recut` tells when that is done."""

    told = Signal(str)
    """A sentence for the person."""

    def __init__(
        self,
        review: ReviewController,
        risk_limit: Callable[[], float] = lambda: 1.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._review = review
        self._risk_limit = risk_limit
        self._steps_by_risk = False
        self._remembered: dict[ChoiceKey, Choice] = {}
        self._shown: Shown | None = None
        self._comparison: Comparison | None = None
        self._choice = Choice()
        self._sought_threshold = DEFAULT_THRESHOLD
        self._current: int | None = None

    # What is shown

    @property
    def state(self) -> ChoiceState | None:
        """The choice as it is shown; None where there is nothing to choose from."""
        if self._comparison is None:
            return None
        left_out = self._choice.left_out if self.is_settled else frozenset()
        choice = replace(self._choice, left_out=left_out)
        changes = self._comparison.changes.changes
        return ChoiceState(changes, choice, self._current, self._risks())

    @property
    def is_settled(self) -> bool:
        """Whether what is on the screen is what is chosen: cutting elsewhere takes a moment."""
        cut = self._comparison
        return cut is not None and cut.threshold == self._choice.threshold

    @property
    def threshold(self) -> int:
        """Where the soft mask is cut, 1..255."""
        return self._choice.threshold

    def left_out_pixels(self) -> Rle | None:
        """The pixels of the changes that are left out, None for nowhere; only while settled."""
        assert self._comparison is not None
        assert self._shown is not None
        coarse = self._shown.instance.coarse
        changes, left_out = self._comparison.changes, self._choice.left_out
        return encode_left_out(changes, left_out, coarse.height, coarse.width)

    def expect(self, shown: Shown | None) -> None:
        """Take note of what will be shown."""
        self._shown = shown
        self._comparison = None  # nothing is chosen of what is not on the screen yet
        if shown is None:
            self.changed.emit(None)

    def forget(self) -> None:
        """Forget every choice: another project comes."""
        self._remembered.clear()

    def show_scene(self, scene: Scene) -> None:
        """Offer the changes of the instance that is on the screen now."""
        key = self._key()
        # Nobody is expected any more where the contact sheet came before the scene.
        self._comparison = cut = None if key is None else scene.comparison
        self._current = None
        if cut is None or key is None or self._shown is None:
            self.changed.emit(None)
            return
        self._sought_threshold = cut.threshold
        choice = self._remembered.get(key)
        if choice is None:
            left_out = recover_left_out(cut.changes, self._shown.decision.left_out)
            choice = Choice(cut.threshold, left_out)
        self._show(choice)

    def show_recut(self, scene: Scene) -> None:
        """Offer the changes at the threshold that was asked for."""
        self._comparison = scene.comparison
        self._current = None
        self.changed.emit(self.state)

    # What the person does

    def step(self, by: int) -> None:
        """Look at the change so many further on, round and round.

        The largest comes first, or the riskiest where the person wants that: whoever stops early
        has seen what matters most. While risky changes are asked about, only these come. Where an
        edit is in sight, its refinement comes first.
        """
        shown = self._shown
        if shown is not None and shown.edited is not None and shown.refinement is not None:
            self._review.look_at(shown.refinement.id)
            return
        state = self.state
        if state is None or not state.changes:
            return
        tour = self._tour(state)
        if self._current in tour:
            self._look_at(tour[(tour.index(self._current) + by) % len(tour)])
        else:
            self._look_at(tour[0 if by > 0 else -1])
        assert self._current is not None
        self.change_sought.emit(self._current)

    def set_steps_by_risk(self, on: bool) -> None:
        """Step to the riskiest change first, or to the largest."""
        self._steps_by_risk = on

    def look_away(self) -> None:
        """Look at all changes alike."""
        if self._current is not None:
            self._look_at(None)

    def toggle_current(self) -> None:
        """Take the change that is looked at, or leave it out; look at one first."""
        if self._current is None:
            self.step(1)
        else:
            self._toggle(self._current)

    def click(self, number: int) -> None:
        """Toggle the change that was clicked, and look at it from now on."""
        if self._is_offered(number):
            self._current = number
            self._toggle(number)

    def take_all(self) -> None:
        """Take every change."""
        self._take_where(lambda _: True)

    def take_none(self) -> None:
        """Leave every change out."""
        self._take_where(lambda _: False)

    def take_added(self) -> None:
        """Take just what was added."""
        self._take_where(lambda change: change.added)

    def take_removed(self) -> None:
        """Take just what was removed."""
        self._take_where(lambda change: not change.added)

    def take_all_but_current(self) -> None:
        """Take all but the change that is looked at; look at one first."""
        if self._current is None:
            self.step(1)
        else:
            self._take_where(lambda change: change.number != self._current)

    def take_safe(self) -> None:
        """Take the safe changes, leave the risky ones, and ask about these one after the other."""
        state = self.state
        if state is None or not self.is_settled:
            return
        risks = state.risks
        if not risks.values:
            self.told.emit(self._why_no_risks())
        elif not risks.risky:
            self.take_all()
            self.told.emit(
                self.tr("All changes are safe: none has more risk than {:.2f}.").format(risks.limit)
            )
        else:
            self._push(Choice(self._choice.threshold, risks.risky, asks=True))
            self._current = None
            self.step(1)

    def refresh_risks(self) -> None:
        """Show anew which changes are risky: the limit is another one."""
        if self._comparison is not None:
            self.changed.emit(self.state)

    def set_threshold(self, threshold: int) -> None:
        """Cut the soft mask elsewhere; the changes are other ones then, and all are taken.

        Args:
            threshold: kept within 1..255.
        """
        threshold = min(max(threshold, LOWEST), HIGHEST)
        if self._comparison is None or threshold == self._choice.threshold:
            return
        if self._choice.left_out:
            self.told.emit(self.tr("Other threshold, other changes: all of them are taken now."))
        self._push(Choice(threshold))

    def move_threshold(self, steps: int) -> None:
        """Cut the soft mask some steps higher, or lower when negative."""
        self.set_threshold(self._choice.threshold + steps * THRESHOLD_STEP)

    def reset_threshold(self) -> None:
        """Cut the soft mask in the middle."""
        self.set_threshold(DEFAULT_THRESHOLD)

    # Inside

    def _key(self) -> ChoiceKey | None:
        shown = self._shown
        if shown is None or shown.refinement is None:
            return None
        return ChoiceKey(shown.instance.id, shown.refinement.id, shown.decision.decided_at)

    def _is_offered(self, number: int) -> bool:
        state = self.state
        return self.is_settled and state is not None and 0 < number <= len(state.changes)

    def _risks(self) -> ChangeRisks:
        shown, cut = self._shown, self._comparison
        assessment = (
            None if shown is None or shown.refinement is None else shown.refinement.assessment
        )
        if assessment is None or cut is None or cut.threshold != DEFAULT_THRESHOLD:
            return ChangeRisks()
        values = assessment.change_risks
        # Of changes that were found otherwise, by another version, nothing is known.
        known = values if len(values) == len(cut.changes.changes) else ()
        return ChangeRisks(known, self._risk_limit())

    def _why_no_risks(self) -> str:
        if self._choice.threshold != DEFAULT_THRESHOLD:
            words = self.tr("The risk of changes is known at the threshold {} only.")
            return words.format(DEFAULT_THRESHOLD)
        return self.tr("The risk of these changes has not been estimated.")

    def _tour(self, state: ChoiceState) -> Sequence[int]:
        """Numbers of the changes in the order in which they are stepped through."""
        if state.asked:
            return state.risks.riskiest_first(state.asked)
        numbers = [change.number for change in state.changes]
        return state.risks.riskiest_first(numbers) if self._steps_by_risk else numbers

    def _look_at(self, number: int | None) -> None:
        self._current = number
        self.changed.emit(self.state)

    def _toggle(self, number: int) -> None:
        if self._is_offered(number):
            self._push(replace(self._choice, left_out=self._choice.left_out ^ {number}))

    def _take_where(self, is_taken: Callable[[Change], bool]) -> None:
        if self._comparison is not None and self.is_settled:
            changes = self._comparison.changes.changes
            self._leave_out(change.number for change in changes if not is_taken(change))

    def _leave_out(self, numbers: Iterable[int]) -> None:
        self._push(Choice(self._choice.threshold, frozenset(numbers)))

    def _push(self, choice: Choice) -> None:
        key = self._key()
        if key is not None and choice != self._choice:
            command = ChoiceCommand(key, self._choice, choice, self._apply)
            self._review.undo_stack.push(command)

    def _apply(self, key: ChoiceKey, choice: Choice) -> bool:
        """Show a choice, of another instance or refinement if need be.

        False when it means nothing any more.
        """
        is_shown = self._review.show_instance(key.instance_id, key.refinement_id)
        if not is_shown or key != self._key():
            return False
        self._remembered[key] = choice
        # An instance that is not on the screen yet finds what is remembered once it is.
        if self._comparison is not None:
            self._show(choice)
        return True

    def _show(self, choice: Choice) -> None:
        self._choice = choice
        if choice.threshold != self._sought_threshold:
            self._sought_threshold = choice.threshold
            self.threshold_sought.emit(choice.threshold)
        self.changed.emit(self.state)
