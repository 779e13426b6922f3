"""Images in which a value stands for an instance or a class."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import cv2
import numpy as np
import numpy.typing as npt
from PIL.Image import fromarray

from segrefine_gui.domain.errors import ExportError
from segrefine_gui.formats.base import ExportImage, ExportRecord

Values = npt.NDArray[np.uint8 | np.uint16]
"""Values of an image, shape (h, w)."""

Palette = npt.NDArray[np.uint8]
"""RGB colours, uint8 (256, 3)."""


def paint(
    image: ExportImage,
    records: Sequence[ExportRecord],
    values: Sequence[int],
    *,
    wide: bool = False,
) -> Values:
    """An image of 0 with each record's value where its mask is, a later one over those before it.

    Returns:
        uint8 (h, w), or uint16 when `wide`.
    """
    shape = (image.image.height, image.image.width)
    painted = np.zeros(shape, dtype=np.uint16 if wide else np.uint8)
    for record, value in zip(records, values, strict=True):
        assert record.mask is not None
        box = record.mask.box
        painted[box.slices][record.mask.decode(box)] = value
    return painted


def numbers_for(wanted: Sequence[int], first: int, last: int) -> list[int]:
    """A number of its own for each: the wanted one where it is free, else the next that is.

    Args:
        wanted: what each would have; the earlier one wins. At most as many as there are numbers.
        first: the lowest number there is.
        last: the highest.
    """
    free = set(range(first, last + 1))
    numbers: list[int | None] = []
    for number in wanted:
        numbers.append(number if number in free else None)
        free.discard(number)
    unused = iter(sorted(free))
    return [next(unused) if number is None else number for number in numbers]


def grey_png(values: Values) -> bytes:
    """Values as a PNG of 8 or 16 bits a pixel, by their dtype."""
    done, buffer = cv2.imencode(".png", values)
    if not done:
        raise ExportError("A mask could not be written as PNG; nothing was changed.")
    return bytes(buffer.tobytes())


def palette_png(values: Values, palette: Palette) -> bytes:
    """Values, uint8, as a PNG that shows each in its colour."""
    image = fromarray(values)
    image.putpalette(palette.tobytes())
    stream = BytesIO()
    image.save(stream, "png", compress_level=3)
    return stream.getvalue()


def voc_palette() -> Palette:
    """PASCAL VOC's colours: the bits of a value dealt out to red, green and blue in turn.

    The same as `VOClabelcolormap` of the devkit (http://host.robots.ox.ac.uk/pascal/VOC/).
    """
    numbers = np.arange(256)
    palette = np.zeros((256, 3), dtype=np.uint8)
    for place in range(8):
        for channel in range(3):
            palette[:, channel] |= ((numbers >> channel & 1) << 7 - place).astype(np.uint8)
        numbers >>= 3
    return palette
