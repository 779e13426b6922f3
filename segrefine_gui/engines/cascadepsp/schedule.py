"""Our schedule for CascadePSP: a global step over each crop, local steps along its boundary.

Global step: the crop as the network was trained to see it, in its own resolution. Crops below the
side that it was trained at are enlarged to that, as its authors do for small objects, and only
larger ones than its `L` are shrunk. Where the global step saw every pixel there is nothing left to
see, and its authors, too, leave out the local step for images of that size.

Local step: tiles in the crop's own resolution wherever the boundary passes, whatever share of a
tile is inside, blended over their overlap.

Views of all crops that are refined together share the batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.base import Crop, Outcome, Progress, RgbImage, SoftValues
from segrefine_gui.engines.cascadepsp.network import (
    Inputs,
    RefinementPass,
    release_memory,
)
from segrefine_gui.engines.schedule.backoff import is_out_of_memory
from segrefine_gui.engines.schedule.batching import Budget, Done, NoRoom, Shape, run_batches
from segrefine_gui.engines.schedule.shrinking import scaled
from segrefine_gui.engines.schedule.tiling import Blend, Plane, boundary_tiles

Planes = npt.NDArray[np.float32]
"""Shape (c, h, w)."""

_GRID = 32
"""Views are mirrored up to multiples of it: the network needs 8, and equal shapes share batches."""
_LEAST_ENLARGEMENT = 1.25
"""Tiles that are hardly finer than the global step are not worth their time."""
_LEAST_VIEW = 128
"""Out of memory, views are halved down to this side, in pixels, and then given up."""
_PIXELS_AT_ONCE = 4 * 512 * 512
"""Of all views in one pass: as many fill a large GPU, and need about 3 GB of its memory."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Lengths in pixels that the schedule works with.

    Attributes:
        whole: longest side of the global step's view; larger crops are shrunk to it.
        least: crops whose longest side is smaller are enlarged to it.
        tile: side of the tiles of the local step, best of those that `on_grid` gives; 0 for no
            local step.
        overlap: pixels that neighbouring tiles share, at most half a tile.
    """

    whole: int
    least: int
    tile: int
    overlap: int


@dataclass(slots=True, eq=False)
class _CropInWork:
    """A crop on its way through the steps."""

    index: int
    image: RgbImage
    mask: npt.NDArray[np.bool_]
    view: Box
    """The global step's view, from (0, 0), in its own pixels."""
    found: Plane = field(init=False)
    """The global step's answer, 0..1, shape of `view`."""
    quarter: Plane = field(init=False)
    """The same at a quarter of its resolution, enlarged."""
    blend: Blend | None = None
    open_tiles: int = 0
    pixels_done: int = 0
    pixels_open: int = 0
    """Of the views, done and to be done, as far as they are known."""
    seconds: float = 0.0

    @property
    def size(self) -> tuple[int, int]:
        """Its width and height in pixels."""
        height, width = self.mask.shape
        return width, height

    @property
    def share(self) -> float:
        """How much of the work is done, 0..1."""
        return self.pixels_done / (self.pixels_done + max(0, self.pixels_open))


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What the network is to see of a crop: a tile of it, or all of it in the global step."""

    crop: _CropInWork
    tile: Box | None = None

    @property
    def size(self) -> Shape:
        """Its height and width in pixels."""
        box = self.tile or self.crop.view
        return box.height, box.width

    @property
    def pixels(self) -> int:
        """As many as it has."""
        return self.size[0] * self.size[1]


def on_grid(side: int) -> int:
    """The largest side of a view, in pixels, that is not above `side` and needs no mirroring."""
    return max(_GRID, side - side % _GRID)


class TiledSchedule:
    """Runs the network over crops; the same crop gives the same, whatever it is batched with.

    Args:
        network: the network.
        sides: of its views.
        batch: most views in one pass.
    """

    def __init__(self, network: RefinementPass, sides: Sides, batch: int) -> None:
        self._network = network
        self._sides = sides
        # What there is memory for is found out once, and kept.
        self._budget = Budget(batch, _PIXELS_AT_ONCE)
        self._largest_view, self._tile = sides.whole, sides.tile

    def refine_many(
        self, crops: Sequence[Crop], cancel: CancelToken, progress: Progress
    ) -> Iterator[Outcome]:
        """See `base.BatchRefiner.refine_many`; no mask is empty or full."""
        passes = _Passes(self._network, cancel)
        shares = dict.fromkeys(range(len(crops)), 0.0)

        def tell(index: int, share: float) -> None:
            shares[index] = share
            progress(sum(shares.values()) / len(shares))

        open_crops: list[_CropInWork] = []
        for crop, answer in self._globally(crops, passes, cancel):
            if isinstance(answer, EngineError):
                tell(crop.index, 1.0)
                yield Outcome(crop.index, answer, crop.seconds)
                continue
            crop.found, crop.quarter = answer
            if not self._needs_tiles(crop):
                tell(crop.index, 1.0)
                yield Outcome(crop.index, _finished(crop), crop.seconds)
                continue
            open_crops.append(crop)
        for crop, error in self._locally(open_crops, passes, cancel, tell):
            tell(crop.index, 1.0)
            yield Outcome(crop.index, error or _finished(crop), crop.seconds)

    def _globally(
        self, crops: Sequence[Crop], passes: _Passes, cancel: CancelToken
    ) -> Iterator[tuple[_CropInWork, Planes | EngineError]]:
        """The global step of each crop, without memory again in a smaller view."""
        views = [
            _View(_CropInWork(index, crop.image, crop.mask, self._global_view(crop.mask.shape)))
            for index, crop in enumerate(crops)
        ]
        while views:
            again = []
            for done in run_batches(views, passes, self._budget, cancel):
                crop = done.item.crop
                crop.seconds += done.seconds
                crop.pixels_done = done.item.pixels
                side = max(done.item.size) // 2
                if isinstance(done.answer, NoRoom) and side >= _LEAST_VIEW:
                    self._largest_view = min(self._largest_view, side)
                    crop.view = self._global_view(crop.mask.shape)
                    again.append(done.item)
                else:
                    yield crop, _answer(done)
            views = again

    def _global_view(self, shape: tuple[int, ...]) -> Box:
        longest = max(shape)
        wanted = min(max(longest, self._sides.least), self._largest_view)
        return Box(0, 0, *scaled(shape, wanted / longest))

    def _needs_tiles(self, crop: _CropInWork) -> bool:
        """Whether there is a boundary that the global step did not see in every pixel."""
        inside = crop.found >= 0.5
        finer = max(crop.mask.shape) / max(inside.shape)
        return self._tile > 0 and finer >= _LEAST_ENLARGEMENT and _is_mixed(inside)

    def _locally(
        self,
        crops: Sequence[_CropInWork],
        passes: _Passes,
        cancel: CancelToken,
        tell: Callable[[int, float], None],
    ) -> Iterator[tuple[_CropInWork, EngineError | None]]:
        """The local step of each crop, without memory again in smaller tiles."""
        for crop in crops:
            crop.blend = Blend(*crop.size, self._sides.overlap)
        views = [view for crop in crops for view in self._laid(crop, [image_box(*crop.size)])]
        failed: set[int] = set()
        while views:
            without_room: dict[int, list[_View]] = {}
            for done in run_batches(views, passes, self._budget, cancel):
                crop, tile = done.item.crop, done.item.tile
                assert tile is not None
                crop.seconds += done.seconds
                half = max(done.item.size) // 2
                if crop.index in failed:
                    continue
                if isinstance(done.answer, NoRoom) and half >= _LEAST_VIEW:
                    self._tile = min(self._tile, on_grid(half))
                    without_room.setdefault(crop.index, []).append(done.item)
                    continue
                answer = _answer(done)
                if isinstance(answer, EngineError):
                    failed.add(crop.index)
                    yield crop, answer
                    continue
                assert crop.blend is not None
                crop.blend.add(tile, answer[0])
                crop.open_tiles -= 1
                crop.pixels_done += done.item.pixels
                crop.pixels_open -= done.item.pixels
                if crop.open_tiles:
                    tell(crop.index, crop.share)
                else:
                    yield crop, None
            views = []
            for items in without_room.values():
                crop = items[0].crop
                if crop.index not in failed:
                    crop.open_tiles -= len(items)
                    crop.pixels_open -= sum(item.pixels for item in items)
                    views += self._laid(crop, [item.tile for item in items if item.tile])

    def _laid(self, crop: _CropInWork, where: Sequence[Box]) -> list[_View]:
        """Tiles of the present size along a crop's boundary, as far as it passes some boxes."""
        inside = (crop.found >= 0.5).astype(np.uint8)
        edge = cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        edge = cv2.resize(edge, crop.size, interpolation=cv2.INTER_NEAREST)
        needed = np.zeros(edge.shape, np.bool_)
        for box in where:
            needed[box.slices] = edge[box.slices] > 0
        tiles = boundary_tiles(needed, self._tile, min(self._sides.overlap, self._tile // 2))
        views = [_View(crop, tile) for tile in tiles]
        crop.open_tiles += len(views)
        crop.pixels_open += sum(view.pixels for view in views)
        return views


@dataclass(frozen=True, slots=True)
class _Passes:
    """The network on views of crops; see `batching.Passes`."""

    network: RefinementPass
    cancel: CancelToken

    @property
    def works_by_itself(self) -> bool:
        return self.network.device != "cpu"

    def shape(self, view: _View) -> Shape:
        height, width = view.size
        return height + -height % _GRID, width + -width % _GRID

    def prepare(self, views: Sequence[_View]) -> Inputs:
        shape = self.shape(views[0])
        seen = [_seen(view) for view in views]
        images = np.stack([_mirrored(image, shape) for image, _ in seen])
        planes = np.stack([[_mirrored(plane, shape) for plane in planes] for _, planes in seen])
        return self.network.upload(images, planes)

    def launch(self, inputs: Inputs) -> Callable[[], Sequence[Planes]]:
        return self.network.start(inputs, self.cancel.raise_if_cancelled)

    def ran_out(self, error: Exception) -> bool:
        return is_out_of_memory(error)

    def release(self) -> None:
        release_memory(self.network.device)


def _is_mixed(inside: npt.NDArray[np.bool_]) -> bool:
    return bool(inside.any()) and not bool(inside.all())


def _answer(done: Done[_View, Planes]) -> Planes | EngineError:
    """What the network found for a view, float32 (2, h, w), without what was mirrored."""
    if isinstance(done.answer, NoRoom):
        return EngineError(
            "There is not enough memory for CascadePSP, even in its smallest steps: close what "
            "else uses the GPU, or choose the device cpu.",
            str(done.answer),
        )
    if isinstance(done.answer, Exception):
        return EngineError("CascadePSP failed on this instance.", str(done.answer))
    height, width = done.item.size
    return done.answer[:, :height, :width]


def _seen(view: _View) -> tuple[RgbImage, list[Plane]]:
    """A view's image, uint8 (h, w, 3), and its planes, float32 (h, w) each within -1..1."""
    crop = view.crop
    if view.tile is not None:
        found = _window(crop.found, view.tile, crop.mask.shape)
        quarter = _window(crop.quarter, view.tile, crop.mask.shape)
        sides = np.where(found >= 0.5, np.float32(1), np.float32(-1))
        return crop.image[view.tile.slices], [sides, quarter * 2 - 1]
    mask = crop.mask.astype(np.uint8) * 255
    image, (height, width) = crop.image, view.size
    if mask.shape != (height, width):
        enlarged = height > mask.shape[0]
        by = (cv2.INTER_CUBIC, cv2.INTER_LINEAR) if enlarged else (cv2.INTER_AREA,) * 2
        image = cv2.resize(image, (width, height), interpolation=by[0])
        mask = cv2.resize(mask, (width, height), interpolation=by[1])
    return image, [mask.astype(np.float32) / np.float32(127.5) - 1]


def _window(plane: Plane, tile: Box, shape: tuple[int, ...]) -> Plane:
    """The part of a plane that a tile of the crop covers, enlarged to the tile's pixels."""
    across, down = plane.shape[1] / shape[1], plane.shape[0] / shape[0]
    # Pixel centres lie at half pixels in every scale.
    matrix = np.array(
        [
            [across, 0, (tile.x0 + 0.5) * across - 0.5],
            [0, down, (tile.y0 + 0.5) * down - 0.5],
        ]
    )
    seen: Plane = cv2.warpAffine(
        plane,
        matrix,
        (tile.width, tile.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return seen


def _mirrored(array: npt.NDArray[np.generic], shape: Shape) -> npt.NDArray[np.generic]:
    """An image or plane continued to a shape by its own mirror image."""
    height, width = array.shape[:2]
    below, right = shape[0] - height, shape[1] - width
    continued: npt.NDArray[np.generic] = cv2.copyMakeBorder(
        np.ascontiguousarray(array), 0, below, 0, right, cv2.BORDER_REFLECT
    )
    return continued


def _finished(crop: _CropInWork) -> SoftValues:
    """A crop's soft mask, in its own resolution."""
    found = crop.found
    if found.shape != crop.mask.shape:
        shrinks = found.shape[0] > crop.mask.shape[0]
        by = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        found = cv2.resize(found, crop.size, interpolation=by)
    if crop.blend is not None:
        crop.blend.over(found)
    found *= 255
    soft: SoftValues = np.rint(found, out=found).astype(np.uint8)
    if not np.any(soft >= DEFAULT_THRESHOLD):
        # An object of a few pixels was taken for noise.
        return crop.mask.astype(np.uint8) * 255
    return soft
