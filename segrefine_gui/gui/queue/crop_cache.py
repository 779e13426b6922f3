"""Crops of the instances in sight: made in threads, remembered while there is room."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.queue.crops import CropSource, ReadReduced
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.storage.base import ImageReader

Draw = Callable[[CropSource, ReadReduced, int], QImage]
"""Draws a crop of a side in pixels; raises `ImageError`."""

MAX_BYTES = 32 << 20
"""About 600 crops of 112 pixels."""

SOURCES_KEPT = 4
"""Reduced images remembered: instances side by side are often of one image."""

SLICE_SECONDS = 0.004
"""How long at a time the window's thread reads from the project what crops are made of."""


class CropCache(QObject):
    """Crops by instance, the least recently shown leaving first.

    Args:
        pool: where they are made.
        reader: reads the images.
        source: gives what an instance's crop is made of; None when that cannot be read.
        draw: makes one.
        side: of a crop, in device pixels.
        max_bytes: most that is kept of them, in bytes.
        source_side: longer side in pixels at which images are read.
        parent: the owner.
    """

    ready = Signal(int)
    """A crop of this instance is there now."""

    def __init__(
        self,
        pool: ReadingPool,
        reader: ImageReader,
        source: Callable[[int], CropSource | None],
        draw: Draw,
        side: int,
        max_bytes: int = MAX_BYTES,
        source_side: int = 1024,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pool = pool
        self._images = _ReducedImages(reader, source_side)
        self._source = source
        self._draw = draw
        self._side = side
        self._max_bytes = max_bytes
        self._kept: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._stale: set[int] = set()
        self._making: set[int] = set()
        self._waiting: deque[int] = deque()
        self._feeding = QTimer(self)
        self._feeding.setInterval(0)
        self._feeding.timeout.connect(self._feed)

    def get(self, instance_id: int) -> QPixmap | None:
        """The crop, None while there is none or when its image cannot be read."""
        if instance_id in self._kept:
            self._kept.move_to_end(instance_id)
        return self._kept.get(instance_id)

    def want(self, instance_ids: Collection[int]) -> None:
        """Make the crops of these instances, and no longer those of others."""
        for other in self._making.difference(instance_ids):
            self._pool.withdraw((id(self), other))
        self._making.intersection_update(instance_ids)
        self._waiting = deque(
            each
            for each in instance_ids
            if (each not in self._kept or each in self._stale) and each not in self._making
        )
        self._feeding.start() if self._waiting else self._feeding.stop()

    def renew(self, instance_id: int) -> None:
        """Make a crop anew when it is wanted next: its masks changed. It is shown until then."""
        if instance_id in self._kept:
            self._stale.add(instance_id)

    def set_side(self, side: int) -> None:
        """Make crops of another size from now on."""
        if side != self._side:
            self._side = side
            self._stale = set(self._kept)

    def set_draw(self, draw: Draw) -> None:
        """Make crops in another way from now on, and show none of the others."""
        self._draw = draw
        self.want(())
        self._kept.clear()
        self._stale.clear()

    def clear(self) -> None:
        """Forget everything: another project comes."""
        self.want(())
        self._kept.clear()
        self._stale.clear()
        self._images.clear()

    def _feed(self) -> None:
        began = time.monotonic()
        while self._waiting and time.monotonic() - began < SLICE_SECONDS:
            self._make(self._waiting.popleft())
        if not self._waiting:
            self._feeding.stop()

    def _make(self, instance_id: int) -> None:
        source = self._source(instance_id)
        if source is None:
            return
        self._making.add(instance_id)
        read, draw, side = self._images.get, self._draw, self._side

        def done(image: QImage) -> None:
            self._keep(instance_id, QPixmap.fromImage(image))

        def failed(_: str) -> None:
            self._keep(instance_id, None)

        self._pool.request((id(self), instance_id), lambda: draw(source, read, side), done, failed)

    def _keep(self, instance_id: int, pixmap: QPixmap | None) -> None:
        self._making.discard(instance_id)
        self._stale.discard(instance_id)
        self._kept[instance_id] = pixmap
        self._kept.move_to_end(instance_id)
        used = sum(map(_bytes, self._kept.values()))
        while used > self._max_bytes and len(self._kept) > 1:
            oldest, dropped = self._kept.popitem(last=False)
            self._stale.discard(oldest)
            used -= _bytes(dropped)
        self.ready.emit(instance_id)


class _ReducedImages:
    """The last few images that crops were cut from; used by the pool's threads."""

    def __init__(self, reader: ImageReader, side: int) -> None:
        self._reader = reader
        self._side = side
        self._kept: OrderedDict[Path, tuple[Pixels, float]] = OrderedDict()

    def get(self, path: Path) -> tuple[Pixels, float]:
        """The reduced image and its scale; raises `ImageError`."""
        # No lock: each step is atomic, and at worst an image is read twice.
        kept = self._kept.get(path)
        if kept is None:
            kept = self._kept[path] = self._reader.read_thumbnail(path, self._side)
            while len(self._kept) > SOURCES_KEPT:
                self._kept.popitem(last=False)
        return kept

    def clear(self) -> None:
        self._kept.clear()


def _bytes(pixmap: QPixmap | None) -> int:
    return 0 if pixmap is None else pixmap.width() * pixmap.height() * 4
