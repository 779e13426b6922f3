"""CascadePSP as a refiner: its parameters, and the schedule that they choose.

Cheng, Chung, Tai, Tang: CascadePSP, CVPR 2020. The network and its weights are those of the
package `segmentation-refinement`; the schedule is ours (`cascadepsp_schedule`) or, to compare with
the package, its own (`cascadepsp_package`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

import numpy as np

from segrefine_gui import __version__
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import (
    Crop,
    EngineKind,
    EngineOptions,
    EngineStatus,
    Outcome,
    Progress,
    RgbImage,
    SoftValues,
    ignore_progress,
)
from segrefine_gui.engines.cascadepsp.network import (
    PRECISIONS,
    RefinementPass,
    choose_precision,
    read_network,
    release_memory,
)
from segrefine_gui.engines.cascadepsp.package import PackageSchedule
from segrefine_gui.engines.cascadepsp.schedule import Sides, TiledSchedule, on_grid
from segrefine_gui.engines.devices import choose_device
from segrefine_gui.engines.installed import version_of
from segrefine_gui.engines.parameters import Parameter, chosen
from segrefine_gui.engines.schedule.backoff import is_out_of_memory
from segrefine_gui.engines.schedule.change_cap import capped
from segrefine_gui.engines.torch_base import checkpoints
from segrefine_gui.engines.weights import files as weights

OURS, EXACT = "ours", "exact"
_GPU_BATCH = 16
"""Views in one pass on a GPU. A CPU gains nothing from batches, and would answer Cancel late."""
_CROPS_A_BATCH = 4
"""Crops are taken up by so many batches at once, so that their sizes find their like."""


@dataclass(frozen=True, slots=True)
class CascadePspSettings:
    """Settings of CascadePSP; see `_PARAMETERS` for what they mean."""

    schedule: str = OURS
    global_only: bool = False
    global_side: int = 900
    least_side: int = 224
    tile_side: int = 512
    overlap: int = 64
    batch: int = 0
    change_cap: float = 0.0
    precision: str = "auto"
    package_side: int = 900


_DEFAULTS = CascadePspSettings()
_PARAMETERS = (
    Parameter(
        "schedule",
        "choice",
        _DEFAULTS.schedule,
        "Schedule",
        "How the network goes over a region: ours, or exactly as the package does, to compare "
        "with its published figures.",
        choices=(OURS, EXACT),
    ),
    Parameter(
        "global_only",
        "switch",
        _DEFAULTS.global_only,
        "Global step only",
        "Leave out the tiles along the boundary: faster, and coarser on large objects.",
    ),
    Parameter(
        "global_side",
        "whole",
        _DEFAULTS.global_side,
        "Global side",
        "Longest side that the global step sees; larger regions are shrunk to it and then get "
        "tiles. Less is faster and needs less memory.",
        64,
        2048,
        unit="px",
    ),
    Parameter(
        "least_side",
        "whole",
        _DEFAULTS.least_side,
        "Least side",
        "Smaller regions are enlarged to it. The network was trained at 224; the package "
        "enlarges to 900, at twenty times the cost of a region of 200.",
        32,
        2048,
        unit="px",
    ),
    Parameter(
        "tile_side",
        "whole",
        _DEFAULTS.tile_side,
        "Tile side",
        "Side of the tiles along the boundary, a multiple of 32. Larger ones see more around it "
        "and need more memory.",
        128,
        2048,
        unit="px",
    ),
    Parameter(
        "overlap",
        "whole",
        _DEFAULTS.overlap,
        "Overlap",
        "Over so many pixels neighbouring tiles fade into each other; at most half a tile.",
        8,
        512,
        unit="px",
    ),
    Parameter(
        "batch",
        "whole",
        _DEFAULTS.batch,
        "Batch",
        f"Most regions or tiles at once; 0 chooses {_GPU_BATCH} on a GPU and 1 on the CPU. It "
        "shrinks by itself when memory runs out.",
        0,
        256,
    ),
    Parameter(
        "change_cap",
        "number",
        _DEFAULTS.change_cap,
        "Change cap",
        "Pixels further from the coarse boundary than this share of the square root of the "
        "object's area stay as they were; 0 for no cap.",
        0,
        10,
    ),
    Parameter(
        "precision",
        "choice",
        _DEFAULTS.precision,
        "Precision",
        "auto is bfloat16 on GPUs that have it, else float32. The exact schedule always uses "
        "float32.",
        choices=PRECISIONS,
    ),
    Parameter(
        "package_side",
        "whole",
        _DEFAULTS.package_side,
        "L of the package",
        "Only of the exact schedule: longest side of what the network sees at once.",
        96,
        2048,
        unit="px",
    ),
)


class _Schedule(Protocol):
    """What goes over crops whose masks are neither empty nor full."""

    def refine_many(
        self, crops: Sequence[Crop], cancel: CancelToken, progress: Progress
    ) -> Iterator[Outcome]: ...


class CascadePspRefiner:
    """CascadePSP over crops.

    Args:
        schedule: goes over the crops.
        run: how it was set up.
        change_cap: as a share of sqrt(area); 0 for none.
        crops_at_once: how many crops the schedule makes good use of.
    """

    def __init__(
        self, schedule: _Schedule, run: EngineRun, change_cap: float = 0.0, crops_at_once: int = 1
    ) -> None:
        self.run = run
        self.crops_at_once = crops_at_once
        self._schedule: _Schedule | None = schedule
        self._change_cap = change_cap

    def refine(
        self,
        image: RgbImage,
        mask: BoolMask,
        cancel: CancelToken,
        progress: Progress = ignore_progress,
    ) -> SoftValues:
        """See `base.Refiner.refine`."""
        (outcome,) = self.refine_many([Crop(image, mask)], cancel, progress)
        if isinstance(outcome.soft, EngineError):
            raise outcome.soft
        return outcome.soft

    def refine_many(
        self, crops: Sequence[Crop], cancel: CancelToken, progress: Progress = ignore_progress
    ) -> Iterator[Outcome]:
        """See `base.BatchRefiner.refine_many`."""
        if self._schedule is None:
            raise EngineError("This CascadePSP was closed: load it again.")
        open_places = []
        for place, crop in enumerate(crops):
            if crop.image.shape != (*crop.mask.shape, 3):
                sizes = f"the image is {crop.image.shape}, the mask {crop.mask.shape}"
                error = EngineError("CascadePSP failed on this instance.", sizes)
                yield Outcome(place, error, 0.0)
            elif not crop.mask.any() or crop.mask.all():
                # The network has no boundary to refine there, and would invent one.
                yield Outcome(place, crop.mask.astype(np.uint8) * 255, 0.0)
            else:
                open_places.append(place)
        open_crops = [crops[place] for place in open_places]
        if open_crops:
            for outcome in self._schedule.refine_many(open_crops, cancel, progress):
                yield self._checked(outcome, open_places[outcome.index], open_crops[outcome.index])
        progress(1.0)

    def close(self) -> None:
        """See `base.Closable.close`."""
        self._schedule = None
        release_memory(self.run.device)

    def _checked(self, outcome: Outcome, place: int, crop: Crop) -> Outcome:
        soft = outcome.soft
        if self._change_cap and not isinstance(soft, EngineError):
            soft = capped(soft, crop.mask, self._change_cap)
        return Outcome(place, soft, outcome.seconds)


class CascadePspFactory:
    """Registers CascadePSP."""

    name = "cascadepsp"
    kind: EngineKind = "refiner"
    summary = "CascadePSP (segmentation-refinement): best on a GPU, some seconds a mask without"

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:  # noqa: ARG002
        """See `base.EngineFactory.parameters`."""
        return _PARAMETERS

    def status(self, options: EngineOptions) -> EngineStatus:
        """See `base.EngineFactory.status`."""
        version = version_of("segmentation-refinement", "segmentation_refinement")
        if not version or not version_of("torch", "torch"):
            return EngineStatus(
                usable=False,
                problem='CascadePSP is not installed: run `pip install "segrefine-gui[engines]"`.',
                version=version,
                weights_found=weights.locate(weights.CASCADEPSP, options).is_file(),
            )
        return weights.status(weights.CASCADEPSP, options, version)

    def load(self, options: EngineOptions) -> CascadePspRefiner:
        """See `base.EngineFactory.load`."""
        settings = _fitted(chosen(CascadePspSettings, _PARAMETERS, options.parameters, self.name))
        status = self.status(options)
        if not status.version:
            raise EngineError(status.problem)
        path, weights_hash = weights.require(weights.CASCADEPSP, options)
        device = choose_device(options.device)
        state = checkpoints.read_torch(path)
        try:
            network = read_network(state, str(path))
            if settings.schedule == EXACT:
                side, fast = settings.package_side, settings.global_only
                schedule: _Schedule = PackageSchedule(network, device, side, fast=fast)
                precision, batch = "float32", 1
            else:
                precision = choose_precision(settings.precision, device)
                batch = settings.batch or (1 if device == "cpu" else _GPU_BATCH)
                refinement = RefinementPass(network, device, precision)
                schedule = TiledSchedule(refinement, _sides(settings), batch)
        except ImportError as error:
            raise EngineError(
                "CascadePSP's library could not be imported: install it again with "
                '`pip install "segrefine-gui[engines]"`.',
                str(error),
            ) from error
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise EngineError(
                "There is not enough memory for CascadePSP's network: close what else uses the "
                "GPU, or choose the device cpu.",
                str(error),
            ) from error
        version = f"segmentation-refinement {status.version}"
        if settings.schedule == OURS:
            # The steps around the network are this package's.
            version = f"{__version__}, {version}"
        run = EngineRun(
            engine=self.name,
            version=version,
            parameters=asdict(replace(settings, precision=precision)),
            weights_hash=weights_hash,
            device=device,
        )
        at_once = 1 if batch == 1 else _CROPS_A_BATCH * batch
        return CascadePspRefiner(schedule, run, settings.change_cap, at_once)


def _fitted(settings: CascadePspSettings) -> CascadePspSettings:
    """The same with the sides that are used in the end."""
    side = on_grid(settings.tile_side)
    return replace(settings, tile_side=side, overlap=min(settings.overlap, side // 2))


def _sides(settings: CascadePspSettings) -> Sides:
    return Sides(
        whole=settings.global_side,
        least=settings.least_side,
        tile=0 if settings.global_only else settings.tile_side,
        overlap=settings.overlap,
    )
