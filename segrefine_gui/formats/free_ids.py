"""Ids for what has none of its own, or one that something else has."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator

MAX_ID = 2**63 - 1
"""Largest id that databases can hold."""


def free_ids(taken: Collection[int]) -> Iterator[int]:
    """Ids from 1 on that nothing has: above the highest that is taken, where there is room."""
    after = max([0, *taken]) + 1
    start = after if after < MAX_ID // 2 else 1
    return (number for number in itertools.count(start) if number not in taken)
