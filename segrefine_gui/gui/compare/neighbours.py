"""The masks of the other instances of an image. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import Rle
from segrefine_gui.gui.canvas.pyramid import MaskPyramid

MOST = 48
"""More masks than this are a crowd, in which only the nearest help."""


def decode_neighbours(masks: Sequence[Rle], near: Box, most: int = MOST) -> tuple[MaskPyramid, ...]:
    """The masks that lie nearest to an instance, to be drawn; slow, for a worker.

    Args:
        masks: of the other instances of its image; empty ones are left out.
        near: the box of the instance.
        most: how many at most.
    """
    boxes = [(mask, mask.box) for mask in masks]
    nearest = sorted(
        ((mask, box) for mask, box in boxes if box.area), key=lambda each: _gap(each[1], near)
    )
    return tuple(MaskPyramid.build(mask.decode(box), box) for mask, box in nearest[:most])


def _gap(box: Box, other: Box) -> int:
    """How many pixels apart two boxes are, the longer way."""
    across = max(box.x0 - other.x1, other.x0 - box.x1)
    down = max(box.y0 - other.y1, other.y0 - box.y1)
    return max(across, down, 0)
