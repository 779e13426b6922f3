"""Small things that the layers share: colours with less alpha, grown boxes, classes to pixels."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.frame import NOTHING
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.canvas.view_transform import ViewTransform


def faded(color: QColor, factor: float) -> int:
    """The colour as Qt's 0xAARRGGBB, its alpha multiplied by `factor`, 0..1."""
    return round(color.alpha() * factor) << 24 | color.rgb() & 0xFFFFFF


def around(box: Box, pixels: int) -> Box:
    """A box grown on each side, wherever that reaches."""
    return Box(box.x0 - pixels, box.y0 - pixels, box.x1 + pixels, box.y1 + pixels)


def touched_box(box: Box, view: ViewTransform, reach: int) -> Box:
    """Every device pixel that what lies in a box of the image can change.

    Args:
        box: in image pixels; of an empty one nothing is touched.
        view: where the image lies.
        reach: how far, in device pixels, something is drawn around the thing itself.
    """
    if box.area == 0:
        return NOTHING
    # Halved pixels reach past the box by up to one device pixel, and smoothing by another.
    blur = 2 if view.scale < 1 else 0
    return around(view.touched_box(box), reach + blur)


def device_width(width: float, view: ViewTransform) -> int:
    """A width in widget pixels as whole device pixels, at least one."""
    return max(1, round(width * view.device_pixel_ratio))


def disc(radius: int) -> Pixels:
    """The kernel that grows or shrinks a mask by `radius` pixels."""
    size = (2 * radius + 1, 2 * radius + 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size), dtype=np.uint8)


def grown(mask: Pixels, radius: int) -> Pixels:
    """A mask of 0 and 1, grown by `radius` pixels."""
    return np.asarray(cv2.dilate(mask, disc(radius)), dtype=np.uint8)


def shrunk(mask: Pixels, radius: int) -> Pixels:
    """A mask of 0 and 1, shrunk by `radius` pixels; what lies outside the array counts as 1."""
    return np.asarray(cv2.erode(mask, disc(radius)), dtype=np.uint8)


def paint_classes(
    painter: QPainter, corner: Box, classes: Pixels, colors: Sequence[int] | npt.NDArray[np.uint32]
) -> None:
    """Paint an array of class numbers.

    Args:
        painter: in device pixels.
        corner: its top left corner is that of the array.
        classes: uint8 (height, width), indices into `colors`.
        colors: at most 256 colours as Qt's 0xAARRGGBB.
    """
    classes = np.ascontiguousarray(classes)
    height, width = classes.shape
    indexed = QImage(classes.data, width, height, width, QImage.Format.Format_Indexed8)
    indexed.setColorTable([int(color) for color in colors])
    # The conversion copies, so nothing refers to the array afterwards.
    pixels = indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(QPoint(corner.x0, corner.y0), pixels)
