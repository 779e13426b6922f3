"""The regions of Label Studio as masks: positions are in percent of the image.

Boxes turn clockwise around their top left corner, ellipses around their middle
(https://labelstud.io/tags/rectangle, https://labelstud.io/tags/ellipse); polygons, boxes and
ellipses are filled by cocoapi's rasteriser.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.domain.masks import Rle, encode_mask, encode_part, tight_box
from segrefine_gui.formats.base import Segmentation
from segrefine_gui.formats.label_studio.brush import decode_brush
from segrefine_gui.formats.reading.embedded_png import decode_png
from segrefine_gui.formats.reading.outlines import ellipse, turned_box
from segrefine_gui.formats.reading.segmentations import PolygonSegmentation, require_size

KINDS = ("brush", "bitmask", "polygon", "rectangle", "ellipse")
"""Regions with an area; `type` is one of these, or one with `labels` behind it."""

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class BrushSegmentation:
    """A brush mask of an image of `size` = (height, width), where the file says it."""

    code: bytes
    size: Size | None

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        if self.size is not None:
            require_size(self.size, height, width)
        mask = decode_brush(self.code, height, width)
        box = tight_box(mask)
        return encode_part(mask[box.slices], box, height, width)


@dataclass(frozen=True, slots=True)
class BitmaskSegmentation:
    """A PNG image as base64 of which all that is not transparent belongs to the mask."""

    png: str

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        image = decode_png(self.png, height, width)
        require_size((image.height, image.width), height, width)
        if "A" not in image.getbands() and "transparency" not in image.info:
            raise MaskError("Its mask has nothing transparent, which would be outside of it.")
        return encode_mask(np.asarray(image.convert("RGBA"))[..., 3] > 0)


def parse_value(kind: str, value: Mapping[str, object], size: Size | None) -> Segmentation:
    """The segmentation of a region.

    Args:
        kind: one of `KINDS`.
        value: the JSON object of its `value`.
        size: (height, width) that the file gives for its image; all but brush and bitmask need it.

    Raises:
        FormatError: a field is missing or is of another kind; the code of brush masks and images
            are checked by `rasterise`.
    """
    if kind == "brush":
        return BrushSegmentation(_code(value), size)
    if kind == "bitmask":
        png = value.get("imageDataURL")
        if not isinstance(png, str):
            raise FormatError("It is a bitmask without an image of it.")
        return BitmaskSegmentation(png)
    if size is None:
        raise FormatError("It does not say how large its image was.")
    across, down = size[1] / 100, size[0] / 100
    if kind == "polygon":
        return PolygonSegmentation([_points(value, across, down)], size)
    x, y = _number(value, "x") * across, _number(value, "y") * down
    degrees = _number(value, "rotation") % 360 if value.get("rotation") else 0.0
    if kind == "rectangle":
        corner = (x + _number(value, "width") * across, y + _number(value, "height") * down)
        return PolygonSegmentation([turned_box((x, y, *corner), degrees, (x, y))], size)
    radii = (_number(value, "radiusX") * across, _number(value, "radiusY") * down)
    return PolygonSegmentation([ellipse((x, y), radii, degrees)], size)


def _code(value: Mapping[str, object]) -> bytes:
    rle = value.get("rle")
    if not isinstance(rle, list):
        raise FormatError("It is a brush mask without its code.")
    try:
        return bytes(rle)
    except (TypeError, ValueError) as error:
        raise FormatError("The code of its brush mask is not a list of bytes.") from error


def _points(value: Mapping[str, object], across: float, down: float) -> list[float]:
    points = value.get("points")
    flat: list[float] = []
    for point in points if isinstance(points, list) else [None]:
        match point:
            case [float() | int() as x, float() | int() as y]:
                flat += [_finite(x) * across, _finite(y) * down]
            case _:
                raise FormatError("Its points are not pairs of numbers.")
    return flat


def _number(value: Mapping[str, object], key: str) -> float:
    number = value.get(key)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise FormatError(f"Its {key} is not a number.")
    return _finite(number)


def _finite(number: float) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not abs(value) < 1e12:
        raise FormatError("It has a number that is not finite or far outside of the image.")
    return value
