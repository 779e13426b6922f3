"""Puts the edge of a mask where the image has one, and tells which of two masks lies on edges.

A network draws an edge within a pixel or two. Those few pixels are decided again together: by
what the network said of each, by the colours of both sides close by, and by a cost for every pair
of neighbours on different sides that is low only where the image changes between them (the model
of Boykov and Jolly, ICCV 2001, and of GrabCut). It is solved by mean field iterations (Krähenbühl
and Koltun, NIPS 2011), for few pixels, in few milliseconds.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.engines.builtin.inputs import Plane, signed_distance

_REACH = 3.0
"""Pixels from the edge that are decided again."""
_COUPLING = 30.0
"""Log odds by which two neighbours of one colour pull each other to one side."""
_ITERATIONS = 15
_COLOUR_RADIUS = 3
"""Radius in pixels of the window in which both sides' colours are compared."""
_CONFIDENT = 1.4
"""Log odds from which on a pixel counts for the colours of its side."""
_COLOUR_NOISE = 8.0
"""Grey levels by which the colours of one side differ at least."""
_MOST_LOGIT = 6.0


def snapped(image: RgbImage, logit: Plane) -> BoolMask:
    """Move the edge where `logit` changes its sign by up to three pixels, onto the image's.

    Args:
        image: uint8 (h, w, 3) RGB.
        logit: float32 (h, w), log odds of the instance.

    Returns:
        bool (h, w).
    """
    pixels = image.astype(np.float32)
    unary = 0.7 * np.clip(logit, -_MOST_LOGIT, _MOST_LOGIT) + _colour_log_odds(pixels, logit)
    inside: BoolMask = unary >= 0
    near = np.abs(signed_distance(inside)) < _REACH
    rows, columns = np.nonzero(near)
    if rows.size == 0:
        return inside
    numbers = np.full(inside.shape, -1, np.int64)
    numbers[rows, columns] = np.arange(rows.size)
    couplings, partners, fixed = [], [], []
    for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        other_rows = np.clip(rows + down, 0, inside.shape[0] - 1)
        other_columns = np.clip(columns + right, 0, inside.shape[1] - 1)
        step = pixels[rows, columns] - pixels[other_rows, other_columns]
        couplings.append((step * step).sum(1))
        number = numbers[other_rows, other_columns]
        partners.append(np.maximum(number, 0))
        side = np.where(inside[other_rows, other_columns], np.float32(1), np.float32(-1))
        fixed.append(np.where(number < 0, side, np.float32(0)))
    differences = np.stack(couplings)
    # As in GrabCut, an edge is what differs more than neighbours do on average.
    scale = 2 * float(differences.mean()) + 1e-6
    coupling = np.float32(_COUPLING) * np.exp(-differences / scale)
    free = np.stack([value == 0 for value in fixed]) * coupling
    pull = unary[rows, columns] + (coupling * np.stack(fixed)).sum(0)
    belief = np.where(inside[rows, columns], np.float32(1), np.float32(-1))
    for _ in range(_ITERATIONS):
        neighbours = sum(
            weight * belief[partner] for weight, partner in zip(free, partners, strict=True)
        )
        belief = (belief + np.tanh((pull + neighbours) / 2)) / 2
    decided = inside.copy()
    decided[rows, columns] = belief >= 0
    return decided


def edge_strength_ratio(image: RgbImage, first: BoolMask, second: BoolMask) -> float:
    """How much the image changes along the edge of one mask, compared with that of another.

    Args:
        image: uint8 (h, w, 3) RGB.
        first: bool (h, w).
        second: bool (h, w).

    Returns:
        Above 1 where the first mask lies on stronger edges; 0 where it has no edge inside the
        image, infinity where only the second has none.
    """
    gradient = _gradient(image)
    strengths = []
    for mask in (first, second):
        edge = cv2.morphologyEx(
            mask.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)
        )
        along = gradient[edge > 0]
        strengths.append(1 + float(along.mean()) if along.size else 0.0)
    if strengths[1] == 0:
        return 0.0 if strengths[0] == 0 else float("inf")
    return strengths[0] / strengths[1]


def _gradient(image: RgbImage) -> Plane:
    """The strongest channel's Sobel gradient, in grey levels (times 4)."""
    smooth = cv2.GaussianBlur(image, (0, 0), 0.7)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    strongest: Plane = np.sqrt((across * across + down * down).max(2))
    return strongest


def _colour_log_odds(pixels: npt.NDArray[np.float32], logit: Plane) -> Plane:
    """Which side each pixel's colour is more like, within a few pixels: -6..6.

    Each side is a Gaussian with the mean of its confident pixels in the window and the mean
    variance of both sides; 0 where a window holds only one side.
    """
    window = (2 * _COLOUR_RADIUS + 1,) * 2
    squares = (pixels * pixels).sum(2)
    sides = []
    for sign in (1, -1):
        weight = np.where(sign * logit > _CONFIDENT, np.float32(1), np.float32(0))
        sums = cv2.boxFilter(
            np.dstack([pixels * weight[..., None], squares * weight, weight]), -1, window
        )
        share = np.maximum(sums[..., 4], 1e-4)
        mean = sums[..., :3] / share[..., None]
        norm = (mean * mean).sum(2)
        sides.append((mean, norm, np.maximum(sums[..., 3] / share - norm, 0), sums[..., 4] > 0.02))
    (
        (inner, inner_norm, inner_spread, inner_found),
        (outer, outer_norm, outer_spread, outer_found),
    ) = sides
    variance = (inner_spread + outer_spread) / 6 + np.float32(_COLOUR_NOISE**2)
    ratio = (pixels * (inner - outer)).sum(2) + (outer_norm - inner_norm) / 2
    odds: Plane = np.clip(ratio / variance, -_MOST_LOGIT, _MOST_LOGIT)
    odds *= inner_found & outer_found
    return odds
