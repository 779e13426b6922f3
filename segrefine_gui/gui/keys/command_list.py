"""Which commands the palette lists for what was typed, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction

from segrefine_gui.gui.action_table import ACTIONS
from segrefine_gui.gui.action_table.spec import SUBMENUS, ActionSpec, plain, translated
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.keys.fuzzy import Match, match
from segrefine_gui.gui.keys.keymap import shown_keys

_RECENT = 4
"""What having been used lately counts, in points of `fuzzy.match`, of the newest command."""

COMMAND = Qt.ItemDataRole.UserRole
"""Role of the `Command` of a row."""


@dataclass(frozen=True, slots=True)
class Command:
    """One row.

    Attributes:
        id: of its action.
        text: its name.
        menu: where it is in the menus, such as "View › Compare".
        keys: its keys as this platform writes them; empty for none.
        when: when it can be used; empty while it can be.
        found: indices of the letters of its name that were typed.
    """

    id: str
    text: str
    menu: str
    keys: str
    when: str
    found: Sequence[int] = ()


class CommandList(QAbstractListModel):
    """The commands that fit what was typed, the best first; those that cannot be used go last.

    Args:
        actions: the window's actions.
        recent: ids of the commands used last, newest first.
        parent: the palette.
    """

    def __init__(
        self, actions: Actions, recent: Sequence[str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._recent = {action_id: place for place, action_id in enumerate(recent)}
        self._rows: Sequence[Command] = ()
        self.show("")

    def show(self, typed: str) -> None:
        """List what fits."""
        self.beginResetModel()
        ranked = sorted(self._fitting(typed), key=lambda row: row[0])
        self._rows = [command for _, command in ranked]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """How many fit."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """A row's name, its `Command`, and what a screen reader says of it."""
        command = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.text
        if role == COMMAND:
            return command
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = (command.text, command.menu, command.keys, command.when)
            return ", ".join(part for part in said if part)
        return None

    def _fitting(self, typed: str) -> Iterator[tuple[tuple[bool, float, int], Command]]:
        for place, spec in enumerate(ACTIONS):
            if spec.held:
                continue
            action = self._actions[spec.id]
            found = match(typed, action.iconText())
            score = _best_score(typed, found, spec)
            if score is None:
                continue
            used = self._recent.get(spec.id)
            if used is not None:
                score += _RECENT / (1 + used)
            command = self._command(spec, action, () if found is None else found.places)
            yield (bool(command.when), -score, place), command

    def _command(self, spec: ActionSpec, action: QAction, found: Sequence[int]) -> Command:
        keys = shown_keys(self._actions.keymap.keys(spec.id))
        when = ""
        if not action.isEnabled():
            is_on = self._actions.is_on(spec.scope)
            when = self.tr("not now") if is_on else translated(spec.scope.value)
        return Command(spec.id, action.iconText(), _menu_path(spec.menu), keys, when, found)


def _best_score(typed: str, found: Match | None, spec: ActionSpec) -> float | None:
    """How well a command fits by its name, else by words of its id and its menu."""
    if found is not None:
        return found.score + 1  # before those whose name does not show why
    others = f"{spec.id.replace('_', ' ')} {_menu_path(spec.menu)}".casefold().split()
    begun = all(any(o.startswith(word) for o in others) for word in typed.casefold().split())
    return 0 if begun else None


def _menu_path(menu: str) -> str:
    names = [SUBMENUS[menu], menu] if menu in SUBMENUS else [menu]
    return " › ".join(plain(translated(name)) for name in names)
