"""The brush that stops at the image's edges."""

from __future__ import annotations

import math

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.edge_map import EdgeMap
from segrefine_gui.domain.edge_snap import snapped_dab
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.tools.base import BrushSize, Point, translate
from segrefine_gui.gui.editor.tools.brush import Brush

SPACING = 0.5
"""Distance of two dabs of a stroke, as a share of the radius: each finds its own edges."""

MOST_DABS, DABBED = 40, 120_000
"""Dabs of one movement at most, and the most that the squares of their radii come to in pixels: a
movement is painted between two frames, but for the largest brushes."""


class SnapBrush(Brush):
    """Paints what is joined to the pointer under the brush; with Alt it removes that.

    Args:
        session: what to paint on.
        size: of the brush.
        image: uint8 (h, w, 3) RGB, whose edges stop it.
    """

    def __init__(self, session: EditSession, size: BrushSize, image: Pixels) -> None:
        names = translate("editor", "Edge Brush"), translate("editor", "Edge Brush (Remove)")
        super().__init__(session, size, *names, _add, _remove)
        self._edge_map = EdgeMap(image)

    def _dab_at(self, point: Point) -> None:
        session = self._session
        box, inside = snapped_dab(self._edge_map, *point, self._radius, session.bounds)
        self._paint(session, box, inside)

    def _line_to(self, start: Point, end: Point) -> None:
        step = max(1.0, SPACING * self._radius)
        most = max(1, min(MOST_DABS, round(DABBED / self._radius**2)))
        count = min(math.ceil(math.dist(start, end) / step), most)
        for number in range(1, count + 1):
            share = number / count
            x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
            self._dab_at((x, y))


def _add(session: EditSession, box: Box, inside: BoolMask) -> None:
    session.paint(box, inside, True)


def _remove(session: EditSession, box: Box, inside: BoolMask) -> None:
    session.paint(box, inside, False)
