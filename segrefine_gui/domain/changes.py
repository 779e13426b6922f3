"""The changes between a coarse and a refined mask, each to be taken or left on its own.

`git add -p` for masks: every connected region in which the two masks differ is one change, added
or removed. Specks too small to look at go with the change they lie nearest to.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask

LEAST_SPECK_AREA = 12
"""Differences of fewer pixels than this are no changes of their own, however small the object."""

SPECK_SHARE = 1 / 2000
"""Nor are those of a smaller share of the object: a large one has hundreds along its edge."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change, without its pixels.

    Attributes:
        number: its label in `ChangeMap.labels`, from 1, the largest change first.
        added: whether refining added most of its pixels, or removed them.
        box: its tight bounding box in the image.
        area: its pixels, with those of the specks that go with it.
    """

    number: int
    added: bool
    box: Box
    area: int


@dataclass(frozen=True, slots=True, eq=False)
class ChangeMap:
    """Which pixel belongs to which change.

    Attributes:
        region: where in the image the labels lie; outside of it nothing changed.
        labels: int32 (region.height, region.width); 0 where both masks agree.
        changes: the changes by number, the largest first.
    """

    region: Box
    labels: npt.NDArray[np.int32]
    changes: Sequence[Change]

    def at(self, x: int, y: int) -> Change | None:
        """The change at a pixel of the image, None where there is none."""
        if not (self.region.x0 <= x < self.region.x1 and self.region.y0 <= y < self.region.y1):
            return None
        number = int(self.labels[y - self.region.y0, x - self.region.x0])
        return self.changes[number - 1] if number else None

    def pixels(self, number: int) -> BoolMask:
        """The pixels of one change inside its own box: bool (box.height, box.width)."""
        box = self.changes[number - 1].box.shifted(-self.region.x0, -self.region.y0)
        mask: BoolMask = self.labels[box.slices] == number
        return mask

    def compose(
        self, coarse: BoolMask, refined: BoolMask, kept: Collection[int], within: Box | None = None
    ) -> BoolMask:
        """The mask in which only some changes are taken from the refined mask.

        Args:
            coarse: bool (region.height, region.width).
            refined: the same.
            kept: numbers of the changes to take; all others stay as in the coarse mask.
            within: a part of the region, in image coordinates, to compose alone; None for all.

        Returns:
            bool, of the shape of `within`.
        """
        part = (within or self.region).shifted(-self.region.x0, -self.region.y0).slices
        taken = np.zeros(len(self.changes) + 1, dtype=np.bool_)
        taken[list(kept)] = True
        composed: BoolMask = np.where(taken[self.labels[part]], refined[part], coarse[part])
        return composed


def find_changes(
    coarse: BoolMask, refined: BoolMask, region: Box, speck_area: int | None = None
) -> ChangeMap:
    """Split the difference of two masks into changes.

    Added and removed pixels are connected among themselves, also across corners. A difference of
    fewer than `speck_area` pixels goes with the nearest larger one; where all are that small, the
    largest of them takes the others along.

    Args:
        coarse: bool (region.height, region.width).
        refined: the same.
        region: where in the image both lie.
        speck_area: least area of a change of its own, in pixels; None for one that follows the
            object's size, by `LEAST_SPECK_AREA` and `SPECK_SHARE`.
    """
    if speck_area is None:
        object_area = max(np.count_nonzero(coarse), np.count_nonzero(refined))
        speck_area = max(LEAST_SPECK_AREA, round(SPECK_SHARE * object_area))
    labels = np.zeros(coarse.shape, dtype=np.int32)
    count = 0
    for side in (refined & ~coarse, coarse & ~refined):
        found, parts = cv2.connectedComponents(side.view(np.uint8), connectivity=8)
        np.copyto(labels, parts + count, where=side)
        count += found - 1
    if count == 0:
        return ChangeMap(region, labels, ())
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    areas[0] = 0
    labels = _join_specks(labels, areas, speck_area)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    areas[0] = 0
    order = [int(label) for label in np.argsort(-areas, kind="stable") if areas[label]]
    renumbered = np.zeros(count + 1, dtype=np.int32)
    renumbered[order] = np.arange(1, len(order) + 1)
    labels = renumbered[labels]
    return ChangeMap(region, labels, _describe(labels, refined & ~coarse, region, len(order)))


def _join_specks(
    labels: npt.NDArray[np.int32], areas: npt.NDArray[np.intp], speck_area: int
) -> npt.NDArray[np.int32]:
    own = areas >= speck_area
    if not own.any():
        own[int(areas.argmax())] = True
    is_speck = ~own
    is_speck[0] = False
    if not is_speck.any():
        return labels
    large = own[labels]
    # For each pixel the nearest pixel of a change of its own, and through it that change.
    _, nearest = cv2.distanceTransformWithLabels(
        (~large).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, dtype=np.int32)
    owner[nearest[large]] = labels[large]
    joined: npt.NDArray[np.int32] = np.where(is_speck[labels], owner[nearest], labels)
    return joined


def _describe(
    labels: npt.NDArray[np.int32], added: BoolMask, region: Box, count: int
) -> tuple[Change, ...]:
    rows, columns = np.nonzero(labels)
    numbers = labels[rows, columns]
    areas = np.bincount(numbers, minlength=count + 1)
    gains = np.bincount(numbers, weights=added[rows, columns], minlength=count + 1)
    far = np.iinfo(np.int64).max
    low_x, low_y = np.full(count + 1, far), np.full(count + 1, far)
    high_x, high_y = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    np.minimum.at(low_x, numbers, columns)
    np.minimum.at(low_y, numbers, rows)
    np.maximum.at(high_x, numbers, columns + 1)
    np.maximum.at(high_y, numbers, rows + 1)
    return tuple(
        Change(
            number,
            bool(2 * gains[number] >= areas[number]),
            Box(
                int(low_x[number]), int(low_y[number]), int(high_x[number]), int(high_y[number])
            ).shifted(region.x0, region.y0),
            int(areas[number]),
        )
        for number in range(1, count + 1)
    )
