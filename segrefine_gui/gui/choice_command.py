"""A change of mind about which changes to take, as an undoable command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from PySide6.QtGui import QUndoCommand

from segrefine_gui.gui.choice import Choice

_THRESHOLD_MOVE = 1
"""Qt merges commands that share this number."""


class ChoiceKey(NamedTuple):
    """What a choice is about.

    Attributes:
        instance_id: the instance.
        refinement_id: its refinement; another one has other changes.
        decided_at: when it was decided last, None while it is pending: a decision made since
            is what counts, and taking it back brings back the choice from before.
    """

    instance_id: int
    refinement_id: int
    decided_at: datetime | None


class ChoiceCommand(QUndoCommand):
    """One choice replaced by another; moves of the threshold in a row are one command.

    Args:
        key: what both are about.
        before: the choice until now.
        after: the choice from now on.
        apply: shows a choice, and goes to its instance first; False when that cannot be.
    """

    def __init__(
        self,
        key: ChoiceKey,
        before: Choice,
        after: Choice,
        apply: Callable[[ChoiceKey, Choice], bool],
    ) -> None:
        super().__init__()
        self._key = key
        self._before = before
        self._after = after
        self._apply = apply

    def id(self) -> int:
        """One number for all moves of the threshold; none for others."""
        return -1 if self._before.threshold == self._after.threshold else _THRESHOLD_MOVE

    def redo(self) -> None:
        """Make the choice, for the first time or again."""
        self.setObsolete(not self._apply(self._key, self._after))

    def undo(self) -> None:
        """Go back to the choice before."""
        self.setObsolete(not self._apply(self._key, self._before))

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in a further move of the threshold."""
        if not isinstance(other, ChoiceCommand) or other._key != self._key:
            return False
        self._after = other._after
        self.setObsolete(self._before == self._after)
        return True
