"""A mask laid over the image: a translucent fill and a crisp outline."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.pyramid import MaskPyramid, Pixels
from segrefine_gui.gui.canvas.sampling import sample_mask
from segrefine_gui.gui.canvas.view_transform import ViewTransform

# Orange and sky blue of Okabe and Ito's palette ("Color Universal Design", 2008): people with any
# kind of colour vision tell them apart.
COARSE_COLOR = QColor("#E69F00")
REFINED_COLOR = QColor("#56B4E9")

HALO_COLOR = QColor(0, 0, 0, 150)
"""The dark rim outside an outline that keeps it readable on a bright photo."""

LINE_WIDTH = 1.0
"""Width of an outline in widget pixels; at least one device pixel."""

LEAST_SHARE = 16
"""Share of a device pixel, 0..255, from which it counts as touched by the mask.

Low, so that specks and thin parts stay in sight when zoomed out; the outline then lies on the
pixels through which the mask's edge runs.
"""

OUTSIDE, HALO, LINE, INSIDE = range(4)


@dataclass(frozen=True, eq=False)
class MaskOverlay:
    """One mask and how it is drawn.

    Attributes:
        mask: the mask and its halved sizes.
        color: of fill and outline; its alpha fades both.
        opacity: of the fill, 0..1; the outline keeps the colour's own alpha.
        filled: draw the fill.
        outlined: draw the outline with its halo.
    """

    mask: MaskPyramid
    color: QColor
    opacity: float = 0.35
    filled: bool = True
    outlined: bool = True

    @classmethod
    def of(
        cls,
        mask: BoolMask,
        region: Box,
        color: QColor,
        *,
        opacity: float = 0.35,
        filled: bool = True,
        outlined: bool = True,
    ) -> MaskOverlay:
        """An overlay of a mask of shape (region.height, region.width) lying at `region`.

        Reads the whole mask: for a large one, build the `MaskPyramid` in a worker instead.
        """
        return cls(MaskPyramid.build(mask, region), color, opacity, filled, outlined)

    def render(self, view: ViewTransform) -> tuple[QImage, QPoint] | None:
        """Draw the part of the mask that is in sight.

        Returns:
            Premultiplied ARGB in device pixels, and the device pixel of its top left corner; None
            when nothing is to be drawn.
        """
        if not (self.filled or self.outlined):
            return None
        line = max(1, round(LINE_WIDTH * view.device_pixel_ratio))
        reach = line if self.outlined else 0
        box = view.device_box(self.mask.region)
        drawn = _around(box, reach).intersection(view.widget_box)
        if drawn.area == 0:
            return None
        # What lies just outside the widget decides whether its outermost pixels are outline.
        window = _around(drawn, reach)
        share = sample_mask(self.mask, view, window)
        if self.outlined:
            inner = drawn.shifted(-window.x0, -window.y0).slices
            return _colored(_classes(share, line)[inner], self._class_colors()), _corner(drawn)
        return _colored(share, self._share_colors()), _corner(drawn)

    def _class_colors(self) -> list[int]:
        fill = self._faded(self.color, self.opacity if self.filled else 0.0)
        halo = self._faded(HALO_COLOR, self.color.alphaF())
        colors = [0] * 4
        colors[HALO], colors[LINE], colors[INSIDE] = halo, self.color.rgba(), fill
        return colors

    def _share_colors(self) -> list[int]:
        return [self._faded(self.color, self.opacity * share / 255) for share in range(256)]

    @staticmethod
    def _faded(color: QColor, factor: float) -> int:
        faded = QColor(color)
        faded.setAlphaF(min(max(color.alphaF() * factor, 0.0), 1.0))
        return faded.rgba()


def _around(box: Box, pixels: int) -> Box:
    return Box(box.x0 - pixels, box.y0 - pixels, box.x1 + pixels, box.y1 + pixels)


def _corner(box: Box) -> QPoint:
    return QPoint(box.x0, box.y0)


def _classes(share: Pixels, line: int) -> Pixels:
    """Each pixel's class: the line is the mask's own rim, the halo the rim just outside it."""
    _, touched = cv2.threshold(share, LEAST_SHARE - 1, 1, cv2.THRESH_BINARY)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * line + 1, 2 * line + 1))
    # Nested sets: a pixel's class is the number of them that hold it.
    classes = cv2.add(cv2.add(cv2.dilate(touched, disc), touched), cv2.erode(touched, disc))
    return np.asarray(classes, dtype=np.uint8)


def _colored(classes: Pixels, colors: list[int]) -> QImage:
    classes = np.ascontiguousarray(classes)
    height, width = classes.shape
    indexed = QImage(classes.data, width, height, width, QImage.Format.Format_Indexed8)
    indexed.setColorTable(colors)
    # The conversion copies, so nothing refers to the array afterwards.
    return indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
