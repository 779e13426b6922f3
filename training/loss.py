"""What the network is punished for: wrong pixels, most of all at the rim, and needless change."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_RIM = 2.0
"""Pixels from the true boundary within which errors count most."""
_RIM_WEIGHT = 3.0
_REGRET = 1.0
_GRADIENT = 0.5
_OVERLAP = 0.5


def refiner_loss(
    logit: Tensor, truth: Tensor, coarse: Tensor, distance: Tensor, band: Tensor
) -> Tensor:
    """The mean loss of a batch; only pixels of the band count, as only they may change.

    Cross-entropy, heavier at the true boundary; a no-regret term on pixels that were right and
    are made wrong; the difference of the gradients (sharp edges at the right place); and the
    soft IoU of the whole, so that small instances count as much as large ones.

    Args:
        logit: (n, 1, h, w), the network's output.
        truth: (n, 1, h, w), 0 or 1.
        coarse: (n, 1, h, w), 0 or 1.
        distance: (n, 1, h, w), pixels to the true boundary, >= 0.
        band: (n, 1, h, w), 1 where the mask may change, else 0.

    Returns:
        A scalar.
    """
    probability = logit.sigmoid()
    weight = band * (1 + _RIM_WEIGHT * torch.exp(-((distance / _RIM) ** 2)))
    right = 1 - (truth - coarse).abs()
    error = (probability - truth).abs()
    entropy = functional.binary_cross_entropy_with_logits(logit, truth, reduction="none")
    regret = right * torch.relu(error - 0.25)
    pixels = (weight * (entropy + _REGRET * regret)).sum((1, 2, 3)) / weight.sum((1, 2, 3)).clamp(1)

    shown = band * probability + (1 - band) * coarse
    gradients = (_sobel(shown) - _sobel(truth)).abs().sum((1, 2, 3))
    gradients = gradients / weight.sum((1, 2, 3)).clamp(1)

    union = torch.maximum(shown, truth).sum((1, 2, 3)).clamp(1)
    overlap = 1 - torch.minimum(shown, truth).sum((1, 2, 3)) / union
    return (pixels + _GRADIENT * gradients + _OVERLAP * overlap).mean()


def _sobel(values: Tensor) -> Tensor:
    kernel = values.new_tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
    kernels = torch.stack([kernel, kernel.T])[:, None]
    return functional.conv2d(functional.pad(values, (1, 1, 1, 1), mode="replicate"), kernels)
