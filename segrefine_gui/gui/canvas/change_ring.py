"""A ring around the change that is looked at now."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtGui import QColor, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.change_pyramid import ChangePyramid
from segrefine_gui.gui.canvas.painting import (
    around,
    device_width,
    grown,
    paint_classes,
    touched_box,
)
from segrefine_gui.gui.canvas.view_transform import ViewTransform

RING_COLOR = QColor(255, 255, 255)
"""White with a dark rim: readable on any photo, and the colour of no mask."""

RING_RIM_COLOR = QColor(0, 0, 0, 190)
GAP, RING, RING_RIM = 2.0, 2.0, 1.0
"""Widths in widget pixels, from the change outwards."""


@dataclass(frozen=True)
class ChangeRing:
    """An outline a little outside one change.

    Attributes:
        changes: the changes.
        number: the one to emphasise.
    """

    changes: ChangePyramid
    number: int

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of the change and of the ring around it."""
        return touched_box(self.changes.box_of([self.number]), view, _reach(view))

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw what of the ring lies in `window`."""
        drawn = self.device_box(view).intersection(window)
        if drawn.area == 0:
            return
        reach = _reach(view)
        codes = self.changes.sample(view, around(drawn, reach))
        inside = np.equal(codes >> 1, self.number).view(np.uint8)
        gap = grown(inside, device_width(GAP, view))
        ring = grown(gap, device_width(RING, view))
        rim = grown(ring, device_width(RING_RIM, view))
        # Nested sets: a pixel's class is the number of them that hold it.
        classes = cv2.add(cv2.add(rim, ring), gap)[reach:-reach, reach:-reach]
        colors = [0, RING_RIM_COLOR.rgba(), RING_COLOR.rgba(), 0]
        paint_classes(painter, drawn, np.asarray(classes, dtype=np.uint8), colors)


def _reach(view: ViewTransform) -> int:
    return sum(device_width(width, view) for width in (GAP, RING, RING_RIM))
