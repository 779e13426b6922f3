"""Offers to correct the risks of a project by its own decisions; never does so by itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.dialogs.recalibration_dialog import RecalibrationDialog
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.bulk import OpenProject
from segrefine_gui.services.recalibrate import LEAST_DECISIONS, Offer, apply, offer, revert

EVERY = 10
"""After so many further decisions it is looked again whether there is something to offer."""

_State = tuple[Offer | None, bool]
"""What is offered, and whether risks are corrected already."""


class RecalibrationController(QObject):
    """Enables its action once there is something to offer, and shows it when that is chosen.

    Args:
        review: whose decisions are learnt from.
        pool: where decisions are read and the correction is stored.
        open_project: opens the project for a thread of the pool.
        actions: the window's actions.
        window: what the dialog lies over.
    """

    told = Signal(str)
    """A sentence for the person."""

    def __init__(
        self,
        review: ReviewController,
        pool: ReadingPool,
        open_project: OpenProject,
        actions: Actions,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._review = review
        self._pool = pool
        self._open_project = open_project
        self._action = actions["recalibrate"]
        self._window = window
        self._project: Path | None = None
        self._looked_at: int | None = None
        self._has_something = False
        actions.connect_action("recalibrate", self._ask)
        review.counts_changed.connect(self._consider)

    def open(self, project: Path) -> None:
        """Another project is open."""
        self._project = project

    def close(self) -> None:
        """The project is closed."""
        self._pool.withdraw(self)
        self._project, self._looked_at, self._has_something = None, None, False

    def _consider(self) -> None:
        """Look whether there is something to offer, now and then."""
        counts = self._review.counts()
        decided = sum(count for each, count in counts.items() if each.is_accepted)
        last = self._looked_at
        if self._project is not None and (last is None or abs(decided - last) >= EVERY):
            self._looked_at = decided
            self._read(self._take_note, may_fit=decided >= LEAST_DECISIONS)
        self._action.setEnabled(self._has_something)

    def _take_note(self, state: _State) -> None:
        offered, is_applied = state
        self._has_something = offered is not None or is_applied
        self._action.setEnabled(self._has_something)

    def _ask(self) -> None:
        self._read(self._show)

    def _show(self, state: _State) -> None:
        self._take_note(state)
        if not self._has_something:
            self.told.emit(self.tr("There are too few decisions to learn from by now."))
            return
        offered, is_applied = state
        dialog = RecalibrationDialog(offered, is_applied, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._store(None if dialog.wants_revert else offered))
        dialog.open()

    def _read(self, done: Callable[[_State], None], may_fit: bool = True) -> None:
        project, opening = self._project, self._open_project
        if project is None:
            return

        def work() -> _State:
            with closing(opening(project)) as store:
                return offer(store) if may_fit else None, store.recalibration() is not None

        self._pool.request(self, work, done, self.told.emit)

    def _store(self, accepted: Offer | None) -> None:
        """Correct the risks by an offer; by None, leave them as they were estimated."""
        project, opening = self._project, self._open_project
        if project is None:
            return

        def work() -> None:
            with closing(opening(project)) as store:
                revert(store) if accepted is None else apply(store, accepted)

        words = self.tr("Risks are corrected by your decisions now.")
        if accepted is None:
            words = self.tr("Risks are as they were estimated again.")

        def done(_: None) -> None:
            self._review.reload()
            self.told.emit(words)

        self._pool.request(self, work, done, self.told.emit)
