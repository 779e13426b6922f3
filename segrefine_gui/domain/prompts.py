"""What a person shows of an object: points and strokes on it or beside it, and boxes around it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask

Point = tuple[float, float]
"""A point (x, y) of an image in pixels; pixel centres lie at halves."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One click, or one stroke.

    Attributes:
        points: where; one for a click, more for a stroke, in the order in which they were drawn.
        is_object: whether it is on the object; False for beside it.
    """

    points: tuple[Point, ...]
    is_object: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """All that a person has shown so far.

    Attributes:
        marks: points and strokes.
        boxes: around the object; of several, each is around a part of it.
        mask: bool (h, w), the mask that is to be corrected; None to begin from nothing.
    """

    marks: tuple[Mark, ...] = ()
    boxes: tuple[Box, ...] = ()
    mask: BoolMask | None = None

    @property
    def shows_object(self) -> bool:
        """Whether anything says where the object is; marks beside it alone do not."""
        has_mask = self.mask is not None and bool(self.mask.any())
        return has_mask or bool(self.boxes) or any(mark.is_object for mark in self.marks)

    @property
    def extent(self) -> Box:
        """The smallest box that holds all marks and boxes; an empty one where there are none."""
        found = Box(0, 0, 0, 0)
        for x, y in (point for mark in self.marks for point in mark.points):
            column, row = math.floor(x), math.floor(y)
            found = found.union(Box(column, row, column + 1, row + 1))
        for box in self.boxes:
            found = found.union(box)
        return found

    def seen_from(self, region: Box) -> Prompt:
        """The same in pixels of a region: points are moved into it and boxes are cut to it.

        Args:
            region: of the image; `mask`, which is that of the whole image, is cropped to it.
        """
        marks = tuple(replace(mark, points=_inside(mark.points, region)) for mark in self.marks)
        cut = (box.intersection(region) for box in self.boxes)
        boxes = tuple(box.shifted(-region.x0, -region.y0) for box in cut if box.area)
        mask = None if self.mask is None else self.mask[region.slices]
        return Prompt(marks, boxes, mask)


def _inside(points: tuple[Point, ...], region: Box) -> tuple[Point, ...]:
    return tuple(
        (
            min(max(x - region.x0, 0.0), float(region.width)),
            min(max(y - region.y0, 0.0), float(region.height)),
        )
        for x, y in points
    )
