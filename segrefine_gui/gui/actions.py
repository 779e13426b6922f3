"""Every action of the window and its keys, in one table; menus, toolbar and tooltips follow it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from segrefine_gui.gui.theme import icon

_CONTEXT = "actions"


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark a text for translation where it stands; Qt's own returns an untyped object."""
    assert context == _CONTEXT
    return text


class Scope(Enum):
    """When an action can be used."""

    APP = "always"
    PROJECT = "while a project is open"
    QUEUE = "while the project has instances"
    JOB = "while a job runs"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    Attributes:
        id: its name in code.
        text: menu text with mnemonic.
        keys: shortcuts in Qt's portable form; the first one is shown.
        scope: when it can be used.
        menu: the menu it is in.
        tooltip: one sentence; empty to use the text.
        icon: name of its icon, empty for none.
        checkable: whether it is a switch; switches begin unset.
        repeats: whether holding its keys repeats it: moving may, deciding must not.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    scope: Scope
    menu: str
    tooltip: str = ""
    icon: str = ""
    checkable: bool = False
    repeats: bool = False


FILE, EDIT, REVIEW, VIEW, HELP = (
    QT_TRANSLATE_NOOP("actions", "&File"),
    QT_TRANSLATE_NOOP("actions", "&Edit"),
    QT_TRANSLATE_NOOP("actions", "&Review"),
    QT_TRANSLATE_NOOP("actions", "&View"),
    QT_TRANSLATE_NOOP("actions", "&Help"),
)
MENUS = (FILE, EDIT, REVIEW, VIEW, HELP)

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "open_images",
        QT_TRANSLATE_NOOP("actions", "&New from Images…"),
        ("Ctrl+N",),
        Scope.APP,
        FILE,
        QT_TRANSLATE_NOOP("actions", "Find the objects of photos and refine their masks"),
        "images",
    ),
    ActionSpec(
        "import_masks",
        QT_TRANSLATE_NOOP("actions", "&Import Masks…"),
        ("Ctrl+I",),
        Scope.APP,
        FILE,
        QT_TRANSLATE_NOOP("actions", "Bring in coarse masks that you already have"),
        "import",
    ),
    ActionSpec(
        "open_project",
        QT_TRANSLATE_NOOP("actions", "&Open Project…"),
        ("Ctrl+O",),
        Scope.APP,
        FILE,
        QT_TRANSLATE_NOOP("actions", "Go on with a project"),
        "open-folder",
    ),
    ActionSpec(
        "refine",
        QT_TRANSLATE_NOOP("actions", "&Refine…"),
        ("Ctrl+R",),
        Scope.QUEUE,
        FILE,
        QT_TRANSLATE_NOOP("actions", "Run a refiner on what it has not refined yet"),
        "refine",
    ),
    ActionSpec(
        "cancel_job",
        QT_TRANSLATE_NOOP("actions", "&Cancel Job"),
        ("Ctrl+.",),
        Scope.JOB,
        FILE,
        QT_TRANSLATE_NOOP("actions", "Stop what is running; what is finished stays"),
        "cancel",
    ),
    ActionSpec(
        "export",
        QT_TRANSLATE_NOOP("actions", "&Export…"),
        ("Ctrl+E",),
        Scope.QUEUE,
        FILE,
        QT_TRANSLATE_NOOP("actions", "Write the accepted masks to files"),
        "export",
    ),
    ActionSpec(
        "close_project",
        QT_TRANSLATE_NOOP("actions", "C&lose Project"),
        ("Ctrl+W",),
        Scope.PROJECT,
        FILE,
    ),
    ActionSpec("quit", QT_TRANSLATE_NOOP("actions", "&Quit"), ("Ctrl+Q",), Scope.APP, FILE),
    ActionSpec(
        "undo",
        QT_TRANSLATE_NOOP("actions", "&Undo"),
        ("U", "Ctrl+Z"),
        Scope.QUEUE,
        EDIT,
        QT_TRANSLATE_NOOP("actions", "Take the last decision back and go there"),
        "undo",
    ),
    ActionSpec(
        "redo",
        QT_TRANSLATE_NOOP("actions", "&Redo"),
        ("Ctrl+Y", "Ctrl+Shift+Z"),
        Scope.QUEUE,
        EDIT,
        QT_TRANSLATE_NOOP("actions", "Decide again as before"),
        "redo",
    ),
    ActionSpec(
        "use_refined",
        QT_TRANSLATE_NOOP("actions", "Use &Refined"),
        ("Return", "Enter"),
        Scope.QUEUE,
        REVIEW,
        QT_TRANSLATE_NOOP("actions", "Accept the refined mask and go on"),
        "accept",
    ),
    ActionSpec(
        "keep_coarse",
        QT_TRANSLATE_NOOP("actions", "Keep &Coarse"),
        ("X",),
        Scope.QUEUE,
        REVIEW,
        QT_TRANSLATE_NOOP("actions", "Reject the refinement, keep the coarse mask and go on"),
        "reject",
    ),
    ActionSpec(
        "drop",
        QT_TRANSLATE_NOOP("actions", "&Drop"),
        ("Del",),
        Scope.QUEUE,
        REVIEW,
        QT_TRANSLATE_NOOP("actions", "Leave this instance out of the export and go on"),
        "drop",
    ),
    ActionSpec(
        "next",
        QT_TRANSLATE_NOOP("actions", "&Next"),
        ("Right", "D"),
        Scope.QUEUE,
        REVIEW,
        QT_TRANSLATE_NOOP("actions", "Go to the next instance"),
        "next",
        repeats=True,
    ),
    ActionSpec(
        "previous",
        QT_TRANSLATE_NOOP("actions", "&Previous"),
        ("Left", "A"),
        Scope.QUEUE,
        REVIEW,
        QT_TRANSLATE_NOOP("actions", "Go to the previous instance"),
        "previous",
        repeats=True,
    ),
    ActionSpec(
        "next_pending",
        QT_TRANSLATE_NOOP("actions", "Next P&ending"),
        ("Tab",),
        Scope.QUEUE,
        REVIEW,
        QT_TRANSLATE_NOOP("actions", "Go to the next instance that is not decided"),
        "next-pending",
        repeats=True,
    ),
    ActionSpec(
        "fit_instance",
        QT_TRANSLATE_NOOP("actions", "Fit &Instance"),
        ("F",),
        Scope.QUEUE,
        VIEW,
        QT_TRANSLATE_NOOP("actions", "Zoom to the instance"),
        "fit",
    ),
    ActionSpec(
        "fit_image",
        QT_TRANSLATE_NOOP("actions", "Fit I&mage"),
        ("0", "Ctrl+0"),
        Scope.QUEUE,
        VIEW,
        QT_TRANSLATE_NOOP("actions", "Show the whole image"),
    ),
    ActionSpec(
        "actual_size",
        QT_TRANSLATE_NOOP("actions", "&Actual Size"),
        ("1",),
        Scope.QUEUE,
        VIEW,
        QT_TRANSLATE_NOOP("actions", "Show one image pixel as one screen pixel"),
        "actual-size",
    ),
    ActionSpec(
        "keep_zoom",
        QT_TRANSLATE_NOOP("actions", "&Keep Zoom"),
        ("Z",),
        Scope.PROJECT,
        VIEW,
        QT_TRANSLATE_NOOP("actions", "Do not zoom to each instance when moving on"),
        checkable=True,
    ),
    ActionSpec(
        "hide_overlays",
        QT_TRANSLATE_NOOP("actions", "&Hide Overlays"),
        ("O",),
        Scope.PROJECT,
        VIEW,
        QT_TRANSLATE_NOOP("actions", "Show the photo without masks"),
        "overlay",
        checkable=True,
    ),
    ActionSpec(
        "outlines_only",
        QT_TRANSLATE_NOOP("actions", "Out&lines Only"),
        ("L",),
        Scope.PROJECT,
        VIEW,
        QT_TRANSLATE_NOOP("actions", "Draw masks as outlines without fill"),
        "outline",
        checkable=True,
    ),
    ActionSpec(
        "shortcuts",
        QT_TRANSLATE_NOOP("actions", "&Keys"),
        ("F1", "?"),
        Scope.APP,
        HELP,
        QT_TRANSLATE_NOOP("actions", "Show all keys"),
        "help",
    ),
)

SHOW_COARSE_KEY = Qt.Key.Key_Space
"""Held down rather than pressed, so no action: `widgets.held_key` watches it."""


class Actions:
    """The window's actions by id, made from the table.

    Args:
        parent: the window; its keys work whichever of its widgets has the focus.
    """

    def __init__(self, parent: QObject) -> None:
        self._by_id = {spec.id: _made(spec, parent) for spec in ACTIONS}

    def __getitem__(self, action_id: str) -> QAction:
        """The action of that id."""
        return self._by_id[action_id]

    def all(self) -> Iterable[QAction]:
        """Every action."""
        return self._by_id.values()

    def set_enabled(self, scope: Scope, enabled: bool) -> None:
        """Enable or disable everything of one scope."""
        for spec in ACTIONS:
            if spec.scope is scope:
                self._by_id[spec.id].setEnabled(enabled)


def key_text(action_id: str) -> str:
    """The first key of an action, as this platform writes it."""
    spec = next(spec for spec in ACTIONS if spec.id == action_id)
    return _shown_keys(spec.keys[:1])


def shortcut_groups() -> Mapping[str, list[tuple[str, str]]]:
    """Text and keys of all actions by menu, as the list of keys shows them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for menu in MENUS:
        specs = [spec for spec in ACTIONS if spec.menu == menu]
        groups[plain(translated(menu))] = [
            (plain(translated(spec.text)), _shown_keys(spec.keys)) for spec in specs
        ]
    held = translated(QT_TRANSLATE_NOOP("actions", "Hold to see coarse on both sides"))
    groups[plain(translated(VIEW))].append((held, _shown_keys(("Space",))))
    return groups


def translated(text: str) -> str:
    """A text of the table in the person's language."""
    return QCoreApplication.translate(_CONTEXT, text)


def plain(text: str) -> str:
    """A menu text without mnemonic and dots."""
    return text.replace("&", "").removesuffix("…")


def _made(spec: ActionSpec, parent: QObject) -> QAction:
    action = QAction(translated(spec.text), parent)
    action.setObjectName(spec.id)
    action.setShortcuts([QKeySequence(key) for key in spec.keys])
    action.setAutoRepeat(spec.repeats)
    action.setCheckable(spec.checkable)
    sentence = translated(spec.tooltip) if spec.tooltip else plain(action.text())
    action.setToolTip(f"{sentence} ({_shown_keys(spec.keys)})")
    action.setIconText(plain(action.text()))
    if spec.icon:
        action.setIcon(icon(spec.icon))
    return action


def _shown_keys(keys: tuple[str, ...]) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    texts = (QKeySequence(key).toString(native) for key in keys)
    return ", ".join(dict.fromkeys(texts))
