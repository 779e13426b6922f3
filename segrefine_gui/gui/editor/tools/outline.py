"""Polygon and lasso: what an outline holds is added, or removed with Alt."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.brushes import polygon
from segrefine_gui.gui.canvas.painting import around
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.editor.live_mask import NOWHERE
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.tools.base import Held, Point, translate

ADD_COLOR, REMOVE_COLOR, RIM_COLOR = QColor(255, 255, 255), QColor("#D55E00"), QColor(0, 0, 0, 150)

LINE, RIM = 1.5, 3.5
"""Widths of the outline and of its rim, in widget pixels."""

CORNER = 3.0
"""Radius of a corner's dot, in widget pixels."""

CLOSE_REACH = 8.0
"""How near the first corner a click must be to close the outline, in widget pixels."""


class _Outline:
    """An outline under way."""

    def __init__(self, session: EditSession, add_name: str, remove_name: str) -> None:
        self._session = session
        self._names = (add_name, remove_name)
        self._points: list[Point] = []
        self._removes = False

    def put_away(self) -> None:
        """Forget the outline."""
        self._points.clear()

    def reach(self, view: ViewTransform, pointer: Point | None) -> Box:
        """The device pixels of all corners, the pointer among them."""
        if not self._points:
            return NOWHERE
        places = [view.to_widget(*point) for point in self._trail(pointer)]
        ratio = view.device_pixel_ratio
        columns, rows = ([each[axis] * ratio for each in places] for axis in (0, 1))
        box = Box(
            math.floor(min(columns)),
            math.floor(min(rows)),
            math.ceil(max(columns)) + 1,
            math.ceil(max(rows)) + 1,
        )
        return around(box, round((CLOSE_REACH + RIM) * ratio) + 1)

    def draw(self, painter: QPainter, view: ViewTransform, pointer: Point | None) -> None:
        """Draw the outline as it would close now."""
        if not self._points:
            return
        shape = QPolygonF([QPointF(*view.to_widget(*point)) for point in self._trail(pointer)])
        color = REMOVE_COLOR if self._removes else ADD_COLOR
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ink, width in ((RIM_COLOR, RIM), (color, LINE)):
            painter.setPen(QPen(ink, width))
            painter.drawPolyline(shape)
        painter.setPen(QPen(color, LINE, Qt.PenStyle.DotLine))
        painter.drawLine(shape.last(), shape.first())
        self._draw_corners(painter, view, color)

    def _trail(self, pointer: Point | None) -> list[Point]:
        """The outline as far as it goes, to the pointer."""
        return [*self._points, *([] if pointer is None else [pointer])]

    def _draw_corners(self, painter: QPainter, view: ViewTransform, color: QColor) -> None:
        """Draw what a person can take hold of; a lasso has nothing."""

    def _close(self) -> None:
        points, bounds = list(self._points), self._session.bounds
        self._points.clear()
        box, inside = polygon(points, bounds)
        if box.area:
            self._session.fill(self._names[self._removes], box, inside, not self._removes)


class Lasso(_Outline):
    """An outline drawn in one go, closed when the button comes up."""

    def __init__(self, session: EditSession) -> None:
        super().__init__(
            session, translate("editor", "Lasso"), translate("editor", "Lasso (Remove)")
        )

    def press(self, point: Point, held: Held) -> None:
        """Begin the outline."""
        self._removes = held.alt
        self._points = [point]

    def drag(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Go on with it."""
        if self._points and point != self._points[-1]:
            self._points.append(point)

    def release(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Close it."""
        if self._points:
            self._close()

    def hover(self, point: Point, held: Held) -> None:
        """Nothing happens without the button."""

    def double_click(self, point: Point, held: Held) -> None:
        """Begin another one."""
        self.press(point, held)

    def finish(self) -> bool:
        """An outline ends with the button."""
        return False

    def take_back(self) -> bool:
        """Forget the outline."""
        was_drawing = bool(self._points)
        self._points.clear()
        return was_drawing


class Polygon(_Outline):
    """An outline of corners that are clicked one by one.

    A double click, a click on the first corner, or Enter close it.
    """

    def __init__(self, session: EditSession) -> None:
        super().__init__(
            session, translate("editor", "Polygon"), translate("editor", "Polygon (Remove)")
        )
        self._closes_near: float = 0.0

    def press(self, point: Point, held: Held) -> None:
        """Add a corner, or close the outline at the first one."""
        if not self._points:
            self._removes = held.alt
        elif len(self._points) >= 3 and math.dist(point, self._points[0]) <= self._closes_near:
            self._close()
            return
        self._points.append(point)

    def drag(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Move the corner that was just added."""
        if self._points:
            self._points[-1] = point

    def release(self, point: Point, held: Held) -> None:
        """The corner stays where it is."""

    def hover(self, point: Point, held: Held) -> None:
        """The line to the next corner follows the pointer, see `draw`."""

    def double_click(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Close the outline: the first of both clicks has added the last corner."""
        self.finish()

    def finish(self) -> bool:
        """Close the outline."""
        is_under_way = bool(self._points)
        self._close()
        return is_under_way

    def take_back(self) -> bool:
        """Take the last corner back."""
        is_under_way = bool(self._points)
        del self._points[-1:]
        return is_under_way

    def draw(self, painter: QPainter, view: ViewTransform, pointer: Point | None) -> None:
        """Draw the outline, and note how near its first corner a click means it."""
        self._closes_near = CLOSE_REACH * view.device_pixel_ratio / view.scale
        super().draw(painter, view, pointer)

    def _draw_corners(self, painter: QPainter, view: ViewTransform, color: QColor) -> None:
        painter.setPen(QPen(RIM_COLOR, 1))
        painter.setBrush(color)
        for point in self._points:
            painter.drawEllipse(QPointF(*view.to_widget(*point)), CORNER, CORNER)
