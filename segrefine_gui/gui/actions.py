"""The window's actions, made from the action table, with the keys that the person has chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from segrefine_gui.gui.action_table import ACTIONS, SPECS
from segrefine_gui.gui.action_table.spec import (
    MENUS,
    ActionSpec,
    Scope,
    plain,
    translated,
)
from segrefine_gui.gui.keys.keymap import Keymap, shown_keys
from segrefine_gui.gui.theme import icon


class Actions(QObject):
    """The window's actions by id.

    An action can be used while its scope is on, and once something is connected with it.

    Args:
        parent: the window; its keys work whichever of its widgets has the focus.
        keymap: the keys to begin with.
    """

    keys_changed = Signal()
    """Some actions have other keys, and tooltips that say so."""

    def __init__(self, parent: QObject, keymap: Keymap | None = None) -> None:
        super().__init__(parent)
        self._keymap = keymap or Keymap()
        self._scopes = {Scope.APP}
        self._connected: set[str] = set()
        self._by_id = {spec.id: _made(spec, parent) for spec in ACTIONS}
        self._sentences: dict[str, str] = {}
        self._make_groups()
        self._write_keys()

    def __getitem__(self, action_id: str) -> QAction:
        """The action of that id."""
        return self._by_id[action_id]

    def all(self) -> Iterable[QAction]:
        """Every action."""
        return self._by_id.values()

    def connect_action(self, action_id: str, act: Callable[[], object]) -> None:
        """Say what an action does when it is chosen."""
        # `triggered` tells whether a switch is on, which most do not ask.
        self._by_id[action_id].triggered.connect(lambda _=False: act())
        self._note_connected(action_id)

    def connect_switch(self, action_id: str, act: Callable[[bool], object]) -> None:
        """Say what a switch does when it is set or unset."""
        self._by_id[action_id].toggled.connect(act)
        self._note_connected(action_id)

    def set_enabled(self, scope: Scope, enabled: bool) -> None:
        """Enable or disable everything of one scope."""
        if enabled:
            self._scopes.add(scope)
        else:
            self._scopes.discard(scope)
        for spec in ACTIONS:
            if spec.scope is scope:
                self._by_id[spec.id].setEnabled(enabled and spec.id in self._connected)

    def is_on(self, scope: Scope) -> bool:
        """Whether actions of a scope can be used, if there is something for them to do."""
        return scope in self._scopes

    @property
    def keymap(self) -> Keymap:
        """The keys that count."""
        return self._keymap

    def set_keymap(self, keymap: Keymap) -> None:
        """Give the actions other keys, at once."""
        self._keymap = keymap
        self._write_keys()
        self.keys_changed.emit()

    def key_text(self, action_id: str) -> str:
        """The first key of an action, as this platform writes it; empty when it has none."""
        return shown_keys(self._keymap.keys(action_id)[:1])

    def reword(self, action_id: str, text: str, sentence: str) -> None:
        """Call an action something else than the table does.

        Args:
            action_id: the action.
            text: menu text with mnemonic.
            sentence: its tooltip, to which the keys are added.
        """
        action = self._by_id[action_id]
        action.setText(text)
        action.setIconText(plain(text))
        self._sentences[action_id] = sentence
        self._write_tooltip(SPECS[action_id])

    def _note_connected(self, action_id: str) -> None:
        self._connected.add(action_id)
        self._by_id[action_id].setEnabled(SPECS[action_id].scope in self._scopes)

    def _make_groups(self) -> None:
        groups: dict[str, QActionGroup] = {}
        for spec in ACTIONS:
            if spec.one_of:
                is_first = spec.one_of not in groups
                group = groups.setdefault(spec.one_of, QActionGroup(self))
                group.addAction(self._by_id[spec.id])
                self._by_id[spec.id].setChecked(is_first)

    def _write_keys(self) -> None:
        for spec in ACTIONS:
            self._write_tooltip(spec)
            if not spec.held:
                keys = self._keymap.keys(spec.id)
                self._by_id[spec.id].setShortcuts([QKeySequence(key) for key in keys])

    def _write_tooltip(self, spec: ActionSpec) -> None:
        action = self._by_id[spec.id]
        sentence = translated(spec.tooltip) if spec.tooltip else action.iconText()
        sentence = self._sentences.get(spec.id, sentence)
        listed = _listed_keys(spec, self._keymap)
        action.setToolTip(f"{sentence} ({listed})" if listed else sentence)


def shortcut_groups(keymap: Keymap) -> Mapping[str, list[tuple[str, str]]]:
    """Text and keys of all actions by menu, as the list of keys shows them."""
    return {
        plain(translated(menu)): [
            (plain(translated(spec.text)), _listed_keys(spec, keymap))
            for spec in ACTIONS
            if spec.menu == menu
        ]
        for menu in MENUS
    }


def _listed_keys(spec: ActionSpec, keymap: Keymap) -> str:
    """All keys of an action as this platform writes them."""
    return shown_keys((*keymap.keys(spec.id), *filter(None, [spec.fixed_key])))


def _made(spec: ActionSpec, parent: QObject) -> QAction:
    action = QAction(translated(spec.text), parent)
    action.setObjectName(spec.id)
    action.setAutoRepeat(spec.repeats)
    action.setCheckable(spec.checkable)
    action.setIconText(plain(action.text()))
    action.setEnabled(False)
    if spec.icon:
        action.setIcon(icon(spec.icon))
    return action
