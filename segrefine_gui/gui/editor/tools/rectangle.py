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
        dragged: called with a box inside the image, all of which is meant.
        cancel: called when the person wants what follows from it no more; says whether there was
            something.
        is_awaited: tells whether what follows from it is still to come.
        slipped: called instead where the box is too small to mean one.
    """

    def __init__(
        self,
        bounds: Box,
        dragged: Callable[[Box, None], None],
        cancel: Callable[[], bool],
        is_awaited: Callable[[], bool],
        slipped: Callable[[], None] = lambda: None,
    ) -> None:
        self._bounds = bounds
        self._dragged = dragged
        self._cancel = cancel
        self._is_awaited = is_awaited
        self._is_down = False
        self._slipped = slipped
        self._first: Point | None = None
        self._last: Point = (0.0, 0.0)

    def press(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Begin at one corner."""
        self._first = self._last = point
        self._is_down = True

    def drag(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Move the other corner."""
        if self._is_down:
            self._last = point

    def release(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Tell which rectangle it is."""
        if not self._is_down:
            return
        self._is_down, self._last = False, point
        box = self._box()
        if min(box.width, box.height) >= LEAST_SIDE:
            self._dragged(box, None)
        else:
            self._first = None
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
        was_down, self._is_down, self._first = self._is_down, False, None
        return was_down or self._cancel()

    def put_away(self) -> None:
        """Forget the rectangle, and what follows from the last one."""
        self._first, self._is_down = None, False
        self._cancel()

    def reach(self, view: ViewTransform, pointer: Point | None) -> Box:  # noqa: ARG002
        """The device pixels of the rectangle."""
        if not self._is_seen:
            return NOWHERE
        return around(view.touched_box(self._box()), round(RIM * view.device_pixel_ratio) + 1)

    def draw(self, painter: QPainter, view: ViewTransform, pointer: Point | None) -> None:  # noqa: ARG002
        """Draw the rectangle."""
        if not self._is_seen:
            return
        box = self._box()
        corners = QPointF(*view.to_widget(box.x0, box.y0)), QPointF(*view.to_widget(box.x1, box.y1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((RIM_COLOR, RIM), (LINE_COLOR, LINE)):
            painter.setPen(QPen(color, width))
            painter.drawRect(QRectF(*corners))

    @property
    def _is_seen(self) -> bool:
        return self._first is not None and (self._is_down or self._is_awaited())

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
