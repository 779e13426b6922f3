"""The actions on projects and on the program itself: the menus File, Edit and Help."""

from __future__ import annotations

from segrefine_gui.gui.action_table.spec import (
    EDIT,
    FILE,
    HELP,
    QT_TRANSLATE_NOOP,
    ActionSpec,
    Scope,
)

FILE_ROWS: tuple[ActionSpec, ...] = (
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
        QT_TRANSLATE_NOOP("actions", "Choose refiners, and what they refine"),
        "refine",
    ),
    ActionSpec(
        "refine_again",
        QT_TRANSLATE_NOOP("actions", "Refine This A&gain"),
        ("F5",),
        Scope.REVIEW,
        FILE,
        QT_TRANSLATE_NOOP("actions", "Refine this instance with what was chosen last"),
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
        "cancel_all_jobs",
        QT_TRANSLATE_NOOP("actions", "Cancel All Jo&bs"),
        ("Ctrl+Shift+J",),
        Scope.JOB,
        FILE,
        QT_TRANSLATE_NOOP("actions", "Stop what is running, and begin nothing that waits"),
    ),
    ActionSpec(
        "show_jobs",
        QT_TRANSLATE_NOOP("actions", "&Jobs…"),
        ("Ctrl+J",),
        Scope.PROJECT,
        FILE,
        QT_TRANSLATE_NOOP("actions", "Show what runs, what waits, and what was done"),
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
)

EDIT_ROWS: tuple[ActionSpec, ...] = (
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
        "command_palette",
        QT_TRANSLATE_NOOP("actions", "Command &Palette…"),
        ("Ctrl+K", "Ctrl+Shift+P"),
        Scope.APP,
        EDIT,
        QT_TRANSLATE_NOOP("actions", "Find any command by its name and run it"),
    ),
    ActionSpec(
        "edit_keys",
        QT_TRANSLATE_NOOP("actions", "Change &Keys…"),
        ("Ctrl+Shift+K",),
        Scope.APP,
        EDIT,
        QT_TRANSLATE_NOOP("actions", "Choose the keys of all commands"),
    ),
    ActionSpec(
        "choose_interactor",
        QT_TRANSLATE_NOOP("actions", "&Interactor for Prompts…"),
        ("Ctrl+Shift+I",),
        Scope.PROJECT,
        EDIT,
        QT_TRANSLATE_NOOP("actions", "Choose the network that finds what you point at"),
    ),
)

HELP_ROWS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "shortcuts",
        QT_TRANSLATE_NOOP("actions", "Keyboard &Shortcuts"),
        ("F1", "?"),
        Scope.APP,
        HELP,
        QT_TRANSLATE_NOOP("actions", "Show all keys"),
        "help",
    ),
)
