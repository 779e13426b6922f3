"""Imitates the masks that segmenters and annotators give: right about the thing, wrong at its rim.

The kinds of error are those of real ones: a low-resolution mask head stretched over the box, a
box that cuts, thin parts missed, neighbours taken along, holes filled, polygons of few corners,
and masks that need nothing (where refiners do most of their harm).
"""

from __future__ import annotations

import cv2
import numpy as np

from segrefine_gui.domain.masks import BoolMask
from training.noise import smooth_noise, warped
from training.scenes import Scene
from training.shapes import blob

_LEAST_IOU = 0.5
"""Coarser masks are not a refiner's to mend."""


def imitate_coarse_mask(rng: np.random.Generator, scene: Scene) -> BoolMask:
    """A coarse mask of the scene's subject whose IoU with the truth is 0.5..1.

    Returns:
        bool (side, side), never empty.
    """
    if rng.random() < 0.15:
        return scene.truth
    for _ in range(8):
        mask = _mistaken(rng, scene)
        union = np.count_nonzero(mask | scene.truth)
        if np.count_nonzero(mask & scene.truth) >= _LEAST_IOU * union:
            return mask
    return _annotated(rng, scene.truth)


def _mistaken(rng: np.random.Generator, scene: Scene) -> BoolMask:
    kind = rng.random()
    if kind < 0.12:
        return _annotated(rng, scene.truth)
    if kind < 0.20:
        return _almost_right(rng, scene.truth)
    believed = _believed(rng, scene)
    if kind < 0.85:
        return _from_mask_head(rng, believed)
    return _bent(rng, believed)


def _believed(rng: np.random.Generator, scene: Scene) -> BoolMask:
    """What the segmenter takes for the thing: parts left out, others' parts taken in."""
    mask = scene.truth.copy()
    if scene.parts and rng.random() < 0.2:
        mask &= ~scene.parts[rng.integers(len(scene.parts))]
    if rng.random() < 0.3:
        mask |= scene.neighbours & _somewhere_at_rim(rng, scene.truth, 0.35)
    if rng.random() < 0.25:
        mask &= ~_somewhere_at_rim(rng, scene.truth, 0.3)
    if rng.random() < 0.25:
        mask |= _somewhere_at_rim(rng, scene.truth, 0.2)
    if rng.random() < 0.3:  # thin parts and holes are the first to go
        size = int(rng.integers(1, 6)) * 2 + 1
        disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        kind = cv2.MORPH_OPEN if rng.random() < 0.6 else cv2.MORPH_CLOSE
        mask = cv2.morphologyEx(mask.astype(np.uint8), kind, disk) > 0
    return mask if mask.any() else scene.truth


def _somewhere_at_rim(rng: np.random.Generator, truth: BoolMask, size: float) -> BoolMask:
    """A blob around a pixel of the subject's rim, at most `size` of its extent."""
    edge = cv2.morphologyEx(truth.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero(edge)
    at = int(rng.integers(len(rows)))
    radius = np.sqrt(np.count_nonzero(truth)) * rng.uniform(0.2, 1) * size * 2
    place = (float(columns[at]), float(rows[at]))
    return blob(rng, truth.shape[0], place, max(2.0, float(radius))) > 127


def _from_mask_head(rng: np.random.Generator, mask: BoolMask) -> BoolMask:
    """Seen through a grid of few cells, doubted by smooth noise, stretched, cut at a box."""
    side = mask.shape[0]
    rows, columns = np.nonzero(mask)
    x0, x1 = float(columns.min()), float(columns.max() + 1)
    y0, y1 = float(rows.min()), float(rows.max() + 1)
    jitter = rng.normal(0, rng.choice([0.0, 0.015, 0.04]), 4)
    x0, x1 = x0 + jitter[0] * (x1 - x0), x1 + jitter[1] * (x1 - x0)
    y0, y1 = y0 + jitter[2] * (y1 - y0), y1 + jitter[3] * (y1 - y0)
    if rng.random() < 0.5:  # a grid over the box, as Mask R-CNN has it
        cells = (int(rng.choice([14, 28, 28, 40])),) * 2
    else:  # a grid over the picture, as YOLO's prototypes have it
        pitch = rng.uniform(2.0, 9.0)
        cells = (max(5, round((x1 - x0) / pitch)), max(5, round((y1 - y0) / pitch)))
    to_grid = np.array(
        [
            [cells[0] / max(1.0, x1 - x0), 0, -x0 * cells[0] / max(1.0, x1 - x0)],
            [0, cells[1] / max(1.0, y1 - y0), -y0 * cells[1] / max(1.0, y1 - y0)],
        ]
    )
    blurred = cv2.GaussianBlur(
        mask.astype(np.float32), (0, 0), 0.5 * max(1.0, max(x1 - x0, y1 - y0) / max(cells))
    )
    grid = cv2.warpAffine(blurred, to_grid, cells, flags=cv2.INTER_LINEAR)
    if rng.random() < 0.6:
        grid = cv2.GaussianBlur(grid, (0, 0), float(rng.uniform(0.4, 1.4)))
    doubt = smooth_noise(rng, max(64, *cells), rng.uniform(3, 14))[: cells[1], : cells[0]]
    # Doubt is strongest where the head is undecided, and nearly none far from the rim.
    undecided = 0.15 + 3.4 * grid * (1 - grid)
    grid = grid + np.float32(rng.uniform(0, 0.35)) * undecided * doubt
    stretched = cv2.warpAffine(
        grid,
        to_grid,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inside = np.zeros((side, side), bool)
    inside[max(0, round(y0)) : max(0, round(y1)), max(0, round(x0)) : max(0, round(x1))] = True
    result: BoolMask = (stretched > 0.5 + rng.normal(0, 0.1)) & inside
    return result


def _annotated(rng: np.random.Generator, truth: BoolMask) -> BoolMask:
    """A polygon of few corners around the largest parts, as a person in a hurry draws it."""
    outlines, _ = cv2.findContours(truth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    tolerance = np.sqrt(np.count_nonzero(truth)) * rng.uniform(0.005, 0.05)
    drawn = np.zeros(truth.shape, np.uint8)
    for outline in outlines:
        if cv2.contourArea(outline) < 0.02 * np.count_nonzero(truth):
            continue
        corners = cv2.approxPolyDP(outline, float(tolerance), True).astype(np.float64)
        corners += rng.normal(0, tolerance / 2, corners.shape)
        cv2.fillPoly(drawn, [np.round(corners).astype(np.int32)], 1)
    return drawn > 0 if drawn.any() else truth


def _almost_right(rng: np.random.Generator, truth: BoolMask) -> BoolMask:
    """A pixel or two too large or too small, or at the resolution of a first refinement."""
    kind = rng.random()
    if kind < 0.5:
        side = truth.shape[0]
        small = max(16, round(side / rng.uniform(1.5, 5)))
        cover = cv2.resize(
            truth.astype(np.uint8) * 255, (small, small), interpolation=cv2.INTER_AREA
        )
        stretched = cv2.resize(cover, (side, side), interpolation=cv2.INTER_LINEAR)
        result: BoolMask = stretched > rng.normal(127, 25)
        return result
    size = int(rng.integers(1, 3)) * 2 + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    grow = cv2.MORPH_DILATE if kind < 0.75 else cv2.MORPH_ERODE
    changed: BoolMask = cv2.morphologyEx(truth.astype(np.uint8), grow, disk) > 0
    return changed if changed.any() else truth


def _bent(rng: np.random.Generator, mask: BoolMask) -> BoolMask:
    """The outline displaced smoothly, and grown or shrunk as a whole."""
    extent = np.sqrt(np.count_nonzero(mask))
    bent = warped(
        mask.astype(np.uint8) * 255, rng, rng.uniform(3, 12), extent * rng.uniform(0.01, 0.06)
    )
    blurred = cv2.GaussianBlur(bent, (0, 0), float(max(0.5, extent * rng.uniform(0.005, 0.05))))
    result: BoolMask = blurred > np.clip(rng.normal(127, 35), 40, 215)
    return result if result.any() else mask
