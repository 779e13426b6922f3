"""Outlines of boxes and ellipses, for what is rasterised like a polygon."""

from __future__ import annotations

import math

import numpy as np

Flat = list[float]
"""Points of an outline in pixels: x0, y0, x1, y1, ..."""

_PIXELS_PER_POINT = 2.0
_MAX_POINTS = 10_000


def turned_box(
    box: tuple[float, float, float, float], degrees: float, pivot: tuple[float, float]
) -> Flat:
    """The corners of a box, turned.

    Args:
        box: x0, y0, x1, y1 in pixels.
        degrees: how far it is turned, clockwise.
        pivot: x, y of the point that stays where it is.
    """
    x0, y0, x1, y1 = box
    return _turned(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), degrees, pivot)


def ellipse(centre: tuple[float, float], radii: tuple[float, float], degrees: float) -> Flat:
    """Points of an ellipse, close enough for its pixels.

    Args:
        centre: x, y in pixels.
        radii: along x and y before it is turned, in pixels.
        degrees: how far it is turned, clockwise.
    """
    length = 2 * math.pi * max(abs(radii[0]), abs(radii[1]))
    count = int(min(max(length / _PIXELS_PER_POINT, 16), _MAX_POINTS))
    angles = np.linspace(0, 2 * math.pi, count, endpoint=False)
    around = np.stack((np.cos(angles), np.sin(angles)), axis=1) * radii + centre
    return _turned(around, degrees, centre)


def _turned(points: np.ndarray, degrees: float, pivot: tuple[float, float]) -> Flat:
    if degrees:
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        points = (points - pivot) @ np.array([[cos, sin], [-sin, cos]]) + pivot
    flat: Flat = points.ravel().tolist()
    return flat
