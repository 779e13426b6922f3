"""Small pictures of instances for a report: the coarse mask left, what came of it right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.records import Decision, Image, Instance, Refinement, refined_mask
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.services.reading import read_pixels
from segrefine_gui.services.steps import Skipped
from segrefine_gui.storage.base import DecisionRecord, ImageReader, ProjectStore

SIDE = 240
"""Longest side of one half, in pixels."""
_GAP = 6
_QUALITY = 82
_COARSE_RGB, _REFINED_RGB, _EDITED_RGB = (230, 159, 0), (86, 180, 233), (0, 158, 115)
_HALO_RGB = (20, 23, 28)


@dataclass(frozen=True, slots=True)
class Example:
    """One instance to look at.

    Attributes:
        title: which it is.
        decision: what was decided about it.
        risk: of its refinement, None where not known.
        reasons: for the risk, as sentences.
        jpeg: the picture.
        width: of the picture in pixels.
        height: likewise.
    """

    title: str
    decision: Decision
    risk: float | None
    reasons: Sequence[str]
    jpeg: bytes
    width: int
    height: int


class ExamplePainter:
    """Makes examples; what cannot be shown is said in `skipped`.

    Args:
        store: the project.
        reader: reads the photos.
    """

    def __init__(self, store: ProjectStore, reader: ImageReader) -> None:
        self.skipped: list[Skipped] = []
        self._store = store
        self._reader = reader
        self._images = {image.id: image for image in store.images()}

    def paint(self, instance_id: int, refinement_id: int) -> Example | None:
        """An example of an instance and one of its refinements; None where it has no photo."""
        instance = self._store.instance(instance_id)
        refinement = self._store.refinement(refinement_id)
        image = self._images[instance.image_id]
        pixels = read_pixels(self._reader, image, self.skipped)
        if pixels is None:
            return None
        decision = self._store.decision(instance_id)
        picture = _picture(pixels, instance, refinement, decision)
        done, jpeg = cv2.imencode(
            ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
        )
        if not done:
            self.skipped.append(Skipped(image.name, "Its example could not be compressed."))
            return None
        assessment = refinement.assessment
        return Example(
            _title(instance, image),
            decision.decision,
            refinement.risk,
            [reason.sentence for reason in assessment.reasons] if assessment else [],
            jpeg.tobytes(),
            picture.shape[1],
            picture.shape[0],
        )


def _title(instance: Instance, image: Image) -> str:
    return f"{instance.category.name} #{instance.source_id} of {image.name}"


def _picture(
    pixels: RgbImage, instance: Instance, refinement: Refinement, decision: DecisionRecord
) -> RgbImage:
    coarse = instance.coarse
    right, right_rgb = decision.edited, _EDITED_RGB
    if right is None:
        right = refined_mask(refinement, coarse, decision.threshold, decision.left_out)
        right_rgb = _REFINED_RGB
    view = coarse.box.union(right.box)
    margin = max(8, max(view.width, view.height) // 6)
    view = view.grown(margin, within=Box(0, 0, coarse.width, coarse.height))
    halves = [
        _outlined(pixels[view.slices], mask.decode(view), color)
        for mask, color in ((coarse, _COARSE_RGB), (right, right_rgb))
    ]
    gap = np.full((halves[0].shape[0], _GAP, 3), 255, dtype=np.uint8)
    return np.concatenate([halves[0], gap, halves[1]], axis=1)


def _outlined(crop: RgbImage, mask: BoolMask, color: tuple[int, int, int]) -> RgbImage:
    scale = SIDE / max(crop.shape[:2])
    size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    shown: npt.NDArray[np.uint8] = np.ascontiguousarray(cv2.resize(crop, size, interpolation=way))
    sized = cv2.resize(mask.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    outlines, _ = cv2.findContours(sized, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for ink, width in ((_HALO_RGB, 4), (color, 2)):
        cv2.drawContours(shown, outlines, -1, ink, width, cv2.LINE_AA)
    return shown
