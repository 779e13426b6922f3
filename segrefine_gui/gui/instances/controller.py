"""Makes and unmakes instances as a person wants it, and shows what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from segrefine_gui.domain.masks import Rle
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.choice import Chosen
from segrefine_gui.gui.controllers.project_controller import ProjectController
from segrefine_gui.gui.controllers.queue_controller import QueueController
from segrefine_gui.gui.controllers.refine_controller import RefineController
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.dialogs.category_dialog import CategoryDialog
from segrefine_gui.gui.dialogs.cut_dialog import CutDialog
from segrefine_gui.gui.instances.box_drawing import BoxDrawing
from segrefine_gui.gui.instances.command import InstanceCommand
from segrefine_gui.gui.review_page import ReviewPage
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services import instances
from segrefine_gui.services.bulk import OpenProject
from segrefine_gui.services.instances import Cut, InstanceChange, in_project
from segrefine_gui.services.looks import Shown
from segrefine_gui.storage.base import ProjectStore, QueueEntry

T = TypeVar("T")

PRIORITY = 2000
"""In the pool: before anything that is only to be seen."""

AT_ONCE = 64
"""So many instances are brought back as quickly as a thread is begun."""

NAMED = 3
"""Of instances that are told about by name, the most."""


class InstancesController(QObject):
    """The person and the instances there are.

    Whatever takes longer than a key does is done by a thread of the pool, in a store of its own;
    nothing else is decided meanwhile.

    Args:
        project: the open project.
        review: its review, and the undo stack.
        page: the middle of the window.
        queue: tells which instances are selected.
        refining: refines what is made.
        actions: the window's actions.
        pool: where masks are made and stored.
        open_project: opens the project for a thread of the pool.
        chosen: tells what is chosen of the instance shown, None while that is being cut.
        is_blind: tells whether sides are hidden.
        window: the window.
    """

    told = Signal(str)
    """A sentence for the person, in passing."""

    def __init__(
        self,
        project: ProjectController,
        review: ReviewController,
        page: ReviewPage,
        queue: QueueController,
        refining: RefineController,
        actions: Actions,
        pool: ReadingPool,
        open_project: OpenProject,
        chosen: Callable[[], Chosen | None],
        is_blind: Callable[[], bool],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._project = project
        self._review = review
        self._page = page
        self._queue = queue
        self._refining = refining
        self._actions = actions
        self._pool = pool
        self._open_project = open_project
        self._chosen = chosen
        self._is_blind = is_blind
        self._window = window
        self._shown: Shown | None = None
        self._category = ""
        compare = page.compare
        self.drawing = BoxDrawing((compare.left, compare.right), pool, window)
        """The box that is dragged around a new instance."""
        self._connect()

    def _connect(self) -> None:
        for action_id, act in {
            "new_instance": self.draw,
            "duplicate_instance": self.duplicate,
            "split_instance": self.split,
            "merge_instances": self.merge,
            "change_category": self.ask_category,
            "cut_by_neighbours": self.ask_cut,
        }.items():
            self._actions.connect_action(action_id, act)
        self._queue.merge_wanted.connect(self.merge)
        self._queue.category_wanted.connect(self.ask_category)
        self._queue.sheet_shown.connect(lambda _: self.drawing.end())
        self._actions["edit_mask"].triggered.connect(lambda: self.drawing.end())
        self._review.shown.connect(self._follow)
        self._review.closing.connect(self._forget)
        self.drawing.told.connect(self.told)
        self.drawing.found.connect(self._ask_new)

    # What the person does

    def draw(self) -> None:
        """Wait for a box around a new instance, or do so no more."""
        scene = self._page.compare.scene
        if self.drawing.is_active:
            self.drawing.end()
        elif scene is None or not self._review.is_seen or self._review.is_held:
            return
        elif scene.image is None:
            self.told.emit(self.tr("Nothing can be found in this image: it cannot be shown."))
        else:
            self.drawing.begin(scene.image)

    def split(self) -> None:
        """Make an instance of each part of the mask shown but the largest."""
        shown, chosen = self._shown, self._chosen()
        if shown is None or chosen is None or not self._review.is_seen or self._refuses_blind():
            return

        def act(store: ProjectStore, hand: int, reviewer: str) -> InstanceChange:
            mask = instances.mask_in_sight(shown, chosen.threshold, chosen.left_out)
            return instances.split(store, hand, mask, reviewer)

        name, was_refined = _name(shown.entry), shown.refinement is not None

        def done(change: InstanceChange) -> None:
            self._show_new(change)
            parts = len(change.made)
            many = self.tr("{} other parts of {} are instances of their own now.")
            words = self.tr("The other part of {} is an instance of its own now.")
            self.told.emit(many.format(parts, name) if parts > 1 else words.format(name))
            if was_refined:
                self._refining.refine(change.made_pending)

        self._run(act, done)

    def duplicate(self) -> None:
        """Make another instance with the same mask."""
        shown = self._shown
        if shown is None or not self._review.is_seen or self._refuses_blind():
            return
        was_refined = shown.refinement is not None

        def done(change: InstanceChange) -> None:
            self._show_new(change)
            self.told.emit(self.tr("The duplicate is {}.").format(self._name_of(change)))
            if was_refined:
                self._refining.refine(change.made_pending)

        self._run(instances.duplicate, done)

    def merge(self) -> None:
        """Make one instance of all that are selected."""
        ids = self._queue.selected_ids()
        if len(ids) < 2:
            self.told.emit(self.tr("Select several instances of one image first: Ctrl and clicks."))
            return
        if self._refuses_blind():
            return

        def act(store: ProjectStore, hand: int, reviewer: str) -> InstanceChange:
            return instances.merge(store, hand, ids, reviewer)

        def done(change: InstanceChange) -> None:
            self._show_new(change)
            words = self.tr("{} instances are one now, {}; the others are dropped.")
            self.told.emit(words.format(len(change.after), self._name_of(change)))

        self._run(act, done)

    def ask_category(self) -> None:
        """Ask which category the selected instances are to have."""
        ids = self._queue.selected_ids()
        row = self._review.row_of(ids[0]) if ids else None
        if row is None or self._review.is_held:
            return
        entry = self._review.entries[row]
        one, many = self.tr("What {} is."), self.tr("What the {} selected instances are.")
        intro = many.format(f"{len(ids):,}") if len(ids) > 1 else one.format(_name(entry))
        title, accept = self.tr("Change category"), self.tr("Change")

        def then(category: str) -> None:
            self._change_category(ids, category)

        self._ask_category(title, intro, accept, self._category or entry.category, then)

    def ask_cut(self) -> None:
        """Ask who keeps the pixels that instances of this image share, and cut them."""
        shown = self._shown
        if shown is None or self._review.is_held or self._refuses_blind():
            return
        has_scores = any(
            each.score is not None
            for each in self._review.everything
            if each.image_id == shown.image.id
        )
        dialog = CutDialog(shown.image.name, has_scores, self._window)
        self._open(dialog, lambda: self._cut(dialog.by_score.isChecked()))

    # Inside

    def _follow(self, shown: Shown | None) -> None:
        """A box goes on while the same image is shown."""
        before, self._shown = self._shown, shown
        if self.drawing.is_active and (
            shown is None or before is None or shown.image.id != before.image.id
        ):
            self.drawing.end()

    def _forget(self) -> None:
        """The project closes."""
        self.drawing.end()
        self._pool.withdraw(self)
        self._category = ""

    def _ask_new(self, mask: Rle) -> None:
        shown = self._shown
        if shown is None:
            self.drawing.end()
            return

        def then(category: str) -> None:
            self.drawing.end()
            self._category = category
            self._make(mask, category)

        dialog = self._ask_category(
            self.tr("New instance"),
            self.tr("What the object in the box is."),
            self.tr("Add"),
            self._category or shown.entry.category,
            then,
        )
        dialog.rejected.connect(self.drawing.end)

    def _make(self, mask: Rle, category: str) -> None:
        def act(store: ProjectStore, hand: int, reviewer: str) -> InstanceChange:
            return instances.draw(store, hand, mask, category, reviewer)

        def done(change: InstanceChange) -> None:
            self._show_new(change)
            refiners = self._refining.refine(change.made_pending)
            words = self.tr("New: {}. Refining it: {}.")
            self.told.emit(words.format(self._name_of(change), refiners))

        self._run(act, done)

    def _change_category(self, ids: Sequence[int], category: str) -> None:
        self._category = category

        def act(store: ProjectStore, hand: int, reviewer: str) -> InstanceChange | None:
            return instances.change_category(store, hand, ids, category, reviewer)

        def done(change: InstanceChange | None) -> None:
            count = 0 if change is None else len(change.after)
            if change is not None:
                self._show_new(change)
            if count == 1:
                self.told.emit(self.tr("The category is {} now.").format(category))
            else:
                words = self.tr("{} instances have the category {} now.")
                self.told.emit(words.format(f"{count or len(ids):,}", category))

        self._run(act, done)

    def _cut(self, by_score: bool) -> None:
        def act(store: ProjectStore, hand: int, reviewer: str) -> Cut:
            return instances.cut_by_neighbours(store, hand, by_score, reviewer)

        def done(cut: Cut) -> None:
            if cut.change is not None:
                self._show_new(cut.change)
            self.told.emit(self._cut_words(cut))

        self._run(act, done)

    def _cut_words(self, cut: Cut) -> str:
        if cut.change is not None:
            count = len(cut.change.after)
            many = self.tr("{} pixels were taken from {} instances, whose masks are edits now.")
            one = self.tr("{} pixels were taken from one instance, whose mask is an edit now.")
            words = many.format(f"{cut.pixels:,}", count)
            words = words if count > 1 else one.format(f"{cut.pixels:,}")
        elif cut.covered:
            words = self.tr("Nothing was cut.")
        else:
            words = self.tr("No two instances of this image share a pixel.")
        if cut.covered:
            names = [f"{each.category.name} #{each.source_id}" for each in cut.covered[:NAMED]]
            listed = ", ".join(names) + (" …" if len(cut.covered) > NAMED else "")
            words += " " + self.tr("Covered whole by others, and left: {}.").format(listed)
        return words

    def _refuses_blind(self) -> bool:
        """Whether sides are hidden, which what is done would tell; says so."""
        if self._is_blind():
            self.told.emit(self.tr("Leave blind mode first: this would tell the masks apart."))
        return self._is_blind()

    def _run(self, act: Callable[[ProjectStore, int, str], T], done: Callable[[T], None]) -> None:
        """Act in a thread, on the project and the instance in hand."""
        review, path = self._review, self._project.path
        if path is None or review.current is None:
            return
        if review.is_held:
            self.told.emit(self.tr("Many decisions are being stored: try again in a moment."))
            return
        hand, reviewer = review.entries[review.current].instance_id, review.reviewer
        opening = self._open_project
        self._hold_while(
            lambda: in_project(opening, path, lambda store: act(store, hand, reviewer)), done
        )

    def _hold_while(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        spoilt: Callable[[], None] = lambda: None,
    ) -> None:
        self._review.hold(True)

        def take(value: T) -> None:
            self._review.hold(False)
            done(value)

        def fail(sentence: str) -> None:
            self._review.hold(False)
            spoilt()
            self.told.emit(sentence)

        self._pool.request(self, work, take, fail, PRIORITY)

    def _show_new(self, change: InstanceChange) -> None:
        """Show what was just made and stored."""
        self._review.undo_stack.push(InstanceCommand(change, self._store))
        self._show(change, True)

    def _store(self, change: InstanceChange, is_wanted: bool, command: InstanceCommand) -> None:
        """Make a change again, or take it back."""
        review, path, opening = self._review, self._project.path, self._open_project
        assert path is not None
        if len(change.after) <= AT_ONCE:
            if review.restore(change, is_wanted):
                self._show(change, is_wanted)
            else:
                command.setObsolete(True)
            return
        reviewer = review.reviewer
        act = instances.apply if is_wanted else instances.revert
        self._hold_while(
            lambda: in_project(opening, path, lambda store: act(store, change, reviewer)),
            lambda _: self._show(change, is_wanted),
            lambda: command.setObsolete(True),
        )

    def _show(self, change: InstanceChange, is_wanted: bool) -> None:
        """Show a change; zoom and pan stay where an instance of the same image comes."""
        if self._shown is not None and self._shown.image.id == change.image_id:
            self._page.compare.stay(change.hand_after if is_wanted else change.hand_before)
        self._review.show_instances(change, is_wanted)

    def _name_of(self, change: InstanceChange) -> str:
        """What the instance in hand is called."""
        row = self._review.row_of(change.hand_after)
        return "" if row is None else _name(self._review.entries[row])

    def _ask_category(
        self,
        title: str,
        intro: str,
        accept: str,
        chosen: str,
        then: Callable[[str], None],
    ) -> CategoryDialog:
        names = self._project.categories()
        dialog = CategoryDialog(title, intro, accept, names, chosen, self._window)
        self._open(dialog, lambda: then(dialog.name()))
        return dialog

    def _open(self, dialog: QDialog, accepted: Callable[[], None]) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(accepted)
        dialog.open()


def _name(entry: QueueEntry) -> str:
    return f"{entry.category} #{entry.source_id}"
