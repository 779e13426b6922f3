"""Everything the canvases show of one instance, built away from the thread of the window."""

from __future__ import annotations

from dataclasses import dataclass, replace

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.changes import find_changes
from segrefine_gui.domain.errors import ImageError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.gui.canvas.change_pyramid import ChangePyramid
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
        edited_changes: in what that differs from the coarse mask; None where it does in nothing.
    """

    instance_id: int
    image: ImagePyramid | None
    problem: str
    coarse: MaskPyramid | None
    comparison: Comparison | None
    refiner: str
    box: Box
    edited: MaskPyramid | None = None
    edited_changes: ChangePyramid | None = None

    @property
    def nbytes(self) -> int:
        """Memory that its masks take; images are kept elsewhere."""
        alone = [self.edited] if self.comparison else [self.edited, self.coarse]
        levels = sum(level.nbytes for mask in alone if mask for level in mask.levels)
        if self.edited_changes is not None:
            levels += sum(level.nbytes for level in self.edited_changes.levels)
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
    edited = edited_changes = None
    if shown.edited is not None:
        box = box.union(shown.edited.box)
        edited, edited_changes = _build_edited(mask, shown.edited)
    image, problem = None, ""
    try:
        image = images.get(shown.image)
    except ImageError as error:
        problem = error.sentence
    return Scene(
        shown.instance.id, image, problem, coarse, comparison, refiner, box, edited, edited_changes
    )


def _build_edited(coarse: Rle, edited: Rle) -> tuple[MaskPyramid, ChangePyramid | None]:
    """An edited mask, and in what it differs from the coarse one."""
    region = coarse.box.union(edited.box)
    if region.area == 0:
        return MaskPyramid.empty(), None
    mask = edited.decode(region)
    changes = find_changes(coarse.decode(region), mask, region)
    return MaskPyramid.build(mask, region), ChangePyramid.build(changes, mask)
