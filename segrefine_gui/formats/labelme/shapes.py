"""The shapes of labelme files as masks, pixel for pixel as labelme itself makes them.

Checked against `shape_to_mask` and `shapes_to_label` of labelme 7.1 (`labelme/_utils/shape.py`):
Pillow draws every shape with its outline, coordinates being those of pixels' centres; linestrips
are `LINE_WIDTH` pixels wide; a mask is laid where its two corners, both inside, say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.domain.masks import (
    MAX_OUTLINE,
    MAX_SIDE,
    BoolMask,
    Rle,
    encode_mask,
    encode_part,
)
from segrefine_gui.formats.base import Segmentation
from segrefine_gui.formats.reading.embedded_png import decode_png
from segrefine_gui.formats.reading.segmentations import require_size

LINE_WIDTH = 10
"""Width of a linestrip in pixels, as labelme draws it."""

MAX_CIRCLE = 25_000
"""Largest radius of a circle in pixels: beyond, Pillow's whole numbers overflow."""

MAX_POINTS = 100_000
"""Most points of a linestrip: each is a round joint."""

Points = npt.NDArray[np.float64]
"""Points x, y in pixels, shape (n, 2)."""


class Kind(str, Enum):
    """Shapes that have an area, by labelme's own names; ROTATION is X-AnyLabeling's."""

    POLYGON = "polygon"
    RECTANGLE = "rectangle"
    ORIENTED_RECTANGLE = "oriented_rectangle"
    ROTATION = "rotation"
    CIRCLE = "circle"
    LINESTRIP = "linestrip"
    MASK = "mask"


_LEAST_POINTS = {Kind.POLYGON: 3}
_POINTS = {
    Kind.RECTANGLE: (2, 4),  # X-AnyLabeling gives all corners
    Kind.ORIENTED_RECTANGLE: (4,),
    Kind.ROTATION: (4,),
    Kind.CIRCLE: (2,),
    Kind.MASK: (2,),
}


@dataclass(frozen=True, slots=True)
class DrawnSegmentation:
    """A shape that is drawn.

    Attributes:
        kind: any but MASK.
        points: as many as it needs, finite.
        size: (height, width) of the image it was drawn on, None where the file does not say.
    """

    kind: Kind
    points: Points
    size: tuple[int, int] | None = None

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        _check_size(self.size, height, width)
        limit = 2.0 * max(height, width)
        points = np.clip(self.points, -limit, limit)
        steps = np.abs(np.diff(points, axis=0, append=points[:1])).max(axis=1)
        joints = len(points) if self.kind is Kind.LINESTRIP else 0
        # Pillow sorts where every row crosses the outline.
        if steps.sum() > MAX_OUTLINE or joints > MAX_POINTS:
            raise MaskError("Its outline is too long to be that of an object.")
        image = Image.new("L", (width, height))
        self._draw(ImageDraw.Draw(image), points)
        box = image.getbbox()
        if box is None:
            return encode_mask(np.zeros((height, width), dtype=np.bool_))
        return encode_part(np.asarray(image.crop(box)) != 0, Box(*box), height, width)

    def _draw(self, draw: ImageDraw.ImageDraw, points: Points) -> None:
        flat = points.ravel().tolist()
        match self.kind:
            case Kind.CIRCLE:
                (x, y), on_it = self.points[0].tolist(), self.points[1].tolist()
                radius = math.dist((x, y), on_it)
                if radius > MAX_CIRCLE or max(abs(x), abs(y)) > 2 * MAX_SIDE:
                    raise MaskError("The circle is too large, or too far away, for an object.")
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=1, outline=1)
            case Kind.RECTANGLE:
                draw.rectangle((*points.min(axis=0), *points.max(axis=0)), fill=1, outline=1)
            case Kind.LINESTRIP:
                draw.line(flat, fill=1, width=LINE_WIDTH, joint="curve")
            case _:
                draw.polygon(flat, fill=1, outline=1)


@dataclass(frozen=True, slots=True)
class PatchSegmentation:
    """A mask of a box.

    Attributes:
        png: base64 of a PNG image in which anything but 0 belongs to the mask.
        corners: the first and the last pixel of the box. With whole coordinates they say how much
            of the image counts; else it is as large as the image, from the rounded first corner.
        size: (height, width) of the whole image, None where the file does not say.
    """

    png: str
    corners: Points
    size: tuple[int, int] | None = None

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        _check_size(self.size, height, width)
        stored = np.asarray(decode_png(self.png, height, width))
        if stored.ndim != 2:
            raise MaskError("Its mask is a picture in colours.")
        (x0, y0), (x1, y1) = np.rint(self.corners).astype(int).tolist()
        rows, columns = stored.shape
        if np.array_equal(self.corners, np.trunc(self.corners)):
            rows, columns = y1 - y0 + 1, x1 - x0 + 1
        if not (0 < rows <= stored.shape[0] and 0 < columns <= stored.shape[1]):
            raise MaskError(
                f"Its corners span {columns}x{rows} pixels, but its mask has "
                f"{stored.shape[1]}x{stored.shape[0]}."
            )
        box = Box(x0, y0, x0 + columns, y0 + rows).intersection(Box(0, 0, width, height))
        if box.area == 0:
            return encode_mask(np.zeros((height, width), dtype=np.bool_))
        inside: BoolMask = stored[box.y0 - y0 : box.y1 - y0, box.x0 - x0 : box.x1 - x0] != 0
        return encode_part(inside, box, height, width)


def parse_shape(
    kind: str, points: object, png: object, size: tuple[int, int] | None
) -> Segmentation:
    """The segmentation of a shape.

    Args:
        kind: its `shape_type`, one of `Kind`.
        points: the JSON value of its `points`.
        png: that of its `mask`.
        size: (height, width) that the file gives for its image, if it does.

    Raises:
        FormatError: its points are not those of such a shape, or a mask has no image.
    """
    known = Kind(kind)
    array = _points(points)
    counts = _POINTS.get(known)
    if len(array) < _LEAST_POINTS.get(known, 2) or (counts and len(array) not in counts):
        raise FormatError(f"A {kind} does not have {len(array)} points.")
    if known is not Kind.MASK:
        return DrawnSegmentation(known, array, size)
    if not isinstance(png, str):
        raise FormatError("It is a mask without an image of it.")
    if np.abs(array).max() > 2 * MAX_SIDE:
        raise FormatError("Its corners are far outside of any image.")
    return PatchSegmentation(png, array, size)


def _points(value: object) -> Points:
    try:
        array = np.asarray(value) if isinstance(value, list) else np.empty(0)
    except (ValueError, OverflowError):  # lists of different lengths
        array = np.empty(0)
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iuf":
        raise FormatError("Its points are not pairs of numbers.")
    points: Points = array.astype(np.float64)
    if not np.isfinite(points).all():
        raise FormatError("It has a point that is not finite.")
    return points


def _check_size(size: tuple[int, int] | None, height: int, width: int) -> None:
    if size is not None:
        require_size(size, height, width)
