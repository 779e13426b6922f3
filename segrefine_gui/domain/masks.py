"""Binary masks: boolean arrays in memory, compressed COCO run-length encoding (RLE) at rest.

COCO's RLE counts pixels column by column, the first run counting zeros (cocoapi,
`common/maskApi.c`). Its C decoder trusts what it is given and writes out of bounds when the
runs do not add up to the image, so every string that comes from a file is checked here first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco_mask

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.errors import MaskError

BoolMask = npt.NDArray[np.bool_]
"""A mask in memory: bool, shape (height, width)."""

MAX_SIDE = 1 << 17
"""Longest image side accepted from a file, in pixels: keeps h * w far from overflow."""

_MERGED_TOGETHER = 16

MAX_POLYGONS = 100_000
"""Most polygons of an instance: a second or two to draw."""

MAX_OUTLINE = 10_000_000
"""Longest outline of an instance's polygons, in pixels: cocoapi keeps about 100 bytes for each,
and writes out of bounds when it gets no memory. Real outlines are a hundred times shorter."""


@dataclass(frozen=True, slots=True)
class Rle:
    """A binary mask of a whole image as compressed COCO RLE.

    Attributes:
        height: rows of the image.
        width: columns of the image.
        counts: cocoapi's LEB128-like ASCII string; valid by construction through this module.
    """

    height: int
    width: int
    counts: bytes

    @property
    def runs(self) -> npt.NDArray[np.int64]:
        """Run lengths in column-major order, zeros first, summing to height * width."""
        return _runs_from_counts(self.counts)

    @property
    def area(self) -> int:
        """Pixels in the mask."""
        return int(self.runs[1::2].sum())

    @property
    def box(self) -> Box:
        """The tight bounding box; Box(0, 0, 0, 0) for an empty mask."""
        runs = self.runs
        ends = np.cumsum(runs)[1::2]
        starts = ends - runs[1::2]
        starts, ends = starts[ends > starts], ends[ends > starts]
        if starts.size == 0:
            return Box(0, 0, 0, 0)
        first_column, last_column = starts // self.height, (ends - 1) // self.height
        # A run that passes the foot of a column covers row 0 of the next and the last row.
        crosses = bool(np.any(last_column > first_column))
        y0 = 0 if crosses else int((starts % self.height).min())
        y1 = self.height if crosses else int(((ends - 1) % self.height).max()) + 1
        return Box(int(first_column.min()), y0, int(last_column.max()) + 1, y1)

    def decode(self, region: Box | None = None) -> BoolMask:
        """The mask as a bool array, whole or only inside `region`.

        Args:
            region: part of the image to decode; None for the whole image. Parts of it outside
                the image are not allowed.

        Returns:
            bool array of shape (region.height, region.width), C-contiguous.
        """
        region = region or image_box(self.width, self.height)
        if region.intersection(image_box(self.width, self.height)) != region:
            raise ValueError(f"{region} is not inside a {self.width}x{self.height} image")
        runs = self.runs
        first, last = region.x0 * self.height, region.x1 * self.height
        ends = np.clip(np.cumsum(runs), first, last)
        lengths = np.diff(ends, prepend=first)
        values = np.zeros(len(runs), dtype=np.bool_)
        values[1::2] = True
        columns = np.repeat(values, lengths).reshape(region.width, self.height)
        return np.ascontiguousarray(columns[:, region.y0 : region.y1].T)

    def to_coco(self) -> dict[str, object]:
        """COCO's JSON form: {"size": [height, width], "counts": ASCII string}."""
        return {"size": [self.height, self.width], "counts": self.counts.decode("ascii")}


def encode_mask(mask: npt.NDArray[np.bool_ | np.uint8]) -> Rle:
    """Compress a mask.

    Args:
        mask: bool or 0/1 uint8 array of shape (height, width).
    """
    if mask.ndim != 2:
        raise ValueError(f"a mask has two dimensions, not {mask.ndim}")
    height, width = mask.shape
    counts = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))["counts"]
    return Rle(height, width, counts)


def place_mask(mask: BoolMask, region: Box, height: int, width: int) -> BoolMask:
    """A mask of `region` laid into an otherwise empty image of (height, width)."""
    placed = np.zeros((height, width), dtype=np.bool_)
    placed[region.slices] = mask
    return placed


def tight_box(mask: BoolMask) -> Box:
    """The smallest box that holds every pixel of a mask; Box(0, 0, 0, 0) for an empty one."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return Box(0, 0, 0, 0)
    y0, y1 = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[y0:y1].any(axis=0))
    return Box(int(columns[0]), y0, int(columns[-1]) + 1, y1)


def encode_part(mask: BoolMask, region: Box, height: int, width: int) -> Rle:
    """Compress a mask of `region` of an otherwise empty image, at the cost of the region alone.

    The same as `encode_mask` of `place_mask`, which read every pixel of the image.

    Args:
        mask: bool (region.height, region.width).
        region: where in the image it lies.
        height: rows of the image.
        width: columns of the image.
    """
    columns = np.pad(mask.T, ((0, 0), (1, 1))).view(np.int8)
    column, row = np.nonzero(np.diff(columns, axis=1))
    edges = (column.astype(np.int64) + region.x0) * height + row + region.y0
    # A run that ends at the foot of a column goes on where the next one begins at the head.
    goes_on = np.zeros(len(edges), dtype=np.bool_)
    goes_on[1:-1:2] = edges[1:-1:2] == edges[2::2]
    goes_on[2::2] = goes_on[1:-1:2]
    runs = np.diff(edges[~goes_on], prepend=0, append=height * width)
    return rle_from_runs((runs if runs[-1] else runs[:-1]).tolist(), height, width)


def rle_from_counts(counts: str | bytes, height: int, width: int) -> Rle:
    """A checked RLE from a compressed COCO string of an untrusted file.

    Raises:
        MaskError: the string is not RLE, or its runs do not add up to height * width.
    """
    _check_size(height, width)
    try:
        raw = counts.encode("ascii") if isinstance(counts, str) else bytes(counts)
    except UnicodeEncodeError as error:
        raise MaskError("The mask's run-length code has characters that no RLE has.") from error
    _check_runs(_runs_from_counts(raw), height, width)
    return Rle(height, width, raw)


def rle_from_runs(runs: Sequence[int], height: int, width: int) -> Rle:
    """A checked RLE from uncompressed COCO counts (column-major, zeros first).

    Raises:
        MaskError: a count is negative or not a whole number, or they do not add up.
    """
    _check_size(height, width)
    try:
        array = np.asarray(runs)
        with np.errstate(invalid="ignore"):  # NaN and infinity differ from their cast below
            whole = array.astype(np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise MaskError("The mask's run lengths are not whole numbers.", str(error)) from error
    if array.ndim != 1 or array.dtype.kind not in "iuf" or not np.array_equal(array, whole):
        raise MaskError("The mask's run lengths are not whole numbers.")
    _check_runs(whole, height, width)
    rle = coco_mask.frPyObjects({"size": [height, width], "counts": whole.tolist()}, height, width)
    return Rle(height, width, rle["counts"])


def rle_from_polygons(polygons: Sequence[Sequence[float]], height: int, width: int) -> Rle:
    """The union of COCO polygons, rasterised as cocoapi does.

    Args:
        polygons: each a flat list x0, y0, x1, y1, ... of at least three points, in pixels.
        height: rows of the image.
        width: columns of the image.

    Raises:
        MaskError: a polygon has fewer than three points, an odd count or a number that is not
            finite, there are more than `MAX_POLYGONS`, or the outline is longer than
            `MAX_OUTLINE`; points far outside the image are clipped to twice its size.
    """
    _check_size(height, width)
    if len(polygons) > MAX_POLYGONS:
        raise MaskError(f"It has more than {MAX_POLYGONS:,} polygons, which no object has.")
    checked: list[list[float]] = []
    outline = 0.0
    for polygon in polygons:
        try:
            points = np.asarray(polygon, dtype=np.float64)
        except (TypeError, ValueError, OverflowError) as error:
            raise MaskError(
                "A polygon has coordinates that are not numbers.", str(error)
            ) from error
        if points.ndim != 1 or points.size < 6 or points.size % 2:
            raise MaskError("A polygon needs at least three points, each with an x and a y.")
        if not np.isfinite(points).all():
            raise MaskError("A polygon has a coordinate that is not a finite number.")
        limit = 2.0 * max(height, width)
        points = np.clip(points, -limit, limit)
        steps = np.abs(np.diff(points.reshape(-1, 2), axis=0, append=points[None, :2]))
        outline += float(steps.max(axis=1).sum())
        if outline > MAX_OUTLINE:
            raise MaskError("A polygon's outline is too long to be that of an object.")
        checked.append(points.tolist())
    if not checked:
        return encode_mask(np.zeros((height, width), dtype=np.bool_))
    drawn = coco_mask.frPyObjects(checked, height, width)
    while len(drawn) > 1:
        # cocoapi merges one to all before it: few at a time, or the time grows with their square.
        groups = range(0, len(drawn), _MERGED_TOGETHER)
        drawn = [coco_mask.merge(drawn[start : start + _MERGED_TOGETHER]) for start in groups]
    return Rle(height, width, drawn[0]["counts"])


def _check_size(height: int, width: int) -> None:
    for side in (height, width):
        if isinstance(side, bool) or not isinstance(side, int | np.integer):
            raise MaskError("The mask's size is not two whole numbers.")
        if not 0 < side <= MAX_SIDE:
            raise MaskError(f"The mask's size {width}x{height} is not that of an image.")


def _check_runs(runs: npt.NDArray[np.int64], height: int, width: int) -> None:
    if runs.size and int(runs.min()) < 0:
        raise MaskError("The mask's run-length code has a negative run.")
    if runs.size and int(runs.max()) > height * width:
        raise MaskError(f"The mask's run-length code is longer than {width}x{height} pixels.")
    total = int(runs.sum())
    if total != height * width:
        raise MaskError(
            f"The mask's run-length code describes {total} pixels, "
            f"but {width}x{height} are {height * width}."
        )


def _runs_from_counts(counts: bytes) -> npt.NDArray[np.int64]:
    """Decode cocoapi's string: 5 bits a character, bit 6 continues, differences to run i - 2."""
    code = np.frombuffer(counts, dtype=np.uint8).astype(np.int64) - 48
    if code.size == 0:
        return np.zeros(0, dtype=np.int64)
    if code.min() < 0 or code.max() > 63 or code[-1] & 0x20:
        raise MaskError("The mask's run-length code is damaged.")
    last = np.flatnonzero((code & 0x20) == 0)
    first = np.concatenate(([0], last[:-1] + 1))
    digits = last - first + 1
    if digits.max() > 8:
        raise MaskError("The mask's run-length code has a run that no image can hold.")
    shift = 5 * (np.arange(code.size) - np.repeat(first, digits))
    values = np.add.reduceat((code & 0x1F) << shift, first)
    values = np.where(code[last] & 0x10, values - (np.int64(1) << (5 * digits)), values)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values
