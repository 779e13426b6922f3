"""Brushes: round, straight lines with Shift, the opposite with Alt."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.brushes import dab, segment
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.painting import around
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.editor.live_mask import NOWHERE
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.tools.base import BrushSize, Held, Point, translate

RING_COLOR, RING_RIM_COLOR = QColor(255, 255, 255, 235), QColor(0, 0, 0, 150)
"""White inside a dark rim: seen on any photo."""

RING, RIM = 1.25, 3.0
"""Widths of the ring and of its rim, in widget pixels."""

LEAST_RING = 2.5
"""Radius of the ring at least, in widget pixels, so that a tiny brush is seen too."""

Paint = Callable[[EditSession, Box, BoolMask], None]


class Brush:
    """Paints along the way of the pointer.

    Args:
        session: what to paint on.
        size: of the brush.
        name: of its steps.
        opposite_name: of its steps with Alt.
        paint: what happens to the pixels under it.
        opposite: what happens to them with Alt.
    """

    def __init__(
        self,
        session: EditSession,
        size: BrushSize,
        name: str,
        opposite_name: str,
        paint: Paint,
        opposite: Paint,
    ) -> None:
        self._session = session
        self._size = size
        self._names = (name, opposite_name)
        self._paints = (paint, opposite)
        self._paint = paint
        self._last: Point | None = None
        self._is_straight = False

    @property
    def _radius(self) -> float:
        """Of the brush, in image pixels."""
        return self._size.radius

    def press(self, point: Point, held: Held) -> None:
        """Begin a stroke; with Shift it begins where the last one ended."""
        self._session.begin(self._names[held.alt])
        self._paint = self._paints[held.alt]
        if held.shift and self._last is not None:
            self._stroke_to(point)
        else:
            self._dab_at(point)
            self._last = point

    def drag(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Go on with the stroke."""
        if self._session.is_stroking and point != self._last:
            self._stroke_to(point)

    def release(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """End the stroke."""
        if self._session.is_stroking:
            self._session.commit()

    def hover(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Show the line that Shift would draw."""
        self._is_straight = held.shift

    def double_click(self, point: Point, held: Held) -> None:
        """A second stroke."""
        self.press(point, held)

    def finish(self) -> bool:
        """A stroke ends with the button."""
        return False

    def take_back(self) -> bool:
        """Take back the stroke that is being made."""
        is_stroking = self._session.is_stroking
        self._session.rollback()
        return is_stroking

    def put_away(self) -> None:
        """Take back the stroke that is being made."""
        self._session.rollback()

    def reach(self, view: ViewTransform, pointer: Point | None) -> Box:
        """The device pixels of the ring, and of the straight line."""
        if pointer is None:
            return NOWHERE
        ratio = view.device_pixel_ratio
        points = [pointer]
        if self._is_straight and self._last is not None:
            points.append(self._last)
        box = NOWHERE
        reach = max(self._radius * view.scale, LEAST_RING * ratio) + RIM * ratio + 1
        for point in points:
            x, y = (round(each * ratio) for each in view.to_widget(*point))
            box = box.union(around(Box(x, y, x + 1, y + 1), round(reach)))
        return box

    def draw(self, painter: QPainter, view: ViewTransform, pointer: Point | None) -> None:
        """Draw a ring around what a dab would paint."""
        if pointer is None:
            return
        centre = QPointF(*view.to_widget(*pointer))
        radius = max(self._radius * view.scale / view.device_pixel_ratio, LEAST_RING)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((RING_RIM_COLOR, RIM), (RING_COLOR, RING)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(centre, radius, radius)
            if self._is_straight and self._last is not None:
                painter.drawLine(QPointF(*view.to_widget(*self._last)), centre)

    def _stroke_to(self, point: Point) -> None:
        assert self._last is not None
        self._line_to(self._last, point)
        self._last = point

    def _dab_at(self, point: Point) -> None:
        box, inside = dab(*point, self._radius, self._session.bounds)
        self._paint(self._session, box, inside)

    def _line_to(self, start: Point, end: Point) -> None:
        box, inside = segment(start, end, self._radius, self._session.bounds)
        self._paint(self._session, box, inside)


def paint_brush(session: EditSession, size: BrushSize, *, adds: bool) -> Brush:
    """The brush that adds to the mask and removes with Alt, or the eraser, which does the other.

    Args:
        session: what to paint on.
        size: of the brush.
        adds: whether it is the brush.
    """
    names = translate("editor", "Brush Stroke"), translate("editor", "Eraser Stroke")

    def add(session: EditSession, box: Box, inside: BoolMask) -> None:
        session.paint(box, inside, True)

    def remove(session: EditSession, box: Box, inside: BoolMask) -> None:
        session.paint(box, inside, False)

    if adds:
        return Brush(session, size, *names, add, remove)
    return Brush(session, size, *names[::-1], remove, add)
