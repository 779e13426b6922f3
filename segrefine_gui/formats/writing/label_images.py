"""Images in which a value stands for an instance or a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

import cv2
import numpy as np
import numpy.typing as npt
from PIL.Image import fromarray

from segrefine_gui.domain.errors import ExportError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.formats.base import ExportImage

Palette = npt.NDArray[np.uint8]
"""RGB colours, uint8 (256, 3)."""


def paint(
    image: ExportImage, masks: Iterable[tuple[Rle, int]], dtype: type[np.uint8 | np.uint16]
) -> npt.NDArray[np.uint8 | np.uint16]:
    """An image of 0 with a value where each mask is, a later one over those before it."""
    values = np.zeros((image.image.height, image.image.width), dtype=dtype)
    for mask, value in masks:
        box = mask.box
        if box.area:
            values[box.slices][mask.decode(box)] = value
    return values


def numbers_for(wanted: Sequence[int], first: int, last: int) -> list[int]:
    """A number of its own for each: the wanted one where it is free, else the next that is.

    Args:
        wanted: what each would have; the earlier one wins. At most as many as there are numbers.
        first: the lowest number there is.
        last: the highest.
    """
    taken: set[int] = set()
    kept = [
        number if first <= number <= last and number not in taken and not taken.add(number) else None
        for number in wanted
    ]
    unused = (number for number in range(first, last + 1) if number not in taken)
    return [next(unused) if number is None else number for number in kept]


def grey_png(values: npt.NDArray[np.uint8 | np.uint16]) -> bytes:
    """Values as a PNG of 8 or 16 bits a pixel, by their dtype; or RGBA from uint8 (h, w, 4) BGRA."""
    done, buffer = cv2.imencode(".png", values)
    if not done:
        raise ExportError("A mask could not be written as PNG; nothing was changed.")
    return bytes(buffer.tobytes())


def palette_png(values: npt.NDArray[np.uint8], palette: Palette) -> bytes:
    """Values as an 8-bit PNG that shows each in its colour."""
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
