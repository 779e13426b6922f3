"""What was made of instances, as an undoable command."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from segrefine_gui.services.instances import InstanceChange


class InstanceCommand(QUndoCommand):
    """A change of instances that was just made and stored.

    Args:
        change: it.
        store: makes the change again, or takes it back when its second value is false, and shows
            that; it makes this command obsolete where the project could not be written.
    """

    def __init__(
        self,
        change: InstanceChange,
        store: Callable[[InstanceChange, bool, InstanceCommand], None],
    ) -> None:
        super().__init__()
        self._change = change
        self._store = store
        self._is_new = True

    def redo(self) -> None:
        """Make the change again; nothing when the stack takes the new command in."""
        if self._is_new:
            self._is_new = False
            return
        self._store(self._change, True, self)

    def undo(self) -> None:
        """Take the change back."""
        self._store(self._change, False, self)
