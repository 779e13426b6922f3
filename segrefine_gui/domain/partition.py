"""Several instances of one image: cut so that they share no pixel, split, and merged.

Masks come and go as run-length code; each costs about its own box, not the image.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from pycocotools import mask as coco_mask

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.clean_up import component_parts
from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.masks import BoolMask, Rle, encode_part


def cut_by_neighbours(
    masks: Sequence[Rle], scores: Sequence[float | None] | None = None
) -> list[Rle]:
    """Give every pixel that several masks share to one of them.

    Args:
        masks: of the instances of one image, the one on top first.
        scores: of each, the higher one keeps what it shares; one without a score comes last, and
            of equal ones the one on top keeps it. None to go by the order alone.

    Returns:
        The masks in the same order, no two with a pixel in common; what is covered whole by
        others is empty. Their union is that of the masks as they were.

    Raises:
        MaskError: the masks are not of the same size.
    """
    if not masks:
        return []
    height, width = _common_size(masks)
    order = list(range(len(masks)))
    if scores is not None:
        ranks = [-np.inf if score is None else score for score in scores]
        order.sort(key=lambda index: -ranks[index])  # stable
    taken = np.zeros((height, width), np.bool_)
    cut: list[Rle] = list(masks)
    for index in order:
        box = masks[index].box
        if box.area == 0:
            continue
        own = masks[index].decode(box)
        there = taken[box.slices]
        if (own & there).any():
            cut[index] = encode_part(own & ~there, box, height, width)
        there |= own
    return cut


def without_neighbours(mask: BoolMask, neighbours: Iterable[Rle]) -> BoolMask:
    """Take from one mask what others cover.

    Args:
        mask: bool (h, w) of the whole image.
        neighbours: of the same image; those that come before it, by order or by score.

    Returns:
        A new mask, bool (h, w).

    Raises:
        MaskError: a neighbour is of another size.
    """
    cut = mask.copy()
    for neighbour in neighbours:
        if (neighbour.height, neighbour.width) != mask.shape:
            raise MaskError("The masks are not all of the same image size.")
        box = neighbour.box
        if box.area:
            cut[box.slices] &= ~neighbour.decode(box)
    return cut


def split(mask: Rle, least_area: int = 1) -> list[Rle]:
    """One mask for each connected region, the largest first.

    Args:
        mask: of one instance.
        least_area: regions of fewer pixels stay with the largest one, so that specks become no
            instances of their own.
    """
    box = mask.box
    if box.area == 0:
        return []
    parts = component_parts(mask.decode(box))
    large = [part for part in parts if np.count_nonzero(part[1]) >= least_area]
    large = large or parts[:1]
    found = [_placed(inside, part, box, mask) for part, inside in large]
    if len(large) < len(parts):
        specks = [_placed(inside, part, box, mask) for part, inside in parts[len(large) :]]
        found[0] = merge([found[0], *specks])
    return found


def merge(masks: Sequence[Rle]) -> Rle:
    """The union of at least one mask.

    Raises:
        MaskError: the masks are not of the same size.
    """
    height, width = _common_size(masks)
    merged = coco_mask.merge([mask.to_coco() for mask in masks])
    return Rle(height, width, merged["counts"])


def _placed(inside: BoolMask, part: Box, box: Box, mask: Rle) -> Rle:
    return encode_part(inside, part.shifted(box.x0, box.y0), mask.height, mask.width)


def _common_size(masks: Sequence[Rle]) -> tuple[int, int]:
    sizes = {(mask.height, mask.width) for mask in masks}
    if len(sizes) != 1:
        raise MaskError("The masks are not all of the same image size.", str(sorted(sizes)))
    return sizes.pop()
