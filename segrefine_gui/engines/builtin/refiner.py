"""The built-in refiner: a small network of our own, run by ONNX Runtime, without torch.

Global step: the whole crop at a moderate size. Local steps, for larger crops: tiles along the
boundary that the step before found, each a few times finer, up to the image's own resolution.
Nothing changes outside a band around the coarse boundary.

`training/` makes the model; `resources/models/README.md` is its card.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from segrefine_gui import __version__
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.engines.base import (
    EngineKind,
    EngineOptions,
    EngineStatus,
    Progress,
    RgbImage,
    SoftValues,
    ignore_progress,
)
from segrefine_gui.engines.builtin.edge_snapping import edge_strength_ratio
from segrefine_gui.engines.builtin.inputs import (
    CHANNELS,
    ColourEvidence,
    Plane,
    band_width,
    network_inputs,
    signed_distance,
)
from segrefine_gui.engines.builtin.onnx_models import NOT_INSTALLED, installed_version, open_model
from segrefine_gui.engines.builtin.tiles import Network, TilesSeen, padded, probability, sided
from segrefine_gui.engines.parameters import Parameter, chosen
from segrefine_gui.engines.schedule.batching import Budget, NoRoom, run_batches
from segrefine_gui.engines.schedule.shrinking import at_scale, scaled, shrunk
from segrefine_gui.engines.schedule.tiling import Blend, boundary_tiles
from segrefine_gui.engines.weights.files import file_hash

_LOCAL_BAND, _LEAST_LOCAL_BAND = 3.0, 6.0
"""Half the band's width of a local step: pixels of the step before, and pixels at least."""
_SURE = 0.02
"""A step that gives every pixel near its boundary less doubt than this is not refined further."""
_DOUBT, _TRUST, _LEAST_TRUST = 2.0, 0.06, 4.0
"""Against a change speak `_DOUBT` log odds at `_TRUST` sqrt(area), or `_LEAST_TRUST` pixels, from
the coarse boundary, growing with the square of the distance: segmenters err near the boundary,
generated coarse masks anywhere."""
_RIGHT = 0.8
"""A coarse mask whose edge is at least so strong, compared with the refined one's, is right."""
_GATE_SIDE = 448
"""Longest side, in pixels, on which that comparison is made."""
_TILES_AT_ONCE = 4
_LEAST_ENLARGEMENT = 1.25
"""A local step that is hardly finer than the step before is not worth its time."""


@dataclass(frozen=True, slots=True)
class BuiltinSettings:
    """Settings of the built-in refiner.

    Attributes:
        global_side: the network sees the square of this many pixels as a whole.
        tile_side: of the tiles of the local steps, in pixels; a multiple of 32.
        overlap: pixels that neighbouring tiles share.
        enlargement: how many times finer a local step may be than the step before.
        most_tiles: a local step that would need more tiles works at a coarser scale.
    """

    global_side: int = 384
    tile_side: int = 256
    overlap: int = 64
    enlargement: float = 4.0
    most_tiles: int = 48


_DEFAULTS = BuiltinSettings()
_PARAMETERS = (
    Parameter(
        "global_side",
        "whole",
        _DEFAULTS.global_side,
        "Global side",
        "A region is shrunk to the area of a square of this side for the global step; larger "
        "sees more detail and takes longer.",
        64,
        1024,
        unit="px",
    ),
    Parameter(
        "tile_side",
        "whole",
        _DEFAULTS.tile_side,
        "Tile side",
        "Side of the tiles along the boundary; multiples of 32 cost least.",
        96,
        1024,
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
        "enlargement",
        "number",
        _DEFAULTS.enlargement,
        "Enlargement",
        "How many times finer a local step may be than the step before: more means fewer steps "
        "and less to go by.",
        1.25,
        8,
    ),
    Parameter(
        "most_tiles",
        "whole",
        _DEFAULTS.most_tiles,
        "Most tiles",
        "A local step that would need more works at a coarser scale: bounds the time that a very "
        "large object takes.",
        1,
        1000,
    ),
)


class BuiltinRefiner:
    """Runs a network over a crop; the same input always gives the same output.

    Args:
        network: the model.
        run: how it was set up.
        settings: the schedule.
    """

    def __init__(
        self, network: Network, run: EngineRun, settings: BuiltinSettings | None = None
    ) -> None:
        self.run = run
        self._network = network
        self._settings = settings or BuiltinSettings()
        side = self._settings.tile_side
        # A CPU gains nothing from batches.
        self._budget = Budget(1 if run.device == "cpu" else _TILES_AT_ONCE, 4 * side * side)

    def refine(
        self,
        image: RgbImage,
        mask: BoolMask,
        cancel: CancelToken,
        progress: Progress = ignore_progress,
    ) -> SoftValues:
        """See `base.Refiner.refine`."""
        try:
            soft = self._refine(
                np.ascontiguousarray(image), np.ascontiguousarray(mask), cancel, progress
            )
        except (cv2.error, ValueError) as error:
            sentence = "The built-in refiner failed on this instance."
            raise EngineError(sentence, str(error)) from error
        progress(1.0)
        return soft

    def _refine(
        self, image: RgbImage, mask: BoolMask, cancel: CancelToken, progress: Progress
    ) -> SoftValues:
        cancel.raise_if_cancelled()
        if not mask.any() or mask.all():
            return mask.astype(np.uint8) * 255
        scale = min(1.0, self._settings.global_side / math.sqrt(mask.size))
        view, coarse = at_scale(image, mask, scale)
        if not coarse.any() or coarse.all():
            # Thinner than a pixel of the global step: nothing that it could see.
            return mask.astype(np.uint8) * 255
        evidence = ColourEvidence(image, mask)
        cancel.raise_if_cancelled()
        band = band_width(int(np.count_nonzero(coarse)))
        inputs = network_inputs(view, coarse, evidence.planes(view), band)
        trusted = max(_LEAST_TRUST, _TRUST * math.sqrt(np.count_nonzero(coarse)))
        away = inputs[4] * np.float32(band / trusted)
        found = probability(
            view, self._network(padded(inputs)[None])[0], _DOUBT * away * np.abs(away)
        )
        found = np.where(np.abs(inputs[4]) < 1, found, coarse).astype(np.float32)
        left = self._steps_left(scale)
        progress(1 / (1 + left))
        for step in range(left):
            finer = self._finer(found, scale)
            if finer < _LEAST_ENLARGEMENT:
                break
            scale = min(1.0, scale * finer)
            size = scaled(mask.shape, scale)
            view = image if scale == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            found = cv2.resize(found, size, interpolation=cv2.INTER_LINEAR)
            found = self._local_step(view, found, finer, evidence, cancel)
            progress((step + 2) / (1 + left))
        if found.shape != mask.shape:
            found = cv2.resize(found, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
        refined = found >= 0.5
        if not refined.any():
            # An object of a few pixels was taken for noise.
            return mask.astype(np.uint8) * 255
        if _lies_on_edges(image, mask, refined):
            found = sided(found, mask)
        soft: SoftValues = np.rint(found * 255).astype(np.uint8)
        return soft

    def _steps_left(self, scale: float) -> int:
        """How many local steps lead from `scale` to the image's own resolution."""
        return math.ceil(math.log(1 / scale) / math.log(self._settings.enlargement) - 1e-9)

    def _finer(self, found: Plane, scale: float) -> float:
        """How many times finer the next step is: as few tiles as are allowed, at most."""
        finer = float((1 / scale) ** (1 / self._steps_left(scale)))
        inside = (found >= 0.5).astype(np.uint8)
        edge = cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        while finer >= _LEAST_ENLARGEMENT:
            # Tiles of the next step, laid over this one.
            side, overlap = self._settings.tile_side / finer, self._settings.overlap / finer
            count = len(boundary_tiles(edge, math.ceil(side), math.floor(overlap)))
            if count <= self._settings.most_tiles:
                break
            finer *= max(0.5, min(0.95, self._settings.most_tiles / count))
        return finer

    def _local_step(
        self,
        view: RgbImage,
        found: Plane,
        finer: float,
        evidence: ColourEvidence,
        cancel: CancelToken,
    ) -> Plane:
        """Refine the boundary of `found` in tiles of `view`.

        Args:
            view: uint8 (h, w, 3), the crop at this step's scale.
            found: float32 (h, w), the step before, enlarged; changed where tiles lie.
            finer: how many times finer this step is than the one before.
            evidence: of the crop.
            cancel: asked before each tile.
        """
        side, overlap = self._settings.tile_side, self._settings.overlap
        height, width = found.shape
        coarse = found >= 0.5
        band = max(_LEAST_LOCAL_BAND, _LOCAL_BAND * finer)
        near = np.abs(signed_distance(coarse)) < band
        # Where the step before was sure of the whole band, as in a box's straight cut through
        # the inside of a crop's border, there is nothing to look at.
        tiles = boundary_tiles(near & (np.abs(found - coarse) > _SURE), side, overlap)
        seen = TilesSeen(self._network, view, coarse, evidence, band)
        blend = Blend(width, height, overlap)
        for done in run_batches(list(filter(seen.is_mixed, tiles)), seen, self._budget, cancel):
            if isinstance(done.answer, NoRoom):
                raise EngineError(
                    "There is not enough memory for the built-in refiner: choose a smaller tile "
                    "side, or the device cpu.",
                    str(done.answer),
                )
            if isinstance(done.answer, Exception):
                raise done.answer
            blend.add(done.item, done.answer)
        blend.replace(found, near)
        return found


class BuiltinFactory:
    """Registers the built-in refiner."""

    name = "builtin"
    kind: EngineKind = "refiner"
    summary = "built in: a small network in global and local steps; no torch, no GPU needed"

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:  # noqa: ARG002
        """See `base.EngineFactory.parameters`."""
        return _PARAMETERS

    def status(self, options: EngineOptions) -> EngineStatus:
        """See `base.EngineFactory.status`."""
        path = _model_file(options)
        version, found = installed_version(), path.is_file()
        problem = "" if version else NOT_INSTALLED
        if not found:
            problem = f"There is no model file {path}."
            if options.weights is None:
                problem = f"The built-in model {path} is missing: install SegRefine again."
        return EngineStatus(not problem, problem, version, path, found)

    def load(self, options: EngineOptions) -> BuiltinRefiner:
        """See `base.EngineFactory.load`."""
        settings = chosen(BuiltinSettings, _PARAMETERS, options.parameters, self.name)
        settings = replace(settings, overlap=min(settings.overlap, settings.tile_side // 2))
        status, path = self.status(options), _model_file(options)
        if not status.weights_found:
            raise WeightsError(status.problem)
        model = open_model(path, options.device, CHANNELS)
        run = EngineRun(
            engine=self.name,
            # The steps around the network are this package's, the arithmetic is the library's.
            version=f"{__version__}, onnxruntime {status.version}",
            parameters=asdict(settings),
            weights_hash=file_hash(path),
            device=model.device,
        )
        return BuiltinRefiner(model, run, settings)


def _model_file(options: EngineOptions) -> Path:
    return options.weights or resources_folder() / "models" / "refiner.onnx"


def _lies_on_edges(image: RgbImage, coarse: BoolMask, refined: BoolMask) -> bool:
    """Whether the coarse mask lies on the image's edges as well as the refined one: it is right."""
    image, coarse = shrunk(image, coarse, _GATE_SIDE)
    if refined.shape != coarse.shape:
        cover = cv2.resize(refined.astype(np.uint8), coarse.shape[::-1])
        refined = cover > 0
    return edge_strength_ratio(image, coarse, refined) > _RIGHT
