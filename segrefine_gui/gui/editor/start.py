"""What an edit begins with, read and built away from the thread of the window. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.edit_history import EditedMask
from segrefine_gui.domain.masks import BoolMask, Rle, place_mask
from segrefine_gui.domain.records import Basis
from segrefine_gui.gui.canvas.pyramid import ImagePyramid, MaskSource
from segrefine_gui.gui.choice import Chosen
from segrefine_gui.gui.editor.live_mask import LiveMask
from segrefine_gui.gui.scene import Scene


@dataclass(frozen=True, eq=False)
class Source:
    """A mask to paint from; nothing is in it outside its region.

    Attributes:
        mask: bool (region.height, region.width).
        region: where in the image it lies.
    """

    mask: BoolMask
    region: Box

    @classmethod
    def of(cls, mask: MaskSource | None) -> Source:
        """A mask that is drawn; None for an empty one."""
        if mask is None:
            return cls(np.zeros((0, 0), dtype=np.bool_), Box(0, 0, 0, 0))
        inside: BoolMask = mask.crop(0, mask.level_box(0)) != 0
        return cls(inside, mask.region)

    def crop(self, box: Box) -> BoolMask:
        """What of it lies in a box of the image: bool (box.height, box.width)."""
        part = np.zeros((box.height, box.width), dtype=np.bool_)
        shared = box.intersection(self.region)
        if shared.area:
            here = shared.shifted(-self.region.x0, -self.region.y0)
            part[shared.shifted(-box.x0, -box.y0).slices] = self.mask[here.slices]
        return part


class Sides(Enum):
    """Whether the person may know which mask is the refined one, and where it is if not."""

    TOLD = "told"
    REFINED_RIGHT = "right"
    REFINED_LEFT = "left"


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What is to be edited.

    Attributes:
        scene: the instance as it is on the canvases; it has an image.
        chosen: what is chosen of its refinement.
        edited: an edit that was applied before, which is the mask then; None for none.
        draft: an edit that was not finished, None for none.
        sides: where they are hidden, the mask on the right is edited, whichever it is, and what
            was made of it before does not count.
    """

    scene: Scene
    chosen: Chosen
    edited: Rle | None = None
    draft: Rle | None = None
    sides: Sides = Sides.TOLD


@dataclass(frozen=True, eq=False)
class EditStart:
    """A mask ready to be edited.

    Attributes:
        request: what was asked for.
        image: its image.
        first: the mask that was shown when the edit began, before any draft.
        coarse: the coarse mask.
        refined: the refined mask, None where there is none.
        edited: the mask to edit.
        live: the same, to be drawn.
        extent: a box of the image that holds both the mask to edit and the one shown first.
    """

    request: StartRequest
    image: ImagePyramid
    first: Source
    coarse: Source
    refined: Source | None
    edited: EditedMask
    live: LiveMask
    extent: Box

    @property
    def instance_id(self) -> int:
        """The instance."""
        return self.request.scene.instance_id

    @property
    def right(self) -> Source:
        """The mask on the right side: the refined one, unless sides are hidden and it is not."""
        if self.request.sides is Sides.REFINED_LEFT or self.refined is None:
            return self.coarse
        return self.refined

    @property
    def left(self) -> Source:
        """The mask on the left side."""
        if self.request.sides is Sides.REFINED_LEFT and self.refined is not None:
            return self.refined
        return self.coarse

    @property
    def basis(self) -> Basis | None:
        """What the edit begins with; None for the edit from before."""
        request = self.request
        if request.sides is Sides.TOLD and request.edited is not None:
            return None
        is_coarse = self.refined is None or request.sides is Sides.REFINED_LEFT
        return Basis.COARSE if is_coarse else Basis.REFINED

    @property
    def is_draft(self) -> bool:
        """Whether the mask to edit is a draft from before."""
        return self.request.draft is not None


def build_start(request: StartRequest) -> EditStart:
    """Decode and copy what an edit begins with; reads every pixel, so it is for a worker."""
    scene, comparison = request.scene, request.scene.comparison
    image = scene.image
    assert image is not None
    coarse = Source.of(scene.coarse)
    refined = None if comparison is None else Source.of(comparison.refined)
    first = coarse
    if comparison is not None:
        kept = request.chosen.kept
        first = Source.of(comparison.final(comparison.all_numbers if kept is None else kept))
    if request.sides is not Sides.TOLD:
        refined = first  # as it is compared
        first = coarse if request.sides is Sides.REFINED_LEFT else refined
    elif request.edited is not None:
        first = _of_rle(request.edited)
    begun = first if request.draft is None else _of_rle(request.draft)
    mask = place_mask(begun.mask, begun.region, image.height, image.width)
    return EditStart(
        request,
        image,
        first,
        coarse,
        refined,
        EditedMask(mask),
        LiveMask(mask),
        first.region.union(begun.region).intersection(image_box(image.width, image.height)),
    )


def _of_rle(mask: Rle) -> Source:
    box = mask.box
    return Source(mask.decode(box), box)
