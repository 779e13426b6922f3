"""Which change lies where, at halved sizes, so that every zoom shows every change. No Qt.

Drawing needs no more than this and which changes are taken: to take or leave a change, nothing
is computed again.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.changes import ChangeMap
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.view_transform import ViewTransform

Codes = npt.NDArray[np.uint16 | np.int32]
"""0 where nothing changed; else twice the number of the change, plus 1 where it removes."""

CLICK_REACH = 4
"""How far from a change, in widget pixels, a click still means it."""


@dataclass(frozen=True, eq=False)
class ChangePyramid:
    """The changes of an instance at halved sizes.

    A halved pixel carries the highest code under it. As changes are numbered from the largest,
    that is the smallest change: none is lost when zoomed out.

    Attributes:
        changes: the changes.
        levels: `Codes` (height, width), level 0 of the region's size, each further one half that.
    """

    changes: ChangeMap
    levels: tuple[Codes, ...]

    @classmethod
    def build(cls, changes: ChangeMap, refined: BoolMask) -> ChangePyramid:
        """Halve the map of changes again and again; reads every pixel.

        Args:
            changes: the changes; their region is not empty.
            refined: bool (region.height, region.width): tells what is added from what is removed,
                also in specks that go with a change of the other kind.
        """
        few = 2 * len(changes.changes) + 1 <= np.iinfo(np.uint16).max
        codes = np.multiply(changes.labels, 2, dtype=np.int32)
        codes[(codes > 0) & ~refined] += 1
        levels: list[Codes] = [codes.astype(np.uint16) if few else codes]
        while max(levels[-1].shape) > 1:
            levels.append(_halved(levels[-1]))
        return cls(changes, tuple(levels))

    @property
    def region(self) -> Box:
        """Where in the image the changes lie."""
        return self.changes.region

    @property
    def count(self) -> int:
        """How many changes there are."""
        return len(self.changes.changes)

    def crop(self, level: int, box: Box) -> Codes:
        """A view of the part of a level that lies in `box` (pixels of that level)."""
        codes = self.levels[level]
        return codes[box.intersection(image_box(codes.shape[1], codes.shape[0])).slices]

    def box_of(self, numbers: Collection[int]) -> Box:
        """The box in the image that holds some of the changes; empty for none of them."""
        box = Box(0, 0, 0, 0)
        for number in numbers:
            if 0 < number <= self.count:
                box = box.union(self.changes.changes[number - 1].box)
        return box

    def is_taken(self, kept: Collection[int]) -> npt.NDArray[np.bool_]:
        """Whether each code's change is among `kept`: bool (2 * count + 2,)."""
        taken = np.zeros(2 * self.count + 2, dtype=np.bool_)
        numbers = np.array([number for number in kept if 0 < number <= self.count], dtype=np.intp)
        taken[2 * numbers] = True
        taken[2 * numbers + 1] = True
        return taken

    def sample(self, view: ViewTransform, window: Box) -> Codes:
        """The code of the change that each device pixel of `window` touches.

        From one device pixel per image pixel up it is exact, with the same edges as
        `sample_mask`; below, the smallest of the changes that lie in the pixel.

        Args:
            view: where the image lies.
            window: device pixels to sample, inside or outside the widget; not empty.

        Returns:
            `Codes` of shape (window.height, window.width).
        """
        sampled = np.zeros((window.height, window.width), dtype=self.levels[0].dtype)
        is_reduced = view.scale < 1
        whole = view.touched_box(self.region) if is_reduced else view.device_box(self.region)
        part = whole.intersection(window)
        if part.area == 0:
            return sampled
        halvings = max(0, math.floor(math.log2(1 / view.scale) + 1e-9))
        level = min(halvings, len(self.levels) - 1)
        codes, share = self.levels[level], 0.5**level
        rows = (np.arange(part.y0, part.y1) + 0.5 - view.top) / view.scale - self.region.y0
        columns = (np.arange(part.x0, part.x1) + 0.5 - view.left) / view.scale - self.region.x0
        # The centre of a device pixel that the region covers in part may lie outside of it.
        rows = np.clip(rows * share, 0, codes.shape[0] - 0.5)
        columns = np.clip(columns * share, 0, codes.shape[1] - 0.5)
        # Only what is under the window is touched, on whichever axis is sampled first.
        top, left = max(0, math.floor(rows[0]) - 1), max(0, math.floor(columns[0]) - 1)
        codes = codes[top : math.floor(rows[-1]) + 2, left : math.floor(columns[-1]) + 2]
        rows, columns = rows - top, columns - left
        if is_reduced:
            # A device pixel is up to two pixels of this level wide: look at the nearest two.
            found = _highest_of_two(_highest_of_two(codes, rows, 0), columns, 1)
        else:
            found = _nearest(_nearest(codes, columns, 1), rows, 0)
        sampled[part.shifted(-window.x0, -window.y0).slices] = found
        return sampled

    def number_near(self, view: ViewTransform, x: float, y: float) -> int | None:
        """The change at a point of the widget, or next to it; None where there is none.

        Args:
            view: where the image lies.
            x: in widget pixels.
            y: in widget pixels.
        """
        ratio = view.device_pixel_ratio
        middle_x, middle_y = math.floor(x * ratio), math.floor(y * ratio)
        reach = round(CLICK_REACH * ratio)
        window = Box(middle_x - reach, middle_y - reach, middle_x + reach + 1, middle_y + reach + 1)
        codes = self.sample(view, window)
        rows, columns = np.nonzero(codes)
        if rows.size == 0:
            return None
        nearest = np.argmin((rows - reach) ** 2 + (columns - reach) ** 2)
        return int(codes[rows[nearest], columns[nearest]]) // 2


def _halved(codes: Codes) -> Codes:
    height, width = codes.shape
    even = np.pad(codes, ((0, height % 2), (0, width % 2)))
    rows = np.maximum(even[::2], even[1::2])
    halved: Codes = np.maximum(rows[:, ::2], rows[:, 1::2])
    return halved


def _highest_of_two(codes: Codes, positions: npt.NDArray[np.floating[Any]], axis: int) -> Codes:
    """At each position along an axis, the higher of the two nearest codes."""
    lower, upper = _nearest(codes, positions - 0.5, axis), _nearest(codes, positions + 0.5, axis)
    return np.maximum(lower, upper, out=lower)


def _nearest(codes: Codes, positions: npt.NDArray[np.floating[Any]], axis: int) -> Codes:
    """At each position along an axis, given in rising order, the code there."""
    indices = np.clip(np.floor(positions), 0, codes.shape[axis] - 1).astype(np.intp)
    span = slice(indices[0], indices[-1] + 1)
    part = codes[span] if axis == 0 else codes[:, span]
    taken: Codes = part.take(indices - indices[0], axis=axis)
    return taken
