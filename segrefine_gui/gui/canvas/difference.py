"""What refining added and removed, change by change: told apart by colour and by shape."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.change_pyramid import ChangePyramid
from segrefine_gui.gui.canvas.frame import Layer
from segrefine_gui.gui.canvas.overlay import HALO_COLOR
from segrefine_gui.gui.canvas.painting import (
    around,
    device_width,
    faded,
    paint_classes,
    touched_box,
)
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.canvas.view_transform import ViewTransform

# Bluish green and vermillion of Okabe and Ito's palette, see `overlay`; hatched in two directions
# besides, so that the shape alone tells them apart.
ADDED_COLOR = QColor("#009E73")
REMOVED_COLOR = QColor("#D55E00")

HATCH_PERIOD, HATCH_LINE = 7, 1.5
"""Distance of two hatch lines along a row, and their width, in widget pixels."""

FILL_DARKER = 150
"""The fill is two thirds as bright as the hatching, which so shows on a photo of its own colour."""

HATCH_OVER_FILL = 3.0
"""How much more opaque than the fill the hatching is."""

DASH = 5
"""Length of the dashes, and of the gaps between them, around a change that is not taken, in
widget pixels along a column."""

RIM_ALPHA, LEFT_OUT_ALPHA = 1.0, 0.8

NO_CHANGE, ADDED, REMOVED, ADDED_LEFT, REMOVED_LEFT = range(5)
"""What a device pixel shows; a change that is left is one that is not taken."""

STATES = 5
FILL, HATCH, RIM = range(3)


@dataclass(frozen=True)
class DifferenceLayer:
    """The changes of an instance.

    A change that is taken is filled and hatched: added pixels with rising lines, removed pixels
    with falling ones. Of one that is not, only a pale, dashed outline is drawn.

    Attributes:
        changes: the changes.
        kept: numbers of those that are taken.
        added: colour of added pixels.
        removed: colour of removed pixels.
        opacity: of the fill, 0..1; the hatching follows it, at 0 only rims are left.
        added_rises: added pixels have the rising lines; else the removed ones.
    """

    changes: ChangePyramid
    kept: frozenset[int]
    added: QColor
    removed: QColor
    opacity: float = 0.3
    added_rises: bool = True

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of the region that the changes lie in, and of the halo around it."""
        return touched_box(self.changes.region, view, device_width(1, view))

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw what of the changes lies in `window`."""
        drawn = self.device_box(view).intersection(window)
        if drawn.area == 0:
            return
        line = device_width(1, view)
        # Whether a pixel is rim depends on its neighbours, in the window or not.
        states = self._states(view, around(drawn, line))
        if not states.any():
            return
        edge = _edge(states, line)[line:-line, line:-line]
        states = states[line:-line, line:-line]
        kinds = np.zeros_like(states)
        for state, rising in ((ADDED, self.added_rises), (REMOVED, not self.added_rises)):
            np.copyto(kinds, hatch(view, drawn, rising=rising), where=states == state)
        kinds[edge] = RIM
        if len(self.kept) < self.changes.count:
            rows, columns = np.nonzero(edge & (states >= ADDED_LEFT))
            gaps = _is_gap(view, drawn.x0 + columns, drawn.y0 + rows)
            kinds[rows[gaps], columns[gaps]] = FILL
        paint_classes(painter, drawn, states + STATES * kinds, self._colors())

    def changed_since(self, before: Layer, view: ViewTransform) -> Box | None:
        """The box of the changes that only one of both takes, when all else is the same."""
        if not isinstance(before, DifferenceLayer) or replace(before, kept=self.kept) != self:
            return None
        return touched_box(
            self.changes.box_of(self.kept ^ before.kept), view, device_width(1, view)
        )

    def _states(self, view: ViewTransform, window: Box) -> Pixels:
        table = np.empty(2 * self.changes.count + 2, dtype=np.uint8)
        table[0::2], table[1::2] = ADDED_LEFT, REMOVED_LEFT
        table[self.changes.is_taken(self.kept)] -= ADDED_LEFT - ADDED
        table[:2] = NO_CHANGE
        return table.take(self.changes.sample(view, window))

    def _colors(self) -> list[int]:
        colors = [0] * (3 * STATES)
        colors[NO_CHANGE + STATES * RIM] = HALO_COLOR.rgba()
        for color, taken, left in (
            (self.added, ADDED, ADDED_LEFT),
            (self.removed, REMOVED, REMOVED_LEFT),
        ):
            colors[taken + STATES * FILL] = faded(color.darker(FILL_DARKER), self.opacity)
            colors[taken + STATES * HATCH] = faded(color, min(1.0, HATCH_OVER_FILL * self.opacity))
            colors[taken + STATES * RIM] = faded(color, RIM_ALPHA)
            colors[left + STATES * RIM] = faded(color, LEFT_OUT_ALPHA)
        return colors


def hatch(view: ViewTransform, window: Box, *, rising: bool) -> Pixels:
    """Lines at 45 degrees that keep their distance on the screen and move with the image.

    Args:
        view: where the image lies.
        window: device pixels to draw.
        rising: from bottom left to top right, else falling.

    Returns:
        uint8 (window.height, window.width): `HATCH` on a line, else `FILL`.
    """
    period = device_width(HATCH_PERIOD, view)
    width = device_width(HATCH_LINE, view)
    # On a rising line x + y is constant, on a falling one x - y: each row is the one above,
    # shifted by a pixel. So all rows are windows of one long row.
    y = window.y0 - view.top if rising else -(window.y1 - 1 - view.top)
    first = window.x0 - view.left + y
    phases = np.arange(first, first + window.width + window.height - 1) % period
    row = np.where(phases < width, HATCH, FILL).astype(np.uint8)
    rows = np.lib.stride_tricks.sliding_window_view(row, window.width)
    return rows if rising else rows[::-1]


def _is_gap(
    view: ViewTransform, x: npt.NDArray[np.intp], y: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Whether device pixels of a dashed line are between its dashes.

    The dashes keep their length on the screen and move with the image. They run along neither an
    axis nor a diagonal, in which outlines like to run: each of these is cut into dashes.
    """
    length = device_width(DASH, view)
    gap: npt.NDArray[np.bool_] = ((2 * (x - view.left) + y - view.top) // length) % 2 == 1
    return gap


def _edge(states: Pixels, line: int) -> BoolMask:
    """Where changes meet something else: their own rim, and the halo of pixels around it."""
    kernel = cv2.getStructuringElement(cv2.MORPH_CROSS, (2 * line + 1, 2 * line + 1))
    edge: BoolMask = cv2.dilate(states, kernel) != cv2.erode(states, kernel)
    return edge
