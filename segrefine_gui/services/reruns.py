"""Runs that a refinement can be held against: a risk is better known where they agree.

Each is a run of its own and takes its own time, so they are made only where a person asks for
them: of the same refiner on the mirrored crop, of the same refiner on a larger crop, and of another
refiner on the same crop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.records import Instance, Refinement
from segrefine_gui.engines.base import Refiner, RgbImage, SoftValues
from segrefine_gui.triage.base import Rerun

FLIPPED = "flipped"
LARGER = "larger"
"""What a person types for the two reruns by the same refiner; any other word names a refiner."""

_GROWTH = 0.25
_LEAST_GROWTH = 16

Refine = Callable[[RgbImage, BoolMask], SoftValues]


@dataclass(frozen=True, slots=True)
class Reruns:
    """Which reruns are made of every refinement.

    Attributes:
        flipped: on the mirrored crop.
        larger: on a larger crop, where the image has one.
        other: by another refiner; None for none.
    """

    flipped: bool = False
    larger: bool = False
    other: Refiner | None = None

    def of(
        self,
        refiner: Refiner,
        cancel: CancelToken,
        pixels: RgbImage,
        instance: Instance,
        refinement: Refinement,
    ) -> dict[Rerun, SoftValues]:
        """What the reruns return for one refinement, each uint8 (h, w) of its region.

        Args:
            refiner: that made it.
            cancel: asked by the engines between their steps.
            pixels: the whole image, uint8 (h, w, 3) RGB.
            instance: what was refined.
            refinement: of it.

        Raises:
            EngineError: an engine failed.
            Cancelled: the person cancelled.
        """

        def refine(image: RgbImage, mask: BoolMask) -> SoftValues:
            return refiner.refine(image, mask, cancel)

        region = refinement.soft.region
        crop = pixels[region.slices], instance.coarse.decode(region)
        made: dict[Rerun, SoftValues] = {}
        if self.flipped:
            made["flipped"] = rerun_flipped(refine, *crop)
        wider = larger_region(region, instance.coarse.width, instance.coarse.height)
        if self.larger and wider != region:
            wide_crop = pixels[wider.slices], instance.coarse.decode(wider)
            made["larger"] = rerun_larger(refine, *wide_crop, region, wider)
        if self.other is not None:
            made["other"] = self.other.refine(*crop, cancel)
        return made


def parse_reruns(words: Sequence[str]) -> tuple[bool, bool, str | None]:
    """Whether to run flipped, whether in a larger crop, and the name of another refiner.

    Args:
        words: `FLIPPED`, `LARGER` and at most one name of a refiner.

    Raises:
        EngineError: more than one other refiner is named.
    """
    others = [word for word in words if word not in (FLIPPED, LARGER)]
    if len(others) > 1:
        raise EngineError(
            f"Agreement is asked of {' and '.join(others)}: name one other refiner at most."
        )
    return FLIPPED in words, LARGER in words, others[0] if others else None


def rerun_flipped(refine: Refine, image: RgbImage, mask: BoolMask) -> SoftValues:
    """What a refiner makes of the mirror image, mirrored back; uint8 (h, w)."""
    mirrored = np.ascontiguousarray(image[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])
    return np.ascontiguousarray(refine(*mirrored)[:, ::-1])


def larger_region(region: Box, width: int, height: int) -> Box:
    """The region grown by a quarter of its longer side, inside an image of `width` x `height`."""
    growth = max(_LEAST_GROWTH, round(_GROWTH * max(region.width, region.height)))
    return region.grown(growth, within=image_box(width, height))


def rerun_larger(
    refine: Refine, image: RgbImage, mask: BoolMask, region: Box, wider: Box
) -> SoftValues:
    """What a refiner makes of a larger crop, cut back to the region; uint8 (h, w).

    Args:
        refine: the refiner.
        image: uint8 (h, w, 3) RGB, the crop of `wider`.
        mask: bool (h, w), the coarse mask in it.
        region: to cut back to, inside `wider`.
        wider: where the crop lies.
    """
    soft = refine(np.ascontiguousarray(image), np.ascontiguousarray(mask))
    return np.ascontiguousarray(soft[region.shifted(-wider.x0, -wider.y0).slices])
