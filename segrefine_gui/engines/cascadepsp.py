"""CascadePSP through its authors' package `segmentation-refinement`.

Cheng, Chung, Tai, Tang: CascadePSP, CVPR 2020. The package's code does the work; this adapter
gives it what it needs (RGB, a 0/255 mask, weights that were read safely) and watches the network
being called, once a tile, for progress and cancelling.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines import checkpoints, weights
from segrefine_gui.engines.base import (
    EngineKind,
    EngineOptions,
    EngineStatus,
    Progress,
    RgbImage,
    SoftValues,
    ignore_progress,
)
from segrefine_gui.engines.devices import choose_device
from segrefine_gui.engines.installed import version_of
from segrefine_gui.engines.parameters import Parameter

_TILE_PADDING = 16
"""Pixels by which the package cuts each tile's border off (its `eval_helper.py`)."""


@dataclass(frozen=True, slots=True)
class CascadePspSettings:
    """The package's own parameters.

    Attributes:
        fast: leave out the local step.
        L: longest side, in pixels, of what the network sees at once; at least 96.
    """

    fast: bool = False
    L: int = 900


class CascadePspRefiner:
    """The package's `Refiner`, whole: global step, then local steps on tiles."""

    def __init__(self, refiner: Any, settings: CascadePspSettings, run: EngineRun) -> None:
        self.run = run
        self._refiner = refiner
        self._settings = settings

    def refine(
        self,
        image: RgbImage,
        mask: BoolMask,
        cancel: CancelToken,
        progress: Progress = ignore_progress,
    ) -> SoftValues:
        """See `base.Refiner.refine`."""
        if not mask.any() or mask.all():
            # The network has no boundary to refine there, and would invent one.
            return mask.astype(np.uint8) * 255
        import torch

        network = self._refiner.model
        height, width = mask.shape
        passes = _most_passes(height, width, self._settings)
        self._refiner.model = _watched(network, cancel, progress, passes)
        try:
            with torch.inference_mode():
                soft: SoftValues = self._refiner.refine(
                    np.ascontiguousarray(image),
                    mask.astype(np.uint8) * 255,
                    fast=self._settings.fast,
                    L=self._settings.L,
                )
        except torch.cuda.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise EngineError(
                "The GPU ran out of memory in CascadePSP: close what else uses it, "
                "or choose the device cpu.",
                str(error),
            ) from error
        except (RuntimeError, ValueError, IndexError) as error:
            raise EngineError("CascadePSP failed on this instance.", str(error)) from error
        finally:
            self._refiner.model = network
        progress(1.0)
        return soft


class CascadePspFactory:
    """Registers CascadePSP.

    Args:
        settings: the package's parameters.
    """

    name = "cascadepsp"
    kind: EngineKind = "refiner"
    summary = "CascadePSP (segmentation-refinement): best on a GPU, half a minute a mask without"

    def __init__(self, settings: CascadePspSettings | None = None) -> None:
        self._settings = settings or CascadePspSettings()

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:  # noqa: ARG002
        """See `base.EngineFactory.parameters`."""
        return ()

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
        status = self.status(options)
        if not status.version:
            raise EngineError(status.problem)
        path, weights_hash = weights.require(weights.CASCADEPSP, options)
        device = choose_device(options.device)
        try:
            refiner = _build(checkpoints.read_torch(path), device, str(path))
        except ImportError as error:
            raise EngineError(
                "CascadePSP's library could not be imported: install it again with "
                '`pip install "segrefine-gui[engines]"`.',
                str(error),
            ) from error
        run = EngineRun(
            engine=self.name,
            version=status.version,
            parameters=asdict(self._settings),
            weights_hash=weights_hash,
            device=device,
        )
        return CascadePspRefiner(refiner, self._settings, run)


def _build(state: Any, device: str, origin: str) -> Any:
    """The package's `Refiner` without its own loading.

    Its `__init__` calls `torch.load` on the file, which before torch 2.6 runs what a pickle asks
    for, and remaps only tensors saved on "cuda:0".
    """
    import segmentation_refinement.main as package
    from torch import nn
    from torchvision import transforms

    refiner = package.Refiner.__new__(package.Refiner)
    network: nn.Module = package.RefinementModule()
    try:
        network.load_state_dict({key.removeprefix("module."): state[key] for key in state})
    except (RuntimeError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"The weights file {origin} is not one of CascadePSP: remove it, then run "
            "`segrefine weights fetch cascadepsp`.",
            str(error),
        ) from error
    refiner.model = network.eval().to(device)
    refiner.device = device
    # The same two transforms as its __init__: ImageNet's mean and deviation, and 0..1 to -1..1.
    refiner.im_transform = transforms.Compose(
        [
            transforms.ToTensor(),
            transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
        ]
    )
    refiner.seg_transform = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize(mean=[0.5], std=[0.5])]
    )
    return refiner


def _watched(
    network: Any, cancel: CancelToken, progress: Progress, passes: int
) -> Callable[..., Any]:
    """The network, asking `cancel` before each pass and telling `progress` after it."""
    done = 0

    def forward(*tensors: Any) -> Any:
        nonlocal done
        cancel.raise_if_cancelled()
        predictions = network(*tensors)
        done += 1
        progress(min(1.0, done / passes))
        return predictions

    return forward


def _most_passes(height: int, width: int, settings: CascadePspSettings) -> int:
    """How often the package calls the network at most; it skips tiles without a boundary."""
    if settings.fast:
        return 1
    step = settings.L // 2 - 2 * _TILE_PADDING

    def starts(side: int) -> int:
        # Tiles that would pass the border are shifted back onto the last one that fits.
        return 1 if side <= settings.L else math.ceil((side - settings.L) / step) + 1

    return 1 + starts(height) * starts(width)
