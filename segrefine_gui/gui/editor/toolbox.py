"""Makes the tool of an action for one edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.side_words import brush_steps
from segrefine_gui.gui.editor.tools.base import Background, BrushSize, Tolerance, Tool
from segrefine_gui.gui.editor.tools.brush import paint_brush
from segrefine_gui.gui.editor.tools.history_brush import history_brush
from segrefine_gui.gui.editor.tools.outline import Lasso, Polygon
from segrefine_gui.gui.editor.tools.prompt import PromptDesk, PromptTool
from segrefine_gui.gui.editor.tools.rectangle import Rectangle
from segrefine_gui.gui.editor.tools.region_brush import RegionBrush
from segrefine_gui.gui.editor.tools.scissors import ScissorsTool
from segrefine_gui.gui.editor.tools.snap_brush import SnapBrush
from segrefine_gui.gui.editor.tools.sure_brush import SureBrush
from segrefine_gui.gui.editor.tools.wand import Wand

FIRST_TOOL = "tool_brush"
"""The one to begin with."""

WAND = "tool_wand"
"""The one that has a tolerance and no size."""

NEEDS_REFINED = frozenset({"tool_from_refined", "tool_from_coarse", "take_refined_mask"})
"""Actions that are about the refined mask; from coarse is one with Alt, too."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """What tools work with.

    Attributes:
        session: what they paint on.
        size: of brushes.
        tolerance: of the wand.
        sight: tells which part of the image is in sight.
        background: where they have longer work done.
        refine_here: has a refiner look again at a box of the image, or at those of its pixels
            that something tells in a worker.
        cancel_refining: stops that; says whether there was something to stop.
        is_refining: tells whether its first answer is still to come.
        prompting: has an interactor answer prompts.
    """

    session: EditSession
    size: BrushSize
    tolerance: Tolerance
    sight: Callable[[], Box]
    background: Background
    refine_here: Callable[[Box, Callable[[], BoolMask] | None], None]
    cancel_refining: Callable[[], bool]
    is_refining: Callable[[], bool]
    prompting: PromptDesk


def make_tool(action_id: str, bench: Workbench) -> Tool:
    """The tool that an action of the table stands for.

    Args:
        action_id: one of `TOOL_ROWS`.
        bench: what it works with.
    """
    session, size = bench.session, bench.size
    start, image = session.start, session.start.image.levels[0]
    sources, steps = (start.right, start.left), brush_steps(start.request.sides)
    refining = bench.refine_here, bench.cancel_refining, bench.is_refining
    makers: dict[str, Callable[[], Tool]] = {
        "tool_brush": lambda: paint_brush(session, size, adds=True),
        "tool_eraser": lambda: paint_brush(session, size, adds=False),
        "tool_snap": lambda: SnapBrush(session, size, image),
        "tool_from_refined": lambda: history_brush(session, size, sources, steps),
        "tool_from_coarse": lambda: history_brush(session, size, sources[::-1], steps[::-1]),
        "tool_polygon": lambda: Polygon(session),
        "tool_lasso": lambda: Lasso(session),
        "tool_scissors": lambda: ScissorsTool(session, image, bench.background),
        "tool_sure": lambda: SureBrush(session, size, image, bench.background),
        "tool_refine": lambda: Rectangle(session.bounds, *refining),
        "tool_refine_stroke": lambda: RegionBrush(size, session.bounds, *refining),
        "tool_prompt": lambda: PromptTool(session, bench.sight, bench.prompting),
        WAND: lambda: Wand(session, image, bench.tolerance, bench.sight, bench.background),
    }
    return makers[action_id]()
