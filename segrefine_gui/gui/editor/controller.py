"""Opens the editor on the instance shown, and stores what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.action_table.editor_rows import PICK_ROWS, TOOL_ROWS
from segrefine_gui.gui.action_table.spec import Scope
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.choice import Chosen
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.controllers.view_controller import ZOOM_STEP
from segrefine_gui.gui.editor.background import ToolBackground
from segrefine_gui.gui.editor.cleaning import Cleaning
from segrefine_gui.gui.editor.draft_keeper import DraftKeeper
from segrefine_gui.gui.editor.feathering import Feathering
from segrefine_gui.gui.editor.prompting import Prompting
from segrefine_gui.gui.editor.refining_here import RefiningHere
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.side_words import name_actions, take_steps
from segrefine_gui.gui.editor.start import EditStart, Sides, StartRequest, build_start
from segrefine_gui.gui.editor.toolbox import FIRST_TOOL, NEEDS_REFINED, WAND, Workbench, make_tool
from segrefine_gui.gui.editor.tools.base import BrushSize, Tolerance, Tool
from segrefine_gui.gui.review_page import ReviewPage
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.looks import Shown

PRIORITY = 1100
"""In the pool: before everything, for the person has pressed a key."""

_OPENING = "edit"


class EditorController(QObject):
    """The person at one mask.

    Args:
        review: what is shown, and where edits and drafts are stored.
        page: the middle of the window, where the editor lies.
        actions: the window's actions.
        pool: where masks are decoded and compressed.
        chosen: tells what is chosen of the instance shown, None while that is being cut.
        sides: tells whether sides are hidden, and where the refined mask is then.
        refining: has a refiner look again at a part.
        prompting: has an interactor answer prompts.
        window: the window.
    """

    told = Signal(str)
    """A sentence for the person, in passing."""

    def __init__(
        self,
        review: ReviewController,
        page: ReviewPage,
        actions: Actions,
        pool: ReadingPool,
        chosen: Callable[[], Chosen | None],
        sides: Callable[[], Sides],
        refining: RefiningHere,
        prompting: Prompting,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._review = review
        self._page = page
        self._view = page.editor
        self._actions = actions
        self._pool = pool
        self._chosen = chosen
        self._sides = sides
        self.refining = refining
        """What has a refiner look again at a part."""
        self.prompting = prompting
        """What has an interactor answer prompts."""
        self._shown: Shown | None = None
        self._session: EditSession | None = None
        self._refinement_id: int | None = None
        self._tool: Tool | None = None
        self.size = BrushSize()
        """The size that all brushes share, kept from edit to edit."""
        self.tolerance = Tolerance()
        """That of the wand, likewise."""
        self._background = ToolBackground(
            pool, self._view.canvas.refresh_preview, lambda sentence: self.told.emit(sentence)
        )
        self._tool_id = FIRST_TOOL
        self._is_ending = False
        self._cleaning = Cleaning(self._view, pool, self)
        self._feathering = Feathering(self._view, pool, review.feather, review.keep_feather, self)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window)
        self._escape.activated.connect(self.escape)
        self._escape.setEnabled(False)
        self._drafts = DraftKeeper(pool, review.keep_draft, self)
        self._drafts.failed.connect(self._not_applied)
        self._drafts.told.connect(self.told)
        self._connect()

    @property
    def is_active(self) -> bool:
        """Whether a mask is being edited."""
        return self._session is not None

    @property
    def session(self) -> EditSession | None:
        """The edit, None while nothing is edited."""
        return self._session

    def _connect(self) -> None:
        actions, view = self._actions, self._view
        acts: dict[str, Callable[[], object]] = {
            "edit_mask": self.begin,
            "apply_edit": self.apply,
            "leave_editor": self.leave,
            "drop_in_editor": self.drop,
            "discard_edit": self._discard,
            "take_refined_mask": self._take_right,
            "take_coarse_mask": self._take_left,
            "look_closer": partial(self._page.compare.viewport.zoom_by, ZOOM_STEP),
            "look_farther": partial(self._page.compare.viewport.zoom_by, 1 / ZOOM_STEP),
            "brush_smaller": partial(self._step_size, -1),
            "brush_larger": partial(self._step_size, 1),
        }
        for action_id, act in acts.items():
            actions.connect_action(action_id, act)
        for spec in TOOL_ROWS:
            actions.connect_action(spec.id, partial(self._choose_tool, spec.id))
        for part in (self._cleaning, self._feathering):
            part.failed.connect(self.told)
        self._cleaning.closed.connect(lambda: actions["clean_up"].setChecked(False))
        for switch_id, switch in {
            "clean_up": self._show_clean_up,
            "outlines_only": view.set_outlines_only,
            "hide_overlays": view.set_hides_mask,
            "toggle_grid": view.set_shows_grid,
            "toggle_minimap": view.minimap.set_wanted,
            "prompt_replaces": self.prompting.set_replaces,
        }.items():
            actions.connect_switch(switch_id, switch)
        self._review.closing.connect(self.close)
        for number, spec in enumerate(PICK_ROWS):
            actions.connect_action(spec.id, partial(self._pick, number))
        self.refining.offered.connect(view.answers.show_ways)
        self.refining.offered.connect(lambda *_: view.canvas.refresh_preview())
        self.refining.pictured.connect(view.answers.show_picture)
        self.refining.picked.connect(view.answers.show_picked)
        self.refining.told.connect(self.told)
        self.prompting.changed.connect(view.prompts.show_state)
        self.prompting.previewed.connect(view.show_preview)
        self.prompting.told.connect(self.told)
        view.canvas.size_turned.connect(self._step_size)
        view.canvas.opacity_turned.connect(self._page.compare.turn_opacity)
        view.canvas.hovered.connect(self._page.compare.hovered)
        view.tools.size_moved.connect(self._set_size)
        view.tools.tolerance_moved.connect(self._set_tolerance)
        self._show_size()
        self._page.compare.opacity_changed.connect(view.set_opacity)

    # To begin and to end

    def expect(self, shown: Shown | None) -> bool:
        """Take note of what will be shown; an edit of another instance ends as a draft.

        Returns:
            Whether this instance goes on being edited.
        """
        self._shown = shown
        self._pool.withdraw(_OPENING)
        if self._session is None:
            return False
        if shown is not None and shown.instance.id == self._session.start.instance_id:
            self._review.confirm_seen(shown.instance.id)
            return True
        self._end()
        return False

    def begin(self) -> None:
        """Edit the mask that is shown; the editor opens when that is decoded."""
        shown, scene = self._shown, self._page.compare.scene
        if shown is None or scene is None or not self._review.is_seen or self.is_active:
            return
        if scene.image is None:
            self.told.emit(self.tr("This mask cannot be edited: its image cannot be shown."))
            return
        chosen = self._chosen()
        if chosen is None:
            return  # in a moment: what is on the canvases is not what is chosen
        self._refinement_id = None if shown.refinement is None else shown.refinement.id
        request = StartRequest(scene, chosen, shown.edited, sides=self._sides())
        coming = self._drafts.coming(shown.instance.id)
        stored = self._review.draft(shown.instance.id) if coming is None else None

        def build() -> EditStart:
            draft = stored if coming is None else coming()
            return build_start(replace(request, draft=draft))

        self._pool.request(_OPENING, build, self._open, self.told.emit, PRIORITY)

    def apply(self) -> None:
        """Use the edited mask, or complete the outline that is under way."""
        session = self._session
        if session is None or self._is_ending or session.is_stroking:
            return
        if self._tool is not None and self._tool.finish():
            self._view.canvas.refresh_preview()
            return
        self._is_ending = True
        self._drafts.compress_then(self._applied)

    def escape(self) -> None:
        """Take back the last part of what is under way; where nothing is, leave."""
        if self._tool is not None and self._tool.take_back():
            self._view.canvas.refresh_preview()
        elif self._cleaning.is_open:
            self._actions["clean_up"].setChecked(False)
        else:
            self.leave()

    def leave(self) -> None:
        """Decide nothing, and keep a draft where something was painted."""
        if self._session is not None and not self._is_ending:
            self._end()
            self._review.show_again()

    def drop(self) -> None:
        """Drop the instance, and keep a draft where something was painted."""
        if self._session is not None and not self._is_ending:
            self._end()
            if not self._review.decide(Decision.DROPPED):
                self._review.show_again()

    def close(self) -> None:
        """Keep every draft before this returns: the project closes."""
        if self._session is not None:
            self._put_tool_away()
        self._drafts.settle()
        if self._session is not None:
            self._close_view()
        self.prompting.release()

    # Steps

    def undo(self) -> None:
        """Take the last step back."""
        if self._session is not None and not self._is_ending:
            self._session.undo()

    def redo(self) -> None:
        """Make it again."""
        if self._session is not None and not self._is_ending:
            self._session.redo()

    # Inside

    def _open(self, start: EditStart) -> None:
        shown = self._shown
        if shown is None or shown.instance.id != start.instance_id or self.is_active:
            return
        session = self._session = EditSession(start, self)
        session.changed.connect(self._show_change)
        session.stepped.connect(self.show_steps)
        self._drafts.open(session)
        self._is_ending = False
        view, compare = self._view, self._page.compare
        name = f"{shown.entry.category} #{shown.entry.source_id}"
        view.foot.show_subject(name)
        view.set_opacity(compare.opacity)
        view.canvas.set_adjustment(compare.adjustment)
        self._page.show_editor(True)
        view.canvas.set_image(start.image)
        view.show_mask(session.version)
        self._review.show_again()
        self._review.confirm_seen(start.instance_id)
        self._actions.set_enabled(Scope.EDITING, True)
        name_actions(self._actions, start.request.sides)
        view.answers.show_ways((), ())
        self.refining.picture_side = view.answers.picture_side
        if start.refined is None:
            for action_id in NEEDS_REFINED:
                self._actions[action_id].setEnabled(False)
            if self._tool_id in NEEDS_REFINED:
                self._tool_id = FIRST_TOOL
        self._escape.setEnabled(True)
        self._actions[self._tool_id].setChecked(True)
        self._choose_tool(self._tool_id)
        self.show_steps()
        view.canvas.setFocus()
        if start.is_draft:
            key = self._actions.key_text("discard_edit")
            words = self.tr("Your unfinished edit of this mask is back; {} discards it.")
            self.told.emit(words.format(key))

    def _end(self) -> None:
        """Close the editor; what was painted is kept as a draft."""
        self._put_tool_away()
        self._close_view()

    def _close_view(self) -> None:
        self._is_ending = False
        self._drafts.close()
        self._actions["clean_up"].setChecked(False)
        self.refining.release()
        session, self._session = self._session, None
        if session is not None:
            session.deleteLater()
        self._escape.setEnabled(False)
        self._actions.set_enabled(Scope.EDITING, False)
        self._view.show_mask(None)
        self._view.canvas.set_image(None)
        self._page.show_editor(False)
        self._page.compare.left.setFocus()

    def _applied(self, mask: Rle) -> None:
        session = self._session
        if session is None:
            return
        self._put_tool_away()
        self._drafts.discard()
        # The edit ends first: the decision shows the next instance, on the canvases.
        self._close_view()
        start, request = session.start, session.start.request
        name = self._view.foot.subject
        chosen = request.chosen
        refinement = None if self._shown is None else self._shown.refinement
        if refinement is not None and refinement.id != self._refinement_id:
            chosen = Chosen()  # a job has made another refinement meanwhile, with other changes
        if not self._review.apply_edit(mask, start.basis, chosen.threshold, chosen.left_out):
            self._review.keep_draft(request.scene.instance_id, mask)
            self._review.show_again()
        elif request.sides is Sides.REFINED_RIGHT:
            self.told.emit(self.tr("{}: B, which you edited, was the refined mask.").format(name))
        elif request.sides is Sides.REFINED_LEFT:
            self.told.emit(self.tr("{}: B, which you edited, was the coarse mask.").format(name))

    def _not_applied(self, sentence: str) -> None:
        self._is_ending = False
        if self._tool is None:
            self._choose_tool(self._tool_id)
        self.told.emit(sentence)

    def _choose_tool(self, action_id: str) -> None:
        session = self._session
        if session is None:
            return
        self._put_tool_away()
        self._tool_id = action_id
        self._tool = make_tool(
            action_id,
            Workbench(
                session,
                self.size,
                self.tolerance,
                self._view.canvas.sight,
                self._background,
                partial(self.refining.ask, session),
                self.refining.forget,
                lambda: self.refining.is_awaited,
                self.prompting,
            ),
        )
        self._view.tools.show_tool(action_id)
        self._view.canvas.set_tool(self._tool)

    def _put_tool_away(self) -> None:
        if self._tool is not None:
            self._tool.put_away()
        self._tool = None
        self._view.canvas.set_tool(None)

    def _show_clean_up(self, shown: bool) -> None:
        if shown and self._session is not None:
            self._cleaning.open(self._session)
            self._feathering.open(self._session)
        else:
            self._cleaning.close()
            self._feathering.close()
            self._view.canvas.setFocus()

    def _step_size(self, steps: float) -> None:
        if self._tool_id == WAND:
            self.tolerance.step(steps)
        else:
            self.size.step(steps)
        self._show_size()

    def _set_size(self, diameter: int) -> None:
        self.size.set(diameter)
        self._show_size()

    def _set_tolerance(self, tolerance: int) -> None:
        self.tolerance.set(tolerance)
        self._show_size()

    def _show_size(self) -> None:
        self._view.tools.show_size(self.size.diameter)
        self._view.tools.show_tolerance(self.tolerance.value)
        self._view.canvas.refresh_preview()

    def _pick(self, number: int) -> None:
        if self.prompting.is_active:
            self.prompting.pick(number)
        else:
            self.refining.pick(number)

    def _discard(self) -> None:
        if self._session is not None:
            self._session.take(self.tr("Discard Edit"), self._session.start.first)

    def _take_right(self) -> None:
        if self._session is not None and self._session.start.refined is not None:
            start = self._session.start
            self._session.take(take_steps(start.request.sides)[0], start.right)

    def _take_left(self) -> None:
        if self._session is not None:
            start = self._session.start
            self._session.take(take_steps(start.request.sides)[1], start.left)

    def _show_change(self, box: Box) -> None:
        if self._session is not None:
            self._view.show_change(self._session.version, box)

    def show_steps(self) -> None:
        """Offer to undo and redo what there is, by its name."""
        session = self._session
        if session is None:
            return
        for action_id, can, name, words, bare in (
            ("undo", session.can_undo, session.undo_name, self.tr("&Undo {}"), self.tr("&Undo")),
            ("redo", session.can_redo, session.redo_name, self.tr("&Redo {}"), self.tr("&Redo")),
        ):
            self._actions[action_id].setEnabled(can)
            self._actions[action_id].setText(words.format(name) if can else bare)
