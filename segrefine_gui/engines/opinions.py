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

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.engines.classical.grabcut import GrabCutFactory, GrabCutRefiner, GrabCutSettings
from segrefine_gui.engines.schedule.shrinking import shrunk_mask

Opinion = Callable[[RgbImage, BoolMask], BoolMask | None]

_SIDE = 128
"""Longest side of the copy, in pixels."""
_OF_OTHERS = GrabCutSettings(working_side=_SIDE, least_width=1.5)
_OF_GRABCUT = GrabCutSettings(
    working_side=_SIDE, wide=0.025, least_width=1.5, contradiction=math.inf
)


def opinion_on(refiner: str) -> Opinion:
    """What tells of a coarse mask in which of a refiner's changes another method agrees.

    Args:
        refiner: registered name of the refiner whose changes it is to be held against.

    Returns:
        From uint8 (h, w, 3) RGB and bool (h, w), the coarse mask, to what the other method makes
        of it, bool (h, w); or to None where the small mask has one side alone. The same input
        always gives the same output.
    """
    settings = _OF_GRABCUT if refiner == GrabCutFactory.name else _OF_OTHERS
    method = GrabCutRefiner(settings)

    def opinion(image: RgbImage, coarse: BoolMask) -> BoolMask | None:
        small = shrunk_mask(coarse, _SIDE)
        if not small.any() or small.all():
            return None
        found: BoolMask = method.refine(image, coarse, CancelToken()) >= DEFAULT_THRESHOLD
        return found

    return opinion
