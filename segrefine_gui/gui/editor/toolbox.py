"""Makes the tool of an action for one edit."""

from __future__ import annotations

from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.tools.base import BrushSize, Tool
from segrefine_gui.gui.editor.tools.brush import paint_brush
from segrefine_gui.gui.editor.tools.history_brush import history_brush
from segrefine_gui.gui.editor.tools.outline import Lasso, Polygon

FIRST_TOOL = "tool_brush"
"""The one to begin with."""

NEEDS_REFINED = frozenset({"tool_from_refined", "tool_from_coarse", "take_refined_mask"})
"""Actions that are about the refined mask; from coarse is one with Alt, too."""


def make_tool(action_id: str, session: EditSession, size: BrushSize) -> Tool:
    """The tool that an action of the table stands for.

    Args:
        action_id: one of `TOOL_ROWS`.
        session: what it paints on.
        size: of brushes.
    """
    if action_id in ("tool_brush", "tool_eraser"):
        return paint_brush(session, size, adds=action_id == "tool_brush")
    if action_id in ("tool_from_refined", "tool_from_coarse"):
        coarse = session.start.coarse
        refined = session.start.refined or coarse
        is_refined = action_id == "tool_from_refined"
        return history_brush(session, size, refined, coarse, from_refined=is_refined)
    if action_id == "tool_polygon":
        return Polygon(session)
    assert action_id == "tool_lasso"
    return Lasso(session)
