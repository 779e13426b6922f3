"""Decisions as undoable commands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.services.decisions import DecisionChange
from segrefine_gui.services.review import Review


class DecideCommand(QUndoCommand):
    """Decisions that were just made and stored together.

    Args:
        review: what they were made in.
        change: the decisions and what they replaced.
        arrived: called with the change after it was taken back or made again.
        failed: called with the error when the project could not be written; the command then
            leaves the undo stack, for the decisions stand as they were.
    """

    def __init__(
        self,
        review: Review,
        change: DecisionChange,
        arrived: Callable[[DecisionChange], None],
        failed: Callable[[ProjectError], None],
    ) -> None:
        super().__init__()
        self._review = review
        self._change = change
        self._arrived = arrived
        self._failed = failed
        self._is_new = True

    def redo(self) -> None:
        """Make the decisions again; nothing when the stack takes the new command in."""
        if self._is_new:
            self._is_new = False
            return
        self._apply(self._review.apply)

    def undo(self) -> None:
        """Take the decisions back."""
        self._apply(self._review.revert)

    def _apply(self, store: Callable[[DecisionChange], None]) -> None:
        # Qt calls this: an exception would vanish in it.
        try:
            store(self._change)
        except ProjectError as error:
            self.setObsolete(True)
            self._failed(error)
        else:
            self._arrived(self._change)
