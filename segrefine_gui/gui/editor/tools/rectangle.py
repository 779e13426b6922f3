"""A rectangle that is dragged over the part of the mask that a refiner should look at again."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.painting import around
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.editor.live_mask import NOWHERE
from segrefine_gui.gui.editor.tools.base import Held, Point

LINE_COLOR, RIM_COLOR = QColor(255, 255, 255), QColor(0, 0, 0, 150)

LINE, RIM = 1.5, 3.5
"""Widths of the line and of its rim, in widget pixels."""

LEAST_SIDE = 8
"""Image pixels; a smaller rectangle was a slip of the hand."""


class Rectangle:
    """Tells which rectangle was dragged.

    Args:
        bounds: the whole image.
        dragged: called with a box inside the image.
        cancel: called when the person wants what follows from it no more; says whether there was
            something.
        slipped: called instead where the box is too small to mean one.
    """

    def __init__(
        self,
        bounds: Box,
        dragged: Callable[[Box], None],
        cancel: Callable[[], bool],
        slipped: Callable[[], None] = lambda: None,
    ) -> None:
        self._bounds = bounds
        self._dragged = dragged
        self._cancel = cancel
        self._slipped = slipped
        self._first: Point | None = None
        self._last: Point = (0.0, 0.0)

    def press(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Begin at one corner."""
        self._first = self._last = point

    def drag(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Move the other corner."""
        self._last = point

    def release(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Tell which rectangle it is."""
        if self._first is None:
            return
        self._last = point
        box = self._box()
        self._first = None
        if min(box.width, box.height) >= LEAST_SIDE:
            self._dragged(box)
        else:
            self._slipped()

    def hover(self, point: Point, held: Held) -> None:
        """Nothing happens without the button."""

    def double_click(self, point: Point, held: Held) -> None:
        """Begin another one."""
        self.press(point, held)

    def finish(self) -> bool:
        """A rectangle ends with the button."""
        return False

    def take_back(self) -> bool:
        """Forget the rectangle, or what follows from the last one."""
        was_dragging, self._first = self._first is not None, None
        return was_dragging or self._cancel()

    def put_away(self) -> None:
        """Forget the rectangle, and what follows from the last one."""
        self._first = None
        self._cancel()

    def reach(self, view: ViewTransform, pointer: Point | None) -> Box:  # noqa: ARG002
        """The device pixels of the rectangle."""
        if self._first is None:
            return NOWHERE
        return around(view.touched_box(self._box()), round(RIM * view.device_pixel_ratio) + 1)

    def draw(self, painter: QPainter, view: ViewTransform, pointer: Point | None) -> None:  # noqa: ARG002
        """Draw the rectangle."""
        if self._first is None:
            return
        box = self._box()
        corners = QPointF(*view.to_widget(box.x0, box.y0)), QPointF(*view.to_widget(box.x1, box.y1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((RIM_COLOR, RIM), (LINE_COLOR, LINE)):
            painter.setPen(QPen(color, width))
            painter.drawRect(QRectF(*corners))

    def _box(self) -> Box:
        assert self._first is not None
        (xa, ya), (xb, yb) = self._first, self._last
        box = Box(
            math.floor(min(xa, xb)),
            math.floor(min(ya, yb)),
            math.ceil(max(xa, xb)),
            math.ceil(max(ya, yb)),
        )
        return box.intersection(self._bounds)
