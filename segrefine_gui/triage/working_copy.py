"""One refinement at a bounded size, with the maps that its features are read from.

Every map is made once, from agreement: what both masks call inside and what both call outside
are the examples; the pixels that changed sides are the question.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.changes import ChangeMap
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.triage.base import Evidence, Opinion, Rerun

Plane = npt.NDArray[np.float32]
"""Shape (h, w)."""

WORKING_SIDE = 320
"""Longest side of the copy in pixels: bounds the cost, whatever the size of the crop."""

_SURROUNDINGS = 0.15
"""An edge is held against the mean edge within this share of sqrt(area)."""
_LEAST_EDGE = 3.0
"""Grey levels: weaker edges than this are lost in noise."""
_NEAR, _FAR = 0.2, 0.6
"""Radius of the windows in which mean colours are taken, as shares of sqrt(area)."""
_COLOUR_NOISE = 12.0
"""Grey levels: a smaller difference between two mean colours is lost in noise and shading."""
_MIXED = 1.5
"""Pixels nearer to the coarse boundary than this show a mixture and teach no colours."""
_SHAPE_RADIUS = 0.08
"""Radius of the window that tells a dent from a bump, as a share of sqrt(area)."""


class WorkingCopy:
    """The arrays of one refinement, shrunk to `WORKING_SIDE`, and what is computed from them.

    Attributes:
        scale: pixels of the copy for one pixel of the crop, 0..1.
        coarse: bool (h, w).
        refined: bool (h, w), the soft mask cut at the default threshold.
        labels: int32 (h, w), the number of the change that a pixel belongs to, 0 for none.
        belief: float32 (h, w), the soft mask as 0..1.
        reruns: bool (h, w) each, other runs' masks; those that were not asked for are missing.
        neighbours: bool (h, w), other instances; None where not known.
        extent: square root of the larger mask's area, in pixels of the copy; at least 1.
        distance: float32 (h, w), pixels to the coarse boundary, positive inside.
        coarse_rim: bool (h, w), pixels on both sides of the coarse boundary.
        refined_rim: bool (h, w), pixels on both sides of the refined boundary.
        edge: float32 (h, w), 0..1: how far an edge stands out from its surroundings; one half
            is an edge like all those near it.
        edge_height: float32 (h, w), the height of that edge in grey levels.
        near_colours: float32 (h, w), -1..1: 1 where a pixel has the colours of the inside
            nearby, -1 where those of the outside, 0 where they do not tell.
        far_colours: the same for a wider neighbourhood.
        contrast: float32 (h, w), 0..1: how far the colours of both sides differ nearby.
        bulk: float32 (h, w), -1..1: how much of a small window the coarse mask fills.
        opinion: bool (h, w), what another method makes of the coarse mask; None for nothing.
        asked: bool (h, w), changed pixels that this other method might have changed, too.
    """

    def __init__(self, evidence: Evidence, changes: ChangeMap, opinion: Opinion | None) -> None:
        height, width = evidence.coarse.shape
        self.scale = min(1.0, WORKING_SIDE / max(height, width))
        rows, columns = _picked(height, self.scale), _picked(width, self.scale)
        picked = np.ix_(rows, columns)
        soft = evidence.soft[picked]
        self.coarse: BoolMask = evidence.coarse[picked]
        self.refined: BoolMask = soft >= DEFAULT_THRESHOLD
        self.labels = changes.labels[picked]
        self.belief: Plane = soft * np.float32(1 / 255)
        self.reruns: dict[Rerun, BoolMask] = {
            kind: run[picked] >= DEFAULT_THRESHOLD for kind, run in evidence.reruns.items()
        }
        self.neighbours: BoolMask | None = None
        if evidence.neighbours is not None:
            self.neighbours = evidence.neighbours[picked]
        area = max(int(np.count_nonzero(mask)) for mask in (self.coarse, self.refined))
        self.extent = math.sqrt(max(1, area))
        self.distance = signed_distance(self.coarse)
        self.coarse_rim, self.refined_rim = _rim(self.coarse), _rim(self.refined)
        image = np.ascontiguousarray(evidence.image)
        if self.scale < 1:
            size = (len(columns), len(rows))
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        self.image = image
        self.opinion: BoolMask | None = None
        self.asked: BoolMask = np.zeros_like(self.coarse)
        found = None if opinion is None else opinion(image, self.coarse)
        if found is not None:
            self.opinion, reach = found
            self.asked = (self.labels > 0) & reach
        self.edge_height = _edge_height(image)
        self.edge = self._standing_out(self.edge_height)
        self.near_colours, self.far_colours, self.contrast = self._colours(image)
        self.bulk: Plane = (
            2 * _box_mean(self.coarse.astype(np.float32), self._window(_SHAPE_RADIUS)) - 1
        )

    @property
    def gain(self) -> Plane:
        """float32 (h, w): 1 where pixels were added, -1 where removed, 0 where nothing changed."""
        return self.refined.astype(np.float32) - self.coarse.astype(np.float32)

    def _window(self, share: float) -> tuple[int, int]:
        side = 2 * max(1, round(share * self.extent)) + 1
        return side, side

    def _standing_out(self, height: Plane) -> Plane:
        surroundings = _box_mean(height, self._window(_SURROUNDINGS))
        edge = height / (height + surroundings + np.float32(_LEAST_EDGE))
        # A boundary may lie a pixel beside its edge and still follow it.
        widened: Plane = cv2.dilate(edge, np.ones((3, 3), np.uint8))
        return widened

    def _colours(self, image: npt.NDArray[np.uint8]) -> tuple[Plane, Plane, Plane]:
        # Mean colours vary slowly: at half the size they cost a quarter.
        height, width = self.coarse.shape
        small = cv2.resize(
            image, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA
        ).astype(np.float32)
        inside = (self.coarse & self.refined & (self.distance > _MIXED))[::2, ::2]
        outside = (~self.coarse & ~self.refined & (self.distance < -_MIXED))[::2, ::2]
        support: list[Plane] = []
        contrast = np.zeros(small.shape[:2], np.float32)
        for share in (_NEAR, _FAR):
            side = max(1, round(share * self.extent / 2))
            window = (2 * side + 1, 2 * side + 1)
            inner, has_inner = _mean_colour(small, inside, window)
            outer, has_outer = _mean_colour(small, outside, window)
            difference = (inner - outer) * (has_inner & has_outer)[..., None]
            strength = np.einsum("hwc,hwc->hw", difference, difference)
            offset = small - (inner + outer) / 2
            agreement = 2 * np.einsum("hwc,hwc->hw", offset, difference)
            support.append(np.clip(agreement / (strength + np.float32(_COLOUR_NOISE**2)), -1, 1))
            contrast = np.sqrt(strength / (strength + np.float32((2 * _COLOUR_NOISE) ** 2)))
        near, far, contrast = (
            cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
            for plane in (*support, contrast)
        )
        return near, far, contrast


def signed_distance(mask: BoolMask) -> Plane:
    """Pixels to the boundary of a mask, positive inside; large where there is no boundary."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    farthest = float(sum(mask.shape))  # what OpenCV gives without a boundary would overflow
    distance: Plane = np.minimum(inside, farthest) - np.minimum(outside, farthest)
    return distance


def bounding_box(mask: BoolMask) -> Box:
    """The tight box around a mask's pixels, in its own pixels; Box(0, 0, 0, 0) if it has none."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return Box(x, y, x + width, y + height)


def _picked(side: int, scale: float) -> npt.NDArray[np.int64]:
    """Which rows or columns a copy shows: all masks are sampled at the same places."""
    count = max(1, round(side * scale))
    return ((np.arange(count) + 0.5) * (side / count)).astype(np.int64)


def _rim(mask: BoolMask) -> BoolMask:
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    rim: BoolMask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_GRADIENT, cross) > 0
    return rim


def _edge_height(image: npt.NDArray[np.uint8]) -> Plane:
    """The height of the step that Sobel's filter sees, the root mean square of the channels."""
    smooth = cv2.GaussianBlur(image, (3, 3), 0)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=0.25)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=0.25)
    squares = cv2.add(cv2.multiply(across, across), cv2.multiply(down, down))
    height: Plane = cv2.sqrt(cv2.transform(squares, np.full((1, 3), 1 / 3, np.float32)))
    return height


def _box_mean(plane: Plane, window: tuple[int, int]) -> Plane:
    mean: Plane = cv2.boxFilter(plane, -1, window, borderType=cv2.BORDER_REPLICATE)
    return mean


def _mean_colour(
    image: npt.NDArray[np.float32], where: BoolMask, window: tuple[int, int]
) -> tuple[npt.NDArray[np.float32], BoolMask]:
    """The mean colour of the pixels `where` around each pixel, and where there are any."""
    weight = where.astype(np.float32)
    share = cv2.boxFilter(weight, -1, window, borderType=cv2.BORDER_CONSTANT)
    total = cv2.boxFilter(image * weight[..., None], -1, window, borderType=cv2.BORDER_CONSTANT)
    return total / np.maximum(share, 1e-6)[..., None], share > 1e-4
