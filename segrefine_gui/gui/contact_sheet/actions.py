"""The keys of the review as they mean in the contact sheet: for everything that is selected."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from segrefine_gui.gui.actions import Actions


class SheetActions(QObject):
    """Stand-ins for some of the window's actions, with the same texts and keys.

    The window's own are disabled while the contact sheet is shown, and these have keys only while
    the widget they are added to is to be seen.

    Args:
        actions: the window's.
        acts: what the stand-ins do, by id.
        parent: the owner.
    """

    def __init__(
        self, actions: Actions, acts: Mapping[str, Callable[[], object]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self.by_id = {action_id: QAction(self) for action_id in acts}
        for action_id, action in self.by_id.items():
            stood_for = actions[action_id]
            action.setText(stood_for.text())
            action.setIconText(stood_for.iconText())
            action.setIcon(stood_for.icon())
            action.setAutoRepeat(stood_for.autoRepeat())
            action.triggered.connect(lambda _=False, act=acts[action_id]: act())
        actions.keys_changed.connect(self._follow_keys)
        self._follow_keys()

    def _follow_keys(self) -> None:
        for action_id, action in self.by_id.items():
            keys = self._actions.keymap.keys(action_id)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setToolTip(self._actions[action_id].toolTip())
