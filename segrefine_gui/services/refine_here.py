"""Use case: a refiner looks again at one part of a mask that a person is editing.

A small part with some of its surroundings reaches the engine at the photo's own resolution, where
the region of a large object was shrunk. Several answers to the same question (another refiner, a
larger crop) are alternatives to choose from; `domain.blending` lays the chosen one into the mask.
"""

from __future__ import annotations

import logging

import numpy as np

from segrefine_gui.domain.boxes import Box, context_region, image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, SegRefineError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import Progress, Refiner, RgbImage, ignore_progress

_log = logging.getLogger(__name__)

PADDING = 0.25
"""Surroundings that the engine sees, as a share of the part's side, on each side."""

LARGER_PADDING = 0.75
"""The same for the alternative with a larger crop."""


def refine_here(
    refiner: Refiner,
    pixels: RgbImage,
    mask: BoolMask,
    where: Box,
    cancel: CancelToken,
    progress: Progress = ignore_progress,
    *,
    padding: float = PADDING,
) -> SoftMask:
    """Refine one part of a mask, beginning from the mask as it is.

    Args:
        refiner: the engine, used in the thread that built it.
        pixels: the whole image, uint8 (h, w, 3) RGB.
        mask: bool (h, w) of the whole image, as it is; only read.
        where: the part; clipped to the image.
        cancel: asked by the engine between its steps.
        progress: told the share done.
        padding: surroundings that the engine sees besides, as a share of the part's side; at
            least so much that it sees 224 pixels.

    Returns:
        The soft mask of the part.

    Raises:
        EngineError: the part is empty or outside of the image, or the engine failed; one sentence.
        Cancelled: the person cancelled.
    """
    height, width = mask.shape
    where = where.intersection(image_box(width, height))
    if where.area == 0:
        raise EngineError("The part to refine is not on the image.")
    seen = context_region(where, width, height, padding=padding)
    crop = np.ascontiguousarray(pixels[seen.slices]), mask[seen.slices].copy()
    inner = where.shifted(-seen.x0, -seen.y0)
    try:
        values = refiner.refine(*crop, cancel, progress)
        # Here, too, an engine of another package that answers with another size or type ends.
        return SoftMask(where, np.ascontiguousarray(values[inner.slices]))
    except (SegRefineError, Cancelled):
        raise
    except Exception as error:
        _log.exception("refining %s failed", where)
        raise EngineError(
            f"The refiner {refiner.run.engine} failed on this part; see the log."
        ) from error
