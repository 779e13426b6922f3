"""The brush that paints the part of the mask that a refiner should look at again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QColor

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.clean_up import fill_holes
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.colors import COMING_COLOR
from segrefine_gui.gui.editor.tools.base import BrushSize, Point
from segrefine_gui.gui.editor.tools.stroke import Stroke, StrokeTool

REGION_OPACITY = 0.47


class RegionBrush(StrokeTool):
    """Tells which pixels were painted over, or gone round, in one stroke.

    Args:
        size: of the brush.
        bounds: the whole image.
        painted: called with the box of what was painted, inside the image, and with what tells in
            a worker which of its pixels that were.
        cancel: called when the person wants what follows from it no more; says whether there was
            something.
        is_awaited: tells whether what follows from it is still to come.
    """

    def __init__(
        self,
        size: BrushSize,
        bounds: Box,
        painted: Callable[[Box, Callable[[], BoolMask]], None],
        cancel: Callable[[], bool],
        is_awaited: Callable[[], bool],
    ) -> None:
        super().__init__(size, bounds)
        self._painted = painted
        self._cancel = cancel
        self._is_awaited = is_awaited

    def _act(self, stroke: Stroke) -> None:
        box = stroke.box
        # A stroke that comes back to where it began means all that is inside, too.
        self._painted(box, lambda: fill_holes(stroke.covered(box)))

    def _forget(self) -> bool:
        return self._cancel()

    def _color(self) -> QColor:
        color = QColor(COMING_COLOR)
        color.setAlphaF(REGION_OPACITY)
        return color

    def _drawn_points(self) -> list[Point]:
        return self._points if self._is_down or self._is_awaited() else []
