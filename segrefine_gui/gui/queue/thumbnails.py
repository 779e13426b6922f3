"""Small pictures of instances with their outline, made in threads for the rows in sight."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.errors import ImageError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.storage.base import ImageReader

SIDE = 112
"""Pixels of a thumbnail: two for each widget pixel, so that it is crisp on any screen."""

KEPT = 600
"""Thumbnails remembered, about 30 MB."""

MARGIN = 0.15
"""Free share around an instance, of its longer side."""

SOURCE_SIDE = 1024
"""Longer side in pixels at which images are read for thumbnails."""

_OUTLINE = (COARSE_COLOR.red(), COARSE_COLOR.green(), COARSE_COLOR.blue())

SOURCES_KEPT = 4
"""Reduced images remembered: rows side by side are often of one image."""


@dataclass(frozen=True, slots=True)
class ThumbnailSource:
    """What a thumbnail is made of."""

    path: Path
    coarse: Rle


class Thumbnails(QObject):
    """Thumbnails by instance, remembered while there is room.

    Args:
        pool: where they are made.
        reader: reads the images.
        source: gives what an instance's thumbnail is made of; None when that cannot be read.
    """

    ready = Signal(int)
    """A thumbnail of this instance is there now."""

    def __init__(
        self,
        pool: ReadingPool,
        reader: ImageReader,
        source: Callable[[int], ThumbnailSource | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pool = pool
        self._images = _ReducedImages(reader)
        self._source = source
        self._kept: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._making: set[int] = set()

    def get(self, instance_id: int) -> QPixmap | None:
        """The thumbnail, None while there is none or when its image cannot be read."""
        if instance_id in self._kept:
            self._kept.move_to_end(instance_id)
        return self._kept.get(instance_id)

    def want(self, instance_ids: Collection[int]) -> None:
        """Make the thumbnails of these instances, and no longer those of others."""
        for other in self._making.difference(instance_ids):
            self._pool.withdraw(("thumbnail", other))
        self._making.intersection_update(instance_ids)
        for instance_id in instance_ids:
            if instance_id not in self._kept and instance_id not in self._making:
                self._make(instance_id)

    def clear(self) -> None:
        """Forget everything: another project comes."""
        self.want(())
        self._kept.clear()
        self._images.clear()

    def _make(self, instance_id: int) -> None:
        source = self._source(instance_id)
        if source is None:
            return
        self._making.add(instance_id)
        images = self._images

        def done(image: QImage) -> None:
            self._keep(instance_id, QPixmap.fromImage(image))

        def failed(_: str) -> None:
            self._keep(instance_id, None)

        self._pool.request(
            ("thumbnail", instance_id), lambda: draw_thumbnail(source, images.get), done, failed
        )

    def _keep(self, instance_id: int, pixmap: QPixmap | None) -> None:
        self._making.discard(instance_id)
        self._kept[instance_id] = pixmap
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.ready.emit(instance_id)


class _ReducedImages:
    """The last few images that thumbnails were cut from; used by the pool's threads."""

    def __init__(self, reader: ImageReader) -> None:
        self._reader = reader
        self._kept: OrderedDict[Path, tuple[Pixels, float]] = OrderedDict()

    def get(self, path: Path) -> tuple[Pixels, float]:
        """The image at `SOURCE_SIDE`, and its scale; raises `ImageError`."""
        # No lock: each step is atomic, and at worst an image is read twice.
        kept = self._kept.get(path)
        if kept is None:
            kept = self._kept[path] = self._reader.read_thumbnail(path, SOURCE_SIDE)
            while len(self._kept) > SOURCES_KEPT:
                self._kept.popitem(last=False)
        return kept

    def clear(self) -> None:
        self._kept.clear()


def draw_thumbnail(source: ThumbnailSource, read: Callable[[Path], tuple[Pixels, float]]) -> QImage:
    """The surroundings of an instance with the outline of its coarse mask.

    Returns:
        RGB888, its longer side `SIDE` pixels; a square unless the image is too narrow for one.

    Raises:
        ImageError: the image cannot be read or has another shape than the mask.
    """
    coarse = source.coarse
    pixels, scale = read(source.path)
    height, width = pixels.shape[:2]
    if abs(width - coarse.width * scale) > 1 or abs(height - coarse.height * scale) > 1:
        raise ImageError(f"The file {source.path.name} has another size than its masks.")
    region = _square_around(coarse.box, coarse.width, coarse.height)
    shrink = SIDE / max(region.width, region.height)
    size = (max(1, round(region.width * shrink)), max(1, round(region.height * shrink)))
    part = pixels[_reduced(region, scale, height, width).slices]
    method = cv2.INTER_AREA if shrink < scale else cv2.INTER_LINEAR
    thumbnail = np.ascontiguousarray(cv2.resize(part, size, interpolation=method))
    share = coarse.decode(region).astype(np.uint8) * 255
    inside = cv2.resize(share, size, interpolation=cv2.INTER_AREA) >= 128
    contours, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(thumbnail, contours, -1, (0, 0, 0), 4, cv2.LINE_AA)
    cv2.drawContours(thumbnail, contours, -1, _OUTLINE, 2, cv2.LINE_AA)
    drawn = QImage(thumbnail.data, *size, 3 * size[0], QImage.Format.Format_RGB888)
    return drawn.copy()  # of its own pixels: the array ends with this call


def _reduced(region: Box, scale: float, height: int, width: int) -> Box:
    """A region of the image in pixels of its reduced form, at least one pixel."""
    x0, y0 = min(int(region.x0 * scale), width - 1), min(int(region.y0 * scale), height - 1)
    x1, y1 = round(region.x1 * scale), round(region.y1 * scale)
    return Box(x0, y0, min(max(x1, x0 + 1), width), min(max(y1, y0 + 1), height))


def _square_around(box: Box, width: int, height: int) -> Box:
    """A square around a box with a margin, inside the image where that allows a square."""
    side = round(max(box.width, box.height, 1) * (1 + 2 * MARGIN))
    x0 = _placed((box.x0 + box.x1 - side) // 2, side, width)
    y0 = _placed((box.y0 + box.y1 - side) // 2, side, height)
    square = Box(x0, y0, x0 + side, y0 + side)
    return square.intersection(image_box(width, height))


def _placed(start: int, side: int, limit: int) -> int:
    return max(0, min(start, limit - side))
