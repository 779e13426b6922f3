"""Instances that their file gives in several pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.partition import merge
from segrefine_gui.formats.base import Segmentation


@dataclass(frozen=True, slots=True)
class UnionSegmentation:
    """At least one shape, together one instance."""

    parts: Sequence[Segmentation]

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        return merge([part.rasterise(height, width) for part in self.parts])


def united(parts: Sequence[Segmentation]) -> Segmentation:
    """One shape of at least one."""
    return parts[0] if len(parts) == 1 else UnionSegmentation(parts)
