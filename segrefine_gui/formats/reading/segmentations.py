"""The shapes that COCO files hold, checked only when the true size of their image is known."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from segrefine_gui.domain.errors import FormatError, MaskError
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


def parse_segmentation(
    value: object, image_size: tuple[int, int] | None
) -> PolygonSegmentation | CountsSegmentation | RunsSegmentation:
    """The segmentation of a COCO annotation.

    Args:
        value: the JSON value of its `segmentation`.
        image_size: (height, width) that the file gives for its image, if it does.

    Raises:
        FormatError: it is of no kind that COCO has; its numbers are checked by `rasterise`.
    """
    if isinstance(value, list):
        if not value:
            raise FormatError("Its segmentation is empty.")
        if not all(isinstance(polygon, list) for polygon in value):
            raise FormatError("Its segmentation is not a list of polygons.")
        return PolygonSegmentation([_compact(polygon, "hfd") for polygon in value], image_size)
    if isinstance(value, dict):
        match value.get("size"), value.get("counts"):
            case [int(height), int(width)], str(counts):
                return CountsSegmentation(counts, (height, width))
            case [int(height), int(width)], list(runs):
                return RunsSegmentation(_compact(runs, "iq"), (height, width))
        raise FormatError("Its segmentation is not run-length code with a size.")
    raise FormatError("Its segmentation is neither polygons nor run-length code.")


def _compact(numbers: list[Any], codes: str) -> Sequence[Any]:
    """The same numbers in a fraction of the memory; as they are where not all are numbers.

    Args:
        numbers: of a file.
        codes: the kinds of `array` that may hold them, the smallest first.
    """
    for code in codes:
        try:
            compact = array(code, numbers)
        except (TypeError, OverflowError):
            continue
        if compact.tolist() == numbers:
            return compact
    return numbers
