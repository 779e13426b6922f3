"""GrabCut from what a person shows: strokes on the object and beside it, or a box around it.

Rother, Kolmogorov, Blake: GrabCut, SIGGRAPH 2004, in OpenCV's implementation. Strokes are sure;
everything else goes by colour and edges, beginning from the mask as it is.
"""

from __future__ import annotations

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

WORKING_SIDE = 800
"""Longest side that GrabCut works on, in pixels; larger regions are shrunk: about half a second."""

_ITERATIONS = 3
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
    reach: int | None = None,
) -> SoftValues:
    """A mask that agrees with what was painted, and with the image's colours elsewhere.

    Args:
        image: uint8 (h, w, 3) RGB, a part of the image around the object.
        mask: bool (h, w), the mask as it is; may be empty.
        strokes: of the same size; both may be empty.
        cancel: asked between steps; raises `Cancelled`.
        reach: changes that come no closer than this to a stroke, in pixels, are taken back, so
            that what a person was content with stays; None lets all of them stand.

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
    try:
        soft = _decide(np.ascontiguousarray(image), mask, foreground, background, cancel)
    except cv2.error as error:
        raise EngineError("GrabCut failed on these strokes.", str(error)) from error
    if reach is not None:
        _take_back_far(soft, mask, foreground | background, reach)
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
    return SoftMask(region, from_strokes(image[region.slices], inside, strokes, cancel))


def _decide(
    image: RgbImage,
    mask: BoolMask,
    foreground: BoolMask,
    background: BoolMask,
    cancel: CancelToken,
) -> SoftValues:
    probable = (mask | foreground) & ~background
    if not probable.any() or probable.all():
        # Of one of the two sides there is nothing to learn from.
        return probable.astype(np.uint8) * 255
    small, coarse = shrunk(image, probable, WORKING_SIDE)
    core = _shrunk_strokes(foreground, coarse)
    surroundings = _shrunk_strokes(background, coarse)
    core, surroundings = core & ~surroundings, surroundings & ~core
    coarse = (coarse | core) & ~surroundings
    if not coarse.any() or coarse.all():
        return probable.astype(np.uint8) * 255
    cancel.raise_if_cancelled()
    decided = grabcut(small, coarse, (core, surroundings), _ITERATIONS)
    cancel.raise_if_cancelled()
    return soften(decided, small, image, _SOFTNESS, _SMOOTHNESS)


def _shrunk_strokes(strokes: BoolMask, like: BoolMask) -> BoolMask:
    """A stroke may be thinner than a pixel of the working size: any part of one counts."""
    if strokes.shape == like.shape:
        return strokes
    size = like.shape[1], like.shape[0]
    cover = cv2.resize(strokes.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    found: BoolMask = cover > 0
    return found


def _take_back_far(soft: SoftValues, mask: BoolMask, strokes: BoolMask, reach: int) -> None:
    """Give every change its old value that is nowhere within reach of a stroke; in place."""
    changed = (soft >= 128) != mask
    if not changed.any():
        return
    if strokes.any():
        away = cv2.distanceTransform((~strokes).view(np.uint8), cv2.DIST_L2, 5)
        _, labels = cv2.connectedComponents(changed.view(np.uint8), connectivity=8)
        near = np.zeros(int(labels.max()) + 1, np.bool_)
        near[labels[away <= reach]] = True
        changed &= ~near[labels]
    box = tight_box(changed)
    part = soft[box.slices]
    np.copyto(part, mask[box.slices].astype(np.uint8) * 255, where=changed[box.slices])
