"""Marks at the changes that are risky, told from others by their shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.change_pyramid import ChangePyramid
from segrefine_gui.gui.canvas.frame import NOTHING
from segrefine_gui.gui.canvas.view_transform import ViewTransform

FLAG_COLOR, FLAG_INK = QColor("#FFB77D"), QColor(20, 22, 26)
"""The colour of high risk on a dark ground, on which canvases are in both themes."""

WIDTH, HEIGHT, GAP = 16.0, 14.0, 3.0
"""Of a mark, and between it and its change, in widget pixels."""


@dataclass(frozen=True)
class RiskFlags:
    """A warning triangle above each risky change, as large at every zoom.

    Attributes:
        changes: the changes.
        numbers: those that are risky.
    """

    changes: ChangePyramid
    numbers: frozenset[int]

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of all marks."""
        box = NOTHING
        for number in self.numbers:
            box = box.union(_around(self._place(number, view)))
        return box

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw what of the marks lies in `window`."""
        painter.save()
        painter.setClipRect(QRect(window.x0, window.y0, window.width, window.height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in sorted(self.numbers):
            place = self._place(number, view)
            if _around(place).intersection(window).area:
                _draw_flag(painter, place)
        painter.restore()

    def _place(self, number: int, view: ViewTransform) -> QRectF:
        """Where the mark of a change is, in device pixels: its tip stands on its topmost pixels."""
        changes, box = self.changes.changes, self.changes.changes.changes[number - 1].box
        top_row = changes.labels[
            box.y0 - changes.region.y0, box.x0 - changes.region.x0 : box.x1 - changes.region.x0
        ]
        column = box.x0 + float(np.flatnonzero(top_row == number).mean()) + 0.5
        ratio = view.device_pixel_ratio
        middle, foot = view.left + column * view.scale, view.top + box.y0 * view.scale - GAP * ratio
        width, height = WIDTH * ratio, HEIGHT * ratio
        return QRectF(middle - width / 2, foot - height, width, height)


def _around(place: QRectF) -> Box:
    whole = place.toAlignedRect().adjusted(-2, -2, 2, 2)
    return Box(whole.left(), whole.top(), whole.right() + 1, whole.bottom() + 1)


def _draw_flag(painter: QPainter, place: QRectF) -> None:
    unit = place.height() / HEIGHT
    painter.setPen(QPen(FLAG_INK, unit))
    painter.setBrush(FLAG_COLOR)
    tip = QPointF(place.center().x(), place.top())
    painter.drawPolygon(QPolygonF([tip, place.bottomRight(), place.bottomLeft()]))
    painter.setPen(QPen(FLAG_INK, 1.6 * unit))
    x, bottom = place.center().x(), place.bottom()
    painter.drawLine(QPointF(x, place.top() + 5 * unit), QPointF(x, bottom - 5 * unit))
    painter.drawPoint(QPointF(x, bottom - 2.4 * unit))
