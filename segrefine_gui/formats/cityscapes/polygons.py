"""Cityscapes' annotation files: polygons in the order in which they are painted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL.Image import new as new_image
from PIL.ImageDraw import Draw

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.masks import MAX_OUTLINE, MAX_SIDE, Rle, encode_mask
from segrefine_gui.formats.base import Problem
from segrefine_gui.formats.cityscapes.labels import (
    BY_NAME,
    MARKS,
    NOT_DRAWN,
    PER_CLASS,
    group_of,
)
from segrefine_gui.formats.reading.json_file import read_json
from segrefine_gui.formats.reading.label_images import encode_labels
from segrefine_gui.formats.reading.segmentations import require_size
from segrefine_gui.formats.reading.texts import clean_name, clean_text

_Points = npt.NDArray[np.float64]

MAX_POINTS = 300_000
"""Most points of a file: filling looks at every edge of a polygon for every row of the image."""


@dataclass(slots=True)
class Painting:
    """The polygons of an image; a later one covers those before it.

    Attributes:
        height: rows of the image.
        width: its columns.
        shapes: a value, as in `instanceIds`, and points x, y in pixels, float (n, 2).
        not_drawn: objects that Cityscapes does not draw.
    """

    height: int
    width: int
    shapes: list[tuple[int, _Points]] = field(default_factory=list)
    not_drawn: int = 0
    _masks: dict[int, Rle] | None = None

    @property
    def values(self) -> Sequence[int]:
        """The values that are painted, whether anything is left of them or not."""
        return sorted({value for value, _ in self.shapes if value})

    def mask(self, value: int) -> Rle:
        """What is seen of a value."""
        if self._masks is None:
            canvas = new_image("I", (self.width, self.height))
            draw = Draw(canvas)
            for each, points in self.shapes:
                draw.polygon([(x, y) for x, y in points.tolist()], fill=each)
            self._masks = encode_labels(np.asarray(canvas))
        found = self._masks.get(value)
        return found or encode_mask(np.zeros((self.height, self.width), dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class PaintedSegmentation:
    """A value of a painting, made when it is first asked for."""

    painting: Painting
    value: int

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        require_size((self.painting.height, self.painting.width), height, width)
        return self.painting.mask(self.value)


def read_painting(
    file: Path, subject: str, number_of: Callable[[str], int]
) -> tuple[Painting, list[Problem]]:
    """Read a file of polygons.

    Args:
        file: the JSON file.
        subject: what to call it in a problem.
        number_of: gives a class of another name than Cityscapes' a number of its own.

    Returns:
        What it paints, and a problem for each object that could not be read.

    Raises:
        FormatError: it is not such a file.
    """
    document = read_json(file)
    name = clean_text(file.name)
    objects = document.get("objects") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(objects, list):
        raise FormatError(f"“{name}” has no list of objects.")
    height, width = (_side(document.get(key), name) for key in ("imgHeight", "imgWidth"))
    painting = Painting(height, width)
    problems: list[Problem] = []
    used: Counter[int] = Counter()
    points_left, outline_left = MAX_POINTS, float(MAX_OUTLINE)
    for position, item in enumerate(objects):
        try:
            label, points = _object(item, height, width)
            if isinstance(item, dict) and item.get("deleted") in (1, True):
                continue
            points_left -= len(points)
            outline_left -= _length(points)
            if points_left < 0 or outline_left < 0:
                raise FormatError("The polygons are too long to be those of an image.")
            value = _value(label, number_of, used)
        except FormatError as error:
            problems.append(Problem(f"object {position} of {subject}", error.sentence))
            continue
        if value is None:
            painting.not_drawn += 1
        else:
            painting.shapes.append((value, points))
    return painting, problems


def _value(label: str, number_of: Callable[[str], int], used: Counter[int]) -> int | None:
    """The value to paint an object with, 0 for what is none; None to leave it out."""
    if label == NOT_DRAWN:
        return None
    if label in MARKS:
        return 0
    group = group_of(label)
    if group is not None:
        return group.id
    own = BY_NAME.get(label)
    if own is not None and not own.has_instances:
        return own.id
    number = own.id if own is not None else number_of(label)
    place, used[number] = used[number], used[number] + 1
    if place >= PER_CLASS:
        raise FormatError(f"There are more than {PER_CLASS:,} “{label}” before it.")
    return number * PER_CLASS + place


def _object(item: object, height: int, width: int) -> tuple[str, _Points]:
    if not isinstance(item, dict):
        raise FormatError("It is not a JSON object.")
    label = clean_name(item.get("label"), "")
    polygon = item.get("polygon")
    if not label or not isinstance(polygon, list):
        raise FormatError("It has no label or no polygon.")
    if len(polygon) > MAX_POINTS:
        raise FormatError("The polygons are too long to be those of an image.")
    try:
        points = np.array(polygon, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise FormatError("Its polygon has coordinates that are not numbers.") from error
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
        raise FormatError("Its polygon needs at least three points, each with an x and a y.")
    if not np.isfinite(points).all():
        raise FormatError("Its polygon has a coordinate that is not a finite number.")
    limit = 2.0 * max(height, width)
    return label, np.clip(points, -limit, limit)


def _length(points: _Points) -> float:
    return float(np.abs(np.diff(points, axis=0, append=points[:1])).max(axis=1).sum())


def _side(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_SIDE:
        raise FormatError(f"“{name}” does not give the size of its image.")
    return value
