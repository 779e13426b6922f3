"""Reading the photos of a job, where they are still those that their masks were made for."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.domain.records import Image
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.services.ahead import one_ahead
from segrefine_gui.services.steps import Skipped
from segrefine_gui.storage.base import ImageReader


@dataclass(frozen=True, slots=True, eq=False)
class Portion:
    """Some images that were read together.

    Attributes:
        name: of the first.
        images: those that could be read.
        pixels: of each of them, uint8 (h, w, 3) RGB.
        skipped: the others, and why.
    """

    name: str
    images: Sequence[Image]
    pixels: Sequence[RgbImage]
    skipped: Sequence[Skipped]


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


def portions(images: Sequence[Image], size: int) -> list[Sequence[Image]]:
    """Images of one size together, at most `size` of them; in their order where that is 1."""
    groups: dict[tuple[int, int], list[Image]] = {}
    for image in images:
        groups.setdefault((image.width, image.height) if size > 1 else (0, 0), []).append(image)
    return [
        group[start : start + size]
        for group in groups.values()
        for start in range(0, len(group), size)
    ]


def read_ahead(
    reader: ImageReader, plan: Iterable[Sequence[Image]]
) -> Generator[Portion, None, None]:
    """Each portion with its pixels; while one is in use, a thread reads the next.

    To be closed by who does not take all of them.
    """
    return one_ahead(plan, partial(_read, reader), "read-ahead")


def _read(reader: ImageReader, images: Sequence[Image]) -> Portion:
    skipped: list[Skipped] = []
    read = [(image, read_pixels(reader, image, skipped)) for image in images]
    usable = [(image, pixels) for image, pixels in read if pixels is not None]
    return Portion(
        images[0].name,
        [image for image, _ in usable],
        [pixels for _, pixels in usable],
        skipped,
    )
