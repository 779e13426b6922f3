"""Every action of the window, in one table: the only place where its text and keys are set."""

from __future__ import annotations

from segrefine_gui.gui.action_table.editor_rows import EDITOR_ROWS
from segrefine_gui.gui.action_table.file_rows import EDIT_ROWS, FILE_ROWS, HELP_ROWS
from segrefine_gui.gui.action_table.instance_rows import INSTANCE_ROWS
from segrefine_gui.gui.action_table.review_rows import (
    ALTERNATIVES_ROWS,
    CHANGES_ROWS,
    QUEUE_ROWS,
    REVIEW_ROWS,
)
from segrefine_gui.gui.action_table.spec import ActionSpec
from segrefine_gui.gui.action_table.view_rows import COMPARE_ROWS, VIEW_ROWS

ACTIONS: tuple[ActionSpec, ...] = (
    *FILE_ROWS,
    *EDIT_ROWS,
    *REVIEW_ROWS,
    *ALTERNATIVES_ROWS,
    *CHANGES_ROWS,
    *INSTANCE_ROWS,
    *EDITOR_ROWS,
    *QUEUE_ROWS,
    *VIEW_ROWS,
    *COMPARE_ROWS,
    *HELP_ROWS,
)

SPECS: dict[str, ActionSpec] = {spec.id: spec for spec in ACTIONS}
"""The same by id."""
