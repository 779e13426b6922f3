"""The brush that tells GrabCut what is surely the object, or with Alt surely not."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.brushes import dab, segment
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.classical.strokes import Strokes, from_strokes, strokes_region
from segrefine_gui.gui.canvas.painting import around
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.editor.live_mask import NOWHERE
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.tools.base import Background, BrushSize, Held, Point, translate
from segrefine_gui.gui.editor.tools.brush import LEAST_RING, RIM, RING, RING_COLOR, RING_RIM_COLOR

SURE_COLOR, NEVER_COLOR = QColor(86, 180, 233, 150), QColor(213, 94, 0, 150)
"""Sky blue and vermillion of Okabe and Ito's palette: surely the object, surely not."""


class SureBrush:
    """A stroke, and near it the mask follows the colours and edges of the image.

    It is computed when the button comes up, away from the thread of the window; what is far from
    the stroke stays as it is.

    Args:
        session: what is edited.
        size: of the brush.
        image: uint8 (h, w, 3) RGB.
        background: where it is computed.
    """

    def __init__(
        self, session: EditSession, size: BrushSize, image: Pixels, background: Background
    ) -> None:
        self._session = session
        self._size = size
        self._image = image
        self._background = background
        self._points: list[Point] = []
        self._is_sure = True
        self._is_down = False

    def press(self, point: Point, held: Held) -> None:
        """Begin a stroke; one that is being computed is forgotten."""
        self._background.withdraw()
        self._is_sure, self._is_down = not held.alt, True
        self._points = [point]

    def drag(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Go on with it."""
        if self._is_down and point != self._points[-1]:
            self._points.append(point)

    def release(self, point: Point, held: Held) -> None:  # noqa: ARG002
        """Have the mask follow it."""
        if not self._is_down:
            return
        self._is_down = False
        session = self._session
        covered = _covered(self._points, self._size.radius, session.bounds)
        if not covered:
            self._points = []
            return
        box = session.extent
        for part, _ in covered:
            box = box.union(part)
        region = strokes_region(box, session.bounds.width, session.bounds.height)
        work = partial(
            _computed,
            self._image[region.slices],
            session.mask[region.slices].copy(),
            region,
            covered,
            self._is_sure,
        )
        number = session.version.number
        self._background.run(work, partial(self._fill, region, number), self._points.clear)

    def hover(self, point: Point, held: Held) -> None:
        """Nothing happens without the button."""

    def double_click(self, point: Point, held: Held) -> None:
        """A second stroke."""
        self.press(point, held)

    def finish(self) -> bool:
        """A stroke ends with the button."""
        return False

    def take_back(self) -> bool:
        """Forget the stroke, drawn or being computed."""
        is_under_way = bool(self._points)
        self.put_away()
        return is_under_way

    def put_away(self) -> None:
        """Forget the stroke."""
        self._background.withdraw()
        self._points, self._is_down = [], False

    def reach(self, view: ViewTransform, pointer: Point | None) -> Box:
        """The device pixels of the stroke and of the ring."""
        ratio = view.device_pixel_ratio
        places = [view.to_widget(*point) for point in self._points]
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
        """Draw the stroke until it has been computed, and the ring."""
        radius = max(self._size.radius * view.scale / view.device_pixel_ratio, LEAST_RING)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._points:
            round_cap, round_join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
            color = SURE_COLOR if self._is_sure else NEVER_COLOR
            solid = Qt.PenStyle.SolidLine
            painter.setPen(QPen(color, 2 * radius, solid, round_cap, round_join))
            shape = QPolygonF([QPointF(*view.to_widget(*point)) for point in self._points])
            if len(self._points) > 1:
                painter.drawPolyline(shape)
            else:
                painter.drawPoint(shape.first())
        if pointer is not None:
            for color, width in ((RING_RIM_COLOR, RIM), (RING_COLOR, RING)):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(QPointF(*view.to_widget(*pointer)), radius, radius)

    def _fill(self, region: Box, number: int, mask: BoolMask) -> None:
        self._points = []
        session = self._session
        # What was painted or undone meanwhile is not in what was computed.
        if session.is_stroking or session.version.number != number:
            return
        name = (
            translate("editor", "GrabCut Stroke")
            if self._is_sure
            else translate("editor", "GrabCut Stroke (Remove)")
        )
        session.fill(name, region, np.ones_like(mask), mask)


def _covered(points: list[Point], radius: float, bounds: Box) -> list[tuple[Box, BoolMask]]:
    """What a brush covers on its way, piece by piece, without the pieces outside the image."""
    pieces = [dab(*points[0], radius, bounds)]
    pieces += [segment(start, end, radius, bounds) for start, end in pairwise(points)]
    return [piece for piece in pieces if piece[0].area]


def _computed(
    image: Pixels,
    mask: BoolMask,
    region: Box,
    covered: list[tuple[Box, BoolMask]],
    is_sure: bool,
) -> BoolMask:
    """The mask of a region that agrees with a stroke; for a worker."""
    stroke = np.zeros_like(mask)
    for box, inside in covered:
        stroke[box.shifted(-region.x0, -region.y0).slices] |= inside
    nothing = np.zeros_like(mask)
    strokes = Strokes(stroke, nothing) if is_sure else Strokes(nothing, stroke)
    soft = from_strokes(image, mask, strokes, CancelToken())
    agreed: BoolMask = soft >= DEFAULT_THRESHOLD
    return agreed
