"""Connects what a person chooses and decides about one instance with canvases, bars and keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.action_table import SPECS
from segrefine_gui.gui.action_table.spec import plain, translated
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.choice import ChoiceState, Chosen
from segrefine_gui.gui.controllers.choice_controller import ChoiceController
from segrefine_gui.gui.controllers.decision_controller import DecisionController, Offer
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.editor.start import Sides
from segrefine_gui.gui.preferences import Preferences
from segrefine_gui.gui.prompts import Prompts
from segrefine_gui.gui.review_page import ReviewPage
from segrefine_gui.gui.scene import Scene
from segrefine_gui.services.looks import Shown

LEAST_SEEN = 24.0
"""A change whose longer side is smaller than this on the screen, in widget pixels, is zoomed to."""

STEPPING = ("next_change", "previous_change")
CHOOSING = (
    "toggle_change",
    "take_all_changes",
    "take_no_changes",
    "take_added",
    "take_removed",
    "take_all_but_this",
    "take_safe_changes",
)
CUTTING = ("threshold_up", "threshold_down", "reset_threshold")


class Deciding(QObject):
    """The person at one instance.

    Args:
        review: what is shown, and where decisions go.
        page: the canvases and bars.
        actions: the window's actions.
        prompts: asks for notes, and which changes are safe.
        preferences: remember which are.
        parent: the window.
    """

    told = Signal(str)
    """A sentence for the person, in passing."""

    def __init__(
        self,
        review: ReviewController,
        page: ReviewPage,
        actions: Actions,
        prompts: Prompts,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._assessment: Assessment | None = None
        self._reason: int | None = None
        self._review = review
        self._page = page
        self._actions = actions
        self._prompts = prompts
        self._shown: Shown | None = None
        self._offer = Offer()
        self._icons = {each: actions[each].icon() for each in ("use_refined", "keep_coarse")}
        self.choices = ChoiceController(
            review, lambda: preferences.settings.change_risk_limit, self
        )
        self.decisions = DecisionController(review, self.choices, self)
        self._connect()
        self._connect_actions()

    def expect(self, shown: Shown | None) -> None:
        """Take note of what will be shown."""
        self._shown = shown
        self.choices.expect(shown)
        self.decisions.expect(shown)
        if shown is None:
            self._show_risk()

    def show_scene(self, scene: Scene) -> None:
        """Take note of what is on the canvases now."""
        self.decisions.show()
        self.choices.show_scene(scene)
        self._show_risk()

    def chosen(self) -> Chosen | None:
        """What is chosen of the instance on the canvases; None while it is being cut anew."""
        state = self.choices.state
        if state is None:
            return Chosen()
        if not self.choices.is_settled:
            return None
        return Chosen(state.kept, state.choice.threshold, self.choices.left_out_pixels())

    def sides(self) -> Sides:
        """Whether sides are hidden, and where the refined mask is then."""
        if not self.decisions.is_blind:
            return Sides.TOLD
        return Sides.REFINED_LEFT if self.decisions.is_swapped else Sides.REFINED_RIGHT

    def forget(self) -> None:
        """Forget every choice: another project comes."""
        self.choices.forget()

    def _connect(self) -> None:
        compare, choices, decisions = self._page.compare, self.choices, self.decisions
        choices.changed.connect(self._show_choice)
        choices.change_sought.connect(self._bring_into_sight)
        choices.threshold_sought.connect(compare.set_threshold)
        choices.told.connect(self.told)
        compare.recut.connect(choices.show_recut)
        compare.change_clicked.connect(self._click)
        self._page.choices.threshold_moved.connect(choices.set_threshold)
        self._page.risk.reason_chosen.connect(self._show_reason)
        decisions.told.connect(self.told)
        decisions.offer_changed.connect(self._show_offer)
        decisions.blind_changed.connect(self._show_blind)
        self._review.noted.connect(self._show_note)
        self._actions.keys_changed.connect(self._show_words)

    def _connect_actions(self) -> None:
        actions, choices, decisions = self._actions, self.choices, self.decisions
        for action_id, act in {
            "use_refined": decisions.accept,
            "keep_coarse": decisions.reject,
            "drop": decisions.drop,
            "edit_note": self._edit_note,
            "next_reason": self._show_next_reason,
            "set_change_risk_limit": self._ask_risk_limit,
        }.items():
            actions.connect_action(action_id, act)
        for action_id, act in {
            "next_change": lambda: choices.step(1),
            "previous_change": lambda: choices.step(-1),
            "toggle_change": choices.toggle_current,
            "take_all_changes": choices.take_all,
            "take_no_changes": choices.take_none,
            "take_added": choices.take_added,
            "take_removed": choices.take_removed,
            "take_all_but_this": choices.take_all_but_current,
            "take_safe_changes": choices.take_safe,
            "threshold_up": lambda: choices.move_threshold(1),
            "threshold_down": lambda: choices.move_threshold(-1),
            "reset_threshold": choices.reset_threshold,
        }.items():
            actions.connect_action(action_id, partial(self._choose, act))
        actions.connect_switch("riskiest_change_first", choices.set_steps_by_risk)
        actions.connect_switch("blind_mode", decisions.set_blind)

    # What changed

    def _show_choice(self, state: ChoiceState | None) -> None:
        if state is not None:
            self._page.compare.set_choice(state.kept, state.current, state.risks.risky)
            if state.current is not None:
                self._mark_reason(None)
        self._show_bar()

    def _show_bar(self) -> None:
        """Offer what can be chosen; nothing while blind."""
        state = None if self.decisions.is_blind else self.choices.state
        self._page.choices.show_state(state)
        has_changes = state is not None and bool(state.changes)
        for action_id in (*STEPPING, *CHOOSING):
            self._actions[action_id].setEnabled(has_changes)
        for action_id in CUTTING:
            self._actions[action_id].setEnabled(state is not None)

    def _show_blind(self, blind: bool, swapped: bool) -> None:
        self._page.compare.set_blind(blind, swapped)
        self._page.decisions.set_blind(blind)
        if blind:
            self.choices.look_away()
        self._show_bar()
        self._show_risk()

    def _show_risk(self) -> None:
        """Tell the risk of what is on the canvases; nothing while blind."""
        refinement = None if self._shown is None else self._shown.refinement
        if refinement is None or self.decisions.is_blind:
            assessment = None
        else:
            assessment = refinement.assessment
        self._assessment, self._reason = assessment, None
        self._page.risk.show_assessment(assessment)
        has_reasons = assessment is not None and bool(assessment.reasons)
        self._actions["next_reason"].setEnabled(has_reasons)

    def _mark_reason(self, index: int | None) -> None:
        self._reason = index
        self._page.risk.show_current(index)

    def _show_offer(self, offer: Offer) -> None:
        self._offer = offer
        self._show_words()

    def _show_words(self) -> None:
        offer = self._offer
        if offer.is_blind:
            # Their icons have the colours of the masks, which would tell.
            right, left = self.tr("Use the mask on the right"), self.tr("Use the mask on the left")
            self._word("use_refined", self.tr("Use &B"), right, QIcon())
            self._word("keep_coarse", self.tr("Use &A"), left, QIcon())
            return
        for action_id, symbol in self._icons.items():
            text, sentence = translated(SPECS[action_id].text), translated(SPECS[action_id].tooltip)
            if action_id == "use_refined" and offer.keeps_edit:
                text, sentence = self.tr("Keep &Edit"), self.tr("Leave the edited mask as it is")
            elif action_id == "use_refined" and offer.taken < offer.changes:
                count = self.tr("{} of {} changes").format(offer.taken, offer.changes)
                text = f"{text} ({count})"
            self._word(action_id, text, sentence, symbol)

    def _word(self, action_id: str, text: str, sentence: str, symbol: QIcon) -> None:
        action, key = self._actions[action_id], self._actions.key_text(action_id)
        action.setIcon(symbol)
        action.setText(text)
        action.setIconText(plain(text))
        action.setToolTip(f"{sentence} ({key})" if key else sentence)

    def _show_note(self, shown: Shown) -> None:
        self._shown = shown
        self._page.decisions.show_instance(shown)

    # What the person does

    def _choose(self, act: Callable[[], None]) -> None:
        """Choose among changes; not while blind, when what happens would tell the sides apart."""
        if not self.decisions.is_blind:
            act()

    def _click(self, number: int) -> None:
        self._choose(lambda: self.choices.click(number))

    def _show_reason(self, index: int) -> None:
        """Zoom to what a reason speaks of."""
        assessment = self._assessment
        if assessment is not None:
            self.choices.look_away()
            self._mark_reason(index)
            self._page.compare.show_place(assessment.reasons[index].box)

    def _show_next_reason(self) -> None:
        assessment = self._assessment
        if assessment is not None and assessment.reasons:
            following = 0 if self._reason is None else self._reason + 1
            self._show_reason(following % len(assessment.reasons))

    def _ask_risk_limit(self) -> None:
        def then(limit: float) -> None:
            self._preferences.set_change_risk_limit(limit)
            self.choices.refresh_risks()

        self._prompts.ask_change_risk_limit(self._preferences.settings.change_risk_limit, then)

    def _edit_note(self) -> None:
        shown = self._shown
        if shown is not None:
            subject = f"{shown.entry.category} #{shown.entry.source_id}"
            self._prompts.ask_note(subject, shown.note, self._review.note)

    def _bring_into_sight(self, number: int) -> None:
        compare = self._page.compare
        scene = compare.scene
        if scene is None or scene.comparison is None:
            return
        box = scene.comparison.changes.changes[number - 1].box
        canvases = [canvas for canvas in (compare.left, compare.right) if canvas.isVisible()]
        if not all(_shows_well(canvas, box) for canvas in canvases):
            compare.zoom_to_change(number)


def _shows_well(canvas: MaskCanvas, box: Box) -> bool:
    """Whether all of a box of the image is in sight, and large enough."""
    view = canvas.view()
    left, top = view.to_widget(box.x0, box.y0)
    right, bottom = view.to_widget(box.x1, box.y1)
    is_inside = left >= 0 and top >= 0 and right <= canvas.width() and bottom <= canvas.height()
    return is_inside and max(right - left, bottom - top) >= LEAST_SEEN
