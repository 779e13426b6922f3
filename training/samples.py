"""Training samples: scenes and coarse masks as the network sees them, each made from its number."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset

from segrefine_gui.engines.builtin.inputs import (
    ColourEvidence,
    band_width,
    network_inputs,
    signed_distance,
)
from training.coarse_masks import imitate_coarse_mask
from training.scenes import make_scene
from training.texture_bank import TextureBank

_ROOT = Path(__file__).parents[1]
TEXTURES = (_ROOT / "training" / "textures", _ROOT / "resources" / "samples" / "images")
"""Folders of photographs in the public domain, with their sources in a README each."""

SIDE = 192
"""Side of a sample, in pixels."""
MASKS_PER_SCENE = 2
"""A scene costs more than a coarse mask of it: each is used twice, turned differently."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one training step: inputs (n, 9, h, w), all others (n, 1, h, w), float32."""

    inputs: Tensor
    truth: Tensor
    coarse: Tensor
    distance: Tensor
    band: Tensor


class Scenes(Dataset[npt.NDArray[np.float32]]):
    """Item i holds the samples of scene `first + i`, and depends on nothing but seed and number.

    Args:
        seed: of the whole set; another seed gives scenes that this one never shows.
        count: how many scenes.
        first: number of the first one, to resume at.
        side: of a sample, in pixels.
    """

    def __init__(self, seed: int, count: int, first: int = 0, side: int = SIDE) -> None:
        self._seed, self._count, self._first, self._side = seed, count, first, side

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> npt.NDArray[np.float32]:
        """float32 (masks per scene, 13, side, side): the inputs and the four targets."""
        if index >= self._count:
            raise IndexError(index)
        rng = np.random.default_rng((self._seed, 2, self._first + index))
        scene = make_scene(rng, self._side, _bank())
        samples = []
        for _ in range(MASKS_PER_SCENE):
            coarse = imitate_coarse_mask(rng, scene)
            planes = sample_planes(scene.image, coarse, scene.truth)
            planes = np.rot90(planes, int(rng.integers(2)), (1, 2))
            samples.append(planes[:, :, ::-1] if rng.random() < 0.5 else planes)
        return np.stack(samples)


def sample_planes(
    image: npt.NDArray[np.uint8], coarse: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float32]:
    """Inputs and targets of one mask: float32 (13, h, w); see `to_batch` for the order."""
    band = band_width(int(np.count_nonzero(coarse)))
    inputs = network_inputs(
        image, coarse, ColourEvidence(image, coarse, leash=None).planes(image), band
    )
    return np.concatenate(
        [
            inputs,
            truth[None].astype(np.float32),
            coarse[None].astype(np.float32),
            np.abs(signed_distance(truth))[None],
            (np.abs(inputs[4]) < 1)[None].astype(np.float32),
        ]
    )


@functools.cache
def _bank() -> TextureBank:
    """Made when a process, often a worker's, first needs it."""
    return TextureBank(0, TEXTURES)


def to_batch(scenes: Sequence[npt.NDArray[np.float32]]) -> Batch:
    """Collate items of `Scenes` into one batch."""
    planes = torch.from_numpy(np.ascontiguousarray(np.concatenate(scenes)))
    inputs, truth, coarse, distance, band = planes.split([planes.shape[1] - 4, 1, 1, 1, 1], 1)
    inputs = inputs.contiguous(memory_format=torch.channels_last)
    return Batch(inputs, truth, coarse, distance, band)
