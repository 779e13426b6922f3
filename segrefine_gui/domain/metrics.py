"""How good a mask is against the truth: IoU, mBA, Boundary IoU, and what counts as harm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask

HARM_IOU_DROP = 0.01
"""A refined mask whose IoU falls by more than this harms."""
HARM_BOUNDARY_IOU_DROP = 0.02
"""A refined mask whose Boundary IoU falls by more than this harms."""
BOUNDARY_WIDTH = 0.02
"""Boundary IoU's band width as a share of the image diagonal."""
_BAND_COUNT = 5


@dataclass(frozen=True, slots=True)
class MaskQuality:
    """Agreement of a mask with the truth, each 0..1, 1 best; mba is NaN without a boundary."""

    iou: float
    mba: float
    boundary_iou: float


def iou(mask: BoolMask, truth: BoolMask) -> float:
    """Intersection over union of two (h, w) masks; 1 when both are empty."""
    union = int(np.count_nonzero(mask | truth))
    return int(np.count_nonzero(mask & truth)) / union if union else 1.0


def mean_boundary_accuracy(mask: BoolMask, truth: BoolMask) -> float:
    """MBA as CascadePSP's evaluation computes it (its `util/compute_boundary_acc.py`).

    Pixel accuracy inside the morphological gradient of the truth, averaged over five radii
    that grow with the image: r_i = 1 + int(((w + h) / 300 - 1) / 5 * i).

    Returns:
        0..1, or NaN when the truth has no boundary (empty or the whole image).
    """
    height, width = truth.shape
    widest = (width + height) / 300
    radii = [1 + int((widest - 1) / _BAND_COUNT * i) for i in range(_BAND_COUNT)]
    # Only pixels near the truth can lie in a band: the rest of a large image is left out.
    window = _bounding_box(truth).grown(max(radii) + 1, within=Box(0, 0, width, height))
    gt = np.ascontiguousarray(truth[window.slices]).view(np.uint8)
    right = mask[window.slices] == truth[window.slices]
    accuracies = []
    for radius in radii:
        size = 2 * radius + 1
        disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        band = cv2.morphologyEx(gt, cv2.MORPH_GRADIENT, disk) > 0
        if not band.any():
            return math.nan
        accuracies.append(float(right[band].mean()))
    return sum(accuracies) / len(accuracies)


def boundary_iou(mask: BoolMask, truth: BoolMask, width: float = BOUNDARY_WIDTH) -> float:
    """Boundary IoU (Cheng et al. 2021, their `boundary_iou/utils/boundary_utils.py`).

    IoU of the parts of both masks that lie within d pixels of their own contour,
    d = `width` of the image diagonal, at least 1; the image border counts as contour.
    """
    height, columns = truth.shape
    distance = max(1, round(width * math.hypot(height, columns)))
    frame = Box(0, 0, columns, height)
    window = _bounding_box(mask | truth).grown(1, within=frame)
    if window.area == 0:
        return 1.0
    return iou(
        _inner_boundary(mask[window.slices], distance),
        _inner_boundary(truth[window.slices], distance),
    )


def measure(mask: BoolMask, truth: BoolMask) -> MaskQuality:
    """All three measures of a bool (h, w) mask against the truth of the same shape."""
    if mask.shape != truth.shape:
        raise ValueError(f"mask {mask.shape} and truth {truth.shape} differ in size")
    return MaskQuality(
        iou(mask, truth), mean_boundary_accuracy(mask, truth), boundary_iou(mask, truth)
    )


def is_harm(coarse: MaskQuality, refined: MaskQuality) -> bool:
    """Whether refining made the mask worse by more than the tolerances of this module."""
    return (
        refined.iou < coarse.iou - HARM_IOU_DROP
        or refined.boundary_iou < coarse.boundary_iou - HARM_BOUNDARY_IOU_DROP
    )


def _inner_boundary(mask: BoolMask, distance: int) -> BoolMask:
    # Padding by zeros makes the window's border erode. The window either ends one pixel
    # outside the mask, where it changes nothing, or at the image border, where it must.
    padded = cv2.copyMakeBorder(
        np.ascontiguousarray(mask).view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0
    )
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * distance + 1, 2 * distance + 1))
    eroded = cv2.erode(padded, square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    boundary: BoolMask = mask & (eroded[1:-1, 1:-1] == 0)
    return boundary


def _bounding_box(mask: BoolMask) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return Box(0, 0, 0, 0)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
