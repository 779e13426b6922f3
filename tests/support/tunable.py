"""A refiner with a parameter of every kind, whose soft mask shows what it was given."""

from __future__ import annotations

import cv2
import numpy as np

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import EngineKind, EngineOptions, EngineStatus
from segrefine_gui.engines.parameters import Parameter, checked

PARAMETERS = (
    Parameter(
        "grow", "whole", 0, "Grow by", "Moves the contour out, or in when negative.",
        low=-20, high=20, unit="px",
    ),
    Parameter(
        "softness", "number", 0.25, "Softness",
        "How far the edge fades; more is smoother and less exact.", low=0.0, high=1.0,
    ),
    Parameter("holes", "switch", False, "Keep holes", "Leave holes of the coarse mask open."),
    Parameter(
        "mode", "choice", "fast", "Mode", "Fast does with one pass, exact takes two.",
        choices=("fast", "exact"),
    ),
    Parameter("tag", "text", "", "Tag", "A word that is kept with the refinement."),
    Parameter(
        "classes", "names", (), "Categories",
        "Refine these alone; none ticked refines all of them.",
        choices=tuple(f"thing {number}" for number in range(1, 13)),
    ),
    Parameter("extra", "names", (), "Other categories", "Names that nobody knows beforehand."),
)  # fmt: skip


class TunableRefiner:
    """Grows the coarse mask."""

    def __init__(self, values: dict[str, object]) -> None:
        recorded = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }
        self.run = EngineRun("tunable", "1.0", recorded)
        self._grow = int(values["grow"])  # type: ignore[call-overload]

    def refine(self, image, mask, cancel, progress=lambda share: None):
        size = 2 * abs(self._grow) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        change = cv2.dilate if self._grow > 0 else cv2.erode
        return change(mask.astype(np.uint8) * 255, kernel)


class TunableFactory:
    """Its factory; needs trust where a model of the person's own is chosen."""

    name = "tunable"
    kind: EngineKind = "refiner"
    summary = "grows or shrinks the coarse mask"

    def parameters(self, options: EngineOptions):
        return PARAMETERS

    def status(self, options: EngineOptions) -> EngineStatus:
        return EngineStatus(usable=True)

    def load(self, options: EngineOptions) -> TunableRefiner:
        return TunableRefiner(dict(checked(PARAMETERS, options.parameters, self.name)))


class ModelsFactory:
    """A segmenter with models to choose from; one that is code wants to be trusted."""

    name = "models"
    kind: EngineKind = "segmenter"
    summary = "has many models"
    known = ("COCO/mask_R_50.yaml", "COCO/mask_R_101.yaml", "Cityscapes/mask_R_50.yaml")

    def models(self, options: EngineOptions):
        return self.known

    def status(self, options: EngineOptions) -> EngineStatus:
        if (options.model or "").endswith(".py"):
            problem = "" if options.trusted else "The model is code, which you do not trust."
            return _NeedsTrust(options.trusted, problem)
        return EngineStatus(usable=True)

    def load(self, options: EngineOptions):
        raise EngineError("This is only chosen, not run.")


class _NeedsTrust:
    """A status with the field that says so, however `EngineStatus` looks."""

    needs_trust = True
    version = ""
    weights = None
    weights_found = True

    def __init__(self, usable: bool, problem: str) -> None:
        self.usable = usable
        self.problem = problem
