"""The keys that count: a preset's, under what the person changed in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from PySide6.QtGui import QKeySequence

from segrefine_gui.gui.action_table import ACTIONS, SPECS
from segrefine_gui.gui.action_table.spec import MENUS, SUBMENUS, plain, translated
from segrefine_gui.gui.keys.presets import DEFAULT_PRESET, PRESETS, Keys

_NEVER = frozenset({"", "Esc", "Shift", "Control", "Meta", "Alt", "AltGr"})
"""Esc always leaves; the others only go with a key."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One key that would mean two things at once.

    Attributes:
        key: it, in Qt's portable form.
        first: id of the action that comes first in the table.
        second: id of the other.
    """

    key: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys of every action; none of them means two things at once.

    The person's own keys go before the preset's: a key that they gave to one action leaves the
    others for as long, also those that a later version adds.

    Attributes:
        preset: one of `PRESETS`.
        overrides: what the person changed in it, by action id.
    """

    preset: str = DEFAULT_PRESET
    overrides: Mapping[str, Keys] = field(default_factory=dict)
    _effective: Mapping[str, Keys] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_effective", self._resolved())

    @classmethod
    def from_settings(cls, preset: str, overrides: Mapping[str, Iterable[str]]) -> Keymap:
        """The keymap of a settings file; what means nothing here is left out."""
        understood = {}
        for action_id, keys in overrides.items():
            if action_id in SPECS:
                written = list(keys)
                known = dict.fromkeys(filter(None, map(portable, written)))
                allowed = tuple(key for key in known if may_have(action_id, key))
                if allowed or not written:  # no key at all is a choice too
                    understood[action_id] = allowed
        return cls(preset if preset in PRESETS else DEFAULT_PRESET, understood)

    def keys(self, action_id: str) -> Keys:
        """The keys of an action, the one to show first; empty for none."""
        return self._effective[action_id]

    def default(self, action_id: str) -> Keys:
        """The keys that the preset gives an action."""
        return PRESETS[self.preset].get(action_id, SPECS[action_id].keys)

    def is_changed(self, action_id: str) -> bool:
        """Whether an action has other keys than the preset gives it."""
        return self.keys(action_id) != self.default(action_id)

    def owners(self, keys: Iterable[str], action_id: str) -> Sequence[str]:
        """The other actions that some of these keys mean where `action_id` can be used."""
        wanted, scope = set(keys), SPECS[action_id].scope
        return [
            spec.id
            for spec in ACTIONS
            if spec.id != action_id
            and spec.scope.meets(scope)
            and not wanted.isdisjoint(self.keys(spec.id))
        ]

    def with_keys(self, action_id: str, keys: Keys) -> Keymap:
        """The same with other keys for an action; actions that had them lose them."""
        overrides = dict(self.overrides)
        for owner in self.owners(keys, action_id):
            if owner in overrides:
                overrides[owner] = tuple(key for key in overrides[owner] if key not in keys)
        overrides[action_id] = keys
        if keys == self.default(action_id):
            del overrides[action_id]
        return Keymap(self.preset, overrides)

    def _resolved(self) -> Mapping[str, Keys]:
        given: dict[str, Keys] = {}
        for spec in sorted(ACTIONS, key=lambda spec: spec.id not in self.overrides):
            taken = {
                key
                for other_id, keys in given.items()
                if SPECS[other_id].scope.meets(spec.scope)
                for key in keys
            }
            wanted = self.overrides.get(spec.id, self.default(spec.id))
            given[spec.id] = tuple(key for key in wanted if key not in taken)
        return given


def conflicts(keys: Mapping[str, Keys]) -> Iterator[Conflict]:
    """Every key that means two things at once.

    Args:
        keys: of some or all actions, by their id.
    """
    for first, second in combinations(keys, 2):
        if SPECS[first].scope.meets(SPECS[second].scope):
            for key in keys[first]:
                if key in keys[second]:
                    yield Conflict(key, first, second)


def may_have(action_id: str, key: str) -> bool:
    """Whether an action may have a key.

    Keys that open a menu are none; a held action has keys alone, without Ctrl, Alt or Shift.
    """
    is_alone = "+" not in key.removesuffix("+")
    return not opened_menu(key) and (is_alone or not SPECS[action_id].held)


def opened_menu(key: str) -> str:
    """Name of the menu that a key opens by its mnemonic; empty for none."""
    for menu in MENUS:
        text = translated(menu)
        if menu not in SUBMENUS and QKeySequence.mnemonic(text).toString() == key:
            return plain(text)
    return ""


def portable(key: str) -> str:
    """A key in Qt's one way of writing it; empty when it is not one key that actions may have."""
    sequence = QKeySequence(key, QKeySequence.SequenceFormat.PortableText)
    text = sequence.toString() if sequence.count() == 1 else ""
    return "" if text in _NEVER else text


def shown_keys(keys: Iterable[str]) -> str:
    """Keys as this platform writes them; those that look the same are shown once."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(dict.fromkeys(QKeySequence(key).toString(native) for key in keys))
