"""What the built-in refiner's network is asked about a view, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.engines.builtin.edge_snapping import snapped
from segrefine_gui.engines.builtin.inputs import ColourEvidence, Plane, network_inputs
from segrefine_gui.engines.schedule.batching import Shape

Network = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
"""From float32 (n, 9, h, w), sides multiples of 32, to logits float32 (n, 1, h, w)."""

_STRIDE = 32
"""The network halves its view five times."""
_MOST_LOGIT = 7.0
_LEAST_SURE = 0.505

Seen = tuple[RgbImage, npt.NDArray[np.float32]]
"""A tile's pixels, uint8 (h, w, 3), and what the network is given, float32 (9, h, w)."""


@dataclass(frozen=True, slots=True, eq=False)
class TilesSeen:
    """The network on tiles of a crop; see `batching.Passes`.

    Attributes:
        network: the model.
        view: uint8 (h, w, 3), the crop at some scale.
        coarse: bool (h, w), the step before.
        evidence: of the crop.
        band: see `network_inputs`.
    """

    network: Network
    view: RgbImage
    coarse: BoolMask
    evidence: ColourEvidence
    band: float

    @property
    def works_by_itself(self) -> bool:
        """ONNX Runtime waits for its device."""
        return False

    def is_mixed(self, tile: Box) -> bool:
        """Whether there is a boundary in a tile."""
        part = self.coarse[tile.slices]
        return bool(part.any()) and not bool(part.all())

    def shape(self, tile: Box) -> Shape:
        """See `batching.Passes`."""
        return tile.height, tile.width

    def prepare(self, tiles: Sequence[Box]) -> list[Seen]:
        """See `batching.Passes`."""
        return [self._seen(tile) for tile in tiles]

    def launch(self, seen: list[Seen]) -> Callable[[], Sequence[Plane]]:
        """See `batching.Passes`."""
        logits = self.network(np.stack([padded(inputs) for _, inputs in seen]))
        found = [probability(each[0], of_it) for each, of_it in zip(seen, logits, strict=True)]
        return lambda: found

    def ran_out(self, error: Exception) -> bool:
        """See `batching.Passes`."""
        # ONNX Runtime has no type of its own for it.
        detail = error.detail if isinstance(error, EngineError) else ""
        return isinstance(error, MemoryError) or "allocate memory" in detail

    def release(self) -> None:
        """ONNX Runtime keeps what it has for as long as the model is open."""

    def _seen(self, tile: Box) -> Seen:
        pixels = np.ascontiguousarray(self.view[tile.slices])
        part = np.ascontiguousarray(self.coarse[tile.slices])
        height, width = self.coarse.shape
        window = self.evidence.window(tile, width, height)
        return pixels, network_inputs(pixels, part, self.evidence.planes(pixels, window), self.band)


def padded(inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Float32 (9, h, w), continued by its last pixels to sides that the network takes."""
    height, width = inputs.shape[1:]
    return np.pad(inputs, ((0, 0), (0, -height % _STRIDE), (0, -width % _STRIDE)), "edge")


def probability(
    view: RgbImage, answer: npt.NDArray[np.float32], prior: Plane | float = 0.0
) -> Plane:
    """What the network says of a view, its edge then put where the image has one.

    Args:
        view: uint8 (h, w, 3) RGB.
        answer: float32 (1, at least h, at least w), its logits.
        prior: log odds to add to what the network says.
    """
    height, width = view.shape[:2]
    logits = np.clip(answer[0, :height, :width], -_MOST_LOGIT, _MOST_LOGIT) + prior
    inside: Plane = np.reciprocal(1 + np.exp(-logits))
    return sided(inside, snapped(view, logits))


def sided(probability: Plane, inside: BoolMask) -> Plane:
    """The same doubt at every pixel, but each on the side that `inside` says."""
    surer = np.maximum(np.maximum(probability, 1 - probability), np.float32(_LEAST_SURE))
    decided: Plane = np.where(inside, surer, 1 - surer)
    return decided
