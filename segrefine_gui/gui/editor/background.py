"""The pool, for the one thing that a tool has computed at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from segrefine_gui.gui.workers.pool import ReadingPool

T = TypeVar("T")

PRIORITY = 1100
"""In the pool: the person has just clicked."""

_SLOT = "tool"


class ToolBackground:
    """Runs a tool's work in the pool.

    Args:
        pool: the pool.
        done: called after the tool has heard of the end.
        failed: called with one sentence instead.
    """

    def __init__(
        self, pool: ReadingPool, done: Callable[[], None], failed: Callable[[str], None]
    ) -> None:
        self._pool = pool
        self._done = done
        self._failed = failed
        self._is_busy = False

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        """Do some work in a thread; what was asked for before is dropped."""
        self._is_busy = True

        def take(value: T) -> None:
            self._is_busy = False
            done(value)
            self._done()

        def fail(sentence: str) -> None:
            self._is_busy = False
            failed()
            self._done()
            self._failed(sentence)

        self._pool.request(_SLOT, work, take, fail, PRIORITY)

    def withdraw(self) -> bool:
        """Drop the work that was asked for; False where there is none."""
        was_busy, self._is_busy = self._is_busy, False
        self._pool.withdraw(_SLOT)
        return was_busy
