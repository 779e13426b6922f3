"""Generated photographs of things that do not exist, with the exact mask of one of them.

Dead leaves: shapes laid over each other until the ground is covered (Lee, Mumford, Huang:
Occlusion models for natural images, IJCV 2001), then seen by a bad camera. What makes it hard is
what makes real photographs hard: a thing of several colours on a ground that shares them,
neighbours of the same kind, occluders, shadows, soft and frayed rims.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from training.noise import smooth_noise
from training.shapes import Coverage, blob, random_shape
from training.texture_bank import Rgb, TextureBank

Look = Callable[[tuple[slice, slice]], Rgb]
"""Gives the surface of the (rows, columns) asked for."""

_LEAST_AREA = 0.012
"""A scene whose subject shows less than this share of the picture is made again."""
_MOST_AREA = 0.85
_PLAIN = 0.5
"""Share of scenes without clutter, occluders and camouflage."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One generated photograph.

    Attributes:
        image: uint8 (side, side, 3) RGB.
        truth: bool (side, side), the visible part of the subject.
        neighbours: bool (side, side), other things that lie near or on the subject.
        parts: bool (side, side) masks of parts of the subject that a segmenter might miss.
    """

    image: npt.NDArray[np.uint8]
    truth: npt.NDArray[np.bool_]
    neighbours: npt.NDArray[np.bool_]
    parts: tuple[npt.NDArray[np.bool_], ...]


def make_scene(rng: np.random.Generator, side: int, bank: TextureBank) -> Scene:
    """A scene of `side` x `side` pixels; the same state of `rng` gives the same scene."""
    while True:
        scene = _try_scene(rng, side, bank)
        if _LEAST_AREA <= scene.truth.mean() <= _MOST_AREA:
            return scene


def _try_scene(rng: np.random.Generator, side: int, bank: TextureBank) -> Scene:
    # Half of the world is one thing before a calm ground; the other half is the hard cases.
    plain = rng.random() < _PLAIN
    canvas = _ground(rng, side, bank, cluttered=not plain)
    # A subject larger than the picture is what a tile of a large image shows.
    radius = side * float(np.exp(rng.uniform(np.log(0.18), np.log(0.7))))
    spread = 0.08 if radius < 0.4 * side else 0.3
    centre = (side * (0.5 + rng.normal(0, spread)), side * (0.5 + rng.normal(0, spread)))
    look = bank.surface(rng, (side, side))
    likeness = 1.0 if plain else rng.random()
    if likeness < 0.2:
        look = _same_as(rng, canvas)
    elif likeness < 0.5:  # colours that differ from the ground's, but not by much
        shift = canvas.mean((0, 1)) + rng.normal(0, 0.08, 3).astype(np.float32)
        look = np.clip(look + np.float32(rng.uniform(0.5, 1)) * (shift - look.mean((0, 1))), 0, 1)

    neighbours = np.zeros((side, side), np.uint8)
    for _ in range(int(rng.integers(0, 2 if plain else 5))):
        beside = _beside(rng, side, centre, radius)
        _lay_over(rng, canvas, beside, _neighbouring(rng, bank, look, 0.3))
        neighbours = np.maximum(neighbours, beside)

    cover = random_shape(rng, side, centre, radius)
    subject, parts = _dressed(rng, bank, look, cover, centre, radius)
    _lay_over(rng, canvas, cover, lambda box: subject[box])

    visible = cover
    for _ in range(0 if plain or rng.random() < 0.5 else int(rng.integers(0, 3))):
        before = _beside(rng, side, centre, radius)
        _lay_over(rng, canvas, before, _neighbouring(rng, bank, look, 0.25))
        neighbours = np.maximum(neighbours, before)
        visible = np.minimum(visible, 255 - before)

    truth = visible > 127
    shown = tuple(part & truth for part in parts)
    return Scene(
        _photographed(rng, canvas),
        truth,
        (neighbours > 127) & ~truth,
        tuple(part for part in shown if part.any()),
    )


def _ground(rng: np.random.Generator, side: int, bank: TextureBank, *, cluttered: bool) -> Rgb:
    view = bank.photograph if rng.random() < 0.65 else bank.surface
    ground = view(rng, (side, side))
    if cluttered and rng.random() < 0.5:  # leaves of sizes that follow a power law
        for _ in range(int(rng.integers(3, 16))):
            size = side * min(0.5, 0.03 * rng.pareto(1.2) + 0.04)
            place = (float(rng.uniform(0, side)), float(rng.uniform(0, side)))
            leaf = random_shape(rng, side, place, size)
            _lay_over(rng, ground, leaf, _any_surface(rng, bank))
    if rng.random() < 0.3:  # out of focus
        ground = cv2.GaussianBlur(ground, (0, 0), float(rng.uniform(0.8, 5)))
    return ground


def _beside(
    rng: np.random.Generator, side: int, centre: tuple[float, float], radius: float
) -> Coverage:
    """A shape that touches or overlaps the rim of the subject."""
    turn = rng.uniform(0, 2 * np.pi)
    away = radius * rng.uniform(0.6, 1.5)
    place = (centre[0] + float(away * np.cos(turn)), centre[1] + float(away * np.sin(turn)))
    return random_shape(rng, side, place, radius * float(rng.uniform(0.2, 1.0)))


def _any_surface(rng: np.random.Generator, bank: TextureBank) -> Look:
    return lambda box: bank.surface(rng, _size(box))


def _neighbouring(rng: np.random.Generator, bank: TextureBank, look: Rgb, same: float) -> Look:
    """What a neighbour looks like: with a chance of `same`, like the subject."""
    if rng.random() < same:
        alike = _same_as(rng, look)
        return lambda box: alike[box]
    return _any_surface(rng, bank)


def _same_as(rng: np.random.Generator, look: Rgb) -> Rgb:
    """Another view of the same surface: camouflage, or a second one of the same kind."""
    side = look.shape[0]
    shifted = np.roll(look, tuple(rng.integers(side // 4, side, 2)), (0, 1))
    shifted = shifted[:, ::-1] if rng.random() < 0.5 else shifted
    gain, bias = rng.normal(1, 0.08), rng.normal(0, 0.04, 3)
    alike: Rgb = shifted * np.float32(gain) + bias.astype(np.float32)
    return np.clip(alike, 0, 1)


def _dressed(
    rng: np.random.Generator,
    bank: TextureBank,
    look: Rgb,
    cover: Coverage,
    centre: tuple[float, float],
    radius: float,
) -> tuple[Rgb, list[npt.NDArray[np.bool_]]]:
    """The subject's surface: patches of other colours (its parts), and light from one side."""
    side = cover.shape[0]
    look = look.copy()
    parts = []
    for _ in range(int(rng.integers(0, 5))):
        offset = rng.normal(0, 0.5 * radius, 2)
        place = (centre[0] + float(offset[0]), centre[1] + float(offset[1]))
        if rng.random() < 0.4:  # split across the whole: trousers and shirt
            patch = _half_plane(rng, side, place)
        else:
            patch = blob(rng, side, place, radius * float(rng.uniform(0.15, 0.8)))
        patch = np.minimum(patch, cover)
        _lay_over(rng, look, patch, _any_surface(rng, bank), shadow=False)
        parts.append(patch > 127)
    light = np.ones((side, side), np.float32)
    if rng.random() < 0.6:
        uneven = np.float32(rng.uniform(0.05, 0.35)) * smooth_noise(rng, side, rng.uniform(1, 3))
        light = np.clip(light + uneven, 0.3, 1.7)
    if rng.random() < 0.35:  # darker (or lighter) towards the rim, as round things are
        depth = cv2.distanceTransform((cover > 127).astype(np.uint8), cv2.DIST_L2, 3)
        rim = np.exp(-depth / np.float32(rng.uniform(0.03, 0.3) * radius))
        light *= 1 - np.float32(rng.uniform(-0.3, 0.6)) * rim
    return np.clip(look * light[..., None], 0, 1), parts


def _half_plane(rng: np.random.Generator, side: int, point: tuple[float, float]) -> Coverage:
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    distance = (columns - point[0]) * np.cos(angle) + (rows - point[1]) * np.sin(angle)
    cover: Coverage = np.clip(distance * 255 + 127, 0, 255).astype(np.uint8)
    return cover


def _lay_over(
    rng: np.random.Generator, canvas: Rgb, cover: Coverage, look: Look, *, shadow: bool = True
) -> None:
    """Cover a part of `canvas`, in place, its edge as sharp or soft as lenses make it."""
    if shadow and rng.random() < 0.3:  # mostly downwards
        reach = canvas.shape[0] * rng.uniform(0.01, 0.06)
        shift = np.array([[1, 0, rng.normal(0, reach)], [0, 1, abs(rng.normal(0, reach))]])
        dark = cv2.warpAffine(cover, shift, cover.shape[::-1])
        dark = cv2.GaussianBlur(dark, (0, 0), float(rng.uniform(1, 8)))
        canvas *= 1 - (np.float32(rng.uniform(0.2, 0.7) / 255) * dark)[..., None]
    blur = float(rng.choice([0.0, 0.4, 0.7, 1.2, 2.2], p=[0.5, 0.25, 0.15, 0.07, 0.03]))
    box = _covered(cover, margin=round(3 * blur))
    share = cover[box].astype(np.float32) / np.float32(255)
    if blur and share.size:
        share = cv2.GaussianBlur(share, (0, 0), blur)
    if share.size:
        canvas[box] += share[..., None] * (look(box) - canvas[box])


def _covered(cover: Coverage, margin: int) -> tuple[slice, slice]:
    """The rows and columns that a shape covers, and a margin around them."""
    x, y, width, height = cv2.boundingRect(cover)
    if not width:
        return slice(0, 0), slice(0, 0)
    return (
        slice(max(0, y - margin), min(cover.shape[0], y + height + margin)),
        slice(max(0, x - margin), min(cover.shape[1], x + width + margin)),
    )


def _size(box: tuple[slice, slice]) -> tuple[int, int]:
    return box[0].stop - box[0].start, box[1].stop - box[1].start


def _photographed(rng: np.random.Generator, canvas: Rgb) -> npt.NDArray[np.uint8]:
    """What a camera, a resize and a JPEG leave of the scene."""
    side = canvas.shape[0]
    canvas = np.ascontiguousarray(canvas, np.float32)
    if rng.random() < 0.25:
        canvas = cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.3, 0.9)))
    if rng.random() < 0.1:  # once smaller, as pictures from the web are
        smaller = round(side * rng.uniform(0.6, 0.95))
        canvas = cv2.resize(canvas, (smaller, smaller), interpolation=cv2.INTER_AREA)
        canvas = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.4:  # the world is less colourful than random numbers are
        grey = canvas.mean(2, keepdims=True)
        canvas = grey + np.float32(rng.uniform(0.1, 0.8)) * (canvas - grey)
    if rng.random() < 0.4:
        gain = np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.06, 3))
        canvas = np.clip(canvas * gain.astype(np.float32), 0, 1) ** np.float32(
            np.exp(rng.normal(0, 0.2))
        )
    if rng.random() < 0.25:  # sharpened in the camera
        canvas = canvas + np.float32(rng.uniform(0.2, 0.8)) * (
            canvas - cv2.GaussianBlur(canvas, (0, 0), 1.2)
        )
    if rng.random() < 0.6:
        canvas = canvas + np.float32(rng.uniform(0, 0.035)) * rng.standard_normal(
            canvas.shape, np.float32
        )
    if rng.random() < 0.05:
        canvas = np.repeat(canvas.mean(2, keepdims=True), 3, 2)
    image = (np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8)
    if rng.random() < 0.7:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 97))]
        _, stored = cv2.imencode(".jpg", image, quality)
        image = np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)
    return image
