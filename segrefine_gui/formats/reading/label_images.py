"""Images in which a value stands for an instance or a class, and the masks of their values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.masks import Rle, rle_from_runs
from segrefine_gui.formats.reading.mask_pixels import Values, opened_mask_image
from segrefine_gui.formats.reading.segmentations import require_size

_GREY_MODES = frozenset({"1", "L", "I", "I;16", "I;16L", "I;16B", "I;16N"})


@dataclass(frozen=True, slots=True, eq=False)
class LabelImage:
    """The values of an image, as they are.

    Attributes:
        values: whole numbers, shape (h, w): grey levels, or places in the palette; of an image in
            colours `colour_code` of each pixel's.
        palette: uint8 (n, 3), RGB; None without one.
        in_colours: whether the values are colours.
    """

    values: Values
    palette: npt.NDArray[np.uint8] | None = None
    in_colours: bool = False


def read_label_image(path: Path) -> LabelImage:
    """Read a PNG or TIFF whose values are to be taken as they are.

    Raises:
        FormatError: it cannot be read, is damaged, too large, or no image of whole numbers.
    """
    with opened_mask_image(path) as image:
        if image.mode == "P":
            colours = np.array(image.getpalette() or [], dtype=np.uint8)
            return LabelImage(np.asarray(image), colours[: len(colours) // 3 * 3].reshape(-1, 3))
        if image.mode in _GREY_MODES:
            values = np.asarray(image)
            if image.mode == "I" and values.min() < 0:
                raise FormatError(f"The mask image “{path.name}” holds values below 0.")
            return LabelImage(values.astype(np.uint8) if image.mode == "1" else values)
        if image.mode in ("RGB", "RGBA"):
            rgb = np.asarray(image)
            codes = rgb[..., 0].astype(np.int32)
            for channel in (1, 2):
                codes <<= 8
                codes |= rgb[..., channel]
            return LabelImage(codes, in_colours=True)
        raise FormatError(f"The mask image “{path.name}” holds values of a kind that no mask has.")


def colour_code(red: int, green: int, blue: int) -> int:
    """A colour as one number."""
    return red << 16 | green << 8 | blue


@dataclass(frozen=True, slots=True)
class LabelSegmentation:
    """The pixels of one label."""

    rle: Rle

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        require_size((self.rle.height, self.rle.width), height, width)
        return self.rle


def encode_labels(values: Values) -> dict[int, Rle]:
    """The mask of every value above 0, in one pass over the image however many there are.

    Args:
        values: whole numbers >= 0, shape (h, w).

    Returns:
        Masks by value, ascending.
    """
    height, width = values.shape
    flat = values.T.ravel()
    inner = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts, ends = np.append(0, inner), np.append(inner, flat.size)
    labels = flat[starts]
    order = np.argsort(labels, kind="stable")  # keeps the runs of a label in their order
    starts, ends, labels = starts[order], ends[order], labels[order]
    found: dict[int, Rle] = {}
    borders = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    for first, last in zip(
        np.append(0, borders).tolist(), np.append(borders, labels.size).tolist(), strict=True
    ):
        if labels[first] == 0:
            continue
        # Alternating ends and starts; their differences are the runs, zeros first.
        marks = np.stack((starts[first:last], ends[first:last]), axis=1).ravel()
        runs = np.diff(np.append(marks, flat.size), prepend=0)
        runs = runs if runs[-1] else runs[:-1]
        found[int(labels[first])] = rle_from_runs(runs.tolist(), height, width)
    return found
