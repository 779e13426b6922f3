"""CascadePSP's own schedule, by the package's own functions: for those who compare with it.

It resizes the whole crop to `L` pixels, then visits overlapping tiles of at most `L`, skipping
those that the mask fills by less than 10% or more than 90%. This adapter gives it RGB and a 0/255
mask, and watches the network being called, once a tile, for progress and cancelling.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import Crop, Outcome, Progress, SoftValues
from segrefine_gui.engines.cascadepsp.network import release_memory
from segrefine_gui.engines.schedule.backoff import is_out_of_memory

_TILE_PADDING = 16
"""Pixels by which the package cuts each tile's border off (its `eval_helper.py`)."""


class PackageSchedule:
    """The package's `Refiner`, whole: global step, then local steps on tiles.

    Args:
        network: as `cascadepsp_network.read_network` gives it.
        device: "cpu" or "cuda:N".
        longest: `L`, the longest side, in pixels, of what the network sees at once.
        fast: leave out the local step.
    """

    def __init__(self, network: Any, device: str, longest: int, *, fast: bool) -> None:
        self._refiner = _package_refiner(network, device)
        self._device, self._longest, self._fast = device, longest, fast

    def refine_many(
        self, crops: Sequence[Crop], cancel: CancelToken, progress: Progress
    ) -> Iterator[Outcome]:
        """See `base.BatchRefiner.refine_many`; one by one, and no mask is empty or full."""
        for index, crop in enumerate(crops):

            def tell(share: float, before: int = index) -> None:
                progress((before + share) / len(crops))

            began = time.perf_counter()
            soft = self._refined(crop, cancel, tell)
            yield Outcome(index, soft, time.perf_counter() - began)

    def _refined(
        self, crop: Crop, cancel: CancelToken, progress: Progress
    ) -> SoftValues | EngineError:
        try:
            return self._refine(crop, cancel, progress)
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            if not is_out_of_memory(error):
                return EngineError("CascadePSP failed on this instance.", str(error))
            detail = str(error)
        # Only here, where the error and what its frames hold are gone, can it be given back.
        release_memory(self._device)
        return EngineError(
            "There is not enough memory for CascadePSP's exact schedule: choose our schedule, a "
            "smaller L, or the device cpu.",
            detail,
        )

    def _refine(self, crop: Crop, cancel: CancelToken, progress: Progress) -> SoftValues:
        import torch

        network = self._refiner.model
        height, width = crop.mask.shape
        passes = _most_passes(height, width, 0 if self._fast else self._longest)
        self._refiner.model = _watched(network, cancel, progress, passes)
        try:
            with torch.inference_mode():
                soft: SoftValues = self._refiner.refine(
                    np.ascontiguousarray(crop.image),
                    crop.mask.astype(np.uint8) * 255,
                    fast=self._fast,
                    L=self._longest,
                )
        finally:
            self._refiner.model = network
        return soft


def _package_refiner(network: Any, device: str) -> Any:
    """The package's `Refiner` without its own loading.

    Its `__init__` calls `torch.load` on the file, which before torch 2.6 runs what a pickle asks
    for, and remaps only tensors saved on "cuda:0".
    """
    import segmentation_refinement.main as package
    from torchvision import transforms

    refiner = package.Refiner.__new__(package.Refiner)
    refiner.model = network.to(device)
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


def _most_passes(height: int, width: int, longest: int) -> int:
    """How often the package calls the network at most; it skips tiles without a boundary.

    Args:
        height: of the crop in pixels.
        width: of the crop in pixels.
        longest: `L`, or 0 without a local step.
    """
    if not longest:
        return 1
    step = longest // 2 - 2 * _TILE_PADDING

    def starts(side: int) -> int:
        # Tiles that would pass the border are shifted back onto the last one that fits.
        return 1 if side <= longest else math.ceil((side - longest) / step) + 1

    return 1 + starts(height) * starts(width)
