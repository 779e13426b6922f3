"""Reading the photo of an instance for a job, where it is still the one its masks were made for."""

from __future__ import annotations

from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.domain.records import Image
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.services.steps import Skipped
from segrefine_gui.storage.base import ImageReader


def read_pixels(reader: ImageReader, image: Image, skipped: list[Skipped]) -> RgbImage | None:
    """The image, uint8 (h, w, 3) RGB; None where it cannot be used, which `skipped` then says."""
    try:
        pixels = reader.read_rgb(image.path)
    except SegRefineError as error:
        skipped.append(Skipped(image.name, error.sentence))
        return None
    if pixels.shape[:2] != (image.height, image.width):
        sentence = (
            f"The file is {pixels.shape[1]}x{pixels.shape[0]} now, "
            f"but its masks were made for {image.width}x{image.height}."
        )
        skipped.append(Skipped(image.name, sentence))
        return None
    return pixels
