"""How fast a job goes at the moment. No Qt."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 10.0
"""The pace is that of the last so many seconds: long enough to be calm, and of now."""

LEAST_SECONDS = 1.0
"""Before this nothing is said."""


class Throughput:
    """The pace of a job, over a moving window.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, float]] = deque()

    def per_second(self, done: float) -> float | None:
        """Take in how far the job is.

        Args:
            done: units finished, with the share of the one in work.

        Returns:
            Units a second; None while too little is known.
        """
        now = self._clock()
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()  # it counts something else from here on
        self._seen.append((now, done))
        # The last one before the window stays, so that the window is always covered.
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW_SECONDS:
            self._seen.popleft()
        since, before = self._seen[0]
        elapsed, finished = now - since, done - before
        return finished / elapsed if elapsed >= LEAST_SECONDS and finished > 0 else None
