"""Features of a refinement as a whole. Lengths and areas are relative to the object's size."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.changes import SPECK_SHARE, ChangeMap
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.metrics import boundary_iou, iou
from segrefine_gui.triage.feature import Feature, FeatureTable
from segrefine_gui.triage.working_copy import WorkingCopy, bounding_box

FEATURES: FeatureTable = (
    Feature("iou", "IoU of coarse and refined", 0, 1),
    Feature("boundary_iou", "Boundary IoU of coarse and refined", 0, 1),
    Feature("area_change", "log of refined area over coarse area", -3, 3),
    Feature("added", "added pixels, share of the object's area", 0, 1),
    Feature("removed", "removed pixels, share of the object's area", 0, 1),
    Feature("beyond_2", "changed pixels beyond 2% of sqrt(area) from the boundary, share", 0, 1),
    Feature("beyond_5", "the same beyond 5%", 0, 1),
    Feature("beyond_10", "the same beyond 10%", 0, 1),
    Feature("depth", "mean depth of the changed pixels, share of sqrt(area)", 0, 2),
    Feature("deep_share", "share of the changed pixels beyond 5% of sqrt(area)", 0, 1),
    Feature("deepest", "deepest change, share of sqrt(area)", 0, 2),
    Feature("largest", "area of the largest change, share of the object's area", 0, 1),
    Feature("changes", "number of changes, as log(1 + n)", 0, 10),
    Feature("pieces", "pieces gained or lost", -5, 5),
    Feature("holes", "holes gained or lost", -5, 5),
    Feature("thinness", "perimeter / sqrt(4 pi area) of the coarse mask, as log", 0, 3),
    Feature("thinness_change", "the same of the refined mask, less that of the coarse", -3, 3),
    Feature("coarse_edge", "how far edges stand out along the coarse boundary", 0, 1),
    Feature("refined_edge", "the same along the refined boundary", 0, 1),
    Feature("edge_gain", "refined_edge less coarse_edge", -1, 1),
    Feature("moved_edge_gain", "the same where the boundary moved, alone", -1, 1),
    Feature("new_edge", "how far edges stand out where the boundary is new", 0, 1),
    Feature("inner_edge", "the same inside of what changed, away from both boundaries", 0, 1),
    Feature("shape", "changes fill dents and cut bumps (1), or make them (-1)", -1, 1),
    Feature("near_colours", "the colours nearby speak for (1) or against (-1) the changes", -1, 1),
    Feature("far_colours", "the same, compared with a wider neighbourhood", -1, 1),
    Feature("against", "changed pixels whose colours speak against it, share of area", 0, 1),
    Feature("contrast", "how far colours of inside and outside differ at the boundary", 0, 1),
    Feature("confidence", "mean |2 soft - 1| of the changed pixels", 0, 1),
    Feature("softness", "mean doubt 1 - |2 soft - 1| along the refined boundary", 0, 1),
    Feature("doubt", "the refiner's expected error in what it left as it was, share of area", 0, 1),
    Feature("believed_gain", "what the refiner believes it gained, share of the area", 0, 1),
    Feature("border", "changed pixels at the border of the crop, share of its perimeter", 0, 1),
    Feature("leaves_box", "how far the refined box passes the coarse one, share of side", 0, 2),
    Feature("shrinks_box", "how far it stays behind it, share of side", 0, 1),
    Feature("neighbour", "added pixels in neighbours, share of the object's area", 0, 1),
    Feature("size", "sqrt(area) in pixels of the image, as log2", 0, 17),
    Feature("share", "share of the crop that the object covers", 0, 1),
    Feature("edge_height", "mean height of the edge along the refined boundary", 0, 1),
    Feature("noise", "noise and fine texture of the image", 0, 1),
    Feature("score", "the segmenter's confidence", 0, 1),
    Feature("opinion", "share of the changes in its reach that a quick other method makes", 0, 1),
    Feature("flipped", "share of the changed pixels that a run on the mirror image changes", 0, 1),
    Feature("larger", "the same of a run on a larger crop", 0, 1),
    Feature("other", "the same of a run by another refiner", 0, 1),
)

_BESIDE = 0.3
"""Another instance's mask that covers more of the object than this is of the same object."""
_AGAINST = -0.25


def describe(copy: WorkingCopy, changes: ChangeMap, score: float | None) -> dict[str, float]:
    """The features of a refinement.

    Args:
        copy: of the refinement.
        changes: of the same refinement.
        score: the segmenter's confidence 0..1, if there is one.

    Returns:
        By name, each within its range; what could not be had is missing.
    """
    area = copy.extent**2
    changed = copy.labels > 0
    values = _extent(copy, changes, changed)
    values |= _shape(copy) | _place(copy, changed) | _belief(copy, changed)
    values |= _edges(copy, changed)
    if changed.any():
        sign = copy.gain[changed]
        near = sign * copy.near_colours[changed]
        values["near_colours"] = float(near.mean())
        values["far_colours"] = float((sign * copy.far_colours[changed]).mean())
        values["against"] = np.count_nonzero(near < _AGAINST) / area
        values["shape"] = float((sign * copy.bulk[changed]).mean())
        if copy.opinion is not None:
            values["opinion"] = _mean((copy.opinion == copy.refined)[copy.asked])
        for kind, rerun in copy.reruns.items():
            values[kind] = _mean((rerun == copy.refined)[changed])
    values["size"] = math.log2(max(1.0, copy.extent / copy.scale))
    values["share"] = area / copy.coarse.size
    values["noise"] = _noise(copy.image)
    if score is not None:
        values["score"] = score
    return in_range(values)


def in_range(values: dict[str, float]) -> dict[str, float]:
    """The finite ones among the values, clipped to their ranges."""
    return {
        feature.name: float(np.clip(values[feature.name], feature.low, feature.high))
        for feature in FEATURES
        if math.isfinite(values.get(feature.name, math.nan))
    }


def _extent(copy: WorkingCopy, changes: ChangeMap, changed: BoolMask) -> dict[str, float]:
    area = copy.extent**2
    coarse_area, refined_area = (int(mask.sum()) for mask in (copy.coarse, copy.refined))
    depth = np.abs(copy.distance[changed]) / copy.extent
    largest = max((change.area for change in changes.changes), default=0)
    return {
        "iou": iou(copy.coarse, copy.refined),
        "boundary_iou": boundary_iou(copy.coarse, copy.refined),
        "area_change": math.log(max(1, refined_area) / max(1, coarse_area)),
        "added": np.count_nonzero(copy.refined & changed) / area,
        "removed": np.count_nonzero(copy.coarse & changed) / area,
        "beyond_2": np.count_nonzero(depth > 0.02) / area,
        "beyond_5": np.count_nonzero(depth > 0.05) / area,
        "beyond_10": np.count_nonzero(depth > 0.10) / area,
        "depth": _mean(depth),
        "deep_share": _mean(depth > 0.05),
        "deepest": float(depth.max(initial=0)),
        "largest": largest * copy.scale**2 / area,
        "changes": math.log1p(len(changes.changes)),
    }


def _shape(copy: WorkingCopy) -> dict[str, float]:
    thinness = (
        _thinness(copy.coarse, copy.coarse_rim),
        _thinness(copy.refined, copy.refined_rim),
    )
    return {
        "pieces": len(pieces(copy.refined)) - len(pieces(copy.coarse)),
        "holes": len(pieces(~copy.refined)) - len(pieces(~copy.coarse)),
        "thinness": thinness[0],
        "thinness_change": thinness[1] - thinness[0],
    }


def pieces(mask: BoolMask) -> list[Box]:
    """The boxes of a mask's connected parts, without specks, the largest first."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    areas = stats[1:, cv2.CC_STAT_AREA]
    least = max(4.0, SPECK_SHARE * float(areas.sum()))
    boxes = []
    for part in 1 + np.argsort(-areas, kind="stable"):
        x, y, width, height, area = (int(value) for value in stats[part])
        if area < least:
            break
        boxes.append(Box(x, y, x + width, y + height))
    return boxes


def _thinness(mask: BoolMask, rim: BoolMask) -> float:
    """How much longer the perimeter is than a disk's of the same area, as log; NaN if empty."""
    area = np.count_nonzero(mask)
    if not area:
        return math.nan
    perimeter = np.count_nonzero(rim) / 2  # the rim has pixels on both sides
    return math.log(max(1.0, perimeter / math.sqrt(4 * math.pi * area)))


def _edges(copy: WorkingCopy, changed: BoolMask) -> dict[str, float]:
    old, new = copy.coarse_rim, copy.refined_rim
    coarse_edge, refined_edge = _mean(copy.edge[old]), _mean(copy.edge[new])
    left, taken = _mean(copy.edge[old & ~new & changed]), _mean(copy.edge[new & ~old])
    return {
        "coarse_edge": coarse_edge,
        "refined_edge": refined_edge,
        "edge_gain": refined_edge - coarse_edge,
        "moved_edge_gain": taken - left,
        "new_edge": _mean(copy.edge[new & changed]),
        "inner_edge": _mean(copy.edge[changed & ~new & ~old]),
        "edge_height": _mean(copy.edge_height[new]) / 255,
        "contrast": _mean(copy.contrast[old]),
    }


def _belief(copy: WorkingCopy, changed: BoolMask) -> dict[str, float]:
    area = copy.extent**2
    doubt = 1 - np.abs(2 * copy.belief - 1)
    return {
        "softness": _mean(doubt[copy.refined_rim]),
        "doubt": float(doubt[~changed].sum()) / (2 * area),
        "believed_gain": float((1 - doubt)[changed].sum()) / area,
        "confidence": _mean((1 - doubt)[changed]),
    }


def _place(copy: WorkingCopy, changed: BoolMask) -> dict[str, float]:
    area = copy.extent**2
    frame = np.concatenate([changed[0], changed[-1], changed[:, 0], changed[:, -1]])
    passes = box_overhang(bounding_box(copy.coarse), bounding_box(copy.refined))
    values = {
        "border": float(frame.mean()),
        "leaves_box": max(passes),
        "shrinks_box": -min(passes),
    }
    if copy.neighbours is not None:
        beside = copy.neighbours & ~copy.coarse
        covered = int(np.count_nonzero(copy.neighbours & copy.coarse))
        if covered <= _BESIDE * max(1, int(np.count_nonzero(copy.coarse))):
            values["neighbour"] = np.count_nonzero(beside & copy.refined) / area
    return values


def box_overhang(coarse: Box, refined: Box) -> tuple[float, float, float, float]:
    """How far `refined` passes `coarse` on the left, top, right and bottom, as shares of its sides.

    Negative where it stays behind.
    """
    if not coarse.area or not refined.area:
        return (0.0, 0.0, 0.0, 0.0)
    return (
        (coarse.x0 - refined.x0) / coarse.width,
        (coarse.y0 - refined.y0) / coarse.height,
        (refined.x1 - coarse.x1) / coarse.width,
        (refined.y1 - coarse.y1) / coarse.height,
    )


def _noise(image: npt.NDArray[np.uint8]) -> float:
    """Immerkaer's estimate (CVIU 1996), as a share of the grey levels; texture counts as noise."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(cv2.filter2D(grey, cv2.CV_32F, kernel))
    return math.sqrt(math.pi / 2) / 6 * float(response.mean()) / 255


def _mean(values: npt.NDArray[np.generic]) -> float:
    return float(values.mean()) if values.size else math.nan
