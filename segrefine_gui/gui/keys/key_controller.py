"""Keeps the person's keys, and opens what shows, changes and runs the commands they are for."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer
from PySide6.QtWidgets import QDialog, QWidget

from segrefine_gui.gui.action_table import SPECS
from segrefine_gui.gui.actions import Actions, shortcut_groups
from segrefine_gui.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from segrefine_gui.gui.keys.command_palette import CommandPalette
from segrefine_gui.gui.keys.focus_guard import FocusGuard
from segrefine_gui.gui.keys.key_editor import KeyEditor
from segrefine_gui.gui.keys.keymap import Keymap
from segrefine_gui.gui.preferences import Preferences

_RECENT_COUNT = 8
_RECENT_STATE = "commands"
"""Name under which the preferences keep the commands used last."""


class KeyController(QObject):
    """Gives the actions the keys that were chosen before, and remembers what is chosen now.

    Args:
        actions: the window's actions.
        preferences: where keys are remembered.
        window: what dialogs lie over.
    """

    def __init__(self, actions: Actions, preferences: Preferences, window: QWidget) -> None:
        super().__init__(window)
        self._actions = actions
        self._preferences = preferences
        self._window = window
        self._guard = FocusGuard(window)
        settings = preferences.settings
        actions.set_keymap(Keymap.from_settings(settings.key_preset, settings.keys))
        actions.connect_action("shortcuts", self.show_shortcuts)
        actions.connect_action("edit_keys", self.edit_keys)
        actions.connect_action("command_palette", self.show_palette)

    def show_shortcuts(self) -> None:
        """Show all keys."""
        dialog = ShortcutsDialog(shortcut_groups(self._actions.keymap), self._window)
        dialog.edit_requested.connect(self.edit_keys)
        self._open(dialog)

    def edit_keys(self) -> None:
        """Let the person choose keys; each choice counts at once."""
        dialog = KeyEditor(self._actions.keymap, self._window)
        dialog.keymap_changed.connect(self._take_keymap)
        self._open(dialog)

    def show_palette(self) -> None:
        """Let the person find a command and run it."""
        palette = CommandPalette(self._actions, self._recent(), self._window)
        palette.chosen.connect(self._run)
        palette.open()

    def _take_keymap(self, keymap: Keymap) -> None:
        self._actions.set_keymap(keymap)
        self._preferences.set_keys(keymap.preset, keymap.overrides)

    def _run(self, action_id: str) -> None:
        others = [other for other in self._recent() if other != action_id]
        text = " ".join([action_id, *others][:_RECENT_COUNT])
        self._preferences.set_window_states(**{_RECENT_STATE: QByteArray(text.encode())})
        # Once the palette is gone: the command may ask whether the window is the active one.
        QTimer.singleShot(0, self._window, self._actions[action_id].trigger)

    def _recent(self) -> list[str]:
        text = bytes(self._preferences.window_state(_RECENT_STATE).data()).decode("utf-8", "ignore")
        return [action_id for action_id in text.split() if action_id in SPECS]

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
