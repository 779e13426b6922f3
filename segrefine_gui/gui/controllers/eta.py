"""When a job will be done, from how fast it went so far. No Qt."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST_SECONDS = 2.0
"""Before this nothing is foretold: the first unit tells little."""


class Eta:
    """Foretells the end of a job that does `total` units.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: tuple[float, float] | None = None

    def seconds_left(self, done: float, total: int) -> float | None:
        """Take in how far the job is.

        The clock starts with the first call, so loading an engine before does not count.

        Args:
            done: units finished, with the share of the one in work.
            total: units in all.

        Returns:
            Seconds until the end; None while too little is known.
        """
        now = self._clock()
        if self._began is None or done < self._began[1]:
            self._began = (now, done)
        since, first = self._began
        elapsed, finished = now - since, done - first
        if elapsed < LEAST_SECONDS or finished <= 0:
            return None
        return elapsed / finished * max(0.0, total - done)
