"""Decoded images, kept while there is room: the reading threads share them. No Qt."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from pathlib import Path

from segrefine_gui.domain.errors import ImageError
from segrefine_gui.domain.records import Image
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.storage.base import ImageReader

MAX_BYTES = 768 << 20
"""About fifteen photos of twelve megapixels with their halved sizes."""


class ImageCache:
    """Image pyramids by path, the least recently used leaving first; safe in many threads.

    Args:
        reader: reads the files.
        max_bytes: most that is kept, in bytes; one image is kept however large it is.
    """

    def __init__(self, reader: ImageReader, max_bytes: int = MAX_BYTES) -> None:
        self._reader = reader
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Path, ImagePyramid] = OrderedDict()
        self._lock = threading.Lock()
        self._reading: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)

    def get(self, image: Image) -> ImagePyramid:
        """The pixels of an image, read when they are not here; slow then.

        Raises:
            ImageError: the file is missing, damaged or of another size than its masks. Failures
                are not kept: the next call tries again.
        """
        with self._lock:
            reading = self._reading[image.path]
        with reading:  # two threads that want one image read it once
            kept = self._look_up(image.path)
            if kept is None:
                kept = self._read(image)
                self._keep(image.path, kept)
            return kept

    def clear(self) -> None:
        """Forget every image."""
        with self._lock:
            self._kept.clear()
            self._reading.clear()

    def _look_up(self, path: Path) -> ImagePyramid | None:
        with self._lock:
            if path not in self._kept:
                return None
            self._kept.move_to_end(path)
            return self._kept[path]

    def _read(self, image: Image) -> ImagePyramid:
        pixels = self._reader.read_rgb(image.path)
        height, width = pixels.shape[:2]
        if (width, height) != (image.width, image.height):
            raise ImageError(
                f"The file {image.path.name} is {width}x{height} now, "
                f"but its masks were made for {image.width}x{image.height}."
            )
        return ImagePyramid.build(pixels)

    def _keep(self, path: Path, pyramid: ImagePyramid) -> None:
        with self._lock:
            self._kept[path] = pyramid
            while len(self._kept) > 1 and sum(map(_bytes, self._kept.values())) > self._max_bytes:
                oldest, _ = self._kept.popitem(last=False)
                self._reading.pop(oldest, None)


def _bytes(pyramid: ImagePyramid) -> int:
    return sum(level.nbytes for level in pyramid.levels)
