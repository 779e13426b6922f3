"""What the built-in refiner's network sees: the image, the coarse mask, and evidence from colour.

A network that is given colours and a mask must first learn to compare the colours of the two
sides. These channels hand it the comparison: a histogram of each side, the mean colours of each
side nearby, and what GrabCut makes of a small copy. It is left to judge when to believe them.

Training and inference both build their inputs here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.engines.classical.colour_evidence import COLOUR_ODDS_LIMIT, ColourOdds
from segrefine_gui.engines.classical.grabcut import grabcut
from segrefine_gui.engines.schedule.shrinking import shrunk

Plane = npt.NDArray[np.float32]
"""Shape (h, w)."""
Planes = npt.NDArray[np.float32]
"""Shape (channels, h, w)."""
Window = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels of the whole image; not always whole numbers."""

CHANNELS = 9
"""RGB, coarse mask, signed distance, colour odds, GrabCut, near and far colour difference."""

_SMALL_SIDE = 144
"""Longest side of the copy on which GrabCut and the mean colours are computed, in pixels."""
_BAND = 0.16
"""How far from the coarse boundary the truth is looked for, as a share of sqrt(area)."""
_LEAST_BAND = 6.0
"""The same in pixels, for small instances."""
_LEAST_LEASH = 2.0
"""GrabCut may go so far at least, in pixels of the small copy."""
_DOUBTFUL = 0.07
"""Pixels nearer to the coarse boundary than this share of sqrt(area) teach no colours."""
_NEAR, _FAR = 0.15, 0.5
"""Radius of the windows whose mean colours are compared, as shares of sqrt(area)."""
_COLOUR_NOISE = 12
"""Grey levels: a smaller difference between two mean colours is lost in noise and shading."""


def band_width(area: float) -> float:
    """How far from its coarse boundary a mask may change, in pixels.

    Args:
        area: of the coarse mask, in pixels.
    """
    return max(_LEAST_BAND, _BAND * math.sqrt(area))


def signed_distance(mask: BoolMask) -> Plane:
    """Pixels to the boundary of a mask, positive inside; large where there is no boundary."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    farthest = float(sum(mask.shape))  # what OpenCV gives without a boundary would overflow
    distance: Plane = np.minimum(inside, farthest) - np.minimum(outside, farthest)
    return distance


@dataclass(frozen=True, slots=True)
class _ColourContrast:
    """A straight line through colour space at every place: 1 at the inside's mean, -1 outside.

    Attributes:
        direction: float32 (h, w, 3), per grey level; 0 where only one side is near.
        offset: float32 (h, w).
    """

    direction: Planes
    offset: Plane


class ColourEvidence:
    """What the colours of an image say about a coarse mask, to be seen through any window.

    Args:
        image: uint8 (h, w, 3) RGB.
        coarse: bool (h, w).
        leash: how far from the coarse boundary GrabCut may go, as a share of sqrt(area); None
            for the whole band, which is more than it deserves: training lets it err, so that the
            network does not trust it blindly.
    """

    def __init__(self, image: RgbImage, coarse: BoolMask, leash: float | None = 0.05) -> None:
        small, small_coarse = shrunk(image, coarse, _SMALL_SIDE)
        distance = signed_distance(small_coarse)
        extent = math.sqrt(max(1, int(np.count_nonzero(small_coarse))))
        doubtful = max(1.5, _DOUBTFUL * extent)
        core = distance > min(doubtful, 0.6 * float(distance.max()))
        surroundings = distance < -doubtful
        self._shape = coarse.shape
        self._odds: ColourOdds | None = None
        self._decided = np.where(small_coarse, np.float32(1), np.float32(-1))
        self._contrasts: list[_ColourContrast] = []
        if core.any() and surroundings.any():
            self._odds = ColourOdds.learn(small, core, surroundings)
            room = band_width(extent**2) if leash is None else max(_LEAST_LEASH, leash * extent)
            self._decided = _grabcut(small, small_coarse, distance, room)
            self._contrasts = [
                _colour_contrast(small, core, surroundings, share * extent)
                for share in (_NEAR, _FAR)
            ]

    def window(self, tile: Box, width: int, height: int) -> Window:
        """The part of the image that a tile of a copy shows, which is `width` x `height` pixels."""
        across, down = self._shape[1] / width, self._shape[0] / height
        return tile.x0 * across, tile.y0 * down, tile.x1 * across, tile.y1 * down

    def planes(self, view: RgbImage, window: Window | None = None) -> Planes:
        """The evidence for a part of the image, at any scale.

        Args:
            view: uint8 (h, w, 3) RGB, the pixels of that part, perhaps resized.
            window: the part; None for all of it.

        Returns:
            float32 (4, h, w), each -1..1 and positive where the instance is likelier; all zero
            but GrabCut's plane, which is then the coarse mask itself, where one side of the
            mask is too thin to learn colours from.
        """
        planes = np.zeros((4, *view.shape[:2]), np.float32)
        planes[1] = self._seen(self._decided, view, window)
        if self._odds is not None:
            planes[0] = self._odds.log_odds(view) / COLOUR_ODDS_LIMIT
            pixels = view.astype(np.float32)
            for plane, contrast in zip(planes[2:], self._contrasts, strict=True):
                direction = self._seen(contrast.direction, view, window)
                offset = self._seen(contrast.offset, view, window)
                plane[:] = np.einsum("hwc,hwc->hw", pixels, direction) - offset
            np.clip(planes[2:], -1, 1, out=planes[2:])
        return planes

    def _seen(self, field: Plane, view: RgbImage, window: Window | None) -> Plane:
        """A field of the small copy, enlarged to a view of a window."""
        height, width = self._shape
        x0, y0, x1, y1 = window or (0.0, 0.0, float(width), float(height))
        across, down = field.shape[1] / width, field.shape[0] / height
        step_x, step_y = (x1 - x0) / view.shape[1] * across, (y1 - y0) / view.shape[0] * down
        # Pixel centres lie at half pixels in every scale.
        matrix = np.array(
            [
                [step_x, 0, x0 * across + step_x / 2 - 0.5],
                [0, step_y, y0 * down + step_y / 2 - 0.5],
            ]
        )
        seen: Plane = cv2.warpAffine(
            field,
            matrix,
            view.shape[1::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return seen


def network_inputs(image: RgbImage, coarse: BoolMask, evidence: Planes, band: float) -> Planes:
    """The network's input for one view.

    Args:
        image: uint8 (h, w, 3) RGB.
        coarse: bool (h, w).
        evidence: float32 (4, h, w), what `ColourEvidence.planes` gives for this view.
        band: pixels from the coarse boundary at which the signed distance ends.

    Returns:
        float32 (9, h, w), every channel within -1..1.
    """
    planes = np.empty((CHANNELS, *coarse.shape), np.float32)
    planes[:3] = image.transpose(2, 0, 1)
    planes[:3] *= np.float32(2 / 255)
    planes[:3] -= 1
    planes[3] = np.where(coarse, 1, -1)
    planes[4] = np.clip(signed_distance(coarse) / np.float32(band), -1, 1)
    planes[5:] = evidence
    return planes


def _grabcut(image: RgbImage, coarse: BoolMask, distance: Plane, band: float) -> Plane:
    """GrabCut within `band` pixels of the coarse boundary: 1 where it says inside, else -1."""
    core = distance > min(band, 0.6 * float(distance.max()))
    surroundings = distance < -min(band, -0.6 * float(distance.min()))
    inside = grabcut(image, coarse, (core, surroundings))
    return np.where(inside, np.float32(1), np.float32(-1))


def _colour_contrast(
    image: RgbImage, core: BoolMask, surroundings: BoolMask, radius: float
) -> _ColourContrast:
    """Compare the mean colours of both sides in a window around each pixel.

    Args:
        image: uint8 (h, w, 3) RGB.
        core: bool (h, w), pixels surely inside.
        surroundings: bool (h, w), pixels surely outside.
        radius: of the window in pixels.
    """
    window = (2 * max(1, round(radius)) + 1,) * 2
    means, found = [], []
    for side in (core, surroundings):
        weight = side.astype(np.float32)
        share = cv2.boxFilter(weight, -1, window, borderType=cv2.BORDER_CONSTANT)
        total = cv2.boxFilter(
            image * weight[..., None], cv2.CV_32F, window, borderType=cv2.BORDER_CONSTANT
        )
        means.append(total / np.maximum(share, 1e-6)[..., None])
        found.append(share > 1e-4)
    difference = (means[0] - means[1]) * (found[0] & found[1])[..., None]
    strength = (difference**2).sum(2) + np.float32(_COLOUR_NOISE**2)
    direction = 2 * difference / strength[..., None]
    return _ColourContrast(direction, (direction * (means[0] + means[1]) / 2).sum(2))
