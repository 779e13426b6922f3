"""What cleaning up does to a mask, step after step, and how that is previewed. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segrefine_gui.domain import clean_up
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.gui.canvas.pyramid import MaskPyramid


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What to do, in the order of the attributes; what is left at its default does nothing.

    Attributes:
        close: radius in pixels of the gaps to close.
        open: radius in pixels of the spurs to take away.
        smooth: radius in pixels of what is rounded off the outline.
        holes: area in pixels up to which holes are filled.
        islands: area in pixels up to which islands are removed.
        largest: keep the largest region alone.
        hull: fill the convex hull.
        grow: pixels to grow by, or to shrink by when negative.
    """

    close: int = 0
    open: int = 0
    smooth: int = 0
    holes: int = 0
    islands: int = 0
    largest: bool = False
    hull: bool = False
    grow: int = 0

    @property
    def does_nothing(self) -> bool:
        """Whether all of it is left at the default."""
        return self == CleanUp()

    @property
    def reach(self) -> int:
        """Pixels around a mask that it looks at, or may add; at least one."""
        return 2 * (self.close + self.open + self.smooth) + abs(self.grow) + 2

    def apply(self, mask: BoolMask) -> BoolMask:
        """A mask that was cleaned up.

        Args:
            mask: bool (h, w), with `reach` pixels around it where the image has them.
        """
        if self.close:
            mask = clean_up.closed(mask, self.close)
        if self.open:
            mask = clean_up.opened(mask, self.open)
        if self.smooth:
            mask = clean_up.smooth(mask, self.smooth)
        if self.holes:
            mask = clean_up.fill_holes(mask, self.holes)
        if self.islands:
            mask = clean_up.remove_islands(mask, self.islands)
        if self.largest:
            mask = clean_up.keep_largest(mask)
        if self.hull:
            mask = clean_up.convex_hull(mask)
        if self.grow:
            mask = clean_up.grow(mask, self.grow)
        return mask


@dataclass(frozen=True, eq=False)
class Preview:
    """What cleaning up would change.

    Attributes:
        region: the part of the image that was looked at.
        cleaned: bool (region.height, region.width), the mask there afterwards.
        added: the pixels that would be added, to be drawn; None for none.
        removed: those that would be removed.
        added_area: how many would be added.
        removed_area: how many would be removed.
    """

    region: Box
    cleaned: BoolMask
    added: MaskPyramid | None
    removed: MaskPyramid | None
    added_area: int
    removed_area: int

    @classmethod
    def build(cls, plan: CleanUp, mask: BoolMask, region: Box) -> Preview:
        """Clean up and compare; for a worker.

        Args:
            plan: what to do.
            mask: bool (region.height, region.width), all of the mask with `plan.reach` around it.
            region: where in the image that lies.
        """
        return cls.of(mask, plan.apply(mask), region)

    @classmethod
    def of(cls, mask: BoolMask, cleaned: BoolMask, region: Box) -> Preview:
        """Compare two masks of a region, before and afterwards; for a worker."""
        added, removed = cleaned & ~mask, mask & ~cleaned
        counts = int(np.count_nonzero(added)), int(np.count_nonzero(removed))
        drawn = [
            MaskPyramid.build(pixels, region) if count else None
            for pixels, count in zip((added, removed), counts, strict=True)
        ]
        return cls(region, cleaned, drawn[0], drawn[1], *counts)

    @property
    def changes_nothing(self) -> bool:
        """Whether the mask is clean already."""
        return not self.added_area and not self.removed_area
