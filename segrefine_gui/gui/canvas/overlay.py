"""A mask laid over the image: a translucent fill and a crisp outline."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter

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
        return _around(view.device_box(self.mask.region), _device_width(HALO_WIDTH, view))

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw what of the mask lies in `window`."""
        drawn = self.device_box(view).intersection(window)
        if drawn.area == 0 or not (self.filled or self.outlined):
            return
        if self.outlined:
            bold = view.scale > BOLD_FROM * view.device_pixel_ratio
            line = _device_width(BOLD_LINE if bold else FINE_LINE, view)
            halo = _device_width(HALO_WIDTH, view)
            # Whether a pixel is outline depends on its neighbours, in the window or not.
            reach = max(line, halo)
            share = sample_mask(self.mask, view, _around(drawn, reach))
            classes = _classes(share, line, halo)[reach:-reach, reach:-reach]
            colored = _colored(classes, self._class_colors())
        else:
            colored = _colored(sample_mask(self.mask, view, drawn), self._share_colors())
        painter.drawImage(QPoint(drawn.x0, drawn.y0), colored)

    def _class_colors(self) -> list[int]:
        colors = [0] * 4
        colors[HALO] = _faded(HALO_COLOR, self.color.alphaF())
        colors[LINE] = self.color.rgba()
        colors[INSIDE] = _faded(self.color, self.opacity if self.filled else 0.0)
        return colors

    def _share_colors(self) -> list[int]:
        return [_faded(self.color, self.opacity * share / 255) for share in range(256)]


def _faded(color: QColor, factor: float) -> int:
    """The colour as Qt's 0xAARRGGBB, its alpha multiplied by `factor`, 0..1."""
    return round(color.alpha() * factor) << 24 | color.rgb() & 0xFFFFFF


def _around(box: Box, pixels: int) -> Box:
    return Box(box.x0 - pixels, box.y0 - pixels, box.x1 + pixels, box.y1 + pixels)


def _device_width(width: float, view: ViewTransform) -> int:
    return max(1, round(width * view.device_pixel_ratio))


def _classes(share: Pixels, line: int, halo: int) -> Pixels:
    """Each pixel's class: the line is the mask's own rim, the halo the rim just outside it."""
    _, touched = cv2.threshold(share, LEAST_SHARE - 1, 1, cv2.THRESH_BINARY)
    # Nested sets: a pixel's class is the number of them that hold it.
    inside = cv2.add(touched, cv2.erode(touched, _disc(line)))
    return np.asarray(cv2.add(inside, cv2.dilate(touched, _disc(halo))), dtype=np.uint8)


def _disc(radius: int) -> Pixels:
    size = (2 * radius + 1, 2 * radius + 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size), dtype=np.uint8)


def _colored(classes: Pixels, colors: list[int]) -> QImage:
    classes = np.ascontiguousarray(classes)
    height, width = classes.shape
    indexed = QImage(classes.data, width, height, width, QImage.Format.Format_Indexed8)
    indexed.setColorTable(colors)
    # The conversion copies, so nothing refers to the array afterwards.
    return indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
