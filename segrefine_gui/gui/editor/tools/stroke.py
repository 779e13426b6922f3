"""A stroke that is drawn, and acted on as a whole when the button comes up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.brushes import dab, segment
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.painting import around
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.editor.live_mask import NOWHERE
from segrefine_gui.gui.editor.tools.base import BrushSize, Held, Point
from segrefine_gui.gui.editor.tools.brush import LEAST_RING, RIM, RING, RING_COLOR, RING_RIM_COLOR


@dataclass(frozen=True, slots=True)
class Stroke:
    """The way of a brush.

    Attributes:
        points: of the image, in pixels; at least one.
        radius: of the brush, in image pixels.
        bounds: the whole image.
    """

    points: Sequence[Point]
    radius: float
    bounds: Box

    @property
    def box(self) -> Box:
        """A box of the image that holds all that the brush covers; may be empty."""
        xs, ys = zip(*self.points, strict=True)
        reach = self.radius + 1
        low, high = (min(xs) - reach, min(ys) - reach), (max(xs) + reach, max(ys) + reach)
        return Box(*map(math.floor, low), *map(math.ceil, high)).intersection(self.bounds)

    def covered(self, region: Box) -> BoolMask:
        """What the brush covers of a region of the image; for a worker.

        Args:
            region: inside the image.

        Returns:
            bool (region.height, region.width).
        """
        covered: BoolMask = np.zeros((region.height, region.width), np.bool_)
        pieces = [dab(*self.points[0], self.radius, region)]
        ways = pairwise(self.points)
        for box, inside in chain(pieces, (segment(*way, self.radius, region) for way in ways)):
            covered[box.shifted(-region.x0, -region.y0).slices] |= inside
        return covered


class StrokeTool:
    """Shows a stroke until what follows from it is there.

    Args:
        size: of the brush.
        bounds: the whole image.
    """

    def __init__(self, size: BrushSize, bounds: Box) -> None:
        self._size = size
        self._bounds = bounds
        self._points: list[Point] = []
        self._held = Held()
        self._is_down = False

    def press(self, point: Point, held: Held) -> None:
        """Begin a stroke; what follows from the one before is forgotten."""
        self._forget()
        self._held, self._is_down = held, True
        self._points = [point]

    def drag(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Go on with it."""
        if self._is_down and point != self._points[-1]:
            self._points.append(point)

    def release(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Act on it."""
        if not self._is_down:
            return
        self._is_down = False
        stroke = Stroke(tuple(self._points), self._size.radius, self._bounds)
        if stroke.box.area:
            self._act(stroke)
        else:
            self._points = []

    def hover(self, point: Point, held: Held) -> None:
        """Nothing happens without the button."""

    def double_click(self, point: Point, held: Held) -> None:
        """A second stroke."""
        self.press(point, held)

    def finish(self) -> bool:
        """A stroke ends with the button."""
        return False

    def take_back(self) -> bool:
        """Forget the stroke, and what follows from it."""
        had_any = bool(self._points)
        self._points, self._is_down = [], False
        return self._forget() or had_any

    def put_away(self) -> None:
        """Forget the stroke, and what follows from it."""
        self.take_back()

    def reach(self, view: ViewTransform, pointer: Point | None) -> Box:
        """The device pixels of the stroke and of the ring."""
        ratio = view.device_pixel_ratio
        places = [view.to_widget(*point) for point in self._drawn_points()]
        if pointer is not None:
            places.append(view.to_widget(*pointer))
        box = NOWHERE
        for x, y in places:
            column, row = math.floor(x * ratio), math.floor(y * ratio)
            box = box.union(Box(column, row, column + 1, row + 1))
        if box.area == 0:
            return box
        reach = max(self._size.radius * view.scale, LEAST_RING * ratio) + RIM * ratio + 2
        return around(box, math.ceil(reach))

    def draw(self, painter: QPainter, view: ViewTransform, pointer: Point | None) -> None:
        """Draw the stroke and the ring."""
        radius = max(self._size.radius * view.scale / view.device_pixel_ratio, LEAST_RING)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        points = self._drawn_points()
        if points:
            round_cap, round_join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
            solid = Qt.PenStyle.SolidLine
            painter.setPen(QPen(self._color(), 2 * radius, solid, round_cap, round_join))
            shape = QPolygonF([QPointF(*view.to_widget(*point)) for point in points])
            if len(points) > 1:
                painter.drawPolyline(shape)
            else:
                painter.drawPoint(shape.first())
        if pointer is not None:
            for color, width in ((RING_RIM_COLOR, RIM), (RING_COLOR, RING)):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(QPointF(*view.to_widget(*pointer)), radius, radius)

    # What a tool says for itself

    def _act(self, stroke: Stroke) -> None:
        """Have done what follows from the stroke; it covers some of the image."""
        raise NotImplementedError

    def _forget(self) -> bool:
        """Forget what follows from the stroke before; False where nothing does."""
        raise NotImplementedError

    def _color(self) -> QColor:
        """Of the stroke."""
        raise NotImplementedError

    def _drawn_points(self) -> list[Point]:
        """The stroke as far as it is to be seen."""
        return self._points
