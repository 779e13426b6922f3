"""What a row of the action table says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

_CONTEXT = "actions"


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark a text for translation where it stands; Qt's own returns an untyped object."""
    assert context == _CONTEXT
    return text


class Scope(Enum):
    """When an action can be used; its value says so to the person."""

    APP = QT_TRANSLATE_NOOP("actions", "always")
    PROJECT = QT_TRANSLATE_NOOP("actions", "while a project is open")
    QUEUE = QT_TRANSLATE_NOOP("actions", "while the project has instances")
    REVIEW = QT_TRANSLATE_NOOP("actions", "while an instance is reviewed")
    EDITING = QT_TRANSLATE_NOOP("actions", "while a mask is edited")
    JOB = QT_TRANSLATE_NOOP("actions", "while a job runs")

    def meets(self, other: Scope) -> bool:
        """Whether actions of both scopes can be used at the same time."""
        return {self, other} != {Scope.REVIEW, Scope.EDITING}


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    Attributes:
        id: its name in code and in the settings.
        text: menu text with mnemonic.
        keys: default shortcuts in Qt's portable form; the first one is shown.
        scope: when it can be used.
        menu: the menu or submenu it is in.
        tooltip: one sentence; empty to use the text.
        icon: name of its icon, empty for none.
        checkable: whether it is a switch; switches begin unset.
        one_of: name of the group of switches of which just one is set, the first to begin with;
            empty for none.
        repeats: whether holding its keys repeats it: moving may, deciding must not.
        held: whether it lasts as long as its key is held down; it is in no menu then.
        fixed_key: a key that does it besides, whatever the person's keys are; empty for none.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    scope: Scope
    menu: str
    tooltip: str = ""
    icon: str = ""
    checkable: bool = False
    one_of: str = ""
    repeats: bool = False
    held: bool = False
    fixed_key: str = ""


FILE, EDIT, REVIEW, ALTERNATIVES, CHANGES, INSTANCE, MASK, QUEUE, VIEW, COMPARE, HELP = (
    QT_TRANSLATE_NOOP("actions", "&File"),
    QT_TRANSLATE_NOOP("actions", "&Edit"),
    QT_TRANSLATE_NOOP("actions", "&Review"),
    QT_TRANSLATE_NOOP("actions", "&Alternatives"),
    QT_TRANSLATE_NOOP("actions", "&Changes"),
    QT_TRANSLATE_NOOP("actions", "&Instance"),
    QT_TRANSLATE_NOOP("actions", "&Mask"),
    QT_TRANSLATE_NOOP("actions", "&Queue"),
    QT_TRANSLATE_NOOP("actions", "&View"),
    QT_TRANSLATE_NOOP("actions", "&Compare"),
    QT_TRANSLATE_NOOP("actions", "&Help"),
)
MENUS = (FILE, EDIT, REVIEW, ALTERNATIVES, CHANGES, INSTANCE, MASK, QUEUE, VIEW, COMPARE, HELP)
"""Every menu, in the order in which menus and lists show them."""

SUBMENUS = {COMPARE: VIEW, ALTERNATIVES: REVIEW}
"""Menus that are not in the menu bar, with the menu that they begin."""


def translated(text: str) -> str:
    """A text of the table in the person's language."""
    return QCoreApplication.translate(_CONTEXT, text)


def plain(text: str) -> str:
    """A menu text without mnemonic and dots."""
    return text.replace("&", "").removesuffix("…")
