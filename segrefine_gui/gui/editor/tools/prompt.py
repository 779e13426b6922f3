"""Points, strokes and boxes that show an interactor what is meant."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.prompts import Mark
from segrefine_gui.gui.canvas.painting import around
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.editor.live_mask import NOWHERE
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.tools.base import Held, Point
from segrefine_gui.gui.editor.tools.rectangle import LINE, LINE_COLOR, RIM, RIM_COLOR

OBJECT_COLOR, BESIDE_COLOR = QColor(0, 114, 178), QColor(213, 94, 0)
"""Blue and vermillion of Okabe and Ito's palette: on the object, and beside it."""

DISC, SIGN = 7.0, 3.5
"""Radius of a point, and half the length of its plus or minus, in widget pixels."""

SLACK = 5.0
"""A pointer that moved less than this, in widget pixels, has clicked and not dragged."""


class PromptDesk(Protocol):
    """What has prompts answered; `gui.editor.prompting.Prompting` is one."""

    def begin(self, session: EditSession, sight: Callable[[], Box]) -> None:
        """Prompts for this edit will come; `sight` tells which part of the image is in sight."""

    def ask(self, marks: Sequence[Mark], boxes: Sequence[Box]) -> None:
        """Answer these instead of those before; none to forget them."""

    def lay(self) -> bool:
        """Lay the answer into the mask; False, which the person is told, where there is none."""

    def end(self) -> None:
        """No prompts will come any more."""


class PromptTool:
    """A click shows the object, with Alt what is beside it; a box is dragged, a stroke with Shift.

    Each further one makes the answer better. Enter lays it in.

    Args:
        session: what is edited.
        sight: tells which part of the image is in sight.
        desk: what answers.
    """

    def __init__(self, session: EditSession, sight: Callable[[], Box], desk: PromptDesk) -> None:
        self._bounds = session.bounds
        self._desk = desk
        self._shown: list[Mark | Box] = []
        self._points: list[Point] = []
        self._held = Held()
        self._slack = 0.0
        desk.begin(session, sight)

    def press(self, point: Point, held: Held) -> None:
        """Begin a point, a stroke or a box: which of them tells when the button comes up."""
        self._points, self._held = [point], held

    def drag(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Go on with it."""
        if self._points and point != self._points[-1]:
            self._points.append(point)

    def release(self, point: Point, held: Held) -> None:
        """Show what was drawn."""
        self.drag(point, held)
        drawn = self._drawn()
        self._points = []
        if drawn is not None:
            self._shown.append(drawn)
            self._ask()

    def hover(self, point: Point, held: Held) -> None:
        """Nothing happens without the button."""

    def double_click(self, point: Point, held: Held) -> None:
        """A second click."""
        self.press(point, held)

    def finish(self) -> bool:
        """Lay the answer in, which completes these prompts."""
        if not self._shown:
            return False
        if self._desk.lay():
            self._shown.clear()
        return True

    def take_back(self) -> bool:
        """Take the last prompt back."""
        if self._points:
            self._points = []
            return True
        if not self._shown:
            return False
        self._shown.pop()
        self._ask()
        return True

    def put_away(self) -> None:
        """Forget all prompts."""
        self._points, self._shown = [], []
        self._desk.end()

    def reach(self, view: ViewTransform, pointer: Point | None) -> Box:  # noqa: ARG002
        """The device pixels of all prompts."""
        self._note_slack(view)
        drawn = self._drawn()
        touched = NOWHERE
        for each in [*self._shown, *([] if drawn is None else [drawn])]:
            box = each if isinstance(each, Box) else _extent(each)
            touched = touched.union(view.touched_box(box))
        if touched.area == 0:
            return NOWHERE
        return around(touched, math.ceil((DISC + RIM) * view.device_pixel_ratio) + 1)

    def draw(self, painter: QPainter, view: ViewTransform, pointer: Point | None) -> None:  # noqa: ARG002
        """Draw all prompts, the one that is being drawn among them."""
        self._note_slack(view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawn = self._drawn()
        for each in [*self._shown, *([] if drawn is None else [drawn])]:
            if isinstance(each, Box):
                _draw_box(painter, view, each)
            else:
                _draw_mark(painter, view, each)

    def _ask(self) -> None:
        marks = [each for each in self._shown if isinstance(each, Mark)]
        self._desk.ask(marks, [each for each in self._shown if isinstance(each, Box)])

    def _drawn(self) -> Mark | Box | None:
        """What the way of the pointer means by now; None for nothing, or outside the image."""
        if not self._points:
            return None
        first = self._points[0]
        if all(math.dist(first, point) < self._slack for point in self._points):
            return Mark((first,), not self._held.alt) if self._is_inside(first) else None
        if self._held.shift:
            inside = tuple(point for point in self._points if self._is_inside(point))
            return Mark(inside, not self._held.alt) if inside else None
        (xa, ya), (xb, yb) = first, self._points[-1]
        box = Box(
            math.floor(min(xa, xb)),
            math.floor(min(ya, yb)),
            math.ceil(max(xa, xb)),
            math.ceil(max(ya, yb)),
        ).intersection(self._bounds)
        return box if box.area else None

    def _is_inside(self, point: Point) -> bool:
        box = self._bounds
        return box.x0 <= point[0] < box.x1 and box.y0 <= point[1] < box.y1

    def _note_slack(self, view: ViewTransform) -> None:
        self._slack = SLACK * view.device_pixel_ratio / view.scale


def _extent(mark: Mark) -> Box:
    columns, rows = zip(*mark.points, strict=True)
    return Box(
        math.floor(min(columns)),
        math.floor(min(rows)),
        math.ceil(max(columns)) + 1,
        math.ceil(max(rows)) + 1,
    )


def _draw_box(painter: QPainter, view: ViewTransform, box: Box) -> None:
    corners = QPointF(*view.to_widget(box.x0, box.y0)), QPointF(*view.to_widget(box.x1, box.y1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((RIM_COLOR, RIM), (LINE_COLOR, LINE)):
        painter.setPen(QPen(color, width))
        painter.drawRect(QRectF(*corners))


def _draw_mark(painter: QPainter, view: ViewTransform, mark: Mark) -> None:
    """A stroke with a disc where it begins, or the disc alone; the sign tells what it says."""
    color = OBJECT_COLOR if mark.is_object else BESIDE_COLOR
    line = QPolygonF([QPointF(*view.to_widget(*point)) for point in mark.points])
    round_cap, round_join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((LINE_COLOR, 2 * RIM), (color, RIM + LINE)):
        painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, round_cap, round_join))
        painter.drawPolyline(line)
    place = line.first()
    painter.setPen(QPen(LINE_COLOR, LINE))
    painter.setBrush(color)
    painter.drawEllipse(place, DISC, DISC)
    painter.setPen(QPen(LINE_COLOR, 2, Qt.PenStyle.SolidLine, round_cap))
    painter.drawLine(place - QPointF(SIGN, 0), place + QPointF(SIGN, 0))
    if mark.is_object:
        painter.drawLine(place - QPointF(0, SIGN), place + QPointF(0, SIGN))
