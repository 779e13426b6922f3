"""The actions that make and unmake instances: the menu Instance."""

from __future__ import annotations

from segrefine_gui.gui.action_table.spec import (
    INSTANCE,
    QT_TRANSLATE_NOOP,
    ActionSpec,
    Scope,
)

INSTANCE_ROWS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "new_instance",
        QT_TRANSLATE_NOOP("actions", "&New by a Box"),
        ("W",),
        Scope.REVIEW,
        INSTANCE,
        QT_TRANSLATE_NOOP("actions", "Drag a box around an object that has no mask yet"),
        "new-instance",
    ),
    ActionSpec(
        "duplicate_instance",
        QT_TRANSLATE_NOOP("actions", "D&uplicate"),
        ("Shift+D",),
        Scope.REVIEW,
        INSTANCE,
        QT_TRANSLATE_NOOP("actions", "Make another instance with the same mask"),
    ),
    ActionSpec(
        "split_instance",
        QT_TRANSLATE_NOOP("actions", "&Split into Parts"),
        ("P",),
        Scope.REVIEW,
        INSTANCE,
        QT_TRANSLATE_NOOP("actions", "Make an instance of each part but the largest"),
    ),
    ActionSpec(
        "merge_instances",
        QT_TRANSLATE_NOOP("actions", "&Merge Selected"),
        ("Ctrl+M",),
        Scope.REVIEW,
        INSTANCE,
        QT_TRANSLATE_NOOP("actions", "Make one instance of all that are selected in one image"),
        "merge",
    ),
    ActionSpec(
        "change_category",
        QT_TRANSLATE_NOOP("actions", "Change &Category…"),
        ("Ctrl+L",),
        Scope.REVIEW,
        INSTANCE,
        QT_TRANSLATE_NOOP("actions", "Say what this instance is, or all that are selected"),
        "category",
    ),
    ActionSpec(
        "cut_by_neighbours",
        QT_TRANSLATE_NOOP("actions", "Cut by Nei&ghbours…"),
        ("Ctrl+X",),
        Scope.REVIEW,
        INSTANCE,
        QT_TRANSLATE_NOOP("actions", "Let no two instances of this image share a pixel"),
    ),
    ActionSpec(
        "drop_in_editor",
        QT_TRANSLATE_NOOP("actions", "Drop while &Editing"),
        ("Del",),
        Scope.EDITING,
        INSTANCE,
        QT_TRANSLATE_NOOP("actions", "Drop the instance, and keep strokes as a draft"),
        "drop",
    ),
)
