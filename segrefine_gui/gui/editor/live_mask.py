"""A mask that is being edited, at halved sizes that are brought up to date box by box. No Qt."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.pyramid import MaskPyramid, MaskSource, Pixels

REMEMBERED = 256
"""Changes of which it is known where they were: far more than come between two paints."""

NOWHERE = Box(0, 0, 0, 0)


class LiveMask:
    """The mask of a whole image at halved sizes, for drawing; changing a box costs the box alone.

    Building reads every pixel once: do it in a worker. After that it belongs to one thread.

    Args:
        mask: bool (height, width), not empty.
    """

    def __init__(self, mask: BoolMask) -> None:
        height, width = mask.shape
        self.pyramid = MaskPyramid.build(mask, image_box(width, height))
        self._changes: deque[Box] = deque(maxlen=REMEMBERED)
        self._count = 0

    @property
    def version(self) -> MaskVersion:
        """The mask of now, as a layer may hold it."""
        return MaskVersion(self, self._count)

    def update(self, mask: BoolMask, box: Box) -> MaskVersion:
        """Take in what changed.

        Args:
            mask: bool (height, width), all of the mask of now.
            box: where it differs from the one before, inside the image.
        """
        if box.area == 0:
            return self.version
        levels = self.pyramid.levels
        np.multiply(mask[box.slices], 255, out=levels[0][box.slices], casting="unsafe")
        part = box
        for finer, coarser in pairwise(levels):
            part = Box(part.x0 // 2, part.y0 // 2, (part.x1 + 1) // 2, (part.y1 + 1) // 2)
            coarser[part.slices] = _half(finer, part)
        self._changes.append(box)
        self._count += 1
        return self.version

    def changed_between(self, first: int, second: int) -> Box:
        """The box in which two versions differ; the whole image where that is not known."""
        first, second = sorted((first, second))
        known_from = self._count - len(self._changes)
        if first < known_from:
            return self.pyramid.region
        changed = NOWHERE
        for number in range(first, second):
            changed = changed.union(self._changes[number - known_from])
        return changed


@dataclass(frozen=True, eq=False)
class MaskVersion:
    """A live mask at one moment, to be drawn then: later its pixels are those of later.

    What is kept of it is only where a later one differs, see `Frame`.

    Attributes:
        live: the mask.
        number: how many changes it had.
    """

    live: LiveMask
    number: int

    @property
    def region(self) -> Box:
        """The whole image."""
        return self.live.pyramid.region

    def level_for(self, scale: float) -> int:
        """See `Pyramid`."""
        return self.live.pyramid.level_for(scale)

    def level_box(self, level: int) -> Box:
        """See `Pyramid`."""
        return self.live.pyramid.level_box(level)

    def crop(self, level: int, box: Box) -> Pixels:
        """See `Pyramid`: the share of pixels inside, 0..255."""
        return self.live.pyramid.crop(level, box)

    def differs_in(self, before: MaskSource) -> Box:
        """Where in the image this mask may differ from another; empty when they are one."""
        if isinstance(before, MaskVersion) and before.live is self.live:
            return self.live.changed_between(before.number, self.number)
        return self.region.union(before.region)


def _half(finer: Pixels, part: Box) -> Pixels:
    """The pixels of the next level in a box of that level, as `MaskPyramid` makes them."""
    height, width = finer.shape[:2]
    even = finer[2 * part.y0 : 2 * part.y1, 2 * part.x0 : 2 * part.x1]
    lacking_rows, lacking_columns = max(0, 2 * part.y1 - height), max(0, 2 * part.x1 - width)
    if lacking_rows or lacking_columns:
        border = cv2.BORDER_CONSTANT
        padded = cv2.copyMakeBorder(even, 0, lacking_rows, 0, lacking_columns, border)
        even = np.asarray(padded, dtype=np.uint8)
    half = cv2.resize(even, (part.width, part.height), interpolation=cv2.INTER_AREA)
    return np.asarray(half, dtype=np.uint8)
