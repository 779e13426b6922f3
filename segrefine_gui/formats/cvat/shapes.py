"""CVAT's shapes as masks, the way its own exports turn them into masks.

Polygons, boxes and masks are taken as datumaro does for CVAT (cocoapi's rasteriser); boxes turn
around their middle, ellipses are drawn by OpenCV with whole centre and radii
(`cvat/apps/dataset_manager/formats/transformations.py` in https://github.com/cvat-ai/cvat).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.domain.masks import MAX_SIDE, BoolMask, Rle, encode_mask, encode_part
from segrefine_gui.formats.base import Segmentation
from segrefine_gui.formats.reading.outlines import turned_box
from segrefine_gui.formats.reading.segmentations import PolygonSegmentation, require_size

TAGS = frozenset({"mask", "polygon", "box", "ellipse"})
"""Elements that are shapes with an area."""

GEOMETRY = frozenset(
    {"label", "rle", "left", "top", "width", "height", "points", "rotation"}
    | {"xtl", "ytl", "xbr", "ybr", "cx", "cy", "rx", "ry"}
)
"""Attributes that say where a shape is and of what it is one."""

_WHOLE = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class MaskSegmentation:
    """Run lengths of a box, row by row, zeros first.

    Attributes:
        rle: whole numbers with commas between.
        box: the pixels they are of.
        size: (height, width) of the image, None where the file does not say.
    """

    rle: str
    box: Box
    size: tuple[int, int] | None = None

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        _check_size(self.size, height, width)
        box = self.box
        if box.area == 0 or box.intersection(image_box(width, height)) != box:
            raise MaskError("The mask's box is empty or not inside of the image.")
        try:
            runs = np.array([int(run) for run in self.rle.split(",")], dtype=np.int64)
        except (ValueError, OverflowError) as error:
            raise MaskError("The mask's run lengths are not whole numbers.", str(error)) from error
        # Each is looked at before their sum, which could overflow.
        if runs.min() < 0 or runs.max() > box.area or int(runs.sum()) != box.area:
            raise MaskError(
                f"The mask's run lengths do not add up to its {box.width}x{box.height} pixels."
            )
        inside = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(box.height, box.width)
        return encode_part(inside, box, height, width)


@dataclass(frozen=True, slots=True)
class EllipseSegmentation:
    """A filled ellipse.

    Attributes:
        centre: x, y in pixels.
        radii: along x and y before it is turned, >= 0.
        degrees: how far it is turned, clockwise.
        size: (height, width) of the image, None where the file does not say.
    """

    centre: tuple[float, float]
    radii: tuple[float, float]
    degrees: float = 0.0
    size: tuple[int, int] | None = None

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        _check_size(self.size, height, width)
        mask = np.zeros((height, width), dtype=np.uint8)
        centre = (round(self.centre[0]), round(self.centre[1]))
        radii = (round(self.radii[0]), round(self.radii[1]))
        cv2.ellipse(mask, centre, radii, self.degrees, 0, 360, 1, thickness=-1)
        return encode_mask(mask)


def parse_shape(
    tag: str, attributes: Mapping[str, str], size: tuple[int, int] | None
) -> Segmentation:
    """The segmentation of an element.

    Args:
        tag: one of `TAGS`.
        attributes: the element's.
        size: (height, width) that the file gives for its image, if it does.

    Raises:
        FormatError: an attribute is missing or is no number; run lengths and whether it lies
            inside of the image are checked by `rasterise`.
    """
    match tag:
        case "mask":
            left, top, width, height = (
                _whole(attributes, key) for key in ("left", "top", "width", "height")
            )
            rle = _text(attributes, "rle")
            return MaskSegmentation(rle, Box(left, top, left + width, top + height), size)
        case "polygon":
            return PolygonSegmentation([_points(attributes)], size)
        case "box":
            x0, y0, x1, y1 = (_number(attributes, key) for key in ("xtl", "ytl", "xbr", "ybr"))
            centre = ((x0 + x1) / 2, (y0 + y1) / 2)
            outline = turned_box((x0, y0, x1, y1), _degrees(attributes), centre)
            return PolygonSegmentation([outline], size)
    cx, cy, rx, ry = (_number(attributes, key) for key in ("cx", "cy", "rx", "ry"))
    if min(rx, ry) < 0 or max(abs(cx), abs(cy), rx, ry) > 2 * MAX_SIDE:
        raise FormatError("It is not an ellipse in an image.")
    return EllipseSegmentation((cx, cy), (rx, ry), _degrees(attributes), size)


def mask_attributes(inside: BoolMask, box: Box) -> dict[str, str]:
    """The attributes of a mask element.

    Args:
        inside: the mask in its box, bool (box.height, box.width).
        box: where it lies.
    """
    flat = inside.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs: npt.NDArray[np.int64] = np.diff(edges, prepend=0, append=flat.size)
    listed = [0, *runs.tolist()] if flat[0] else runs.tolist()
    return {
        "rle": ", ".join(map(str, listed)),
        "left": str(box.x0),
        "top": str(box.y0),
        "width": str(box.width),
        "height": str(box.height),
    }


def _check_size(size: tuple[int, int] | None, height: int, width: int) -> None:
    if size is not None:
        require_size(size, height, width)


def _text(attributes: Mapping[str, str], key: str) -> str:
    try:
        return attributes[key]
    except KeyError as error:
        raise FormatError(f"It has no {key}.") from error


def _whole(attributes: Mapping[str, str], key: str) -> int:
    text = _text(attributes, key).strip()
    if not _WHOLE.fullmatch(text):
        raise FormatError(f"Its {key} is not a whole number.")
    return int(text)


def _number(attributes: Mapping[str, str], key: str) -> float:
    try:
        value = float(_text(attributes, key))
    except ValueError as error:
        raise FormatError(f"Its {key} is not a number.") from error
    if not math.isfinite(value):
        raise FormatError(f"Its {key} is not finite.")
    return value


def _degrees(attributes: Mapping[str, str]) -> float:
    return _number(attributes, "rotation") % 360 if "rotation" in attributes else 0.0


def _points(attributes: Mapping[str, str]) -> list[float]:
    pairs = [pair.split(",") for pair in _text(attributes, "points").split(";")]
    if any(len(pair) != 2 for pair in pairs):
        raise FormatError("Its points are not pairs of numbers.")
    try:
        return [float(value) for pair in pairs for value in pair]
    except ValueError as error:
        raise FormatError("Its points are not pairs of numbers.") from error
