"""The rows of YOLO's label files: a class and a polygon, as shares of the image's sides.

Their pixels are those that Ultralytics trains with (`polygon2mask` in `ultralytics/data/utils.py`
and what leads to it): points are scaled as 32-bit floats, cut to whole pixels and filled by
OpenCV's `fillPoly`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.domain.masks import MAX_OUTLINE, Rle, encode_part
from segrefine_gui.formats.writing.single_outline import fill_outline

MAX_NUMBERS = 2_000_000
"""Most numbers of a row."""

_SLACK = 0.01
"""How far outside of the image a point may lie, as a share of its side; it is moved to its edge."""

_MAX_CLASS = 1 << 31


@dataclass(frozen=True, slots=True, eq=False)
class PolygonRow:
    """A row.

    Attributes:
        class_index: from 0.
        points: shares x, y of the image's sides, float32 (n, 2).
        score: confidence 0..1, None where the row has none.
    """

    class_index: int
    points: npt.NDArray[np.float32]
    score: float | None = None

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        sides = np.array([width, height], dtype=np.float32)
        points = np.clip(self.points * sides, 0, sides).astype(np.int64)
        steps = np.abs(np.diff(points, axis=0, append=points[:1])).max(axis=1)
        if steps.sum() > MAX_OUTLINE:
            raise MaskError("A polygon's outline is too long to be that of an object.")
        (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        filled = fill_outline(points - (x0, y0), y1 - y0 + 1, x1 - x0 + 1)
        box = Box(x0, y0, x1 + 1, y1 + 1).intersection(image_box(width, height))
        return encode_part(filled[: box.height, : box.width], box, height, width)


def parse_row(line: bytes) -> PolygonRow | None:
    """A row with a polygon of at least three points, maybe a confidence behind them.

    Returns:
        None where it is a box.

    Raises:
        FormatError: it is neither.
    """
    if line.count(b" ") > MAX_NUMBERS:
        raise FormatError("It has too many points.")
    words = line.split()
    if len(words) > MAX_NUMBERS:
        raise FormatError("It has too many points.")
    try:
        numbers = np.array(words).astype(np.float64)
    except ValueError as error:
        raise FormatError("It has something that is no number.", str(error)) from error
    if not np.isfinite(numbers).all():
        raise FormatError("It has a number that is not finite.")
    class_index = float(numbers[0])
    if not class_index.is_integer() or not 0 <= class_index < _MAX_CLASS:
        raise FormatError("It does not begin with the number of a class.")
    coordinates, score = numbers[1:], None
    if len(coordinates) % 2:
        coordinates, last = coordinates[:-1], float(coordinates[-1])
        if not 0 <= last <= 1:
            raise FormatError("It has an odd count of coordinates, and the last is no confidence.")
        score = last
    if len(coordinates) < 4:
        raise FormatError("It has fewer than three points.")
    if coordinates.min() < -_SLACK or coordinates.max() > 1 + _SLACK:
        raise FormatError("Its coordinates are not shares of the image's sides, 0 to 1.")
    if len(coordinates) == 4:
        return None
    return PolygonRow(int(class_index), coordinates.reshape(-1, 2).astype(np.float32), score)
