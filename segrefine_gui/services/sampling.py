"""Samples of what is too much to look at whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def spread(items: Sequence[T], most: int | None) -> Sequence[T]:
    """At most so many of some items, evenly spread over them, in their order; None for all."""
    if most is None or len(items) <= most:
        return items
    return [items[place * len(items) // most] for place in range(most)]
