"""The built-in refiner: GrabCut, let loose only in a band around the coarse boundary.

Needs no weights, no torch and no network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, asdict

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import (
    EngineKind,
    EngineOptions,
    EngineStatus,
    Progress,
    RgbImage,
    SoftValues,
    ignore_progress,
)


@dataclass(frozen=True)
class GrabCutSettings:
    working_side: int = 640
    band: float = 0.12
    iterations: int = 3
    matte_radius: int = 3
    matte_eps: float = 1e-4
    lab: bool = False


class GrabCutRefiner:
    def __init__(self, settings: GrabCutSettings = GrabCutSettings()) -> None:
        self.settings = settings
        self.run = EngineRun("grabcut", version=cv2.__version__, parameters=asdict(settings))

    def refine(self, image: RgbImage, mask: BoolMask, cancel: CancelToken,
               progress: Progress = ignore_progress) -> SoftValues:
        s = self.settings
        if not mask.any():
            return np.zeros(mask.shape, np.uint8)
        if mask.all():
            return np.full(mask.shape, 255, np.uint8)
        h, w = mask.shape
        scale = min(1.0, s.working_side / max(h, w))
        if scale < 1:
            size = (max(1, round(w * scale)), max(1, round(h * scale)))
            small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            coarse = cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) >= 128
        else:
            small, coarse = image, mask
        inside = cv2.distanceTransform(np.ascontiguousarray(coarse).view(np.uint8), cv2.DIST_L2, 5)
        outside = cv2.distanceTransform((~coarse).view(np.uint8), cv2.DIST_L2, 5)
        width = max(3.0, s.band * math.sqrt(coarse.sum()))
        w_in = min(width, 0.6 * float(inside.max()))
        trimap = np.where(coarse, np.where(inside > w_in, cv2.GC_FGD, cv2.GC_PR_FGD),
                          np.where(outside > width, cv2.GC_BGD, cv2.GC_PR_BGD)).astype(np.uint8)
        cv2.setRNGSeed(0)
        bgr = cv2.cvtColor(small, cv2.COLOR_RGB2LAB if s.lab else cv2.COLOR_RGB2BGR)
        cv2.grabCut(bgr, trimap, None, np.zeros((1, 65)), np.zeros((1, 65)), s.iterations, cv2.GC_INIT_WITH_MASK)
        decided = (trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD)
        return decided.astype(np.uint8) * 255 if scale == 1 else cv2.resize(decided.astype(np.uint8) * 255, (w, h), interpolation=cv2.INTER_LINEAR)


class GrabCutFactory:
    """Registers the built-in refiner."""

    name = "grabcut"
    kind: EngineKind = "refiner"
    summary = "built in: GrabCut in a band around the coarse boundary; needs no weights and no GPU"

    def status(self, options: EngineOptions) -> EngineStatus:
        """Always usable."""
        return EngineStatus(usable=True, version=cv2.__version__)

    def load(self, options: EngineOptions) -> GrabCutRefiner:
        """Build it; nothing to read."""
        return GrabCutRefiner()
