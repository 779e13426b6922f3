"""Cuts soft masks anew while a person drags a slider, without ever holding up the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.workers.pool import ReadingPool

AT_ONCE_AREA = 40_000
"""Regions of at most so many pixels are cut in the thread of the window: that takes about 4 ms."""

PRIORITY = 1000
"""In the pool: what is to be shown."""

_SLOT = "recut"


class Recutter(QObject):
    """Answers requests for other thresholds.

    One cut runs at a time. While it does, only the newest request is remembered, and what comes
    back is shown even when a newer one waits: so the view follows a slider that never rests.

    Args:
        pool: where large regions are cut.
    """

    ready = Signal(object)
    """A `Comparison` at another threshold."""

    failed = Signal(str)
    """One sentence."""

    def __init__(self, pool: ReadingPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._is_busy = False
        self._next: tuple[Comparison, int] | None = None

    def cut(self, comparison: Comparison, threshold: int) -> None:
        """Ask for a comparison at another threshold; `ready` may come at once."""
        self._next = (comparison, threshold)
        if not self._is_busy:
            self._go_on()

    def withdraw(self) -> None:
        """Drop what was asked for: another instance is shown."""
        self._pool.withdraw(_SLOT)
        self._is_busy, self._next = False, None

    def _go_on(self) -> None:
        if self._next is None:
            return
        comparison, threshold = self._next
        self._next = None
        if comparison.region.area <= AT_ONCE_AREA:
            self.ready.emit(comparison.recut(threshold))
            return
        self._is_busy = True
        self._pool.request(
            _SLOT, lambda: comparison.recut(threshold), self._answer, self._fail, PRIORITY
        )

    def _answer(self, comparison: Comparison) -> None:
        self._is_busy = False
        self._go_on()
        self.ready.emit(comparison)

    def _fail(self, sentence: str) -> None:
        self._is_busy = False
        self.failed.emit(sentence)
        self._go_on()
