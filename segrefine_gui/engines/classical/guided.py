"""The guided filter alone, as a refiner: it moves a boundary by little.

See `guided_filter` for the method. Where colours on both sides are alike, or the texture is busy,
the coarse boundary is only softened and stays where it is.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import cv2
import numpy as np

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
from segrefine_gui.engines.classical.guided_filter import soften
from segrefine_gui.engines.parameters import Parameter, chosen
from segrefine_gui.engines.schedule.shrinking import shrunk


@dataclass(frozen=True, slots=True)
class GuidedSettings:
    """Settings of the guided filter.

    Attributes:
        working_side: longest side that the filter works on, in pixels; larger crops are shrunk,
            and what was found is carried over to their edges.
        radius: of the filter's window, as a share of the square root of the mask's area. The
            boundary moves by at most two radii.
        least_radius: the radius is at least this, in pixels.
        smoothness: variance of grey values (0..1) below which the boundary ignores an edge.
    """

    working_side: int = 800
    radius: float = 0.05
    least_radius: int = 2
    smoothness: float = 1e-3


_DEFAULTS = GuidedSettings()
_PARAMETERS = (
    Parameter(
        "working_side",
        "whole",
        _DEFAULTS.working_side,
        "Working side",
        "Longest side that the filter works on; larger regions are shrunk to it.",
        64,
        4096,
        unit="px",
    ),
    Parameter(
        "radius",
        "number",
        _DEFAULTS.radius,
        "Radius",
        "Of the filter's window, as a share of the square root of the object's area; the boundary "
        "moves by at most two radii.",
        0.001,
        0.5,
    ),
    Parameter(
        "least_radius",
        "whole",
        _DEFAULTS.least_radius,
        "Least radius",
        "The radius is at least this; matters for small objects.",
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


class GuidedRefiner:
    """The guided filter over a crop; the same input always gives the same output."""

    def __init__(self, settings: GuidedSettings | None = None) -> None:
        self._settings = settings or GuidedSettings()
        self.run = EngineRun(
            engine=GuidedFactory.name,
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
        cancel.raise_if_cancelled()
        try:
            soft = self._filtered(np.ascontiguousarray(image), np.ascontiguousarray(mask))
        except (cv2.error, ValueError) as error:
            raise EngineError("The guided filter failed on this instance.", str(error)) from error
        progress(1.0)
        return soft

    def _filtered(self, image: RgbImage, mask: BoolMask) -> SoftValues:
        settings = self._settings
        whole: SoftValues = mask.astype(np.uint8) * 255
        small, coarse = shrunk(image, mask, settings.working_side)
        if not coarse.any() or coarse.all():
            return whole
        size = math.sqrt(np.count_nonzero(coarse))
        radius = max(settings.least_radius, round(settings.radius * size))
        soft = soften(coarse, small, image, radius, settings.smoothness)
        # An object thinner than the window may fade away: it stays as it was.
        return soft if np.any(soft >= DEFAULT_THRESHOLD) else whole


class GuidedFactory:
    """Registers the guided filter."""

    name = "guided"
    kind: EngineKind = "refiner"
    summary = "the guided filter: moves a boundary by little; no weights, no GPU"

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:  # noqa: ARG002
        """See `base.EngineFactory.parameters`."""
        return _PARAMETERS

    def status(self, options: EngineOptions) -> EngineStatus:  # noqa: ARG002 - same for all
        """See `base.EngineFactory.status`; it can always run."""
        return EngineStatus(usable=True, version=cv2.__version__)

    def load(self, options: EngineOptions) -> GuidedRefiner:
        """See `base.EngineFactory.load`."""
        return GuidedRefiner(chosen(GuidedSettings, _PARAMETERS, options.parameters, self.name))
