"""The shapes that COCO files hold, checked only when the true size of their image is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.masks import Rle, rle_from_counts, rle_from_polygons, rle_from_runs


@dataclass(frozen=True, slots=True)
class PolygonSegmentation:
    """The union of COCO polygons.

    Attributes:
        polygons: flat lists x0, y0, x1, y1, ... in pixels, as the file has them.
        size: (height, width) of the image they were drawn on, None where the file does not say.
    """

    polygons: Sequence[Sequence[float]]
    size: tuple[int, int] | None = None

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        if self.size is not None:
            require_size(self.size, height, width)
        return rle_from_polygons(self.polygons, height, width)


@dataclass(frozen=True, slots=True)
class CountsSegmentation:
    """Compressed COCO RLE of an image of `size` = (height, width)."""

    counts: str
    size: tuple[int, int]

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        require_size(self.size, height, width)
        return rle_from_counts(self.counts, height, width)


@dataclass(frozen=True, slots=True)
class RunsSegmentation:
    """Uncompressed COCO RLE of an image of `size` = (height, width)."""

    runs: Sequence[int]
    size: tuple[int, int]

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        require_size(self.size, height, width)
        return rle_from_runs(self.runs, height, width)


def require_size(size: tuple[int, int], height: int, width: int) -> None:
    """Raise `MaskError` when a mask made for `size` = (height, width) is of another image."""
    if size != (height, width):
        raise MaskError(
            f"The mask was made for {size[1]}x{size[0]} pixels, but the image is {width}x{height}."
        )


def parse_segmentation(value: object, image_size: tuple[int, int] | None) -> object:
    """placeholder"""
