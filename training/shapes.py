"""Outlines of things that do not exist: blobs, polygons, figures with limbs, branches, rings.

Every function draws into a square of `side` pixels around a centre and gives how much of each
pixel the shape covers, as uint8 0..255 (drawn with anti-aliasing).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from training.noise import smooth_noise, warped

Coverage = npt.NDArray[np.uint8]
"""Shape (side, side): the share of each pixel that is covered, 0..255."""

Centre = tuple[float, float]
_SHIFT = 4
"""OpenCV draws in sixteenths of a pixel."""


def random_shape(rng: np.random.Generator, side: int, centre: Centre, radius: float) -> Coverage:
    """A shape of any kind.

    Args:
        rng: source of randomness.
        side: of the square, in pixels.
        centre: (x, y) in pixels.
        radius: about half of its longer side, in pixels.

    Returns:
        uint8 (side, side).
    """
    shape = rng.choice(len(_KINDS), p=_SHARES)
    cover = _KINDS[shape](rng, side, centre, radius)
    if rng.random() < 0.2:
        cover = _with_holes(rng, cover, centre, radius)
    if rng.random() < 0.5:
        cover = warped(cover, rng, rng.uniform(2, 8), rng.uniform(0.01, 0.06) * radius)
    if rng.random() < 0.15:
        cover = _frayed(rng, cover, radius)
    return cover


def blob(rng: np.random.Generator, side: int, centre: Centre, radius: float) -> Coverage:
    """A closed curve whose radius is a Fourier series with falling coefficients."""
    angles = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    fall = rng.uniform(1.0, 2.5)
    lengths = np.ones_like(angles)
    for order in range(1, 12):
        amplitude = rng.normal(0, 0.35) / order**fall
        lengths += amplitude * np.cos(order * angles + rng.uniform(0, 2 * np.pi))
    lengths = np.clip(lengths, 0.15, None)
    return _filled(side, _placed(rng, angles, lengths, centre, radius))


def polygon(rng: np.random.Generator, side: int, centre: Centre, radius: float) -> Coverage:
    """Three to twelve straight sides; with four often nearly a rectangle, as made things are."""
    count = int(rng.integers(3, 13))
    if rng.random() < 0.5:
        angles = np.array([0.25, 0.75, 1.25, 1.75]) * np.pi + rng.normal(0, 0.08, 4)
        lengths = np.full(4, 1.0) + rng.normal(0, 0.06, 4)
    else:
        angles = np.sort(rng.uniform(0, 2 * np.pi, count))
        lengths = rng.uniform(0.35, 1.0, count)
    return _filled(side, _placed(rng, angles, lengths, centre, radius))


def figure(rng: np.random.Generator, side: int, centre: Centre, radius: float) -> Coverage:
    """A body with a head, and limbs of two bending, tapering pieces: people and animals."""
    cover = np.zeros((side, side), np.uint8)
    upright = rng.random() < 0.65
    spine = np.pi / 2 + rng.normal(0, 0.25) if upright else rng.normal(0, 0.25)
    along = np.array([np.cos(spine), np.sin(spine)])
    across = np.array([-along[1], along[0]])
    middle = np.array(centre) - (0.25 * radius * along if upright else 0.0)
    length, girth = rng.uniform(0.3, 0.5) * radius, rng.uniform(0.14, 0.28) * radius
    _ellipse(cover, middle, (length, girth), spine)
    head = middle - along * (length + rng.uniform(0.08, 0.2) * radius)
    _ellipse(cover, head, np.array([0.16, 0.13]) * radius * rng.uniform(0.8, 1.3), spine)
    _limb(cover, middle - along * length * 0.8, head, girth * 0.8, girth * 0.6)
    for end in (-1.0, 1.0):
        root_share = rng.uniform(0.5, 0.9)
        for hand in (-1.0, 1.0):
            root = middle + along * end * length * root_share + across * hand * girth * 0.6
            direction = (spine if upright else np.pi / 2) + hand * rng.normal(0.25, 0.45)
            if upright and end < 0:
                direction += hand * rng.uniform(0, 1.6)
            reach = rng.uniform(0.25, 0.5) * radius
            bend = direction + rng.normal(0, 0.5)
            knee = root + reach * np.array([np.cos(direction), np.sin(direction)])
            foot = knee + reach * np.array([np.cos(bend), np.sin(bend)])
            thick = girth * rng.uniform(0.25, 0.6)
            _limb(cover, root, knee, thick, thick * 0.8)
            _limb(cover, knee, foot, thick * 0.8, thick * rng.uniform(0.3, 0.8))
    return cover


def branches(rng: np.random.Generator, side: int, centre: Centre, radius: float) -> Coverage:
    """A trunk that forks a few times: plants, antlers, cables; some ends carry leaves."""
    cover = np.zeros((side, side), np.uint8)
    leafy = rng.random() < 0.6
    start = np.array([centre[0], centre[1] + radius * 0.8])
    width = rng.uniform(0.04, 0.12) * radius
    tips = [(start, -np.pi / 2 + rng.normal(0, 0.3), rng.uniform(0.4, 0.7) * radius, width)]
    for _ in range(int(rng.integers(2, 5))):
        grown = []
        for point, angle, length, thick in tips:
            end = point + length * np.array([np.cos(angle), np.sin(angle)])
            _limb(cover, point, end, thick, thick * 0.7)
            if leafy:
                _ellipse(cover, end, (length * 0.35, length * rng.uniform(0.1, 0.3)), angle)
            for _ in range(int(rng.integers(1, 4))):
                bend = angle + rng.normal(0, 0.6)
                grown.append((end, bend, length * rng.uniform(0.5, 0.8), max(0.6, thick * 0.65)))
        tips = grown[:14]
    return cover


def ring(rng: np.random.Generator, side: int, centre: Centre, radius: float) -> Coverage:
    """A closed band, whole or with spokes: wheels, handles, frames."""
    cover = np.zeros((side, side), np.uint8)
    axes = radius * np.array([0.9, rng.uniform(0.4, 0.9)])
    angle = rng.uniform(0, np.pi)
    thick = rng.uniform(0.05, 0.3)
    _ellipse(cover, np.array(centre), axes, angle)
    inner = np.zeros_like(cover)
    _ellipse(inner, np.array(centre), axes * (1 - thick), angle)
    band: Coverage = cv2.subtract(cover, inner)
    for _ in range(int(rng.integers(0, 7))):
        turn = rng.uniform(0, 2 * np.pi)
        rim = np.array(centre) + axes.min() * 0.95 * np.array([np.cos(turn), np.sin(turn)])
        _limb(band, np.array(centre), rim, radius * 0.02 + 0.5, radius * 0.02 + 0.5)
    return band


def cluster(rng: np.random.Generator, side: int, centre: Centre, radius: float) -> Coverage:
    """Two to five simpler shapes grown together, as parts of one thing."""
    cover = np.zeros((side, side), np.uint8)
    for _ in range(int(rng.integers(2, 6))):
        simple = (blob, polygon, blob)[rng.integers(3)]
        offset = rng.normal(0, 0.35 * radius, 2)
        place = (centre[0] + float(offset[0]), centre[1] + float(offset[1]))
        cover = np.maximum(cover, simple(rng, side, place, radius * rng.uniform(0.25, 0.65)))
    return cover


_KINDS: tuple[Callable[[np.random.Generator, int, Centre, float], Coverage], ...] = (
    blob,
    polygon,
    figure,
    branches,
    ring,
    cluster,
)
_SHARES = (0.24, 0.14, 0.28, 0.06, 0.04, 0.24)


def _placed(
    rng: np.random.Generator,
    angles: npt.NDArray[np.float64],
    lengths: npt.NDArray[np.float64],
    centre: Centre,
    radius: float,
) -> npt.NDArray[np.float64]:
    """The corners (n, 2) of a curve given in polar form, squeezed and turned at random."""
    points = np.stack([np.cos(angles), np.sin(angles)], -1) * lengths[:, None]
    points /= np.abs(points).max()
    points[:, 1] *= rng.uniform(0.35, 1.0)
    turn = rng.normal(0, 0.3) + (np.pi / 2 if rng.random() < 0.5 else 0)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    placed: npt.NDArray[np.float64] = points @ rotation.T * radius + np.array(centre)
    return placed


def _filled(side: int, points: npt.NDArray[np.float64]) -> Coverage:
    cover = np.zeros((side, side), np.uint8)
    corners = np.round(points * 2**_SHIFT).astype(np.int32)
    cv2.fillPoly(cover, [corners], 255, cv2.LINE_AA, _SHIFT)
    return cover


def _ellipse(
    cover: Coverage,
    centre: npt.NDArray[np.float64],
    axes: npt.NDArray[np.float64] | tuple[float, float],
    angle: float,
) -> None:
    turns = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    points = np.stack([np.cos(turns) * axes[0], np.sin(turns) * axes[1]], -1)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    _draw(cover, points @ rotation.T + centre)


def _limb(
    cover: Coverage,
    start: npt.NDArray[np.float64],
    end: npt.NDArray[np.float64],
    start_width: float,
    end_width: float,
) -> None:
    """A tapering stroke with round ends; widths are half the thickness, in pixels."""
    direction = end - start
    length = float(np.hypot(*direction))
    if length < 1e-6:
        return
    normal = np.array([-direction[1], direction[0]]) / length
    sides = [
        start + normal * start_width,
        end + normal * end_width,
        end - normal * end_width,
        start - normal * start_width,
    ]
    _draw(cover, np.array(sides))
    _ellipse(cover, start, (start_width, start_width), 0.0)
    _ellipse(cover, end, (end_width, end_width), 0.0)


def _draw(cover: Coverage, points: npt.NDArray[np.float64]) -> None:
    corners = np.round(points * 2**_SHIFT).astype(np.int32)
    cv2.fillConvexPoly(cover, corners, 255, cv2.LINE_AA, _SHIFT)


def _with_holes(
    rng: np.random.Generator, cover: Coverage, centre: Centre, radius: float
) -> Coverage:
    """Holes and notches: what one can look through, and bites out of the rim."""
    side = cover.shape[0]
    for _ in range(int(rng.integers(1, 4))):
        offset = rng.normal(0, 0.4 * radius, 2)
        place = (centre[0] + float(offset[0]), centre[1] + float(offset[1]))
        cut = blob(rng, side, place, radius * rng.uniform(0.06, 0.25))
        cover = np.minimum(cover, 255 - cut)
    return cover


def _frayed(rng: np.random.Generator, cover: Coverage, radius: float) -> Coverage:
    """A rim of fur, leaves or torn cloth: the outline moved in and out by fine noise."""
    side = cover.shape[0]
    inside = cv2.distanceTransform((cover > 127).astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((cover <= 127).astype(np.uint8), cv2.DIST_L2, 3)
    inside, outside = np.minimum(inside, side), np.minimum(outside, side)  # else huge if all is one
    fineness = side / rng.uniform(2.5, 12)
    shift = rng.uniform(0.01, 0.05) * radius * smooth_noise(rng, side, fineness)
    frayed: Coverage = np.clip((inside - outside + shift) * 255 + 127, 0, 255).astype(np.uint8)
    return frayed
