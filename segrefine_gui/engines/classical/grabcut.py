"""GrabCut as a refiner, let loose only in a narrow band around the coarse boundary.

Rother, Kolmogorov, Blake: GrabCut, SIGGRAPH 2004, in OpenCV's implementation. It finds the true
boundary where colours differ and leaks where they do not; three things keep it from leaking:

- the band is narrow, and wider only where colour tells inside from outside;
- changes that the colours of the sure pixels speak against are taken back;
- where everything is changed away, the coarse mask stays.

It needs no weights, no torch and no network.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.base import (
    EngineKind,
    EngineOptions,
    EngineStatus,
    Progress,
    RgbImage,
    SoftValues,
    ignore_progress,
)
from segrefine_gui.engines.classical.colour_evidence import (
    ColourOdds,
    contradicted_changes,
    separation,
)
from segrefine_gui.engines.classical.guided_filter import soften
from segrefine_gui.engines.parameters import Parameter, chosen
from segrefine_gui.engines.schedule.shrinking import shrunk

Distances = npt.NDArray[np.float32]
"""Shape (h, w): pixels to the nearest pixel on the other side of the coarse boundary."""


@dataclass(frozen=True, slots=True)
class GrabCutSettings:
    """Settings of GrabCut; lengths are shares of the square root of the mask's area.

    Attributes:
        working_side: longest side that GrabCut works on, in pixels; larger crops are shrunk.
        narrow: half the band's width where colour does not tell inside from outside.
        wide: half the band's width where colour tells them apart entirely.
        least_width: half the band's width is at least this, in pixels.
        clear_separation: from this separation (0.5..1) on the band widens.
        contradiction: a change is taken back from these log odds against it on.
        small_change: changes below this share of the mask's area are not judged by colour.
        iterations: rounds of GrabCut; more change little.
        softness: radius of the softened boundary, in pixels.
        smoothness: variance of grey values (0..1) below which the boundary ignores an edge.
    """

    working_side: int = 800
    narrow: float = 0.025
    wide: float = 0.06
    least_width: float = 3.0
    clear_separation: float = 0.9
    contradiction: float = 1.5
    small_change: float = 0.002
    iterations: int = 1
    softness: int = 1
    smoothness: float = 1e-3


_DEFAULTS = GrabCutSettings()
_PARAMETERS = (
    Parameter(
        "working_side",
        "whole",
        _DEFAULTS.working_side,
        "Working side",
        "Longest side that GrabCut works on; larger regions are shrunk to it.",
        64,
        4096,
        unit="px",
    ),
    Parameter(
        "narrow",
        "number",
        _DEFAULTS.narrow,
        "Narrow band",
        "Half the band's width where colour does not tell inside from outside, as a share of "
        "the square root of the object's area.",
        0.001,
        0.5,
    ),
    Parameter(
        "wide",
        "number",
        _DEFAULTS.wide,
        "Wide band",
        "The same where colour tells them apart entirely; not below the narrow one.",
        0.001,
        0.5,
    ),
    Parameter(
        "least_width",
        "number",
        _DEFAULTS.least_width,
        "Least width",
        "Half the band's width is at least this.",
        1,
        100,
        unit="px",
    ),
    Parameter(
        "clear_separation",
        "number",
        _DEFAULTS.clear_separation,
        "Clear separation",
        "From this separation of colours on, 0.5 for none and 1 for entire, the band widens.",
        0.5,
        0.999,
    ),
    Parameter(
        "contradiction",
        "number",
        _DEFAULTS.contradiction,
        "Contradiction",
        "A change is taken back where the colours speak against it by these log odds: less "
        "takes back more.",
        0,
        20,
    ),
    Parameter(
        "small_change",
        "number",
        _DEFAULTS.small_change,
        "Small change",
        "Changes below this share of the object's area are not judged by colour.",
        0,
        1,
    ),
    Parameter(
        "iterations",
        "whole",
        _DEFAULTS.iterations,
        "Iterations",
        "Rounds of GrabCut: more take longer and change little.",
        1,
        20,
    ),
    Parameter(
        "softness",
        "whole",
        _DEFAULTS.softness,
        "Softness",
        "Radius of the softened boundary.",
        1,
        50,
        unit="px",
    ),
    Parameter(
        "smoothness",
        "number",
        _DEFAULTS.smoothness,
        "Smoothness",
        "Variance of grey values (0..1) below which the boundary ignores an edge: more for noisy "
        "images, less for faint edges.",
        1e-6,
        1,
    ),
)


class GrabCutRefiner:
    """GrabCut in a band; the same input always gives the same output."""

    def __init__(self, settings: GrabCutSettings | None = None) -> None:
        self._settings = settings or GrabCutSettings()
        self.run = EngineRun(
            engine=GrabCutFactory.name,
            version=cv2.__version__,
            parameters=asdict(self._settings),
        )

    def refine(
        self,
        image: RgbImage,
        mask: BoolMask,
        cancel: CancelToken,
        progress: Progress = ignore_progress,
    ) -> SoftValues:
        """See `base.Refiner.refine`."""
        try:
            soft = self._refine(
                np.ascontiguousarray(image), np.ascontiguousarray(mask), cancel, progress
            )
        except cv2.error as error:
            raise EngineError("GrabCut failed on this instance.", str(error)) from error
        progress(1.0)
        return soft

    def _refine(
        self, image: RgbImage, mask: BoolMask, cancel: CancelToken, progress: Progress
    ) -> SoftValues:
        settings = self._settings
        small, coarse = shrunk(image, mask, settings.working_side)
        if not coarse.any() or coarse.all():
            # Nothing to go by; a mask thinner than a pixel of the working size ends here too.
            return mask.astype(np.uint8) * 255
        cancel.raise_if_cancelled()
        inside, outside = _distances(coarse), _distances(~coarse)
        size = math.sqrt(np.count_nonzero(coarse))
        reach = max(settings.least_width, settings.wide * size)
        core, surroundings = _sure(inside, outside, reach)
        log_odds = np.zeros(coarse.shape, np.float32)
        width = settings.narrow
        if core.any() and surroundings.any():
            log_odds = ColourOdds.learn(small, core, surroundings).log_odds(small)
            near = separation(
                log_odds, core & (inside <= 3 * reach), surroundings & (outside <= 3 * reach)
            )
            clear = settings.clear_separation
            share = min(1.0, max(0.0, (near - clear) / (1 - clear)))
            width += (settings.wide - settings.narrow) * share
        progress(0.2)
        cancel.raise_if_cancelled()
        band = max(settings.least_width, width * size)
        decided = grabcut(small, coarse, _sure(inside, outside, band), settings.iterations)
        progress(0.8)
        cancel.raise_if_cancelled()
        taken_back = contradicted_changes(
            coarse,
            decided,
            log_odds,
            least_odds=settings.contradiction,
            least_area=settings.small_change * size * size,
        )
        decided = np.where(taken_back, coarse, decided)
        soft = soften(decided, small, image, settings.softness, settings.smoothness)
        if not np.any(soft >= DEFAULT_THRESHOLD):
            # An object of a few pixels was taken for noise.
            return mask.astype(np.uint8) * 255
        return soft


class GrabCutFactory:
    """Registers GrabCut."""

    name = "grabcut"
    kind: EngineKind = "refiner"
    summary = "GrabCut in a band around the coarse boundary; no weights, no GPU"

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:  # noqa: ARG002
        """See `base.EngineFactory.parameters`."""
        return _PARAMETERS

    def status(self, options: EngineOptions) -> EngineStatus:  # noqa: ARG002 - same for all
        """See `base.EngineFactory.status`; it can always run."""
        return EngineStatus(usable=True, version=cv2.__version__)

    def load(self, options: EngineOptions) -> GrabCutRefiner:
        """See `base.EngineFactory.load`."""
        settings = chosen(GrabCutSettings, _PARAMETERS, options.parameters, self.name)
        return GrabCutRefiner(replace(settings, wide=max(settings.narrow, settings.wide)))


def _distances(mask: BoolMask) -> Distances:
    distances: Distances = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    return distances


def _sure(inside: Distances, outside: Distances, width: float) -> tuple[BoolMask, BoolMask]:
    """The pixels deeper inside and farther outside than `width` pixels from the boundary.

    A thin instance keeps its deepest part, down to which the band would otherwise reach.
    """
    return inside > min(width, 0.6 * float(inside.max())), outside > width


def grabcut(
    image: RgbImage, coarse: BoolMask, sure: tuple[BoolMask, BoolMask], iterations: int = 1
) -> BoolMask:
    """OpenCV's GrabCut from a coarse mask; the same input always gives the same output.

    Args:
        image: uint8 (h, w, 3) RGB.
        coarse: bool (h, w).
        sure: pixels that surely are the instance and pixels that surely are not, bool (h, w).
        iterations: rounds, at least 1.
    """
    core, surroundings = sure
    labels = np.where(coarse, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[core] = cv2.GC_FGD
    labels[surroundings] = cv2.GC_BGD
    cv2.setRNGSeed(0)  # GrabCut's colour models begin with a random k-means
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(image, labels, None, *models, iterations, cv2.GC_INIT_WITH_MASK)
    decided: BoolMask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return decided
