"""Everything the canvases show of one instance, built away from the thread of the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import ImageError
from segrefine_gui.domain.records import Refinement
from segrefine_gui.gui.canvas.pyramid import ImagePyramid, MaskPyramid
from segrefine_gui.gui.workers.image_cache import ImageCache
from segrefine_gui.services.review import Shown


@dataclass(frozen=True, eq=False)
class Scene:
    """One instance, ready to be painted.

    Attributes:
        instance_id: the instance.
        image: its image, None where that cannot be shown.
        problem: why not, in one sentence.
        coarse: its coarse mask, None where that is empty.
        refined: its refined mask, None where there is no refinement or that is empty.
        refiner: engine of the refinement, empty where there is none.
        box: what to zoom to, in image pixels: both masks.
    """

    instance_id: int
    image: ImagePyramid | None
    problem: str
    coarse: MaskPyramid | None
    refined: MaskPyramid | None
    refiner: str
    box: Box


def build_scene(shown: Shown, images: ImageCache) -> Scene:
    """Decode the image and the masks of an instance; slow, for a worker."""
    coarse_box = shown.instance.coarse.box
    coarse = None
    if coarse_box.area:
        coarse = MaskPyramid.build(shown.instance.coarse.decode(coarse_box), coarse_box)
    refined = _refined(shown.refinement, shown.decision.threshold)
    box = coarse_box if refined is None else coarse_box.union(refined.region)
    image, problem = None, ""
    try:
        image = images.get(shown.image)
    except ImageError as error:
        problem = error.sentence
    refiner = "" if shown.refinement is None else shown.refinement.run.engine
    return Scene(shown.instance.id, image, problem, coarse, refined, refiner, box)


def _refined(refinement: Refinement | None, threshold: int) -> MaskPyramid | None:
    """The refined mask, cut to its bounding box."""
    if refinement is None:
        return None
    cut = refinement.soft.cut(threshold)
    rows, columns = np.flatnonzero(cut.any(axis=1)), np.flatnonzero(cut.any(axis=0))
    if rows.size == 0:
        return None
    inner = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    region = refinement.soft.region
    return MaskPyramid.build(cut[inner.slices], inner.shifted(region.x0, region.y0))
