"""Second opinions on refinements, at a size where they cost a few milliseconds.

Of everything tried, how far a refiner's changes and those of another method agree says most about
harm, on generated scenes and on photographs alike. GrabCut on a small copy is that other method:
its band widens where colours tell inside from outside, and what the colours contradict it takes
back. Of GrabCut's own refinements it would know nothing new: those are held against GrabCut in a
narrow band, that does not repeat what is deep or not held up by colours and edges together.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.engines.grabcut import GrabCutFactory, GrabCutRefiner, GrabCutSettings
from segrefine_gui.engines.guided_filter import soften
from segrefine_gui.engines.shrinking import shrunk

Opinion = Callable[[RgbImage, BoolMask], tuple[BoolMask, BoolMask] | None]

_SIDE = 128
"""Longest side of the copy, in pixels."""
_OF_OTHERS = GrabCutSettings(least_width=1.5)
_OF_GRABCUT = GrabCutSettings(wide=0.025, least_width=1.5, contradiction=math.inf)


def opinion_on(refiner: str) -> Opinion:
    """What tells of a coarse mask in which of a refiner's changes another method agrees.

    Args:
        refiner: registered name of the refiner whose changes it is to be held against.

    Returns:
        From uint8 (h, w, 3) RGB and bool (h, w), the coarse mask, to two of bool (h, w): what the
        other method makes of it, and where it might have decided otherwise than the coarse mask;
        or to None where the mask has one side alone. The same input always gives the same output.
    """
    settings = _OF_GRABCUT if refiner == GrabCutFactory.name else _OF_OTHERS
    method = GrabCutRefiner(settings)

    def opinion(image: RgbImage, coarse: BoolMask) -> tuple[BoolMask, BoolMask] | None:
        small, view = shrunk(np.ascontiguousarray(image), np.ascontiguousarray(coarse), _SIDE)
        if not view.any() or view.all():
            return None
        decided, band = method.decide(small, view, CancelToken())
        soft = soften(decided, small, image, settings.softness, settings.smoothness)
        return soft >= DEFAULT_THRESHOLD, _within(view, band, coarse.shape)

    return opinion


def _within(coarse: BoolMask, band: float, shape: tuple[int, ...]) -> BoolMask:
    """The pixels nearer than `band` to the boundary of a mask, at another size."""
    inside = cv2.distanceTransform(coarse.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~coarse).astype(np.uint8), cv2.DIST_L2, 3)
    near = (np.maximum(inside, outside) <= band).astype(np.uint8)
    reached: BoolMask = cv2.resize(near, shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    return reached
