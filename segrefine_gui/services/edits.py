"""What an edit means as a decision: the mask a person made, and the mask they began with."""

from __future__ import annotations

from dataclasses import replace

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Basis, Decision
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.services.looks import Shown
from segrefine_gui.storage.base import DecisionRecord


def edit_record(
    seen: Shown,
    before: DecisionRecord,
    mask: Rle,
    based_on: Basis | None = None,
    threshold: int = DEFAULT_THRESHOLD,
    left_out: Rle | None = None,
) -> DecisionRecord:
    """The decision that an instance has an edited mask; who decided, and when, is for the review.

    Args:
        seen: the instance as it was shown.
        before: what was decided about it until now.
        mask: of the whole image; may be empty.
        based_on: the mask that the edit began with. None where that was what the instance had: of
            an edited one its edit, whose own beginning is kept then, else the refined mask where
            there is one, else the coarse mask.
        threshold: where the refinement that was looked at was cut, 1..255.
        left_out: where the refined mask that it began with kept the coarse one; None for nowhere.

    Raises:
        ProjectError: the mask has another size than its image, or the edit cannot have begun with
            a refined mask that is not there.
    """
    coarse, refinement = seen.instance.coarse, seen.refinement
    if (mask.height, mask.width) != (coarse.height, coarse.width):
        raise ProjectError("The edited mask has another size than its image.")
    if based_on is Basis.REFINED and refinement is None:
        raise ProjectError("This instance has not been refined yet.")
    if based_on is None and before.decision is Decision.EDITED:
        return replace(before, edited=mask)
    begun = based_on or (Basis.COARSE if refinement is None else Basis.REFINED)
    return DecisionRecord(
        Decision.EDITED,
        None if refinement is None else refinement.id,
        threshold,
        left_out=left_out if begun is Basis.REFINED else None,
        edited=mask,
        based_on=begun,
    )
