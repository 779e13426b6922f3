"""Laying a new soft mask of one part into a mask, without a seam."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD, SoftMask

DEFAULT_FEATHER = 16
"""Pixels over which the new mask fades in from the edge of its part."""


def blend_in(
    mask: BoolMask,
    soft: SoftMask,
    inside: BoolMask | None = None,
    *,
    feather: int = DEFAULT_FEATHER,
    threshold: int = DEFAULT_THRESHOLD,
) -> tuple[Box, BoolMask]:
    """What a mask becomes where a part of it was refined anew.

    At the part's edge the mask is the old one, from `feather` pixels inside on the new one; in
    between both are mixed before they are cut, so that an outline passes from one to the other
    without a step. A part too narrow for that is the new one from half of its depth on. At the
    image's edge there is nothing to pass to: there the new one is whole.

    Args:
        mask: bool (h, w) of the whole image, as it is.
        soft: the new soft mask of the part; its region lies inside the image.
        inside: bool of the region's size, the pixels that may change, for example those that a
            person painted; None for all of the region.
        feather: in pixels; 0 for a hard seam.
        threshold: soft values at or above it belong to the new mask, 1..255.

    Returns:
        The region and bool (region.height, region.width), to be laid into the mask there.

    Raises:
        ValueError: the region is not inside the image, or `inside` is of another size.
    """
    region = soft.region
    if region.intersection(image_box(mask.shape[1], mask.shape[0])) != region:
        raise ValueError(f"{region} is not inside a {mask.shape[1]}x{mask.shape[0]} mask")
    if inside is None:
        inside = np.ones(soft.values.shape, np.bool_)
    if inside.shape != soft.values.shape:
        raise ValueError(f"pixels of shape {inside.shape} do not fit {region}")
    old = mask[region.slices]
    new = soft.cut(threshold)
    if feather <= 0:
        return region, np.where(inside, new, old)
    weight = _weights(inside, region, mask.shape, feather)
    # Relative to the threshold: mixed, they are cut at 0.
    signed = soft.values.astype(np.float32) - (threshold - 0.5)
    signed /= np.where(signed >= 0, 255.5 - threshold, threshold - 0.5)
    mixed = weight * signed + (1 - weight) * np.where(old, np.float32(1), np.float32(-1))
    blended = np.where(weight >= 1, new, mixed > 0)
    return region, np.where(inside, blended, old)


def _weights(
    inside: BoolMask, region: Box, shape: tuple[int, ...], feather: int
) -> npt.NDArray[np.float32]:
    """0 outside, rising to 1 over `feather` pixels from the edge; the image's edge is none.

    At most over half of the way to the innermost pixel, so that a narrow part has any that are new.
    """
    left, top = int(region.x0 > 0), int(region.y0 > 0)
    right, bottom = int(region.x1 < shape[1]), int(region.y1 < shape[0])
    framed = np.pad(inside, ((top, bottom), (left, right)))
    if framed.all():
        return np.ones(inside.shape, np.float32)
    away = cv2.distanceTransform(framed.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    away = away[top : top + inside.shape[0], left : left + inside.shape[1]]
    rise = min(feather + 1, max(1.0, away.max() / 2))
    weights: npt.NDArray[np.float32] = np.minimum(away / rise, 1)
    return weights
