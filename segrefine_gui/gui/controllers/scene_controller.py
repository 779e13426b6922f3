"""Gets what the canvases show: reads in threads, remembers a little, and looks ahead."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from segrefine_gui.gui.scene import Scene, build_scene
from segrefine_gui.gui.workers.image_cache import ImageCache
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.looks import Shown

KEPT = 4
"""Scenes remembered: this one, those that may be next, and the last. Each holds on to its image."""

KEPT_BYTES = 384 << 20
"""Most memory for their masks: those of huge images are forgotten sooner. The newest two stay."""

FIRST, SOON = 1000, 900
"""Priorities in the pool, above thumbnails: what is to be shown, and what may be next."""

_Key = tuple[int, int | None, int, bytes | None]


class SceneController(QObject):
    """Turns a `Shown` into a `Scene` without holding up the window.

    Args:
        pool: where reading happens.
        images: decoded images.
    """

    waiting = Signal()
    """The scene asked for is not there yet; what is on the screen is of another instance."""

    ready = Signal(object)
    """The `Scene` that was asked for last."""

    def __init__(
        self, pool: ReadingPool, images: ImageCache, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pool = pool
        self._images = images
        self._kept: OrderedDict[_Key, Scene] = OrderedDict()
        self._reading: set[_Key] = set()
        self._wanted: _Key | None = None

    def show(self, shown: Shown) -> None:
        """Get a scene; `ready` comes at once when it is remembered, else after `waiting`."""
        key = self._wanted = _key_of(shown)
        if key in self._kept:
            self._kept.move_to_end(key)
            self.ready.emit(self._kept[key])
            return
        self.waiting.emit()
        for other in self._reading - {key}:
            self._pool.withdraw(("scene", other))
        self._reading &= {key}
        self._read(key, shown, FIRST)

    def prefetch(self, upcoming: Iterable[Shown]) -> None:
        """Read ahead, so that moving on shows at once."""
        for shown in upcoming:
            key = _key_of(shown)
            if key not in self._kept:
                self._read(key, shown, SOON)

    def clear(self) -> None:
        """Forget everything: another project comes."""
        for key in self._reading:
            self._pool.withdraw(("scene", key))
        self._reading.clear()
        self._kept.clear()
        self._images.clear()
        self._wanted = None

    def _read(self, key: _Key, shown: Shown, priority: int) -> None:
        if key in self._reading:
            return
        self._reading.add(key)

        def done(scene: Scene) -> None:
            self._reading.discard(key)
            if not scene.problem:  # a file that is back is found at the next look
                self._keep(key, scene)
            if key == self._wanted:
                self.ready.emit(scene)

        def failed(sentence: str) -> None:
            self._reading.discard(key)
            if key == self._wanted:
                box = shown.image.box
                self.ready.emit(Scene(key[0], None, sentence, None, None, "", box))

        images = self._images
        self._pool.request(
            ("scene", key), lambda: build_scene(shown, images), done, failed, priority
        )

    def _keep(self, key: _Key, scene: Scene) -> None:
        self._kept[key] = scene
        while len(self._kept) > KEPT or (len(self._kept) > 2 and self._bytes() > KEPT_BYTES):
            self._kept.popitem(last=False)

    def _bytes(self) -> int:
        return sum(scene.nbytes for scene in self._kept.values())


def _key_of(shown: Shown) -> _Key:
    refinement_id = None if shown.refinement is None else shown.refinement.id
    edited = None if shown.edited is None else shown.edited.counts
    return shown.instance.id, refinement_id, shown.decision.threshold, edited
