"""A mask laid over the image: a translucent fill and a crisp outline."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from PySide6.QtGui import QColor, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.frame import Layer
from segrefine_gui.gui.canvas.painting import (
    around,
    device_width,
    faded,
    grown,
    paint_classes,
    shrunk,
    touched_box,
)
from segrefine_gui.gui.canvas.pyramid import MaskPyramid, MaskSource, Pixels
from segrefine_gui.gui.canvas.sampling import sample_mask
from segrefine_gui.gui.canvas.view_transform import ViewTransform

# Orange, sky blue and bluish green of Okabe and Ito's palette ("Color Universal Design", 2008):
# people with any kind of colour vision tell them apart.
COARSE_COLOR = QColor("#E69F00")
REFINED_COLOR = QColor("#56B4E9")
EDITED_COLOR = QColor("#009E73")

HALO_COLOR = QColor(0, 0, 0, 150)
"""The dark rim outside an outline that keeps it readable on a bright photo."""

FINE_LINE, BOLD_LINE = 1.0, 2.0
"""Width of an outline in widget pixels: fine, until image pixels are large and leave it room."""

BOLD_FROM = 2.0
"""Widget pixels per image pixel above which outlines are bold."""

HALO_WIDTH = 1.0
"""Width of the rim outside an outline, in widget pixels."""

LEAST_SHARE = 16
"""Share of a device pixel, 0..255, from which it counts as touched by the mask.

Low, so that specks and thin parts stay in sight when zoomed out; the outline then lies on the
pixels through which the mask's edge runs.
"""

OUTSIDE, HALO, LINE, INSIDE = range(4)


@dataclass(frozen=True)
class MaskOverlay:
    """One mask and how it is drawn.

    Attributes:
        mask: the mask and its halved sizes.
        color: of fill and outline; its alpha fades both.
        opacity: of the fill, 0..1; the outline keeps the colour's own alpha.
        filled: draw the fill.
        outlined: draw the outline with its halo.
    """

    mask: MaskSource
    color: QColor
    opacity: float = 0.3
    filled: bool = True
    outlined: bool = True

    @classmethod
    def of(
        cls,
        mask: BoolMask,
        region: Box,
        color: QColor,
        *,
        opacity: float = 0.3,
        filled: bool = True,
        outlined: bool = True,
    ) -> MaskOverlay:
        """An overlay of a mask of shape (region.height, region.width) lying at `region`.

        Reads the whole mask: for a large one, build the `MaskPyramid` in a worker instead.
        """
        return cls(MaskPyramid.build(mask, region), color, opacity, filled, outlined)

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of the mask's region and of the halo around it."""
        return touched_box(self.mask.region, view, device_width(HALO_WIDTH, view))

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw what of the mask lies in `window`."""
        drawn = self.device_box(view).intersection(window)
        if drawn.area == 0 or not (self.filled or self.outlined):
            return
        if self.outlined:
            bold = view.scale > BOLD_FROM * view.device_pixel_ratio
            line = device_width(BOLD_LINE if bold else FINE_LINE, view)
            halo = device_width(HALO_WIDTH, view)
            # Whether a pixel is outline depends on its neighbours, in the window or not.
            reach = max(line, halo)
            share = sample_mask(self.mask, view, around(drawn, reach))
            classes = _classes(share, line, halo)[reach:-reach, reach:-reach]
            paint_classes(painter, drawn, classes, self._class_colors())
        else:
            paint_classes(painter, drawn, sample_mask(self.mask, view, drawn), self._share_colors())

    def changed_since(self, before: Layer, view: ViewTransform) -> Box | None:
        """Where the masks differ, when all else is the same."""
        if not isinstance(before, MaskOverlay) or replace(before, mask=self.mask) != self:
            return None
        reach = device_width(max(BOLD_LINE, HALO_WIDTH), view)
        return touched_box(self.mask.differs_in(before.mask), view, reach)

    def _class_colors(self) -> list[int]:
        colors = [0] * 4
        colors[HALO] = faded(HALO_COLOR, self.color.alphaF())
        colors[LINE] = self.color.rgba()
        colors[INSIDE] = faded(self.color, self.opacity if self.filled else 0.0)
        return colors

    def _share_colors(self) -> list[int]:
        return [faded(self.color, self.opacity * share / 255) for share in range(256)]


def _classes(share: Pixels, line: int, halo: int) -> Pixels:
    """Each pixel's class: the line is the mask's own rim, the halo the rim just outside it."""
    touched = touches(share)
    # Nested sets: a pixel's class is the number of them that hold it.
    inside = cv2.add(touched, shrunk(touched, line))
    return np.asarray(cv2.add(inside, grown(touched, halo)), dtype=np.uint8)


def touches(share: Pixels) -> Pixels:
    """Which device pixels count as touched by a mask, given its share in each: 0 or 1."""
    _, touched = cv2.threshold(share, LEAST_SHARE - 1, 1, cv2.THRESH_BINARY)
    return np.asarray(touched, dtype=np.uint8)
