"""Random weights for the real network of CascadePSP, and crops that are small enough for a CPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """For views this small, threads that wait for each other cost more than they do."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def random_state(side: int = 64) -> dict[str, Any]:
    """A state dict as the authors publish theirs, that of a `DataParallel` network.

    Untrained, the network calls everything the object, and the package skips such tiles; so its
    answer to noise on views of `side` pixels is centred.
    """
    import torch
    from segmentation_refinement.models.psp.pspnet import RefinementModule

    torch.manual_seed(0)
    network = RefinementModule().eval()
    with torch.inference_mode():
        logits = network(torch.randn(1, 3, side, side), torch.zeros(1, 1, side, side))["out_224"]
    network.final_21.bias.data -= logits.median()
    return {f"module.{name}": value for name, value in network.state_dict().items()}


def noise_crop(
    height: int, width: int, seed: int = 0
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """An image of noise, whose channels differ, and a box of a coarse mask in it."""
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    image[..., 0] //= 4  # else the order of the channels could not show
    mask = np.zeros((height, width), bool)
    mask[height // 4 : height * 3 // 4, width // 5 : width * 4 // 5] = True
    return image, mask
