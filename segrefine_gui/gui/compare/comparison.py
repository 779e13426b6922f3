"""A coarse and a refined mask over one region, with their changes, ready to be drawn. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.changes import ChangeMap, find_changes
from segrefine_gui.domain.masks import BoolMask, Rle, place_mask
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.gui.canvas.change_pyramid import ChangePyramid
from segrefine_gui.gui.canvas.final_mask import FinalMask
from segrefine_gui.gui.canvas.pyramid import MaskPyramid


@dataclass(frozen=True, eq=False)
class Comparison:
    """Both masks of an instance at one threshold; never changed, so threads may share it.

    Attributes:
        soft: what the refiner believes.
        threshold: the cut of it that makes the refined mask, 1..255.
        coarse: the coarse mask over `region`.
        refined: the refined mask over `region`.
        believed: the soft mask over its own region, to be drawn.
        change_pyramid: where the changes lie, to be drawn.
    """

    soft: SoftMask
    threshold: int
    coarse: MaskPyramid
    refined: MaskPyramid
    believed: MaskPyramid
    change_pyramid: ChangePyramid

    @classmethod
    def build(cls, coarse: Rle, soft: SoftMask, threshold: int) -> Comparison:
        """Compare two masks; reads every pixel around the instance, so it is for a worker."""
        region = soft.region.union(coarse.box)
        mask = coarse.decode(region)
        believed = MaskPyramid.of_values(soft.values, soft.region)
        refined, changes = _cut(mask, soft, region, threshold)
        return cls(soft, threshold, MaskPyramid.build(mask, region), refined, believed, changes)

    def recut(self, threshold: int) -> Comparison:
        """The same at another threshold; as slow as the first time, without decoding again."""
        refined, changes = _cut(self.coarse_mask, self.soft, self.region, threshold)
        return replace(self, threshold=threshold, refined=refined, change_pyramid=changes)

    @property
    def region(self) -> Box:
        """Where in the image both masks lie: what the refiner saw, and all of the coarse mask."""
        return self.coarse.region

    @property
    def changes(self) -> ChangeMap:
        """Their changes."""
        return self.change_pyramid.changes

    @property
    def all_numbers(self) -> frozenset[int]:
        """The numbers of all changes."""
        return frozenset(range(1, self.change_pyramid.count + 1))

    @property
    def coarse_mask(self) -> BoolMask:
        """The coarse mask: bool (region.height, region.width)."""
        return self.coarse.inside

    @property
    def refined_mask(self) -> BoolMask:
        """The refined mask: bool (region.height, region.width)."""
        return self.refined.inside

    @property
    def refined_box(self) -> Box:
        """The tight box of the refined mask in the image; an empty box where that is empty."""
        mask = self.refined_mask
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if rows.size == 0:
            return Box(0, 0, 0, 0)
        tight = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        return tight.shifted(self.region.x0, self.region.y0)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        masks = (self.coarse, self.refined, self.believed, self.change_pyramid)
        levels = sum(level.nbytes for mask in masks for level in mask.levels)
        return levels + self.changes.labels.nbytes

    def final(self, kept: frozenset[int]) -> FinalMask:
        """The mask in which only some changes are taken, to be drawn."""
        return FinalMask(self.coarse, self.refined, self.change_pyramid, kept)


def _cut(
    coarse: BoolMask, soft: SoftMask, region: Box, threshold: int
) -> tuple[MaskPyramid, ChangePyramid]:
    inner = soft.region.shifted(-region.x0, -region.y0)
    refined = place_mask(soft.cut(threshold), inner, region.height, region.width)
    changes = find_changes(coarse, refined, region)
    return MaskPyramid.build(refined, region), ChangePyramid.build(changes, refined)
