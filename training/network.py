"""The built-in refiner's network: two small U-Nets, one for the region and one for its edge.

The first sees the image, the coarse mask and the evidence (`engines/builtin/inputs.py`), and adds
to the coarse mask's logit. It finds the right region but draws its edge a pixel or two off. The
second sees what the colours within a few pixels say about that edge, and adds to the first's logit.

Ronneberger, Fischer, Brox: U-Net, MICCAI 2015, with skips that are added instead of joined,
residual units (He et al., CVPR 2016), and the full resolution handled in blocks of 2 x 2 pixels
(Shi et al.: sub-pixel convolution, CVPR 2016): most of its time would otherwise go there.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

from segrefine_gui.engines.builtin.inputs import CHANNELS

STRIDE = 32
"""Height and width of the input must be multiples of this."""

_REGION_WIDTHS = (32, 48, 96, 128, 160)
"""Channels at 1/2, 1/4, ... of the resolution."""
_EDGE_WIDTHS = (16, 32, 48)
_EDGE_CHANNELS = 8
_COARSE = slice(3, 4)
_MOST_LOGIT = 6.0
_WINDOWS = (3, 9)
"""Side of the windows in which both sides' colours are compared, in blocks of 2 x 2 pixels."""
_CONFIDENT = 0.7
"""Pixels of less probability to be on a side do not count for its colours."""
_COLOUR_NOISE = 8 / 127.5
"""Deviation that colours have on both sides at least, in units of the input."""


class RefinerNetwork(nn.Module):
    """From the channels of `refiner_inputs.network_inputs` to the logit of the truth.

    Attributes:
        region: the first U-Net.
        edge: the second; it begins by adding nothing.
        with_edge: False while the first is trained.
    """

    def __init__(self) -> None:
        super().__init__()
        self.region = _UNet(CHANNELS, _REGION_WIDTHS)
        self.edge = _UNet(_EDGE_CHANNELS, _EDGE_WIDTHS)
        self.with_edge = True

    def forward(self, inputs: Tensor) -> Tensor:
        """Refine a batch.

        Args:
            inputs: float32 (n, 9, h, w), h and w multiples of 32.

        Returns:
            float32 (n, 1, h, w): logit of the probability that a pixel is the instance.
        """
        logit: Tensor = self.region(inputs) + 2 * inputs[:, _COARSE]
        if self.with_edge:
            logit = logit.clamp(-_MOST_LOGIT, _MOST_LOGIT)
            logit = logit + self.edge(_edge_inputs(inputs, logit))
        return logit


class _UNet(nn.Module):
    """From (n, channels, h, w) to (n, 1, h, w); 0 everywhere before it is trained."""

    def __init__(self, channels: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = _convolution(4 * channels, widths[0])
        self.encoder = nn.ModuleList()
        self.lateral = nn.ModuleList()
        self.decoder = nn.ModuleList()
        for narrow, wide in itertools.pairwise(widths):
            down = _convolution(narrow, wide, stride=2)
            self.encoder.append(nn.Sequential(down, _Residual(wide)))
            self.lateral.append(nn.Conv2d(wide, narrow, 1, bias=False))
            self.decoder.append(_Residual(narrow))
        # The pixels themselves once more: the features alone draw too smooth an edge.
        self.pixels = nn.Sequential(
            nn.Conv2d(widths[0] + 4 * channels, 48, 1, bias=False),
            nn.BatchNorm2d(48),
            nn.ReLU(inplace=True),
        )
        self.head = nn.Conv2d(48, 4, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, inputs: Tensor) -> Tensor:
        blocks = functional.pixel_unshuffle(inputs, 2)
        features = self.stem(blocks)
        skips = []
        for stage in self.encoder:
            skips.append(features)
            features = stage(features)
        for level in reversed(range(len(self.decoder))):
            wider = functional.interpolate(self.lateral[level](features), scale_factor=2.0)
            features = self.decoder[level](skips[level] + wider)
        features = self.pixels(torch.cat([features, blocks], 1))
        return functional.pixel_shuffle(self.head(features), 2)


def _edge_inputs(inputs: Tensor, logit: Tensor) -> Tensor:
    """(n, 8, h, w): RGB, coarse mask, the first logit and probability, and two contrasts."""
    image, probability = inputs[:, :3], logit.sigmoid()
    contrasts = [_contrast(image, probability, window) for window in _WINDOWS]
    return torch.cat([inputs[:, :4], logit / _MOST_LOGIT, 2 * probability - 1, *contrasts], 1)


def _contrast(image: Tensor, probability: Tensor, window: int) -> Tensor:
    """Which side of the edge each pixel's colour is more like, in the window around it.

    Each side's colours are taken for a Gaussian of the same deviation in all directions (the
    window's mean of both sides'). Their log likelihood ratio is then a straight line through
    colour space, which varies slowly and is computed at half the resolution.

    Returns:
        (n, 1, h, w), -1..1; 0 where the window holds only one side.
    """
    squares = (image * image).sum(1, keepdim=True)
    values = torch.cat([image, squares, torch.ones_like(squares)], 1)
    means, norms, spreads, found = [], [], [], []
    for side in (probability, 1 - probability):
        sums = functional.avg_pool2d(values * (side * (side > _CONFIDENT)), 2)
        sums = functional.avg_pool2d(sums, window, 1, window // 2)
        sums = sums / sums[:, 4:].clamp(min=1e-4)
        means.append(sums[:, :3])
        norms.append((sums[:, :3] ** 2).sum(1, keepdim=True))
        spreads.append((sums[:, 3:4] - norms[-1]).clamp(min=0) / 3)
        found.append(sums[:, 4:] > 0.99)
    variance = (spreads[0] + spreads[1]) / 2 + _COLOUR_NOISE**2
    both = found[0] & found[1]
    direction = both * (means[0] - means[1]) / variance
    offset = both * (norms[1] - norms[0]) / (2 * variance)
    line = functional.interpolate(torch.cat([direction, offset], 1), scale_factor=2.0)
    ratio = (image * line[:, :3]).sum(1, keepdim=True) + line[:, 3:]
    return ratio.clamp(-_MOST_LOGIT, _MOST_LOGIT) / _MOST_LOGIT


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _convolution(width, width),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(features + self.body(features))


def _convolution(narrow: int, wide: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(narrow, wide, 3, stride, 1, bias=False),
        nn.BatchNorm2d(wide),
        nn.ReLU(inplace=True),
    )
