"""Colours for categories in formats that show each in one of its own."""

from __future__ import annotations

import colorsys

_GOLDEN = 0.618034
"""Steps of this share of the colour circle keep colours apart, however many there are."""


def colour_of(position: int) -> str:
    """The colour of a category by its 0-based position, as #rrggbb."""
    rgb = colorsys.hsv_to_rgb(position * _GOLDEN % 1, 0.65 + 0.35 * (position % 2), 0.9)
    return "#" + "".join(f"{round(255 * value):02x}" for value in rgb)
