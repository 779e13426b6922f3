"""Axis-aligned boxes in whole pixels, and the region of an image that a refiner sees."""

from __future__ import annotations

import math
from typing import NamedTuple


class Box(NamedTuple):
    """A half-open box: columns x0 <= x < x1, rows y0 <= y < y1, in pixels from the top left."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Columns in the box, in pixels; 0 when empty."""
        return max(0, self.x1 - self.x0)

    @property
    def height(self) -> int:
        """Rows in the box, in pixels; 0 when empty."""
        return max(0, self.y1 - self.y0)

    @property
    def area(self) -> int:
        """Pixels in the box."""
        return self.width * self.height

    @property
    def slices(self) -> tuple[slice, slice]:
        """(rows, columns) to index an (h, w, ...) array with."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def intersection(self, other: Box) -> Box:
        """The part that both boxes cover; a box of area 0 when they do not meet."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        return Box(x0, y0, max(x0, min(self.x1, other.x1)), max(y0, min(self.y1, other.y1)))

    def union(self, other: Box) -> Box:
        """The smallest box that holds both; an empty box adds nothing."""
        if self.area == 0:
            return other
        if other.area == 0:
            return self
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def grown(self, pixels: int, within: Box) -> Box:
        """This box grown by `pixels` on each side, clipped to `within`."""
        grown = Box(self.x0 - pixels, self.y0 - pixels, self.x1 + pixels, self.y1 + pixels)
        return grown.intersection(within)

    def shifted(self, dx: int, dy: int) -> Box:
        """This box moved by (dx, dy) pixels."""
        return Box(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)

    def to_xywh(self) -> list[float]:
        """COCO's [x, y, width, height] in pixels."""
        return [float(self.x0), float(self.y0), float(self.width), float(self.height)]


def image_box(width: int, height: int) -> Box:
    """The box of a whole image of `width` x `height` pixels."""
    return Box(0, 0, width, height)


def context_region(
    box: Box, image_width: int, image_height: int, *, padding: float = 0.25, min_side: int = 224
) -> Box:
    """The region around an instance that a refiner works on.

    The instance's box grown by `padding` of its width and height on each side, and at least
    `min_side` pixels wide and high, shifted to lie inside the image where the image allows it.
    This is how CascadePSP's authors feed it instances of ADE20K (their eval scripts), and what
    lets a small object fill the network's view.

    Args:
        box: the instance's bounding box, inside the image.
        image_width: width of the image in pixels.
        image_height: height of the image in pixels.
        padding: share of the box's side added on each side, >= 0.
        min_side: least width and height in pixels.

    Returns:
        A box inside the image that contains `box`.
    """
    x0, x1 = _context_span(box.x0, box.x1, image_width, padding, min_side)
    y0, y1 = _context_span(box.y0, box.y1, image_height, padding, min_side)
    return Box(x0, y0, x1, y1)


def _context_span(
    low: int, high: int, limit: int, padding: float, min_side: int
) -> tuple[int, int]:
    grow = max(math.ceil((high - low) * padding), math.ceil((min_side - (high - low)) / 2))
    start, stop = low - grow, high + grow
    # Shift a span that leaves the image back into it before it is cut: context is worth keeping.
    if start < 0:
        start, stop = 0, stop - start
    if stop > limit:
        start, stop = max(0, start - (stop - limit)), limit
    return start, stop
