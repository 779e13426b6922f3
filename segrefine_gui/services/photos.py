"""The photos of a job with their instances, the next one read while somebody works on this one."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from segrefine_gui.domain.records import Image, Instance
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.services.ahead import one_ahead
from segrefine_gui.services.reading import read_pixels
from segrefine_gui.services.steps import Skipped
from segrefine_gui.storage.base import ImageReader


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An image and those of its instances that follow each other in a job.

    Attributes:
        image: its record.
        pixels: uint8 (h, w, 3) RGB; None where it cannot be used.
        skipped: why it cannot.
        instances: to work on, in their order.
    """

    image: Image
    pixels: RgbImage | None
    skipped: list[Skipped]
    instances: list[Instance]


def photos_ahead(
    instances: Iterable[Instance], images: Mapping[int, Image], reader: ImageReader
) -> Generator[Photo, None, None]:
    """Read the photos of instances, one ahead, in a thread of its own.

    Args:
        instances: taken one image ahead, in the calling thread; an image is read again where
            its instances do not follow each other.
        images: records by id.
        reader: reads the images, one at a time.

    Yields:
        Each photo. Close the generator to end the thread early; it ends with it anyway.
    """
    groups = itertools.groupby(instances, lambda each: each.image_id)
    wanted = ((images[image_id], list(group)) for image_id, group in groups)
    return one_ahead(wanted, partial(_read, reader), "photos")


def _read(reader: ImageReader, wanted: tuple[Image, list[Instance]]) -> Photo:
    image, instances = wanted
    skipped: list[Skipped] = []
    return Photo(image, read_pixels(reader, image, skipped), skipped, instances)
