"""The history brush: paints what the mask was, in one of the masks that there are already."""

from __future__ import annotations

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.start import Source
from segrefine_gui.gui.editor.tools.base import BrushSize, translate
from segrefine_gui.gui.editor.tools.brush import Brush


def history_brush(
    session: EditSession, size: BrushSize, refined: Source, coarse: Source, *, from_refined: bool
) -> Brush:
    """The brush that paints from the refined mask, and with Alt from the coarse one; or reversed.

    Args:
        session: what to paint on.
        size: of the brush.
        refined: the refined mask.
        coarse: the coarse mask.
        from_refined: whether it paints from the refined mask without Alt.
    """
    names = translate("editor", "Paint from Refined"), translate("editor", "Paint from Coarse")

    def paint_refined(session: EditSession, box: Box, inside: BoolMask) -> None:
        session.paint(box, inside, refined.crop(box))

    def paint_coarse(session: EditSession, box: Box, inside: BoolMask) -> None:
        session.paint(box, inside, coarse.crop(box))

    if from_refined:
        return Brush(session, size, *names, paint_refined, paint_coarse)
    return Brush(session, size, *names[::-1], paint_coarse, paint_refined)
