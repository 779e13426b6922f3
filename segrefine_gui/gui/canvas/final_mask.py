"""The final mask of a choice of changes, composed where and when it is drawn. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.change_pyramid import ChangePyramid
from segrefine_gui.gui.canvas.pyramid import MaskPyramid, MaskSource, Pixels


@dataclass(frozen=True)
class FinalMask:
    """The coarse mask with some of the changes taken from the refined mask.

    Nothing is stored of it, so choosing costs nothing. In halved pixels with two changes, the
    smaller one counts: that is off by less than a pixel of the screen.

    Attributes:
        coarse: the coarse mask.
        refined: the refined mask, of the same region.
        changes: their changes, of the same region.
        kept: numbers of the changes that are taken.
    """

    coarse: MaskPyramid
    refined: MaskPyramid
    changes: ChangePyramid
    kept: frozenset[int]

    @property
    def region(self) -> Box:
        """Where in the image the masks lie."""
        return self.refined.region

    def level_for(self, scale: float) -> int:
        """See `Pyramid`."""
        return self.refined.level_for(scale)

    def level_box(self, level: int) -> Box:
        """See `Pyramid`."""
        return self.refined.level_box(level)

    def crop(self, level: int, box: Box) -> Pixels:
        """The share of pixels inside, 0..255, in a box of a level."""
        if len(self.kept) == self.changes.count:
            return self.refined.crop(level, box)
        coarse = self.coarse.crop(level, box)
        if not self.kept:
            return coarse
        taken = self.changes.is_taken(self.kept).take(self.changes.crop(level, box))
        return np.where(taken, self.refined.crop(level, box), coarse)

    def differs_in(self, before: MaskSource) -> Box:
        """The box of the changes that only one of both takes, when they are of one instance."""
        if isinstance(before, FinalMask) and before.changes is self.changes:
            return self.changes.box_of(self.kept ^ before.kept)
        return self.region.union(before.region)
