"""GrabCut from what a person shows: strokes on the object and beside it, or a box around it.

Rother, Kolmogorov, Blake: GrabCut, SIGGRAPH 2004, in OpenCV's implementation. Strokes are sure;
what is near one goes by colour and edges; what is far from all stays as it is. Without the last,
GrabCut makes a good mask worse as often as better: colours alone are a poor judge of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from segrefine_gui.domain.boxes import Box, context_region, image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import BoolMask, tight_box
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import RgbImage, SoftValues
from segrefine_gui.engines.classical.grabcut import grabcut
from segrefine_gui.engines.classical.guided_filter import soften
from segrefine_gui.engines.schedule.shrinking import shrunk

WORKING_SIDE = 512
"""Longest side that GrabCut works on, in pixels; larger parts are shrunk: half a second at most."""

REACH_SHARE = 0.15
"""How far a stroke reaches, as a share of the square root of the mask's area. On real photos 0.2
gains a little more and does harm more often; from 0.5 on it does harm on average."""

LEAST_REACH = 8.0
"""A stroke reaches at least this far, in pixels."""

_SURROUNDINGS = 3
"""Colours are learnt from what lies within this many times the reach."""

_ITERATIONS = 1
_SOFTNESS = 1
_SMOOTHNESS = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """What a person painted as sure.

    Attributes:
        foreground: bool (h, w), pixels that are the object.
        background: bool (h, w), pixels that are not; wins where both were painted.
    """

    foreground: BoolMask
    background: BoolMask


def strokes_region(box: Box, image_width: int, image_height: int) -> Box:
    """The part of an image to give to `from_strokes`: what it sees around the object.

    Args:
        box: a box around the mask and all strokes.
        image_width: width of the image in pixels.
        image_height: height of the image in pixels.
    """
    return context_region(box, image_width, image_height)


def from_strokes(
    image: RgbImage,
    mask: BoolMask,
    strokes: Strokes,
    cancel: CancelToken,
    *,
    reach: float | None = None,
) -> SoftValues:
    """A mask that agrees with what was painted, and near it with the image's colours and edges.

    Args:
        image: uint8 (h, w, 3) RGB, a part of the image around the object.
        mask: bool (h, w), the mask as it is; may be empty.
        strokes: of the same size; both may be empty.
        cancel: asked between steps; raises `Cancelled`.
        reach: what is farther from every stroke, in pixels, stays as it is; infinite for no
            limit. None for one that follows the mask's size, by `REACH_SHARE`; without a limit
            where the mask is empty.

    Returns:
        uint8 (h, w), 0..255: 255 on every foreground stroke and 0 on every background stroke.

    Raises:
        EngineError: a size does not fit, or OpenCV failed; one sentence.
        Cancelled: the person cancelled.
    """
    shapes = {image.shape[:2], mask.shape, strokes.foreground.shape, strokes.background.shape}
    if len(shapes) > 1:
        raise EngineError("The strokes are of another size than the image.", str(shapes))
    background = strokes.background
    foreground = strokes.foreground & ~background
    cancel.raise_if_cancelled()
    soft: SoftValues = ((mask | foreground) & ~background).astype(np.uint8) * 255
    if reach is None:
        area = np.count_nonzero(mask)
        reach = max(LEAST_REACH, REACH_SHARE * math.sqrt(area)) if area else math.inf
    seen, undecided = _undecided(foreground | background, reach)
    if seen.area == 0:
        return soft
    part = seen.slices
    try:
        decided = _decide(
            np.ascontiguousarray(image[part]),
            soft[part] > 0,
            (foreground[part], background[part]),
            undecided,
            cancel,
        )
    except cv2.error as error:
        raise EngineError("GrabCut failed on these strokes.", str(error)) from error
    np.copyto(soft[part], decided, where=undecided)
    soft[foreground] = 255
    soft[background] = 0
    return soft


def from_box(image: RgbImage, box: Box, cancel: CancelToken) -> SoftMask:
    """The object in a box, of which nothing else is known.

    Args:
        image: uint8 (h, w, 3) RGB, the whole image.
        box: around the object; clipped to the image.
        cancel: asked between steps; raises `Cancelled`.

    Returns:
        A soft mask of the box and its surroundings; 0 outside of the box.

    Raises:
        EngineError: the box is empty or outside of the image, or OpenCV failed; one sentence.
        Cancelled: the person cancelled.
    """
    height, width = image.shape[:2]
    box = box.intersection(image_box(width, height))
    if box.area == 0:
        raise EngineError("The box is not on the image.")
    region = strokes_region(box, width, height)
    inside = np.zeros((region.height, region.width), np.bool_)
    inside[box.shifted(-region.x0, -region.y0).slices] = True
    strokes = Strokes(np.zeros_like(inside), ~inside)
    soft = from_strokes(image[region.slices], inside, strokes, cancel, reach=math.inf)
    return SoftMask(region, soft)


def _undecided(strokes: BoolMask, reach: float) -> tuple[Box, BoolMask]:
    """What to look at, and in it the pixels that no more than `reach` from a stroke: bool."""
    height, width = strokes.shape
    whole = image_box(width, height)
    if not strokes.any():
        return Box(0, 0, 0, 0), np.zeros((0, 0), np.bool_)
    if reach >= height + width:
        return whole, np.ones((height, width), np.bool_)
    seen = tight_box(strokes).grown(math.ceil(_SURROUNDINGS * reach), whole)
    away = cv2.distanceTransform(
        (~strokes[seen.slices]).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )
    return seen, away <= reach


def _decide(
    image: RgbImage,
    start: BoolMask,
    strokes: tuple[BoolMask, BoolMask],
    undecided: BoolMask,
    cancel: CancelToken,
) -> SoftValues:
    """GrabCut of one part: sure are the strokes, and all that is not undecided."""
    unchanged: SoftValues = start.astype(np.uint8) * 255
    small, coarse = shrunk(image, start, WORKING_SIDE)
    # A stroke may be thinner than a pixel of the working size: any part of one counts.
    core, surroundings, open_to = (_touched(pixels, coarse) for pixels in (*strokes, undecided))
    core, surroundings = core & ~surroundings, surroundings & ~core
    coarse = (coarse | core) & ~surroundings
    if not coarse.any() or coarse.all():
        return unchanged  # of one of the two sides there is nothing to learn from
    cancel.raise_if_cancelled()
    sure = core | (coarse & ~open_to), surroundings | ~(coarse | open_to)
    decided = grabcut(small, coarse, sure, _ITERATIONS)
    cancel.raise_if_cancelled()
    return soften(decided, small, image, _SOFTNESS, _SMOOTHNESS)


def _touched(pixels: BoolMask, like: BoolMask) -> BoolMask:
    """Which pixels of a smaller size have any part of these."""
    if pixels.shape == like.shape:
        return pixels
    size = like.shape[1], like.shape[0]
    cover = cv2.resize(pixels.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    touched: BoolMask = cover > 0
    return touched
