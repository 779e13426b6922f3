"""Mask images, written: a value for an instance or a class, and the PNGs that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import cv2
import numpy as np
import numpy.typing as npt
from PIL.Image import Image as PillowImage
from PIL.Image import fromarray
from PIL.PngImagePlugin import PngInfo

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


def encoded_png(values: Values) -> bytes:
    """A PNG of 8 or 16 bits, by the dtype: of grey (h, w), or of BGR (h, w, 3)."""
    done, buffer = cv2.imencode(".png", values)
    if not done:
        raise ExportError("A mask could not be written as PNG; nothing was changed.")
    return bytes(buffer.tobytes())


def palette_png(values: Values, palette: Palette) -> bytes:
    """A PNG of values, uint8 (h, w), that shows each in its colour."""
    image = fromarray(values)
    image.putpalette(palette.tobytes())
    return _saved(image)


def noted_png(values: Values, note: str) -> bytes:
    """A PNG of uint8 with a description inside: of grey (h, w), or of RGBA (h, w, 4)."""
    info = PngInfo()
    info.add_text("Description", note)
    return _saved(fromarray(values), pnginfo=info)


def _saved(image: PillowImage, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, "png", compress_level=3, **options)
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
