"""Work that is done once, by whichever thread asks for its value first."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Remembers the value of some work; while a thread does it, others wait for that.

    Work that raises was not done: whoever asks next tries again.

    Args:
        work: called in any thread, never in two at a time.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._lock = Lock()
        self._value: tuple[T] | None = None

    def __call__(self) -> T:
        """The value; the work is done first where nobody has done it."""
        with self._lock:
            if self._value is None:
                self._value = (self._work(),)
            return self._value[0]
