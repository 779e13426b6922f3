"""The outlines of two masks, told apart where they part and one where they meet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from PySide6.QtGui import QColor, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.frame import Layer
from segrefine_gui.gui.canvas.overlay import HALO_COLOR, touches
from segrefine_gui.gui.canvas.painting import (
    around,
    device_width,
    grown,
    paint_classes,
    shrunk,
    touched_box,
)
from segrefine_gui.gui.canvas.pyramid import MaskSource, Pixels
from segrefine_gui.gui.canvas.sampling import sample_mask
from segrefine_gui.gui.canvas.view_transform import ViewTransform

SHARED_COLOR = QColor(255, 255, 255)
"""Of an outline that both masks have: only what differs is coloured."""

NOTHING_HERE, FIRST, SECOND, BOTH, HALO = range(5)


@dataclass(frozen=True)
class TwoOutlines:
    """Two masks by lines of one widget pixel at any zoom, with a dark halo and without fill.

    Attributes:
        first: one mask.
        second: the other.
        first_color: of its outline, where the other has none.
        second_color: likewise.
    """

    first: MaskSource
    second: MaskSource
    first_color: QColor
    second_color: QColor

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of both regions and of the halo around them."""
        return touched_box(self.first.region.union(self.second.region), view, device_width(1, view))

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw what of the outlines lies in `window`."""
        drawn = self.device_box(view).intersection(window)
        if drawn.area == 0:
            return
        width = device_width(1, view)
        # Halo of a line that depends on its neighbours, in the window or not.
        seen = around(drawn, 2 * width)
        lines = _line(self.first, view, seen, width) * np.uint8(FIRST)
        lines += _line(self.second, view, seen, width) * np.uint8(SECOND)
        halo = grown(np.minimum(lines, 1), width) * np.uint8(HALO)
        classes = np.where(lines, lines, halo)[2 * width : -2 * width, 2 * width : -2 * width]
        paint_classes(painter, drawn, classes, self._colors())

    def changed_since(self, before: Layer, view: ViewTransform) -> Box | None:
        """Where the masks differ, when all else is the same."""
        if not isinstance(before, TwoOutlines):
            return None
        if replace(before, first=self.first, second=self.second) != self:
            return None
        first = self.first.differs_in(before.first)
        second = self.second.differs_in(before.second)
        return touched_box(first.union(second), view, 2 * device_width(1, view))

    def _colors(self) -> list[int]:
        colors = [0] * 5
        colors[FIRST] = self.first_color.rgba()
        colors[SECOND] = self.second_color.rgba()
        colors[BOTH] = SHARED_COLOR.rgba()
        colors[HALO] = HALO_COLOR.rgba()
        return colors


def _line(mask: MaskSource, view: ViewTransform, window: Box, width: int) -> Pixels:
    """The mask's own rim: 0 or 1."""
    touched = touches(sample_mask(mask, view, window))
    return np.asarray(cv2.subtract(touched, shrunk(touched, width)), dtype=np.uint8)
