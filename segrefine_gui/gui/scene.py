"""Everything the canvases show of one instance, built away from the thread of the window."""

from __future__ import annotations

from dataclasses import dataclass, replace

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import ImageError
from segrefine_gui.gui.canvas.pyramid import ImagePyramid, MaskPyramid
from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.workers.image_cache import ImageCache
from segrefine_gui.services.looks import Shown


@dataclass(frozen=True, eq=False)
class Scene:
    """One instance, ready to be painted.

    Attributes:
        instance_id: the instance.
        image: its image, None where that cannot be shown.
        problem: why not, in one sentence.
        coarse: its coarse mask, None where that is empty.
        comparison: both masks and their changes, None where there is no refinement.
        refiner: engine of the refinement, empty where there is none.
        box: what to zoom to, in image pixels: all masks.
        edited: the mask that a person made of it, None where nobody did.
    """

    instance_id: int
    image: ImagePyramid | None
    problem: str
    coarse: MaskPyramid | None
    comparison: Comparison | None
    refiner: str
    box: Box
    edited: MaskPyramid | None = None

    @property
    def nbytes(self) -> int:
        """Memory that its masks take; images are kept elsewhere."""
        alone = [self.edited] if self.comparison else [self.edited, self.coarse]
        levels = sum(level.nbytes for mask in alone if mask for level in mask.levels)
        return levels + (self.comparison.nbytes if self.comparison else 0)

    def recut(self, comparison: Comparison) -> Scene:
        """The same instance at another threshold."""
        return replace(self, comparison=comparison)


def build_scene(shown: Shown, images: ImageCache) -> Scene:
    """Decode the image and the masks of an instance; slow, for a worker."""
    mask, refinement = shown.instance.coarse, shown.refinement
    box, coarse, comparison, refiner = mask.box, None, None, ""
    if refinement is not None:
        comparison = Comparison.build(mask, refinement.soft, shown.decision.threshold)
        coarse, refiner = comparison.coarse, refinement.run.engine
        box = box.union(comparison.refined_box)
    elif box.area:
        coarse = MaskPyramid.build(mask.decode(box), box)
    edited = None
    if shown.edited is not None:
        around = shown.edited.box
        edited = MaskPyramid.empty()
        if around.area:
            edited = MaskPyramid.build(shown.edited.decode(around), around)
            box = box.union(around)
    image, problem = None, ""
    try:
        image = images.get(shown.image)
    except ImageError as error:
        problem = error.sentence
    return Scene(shown.instance.id, image, problem, coarse, comparison, refiner, box, edited)
