"""A frame around the place that a reason speaks of."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.painting import around, device_width
from segrefine_gui.gui.canvas.view_transform import ViewTransform

FRAME_COLOR, FRAME_RIM_COLOR = QColor(255, 255, 255), QColor(0, 0, 0, 150)
"""White dashes on a dark line: readable on any photo, and the colour of no mask."""

LINE, DASH = 2.0, 3.0
"""Width of the line in widget pixels, and length of the dashes in such widths."""


@dataclass(frozen=True)
class PlaceFrame:
    """A dashed rectangle just outside a box of the image.

    Attributes:
        box: in image pixels.
    """

    box: Box

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of the box with its frame."""
        return around(view.touched_box(self.box), device_width(2 * LINE, view))

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw what of the frame lies in `window`."""
        line = device_width(LINE, view)
        frame = around(view.touched_box(self.box), line)
        painter.save()
        painter.setClipRect(QRect(window.x0, window.y0, window.width, window.height))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(FRAME_RIM_COLOR, line)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        for color, style in (
            (FRAME_RIM_COLOR, Qt.PenStyle.SolidLine),
            (FRAME_COLOR, Qt.PenStyle.CustomDashLine),
        ):
            pen.setColor(color)
            pen.setStyle(style)
            if style is Qt.PenStyle.CustomDashLine:
                pen.setDashPattern([DASH, DASH])
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawRect(QRect(frame.x0, frame.y0, frame.width, frame.height))
        painter.restore()
