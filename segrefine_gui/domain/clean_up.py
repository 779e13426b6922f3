"""Cleaning a mask up: grown or shrunk, smoothed, without its holes and islands.

Every function takes the mask of a whole image, bool (h, w), and returns a new one; it works on the
part around the mask alone. Lengths are Euclidean, in pixels, between the centres of pixels. The
mask is connected across corners, what is outside of it is not. An object that the image cuts off
goes on beyond it: nothing is taken away at the image's edge.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import BoolMask, place_mask, tight_box

_Distances = npt.NDArray[np.float32]


def grow(mask: BoolMask, pixels: int) -> BoolMask:
    """Add every pixel at most `pixels` away from the mask; negative takes away instead.

    Shrinking takes every pixel at most that far from what is outside of the mask.
    """
    box = tight_box(mask)
    if pixels == 0 or box.area == 0:
        return mask.copy()
    region, part = _part(mask, box, max(pixels, 1))
    if pixels > 0:
        grown: BoolMask = distances(~part) <= pixels
    elif part.all():
        grown = part
    else:
        grown = distances(part) > -pixels
    return place_mask(grown, region, *mask.shape)


def opened(mask: BoolMask, radius: int) -> BoolMask:
    """Take away what is thinner than a disc of `radius` pixels: spurs, whiskers and specks."""
    return grow(grow(mask, -radius), radius)


def closed(mask: BoolMask, radius: int) -> BoolMask:
    """Fill what a disc of `radius` pixels does not fit into: gaps, dents and small holes."""
    box = tight_box(mask)
    if radius <= 0 or box.area == 0:
        return mask.copy()
    # With room all around: near the image's edge there is no gap to be filled.
    grown = grow(np.pad(mask[box.slices], radius + 1), radius)
    region = box.grown(radius, _image(mask))
    shrunk = grow(grown, -radius)
    inner = region.shifted(radius + 1 - box.x0, radius + 1 - box.y0)
    return place_mask(shrunk[inner.slices], region, *mask.shape)


def smooth(mask: BoolMask, radius: int) -> BoolMask:
    """Round the outline: each pixel goes with the weighted majority around it.

    The weights are a Gaussian's of standard deviation `radius` / 2 pixels: what is smaller than
    about `radius` goes, straight outlines stay. At the image's edge its last pixels go on.
    """
    box = tight_box(mask)
    if radius <= 0 or box.area == 0:
        return mask.copy()
    region, part = _part(mask, box, 2 * radius)
    blurred = cv2.GaussianBlur(
        part.astype(np.float32), (0, 0), radius / 2, borderType=cv2.BORDER_REPLICATE
    )
    return place_mask(blurred > 0.5, region, *mask.shape)


def fill_holes(mask: BoolMask, max_area: int | None = None) -> BoolMask:
    """Fill the holes of at most `max_area` pixels; None for all of them.

    A hole is a region outside of the mask that does not reach the image's edge.
    """
    box = tight_box(mask)
    if box.area == 0:
        return mask.copy()
    # One pixel more all around, joined to one region: what reaches it is no hole. At the image's
    # edge too, so that a bay that the image cuts off stays open.
    outside = np.pad(~mask[box.slices], 1, constant_values=True)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        outside.view(np.uint8), connectivity=4
    )
    areas = stats[:, cv2.CC_STAT_AREA]
    is_hole = np.ones(count, np.bool_) if max_area is None else areas <= max_area
    is_hole[[0, labels[0, 0]]] = False
    filled = mask.copy()
    filled[box.slices] |= is_hole[labels[1:-1, 1:-1]]
    return filled


def remove_islands(mask: BoolMask, max_area: int) -> BoolMask:
    """Remove the regions of at most `max_area` pixels, but never the largest one."""
    box = tight_box(mask)
    if box.area == 0:
        return mask.copy()
    labels, stats = _regions(mask, box)
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = areas > max_area
    kept[1 + int(areas[1:].argmax())] = True
    kept[0] = False
    return place_mask(kept[labels], box, *mask.shape)


def keep_largest(mask: BoolMask) -> BoolMask:
    """Keep the largest region alone; of several that large, one."""
    return remove_islands(mask, mask.size)


def convex_hull(mask: BoolMask) -> BoolMask:
    """Every pixel whose centre lies in, or on the outline of, the convex hull of the centres."""
    box = tight_box(mask)
    if box.area == 0:
        return mask.copy()
    part = mask[box.slices]
    rows = np.flatnonzero(part.any(axis=1))
    low = np.full(box.height, box.width, np.int64)
    high = np.full(box.height, -1, np.int64)
    low[rows] = part[rows].argmax(axis=1)
    high[rows] = box.width - 1 - part[rows, ::-1].argmax(axis=1)
    ends = np.concatenate([np.stack([side[rows], rows], axis=1) for side in (low, high)])
    hull = cv2.convexHull(ends.astype(np.int32)).reshape(-1, 2).astype(np.int64)
    for (xa, ya), (xb, yb) in zip(hull, np.roll(hull, -1, axis=0), strict=True):
        if ya == yb:
            continue
        (xa, ya), (xb, yb) = ((xa, ya), (xb, yb)) if ya < yb else ((xb, yb), (xa, ya))
        # Whole numbers throughout: a centre on the outline is inside without any rounding.
        lines = np.arange(ya, yb + 1)
        across = (lines - ya) * (xb - xa)
        low[lines] = np.minimum(low[lines], xa - (-across // (yb - ya)))
        high[lines] = np.maximum(high[lines], xa + across // (yb - ya))
    columns = np.arange(box.width)
    inside: BoolMask = (columns >= low[:, None]) & (columns <= high[:, None])
    return place_mask(inside, box, *mask.shape)


def components(mask: BoolMask) -> list[BoolMask]:
    """The connected regions, each a mask of the whole image, the largest first."""
    return [place_mask(inside, box, *mask.shape) for box, inside in component_parts(mask)]


def component_parts(mask: BoolMask) -> list[tuple[Box, BoolMask]]:
    """The connected regions, the largest first, each at the cost of its own box.

    Returns:
        For each its tight box and bool (box.height, box.width).
    """
    around = tight_box(mask)
    if around.area == 0:
        return []
    labels, stats = _regions(mask, around)
    parts = []
    for label in np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable") + 1:
        x, y, width, height, _ = (int(value) for value in stats[label])
        box = Box(x, y, x + width, y + height)
        parts.append((box.shifted(around.x0, around.y0), labels[box.slices] == label))
    return parts


def _image(mask: BoolMask) -> Box:
    return image_box(mask.shape[1], mask.shape[0])


def _part(mask: BoolMask, box: Box, margin: int) -> tuple[Box, BoolMask]:
    region = box.grown(margin, _image(mask))
    return region, np.ascontiguousarray(mask[region.slices])


def distances(mask: BoolMask) -> _Distances:
    """From each pixel of a mask to the nearest one outside of it; there must be one."""
    away: _Distances = cv2.distanceTransform(
        mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )
    return away


def _regions(mask: BoolMask, box: Box) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Labels of the regions in a box, from 1, and OpenCV's statistics of each, label 0 included."""
    part = np.ascontiguousarray(mask[box.slices])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(part.view(np.uint8), connectivity=8)
    return labels, stats
