"""The history brush: paints what the mask was, in one of the masks that there are already."""

from __future__ import annotations

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.start import Source
from segrefine_gui.gui.editor.tools.base import BrushSize
from segrefine_gui.gui.editor.tools.brush import Brush, Paint


def history_brush(
    session: EditSession,
    size: BrushSize,
    sources: tuple[Source, Source],
    names: tuple[str, str],
) -> Brush:
    """The brush that paints from one mask, and with Alt from another.

    Args:
        session: what to paint on.
        size: of the brush.
        sources: the mask that it paints from, and that of Alt.
        names: of its steps, and of those with Alt.
    """
    paint, opposite = (_paint_from(source) for source in sources)
    return Brush(session, size, *names, paint, opposite)


def _paint_from(source: Source) -> Paint:
    def paint(session: EditSession, box: Box, inside: BoolMask) -> None:
        session.paint(box, inside, source.crop(box))

    return paint
