"""Surfaces to cover shapes with: photographs, noise, stripes, speckles and plain paint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training.noise import Field, fractal_noise, smooth_noise, warped

Rgb = npt.NDArray[np.float32]
"""Shape (h, w, 3), RGB, 0..1."""

Size = tuple[int, int]
"""(height, width) in pixels."""

_SIDE = 384
"""Side of a generated texture, in pixels."""
_GENERATED = 96
"""How many generated textures a bank holds; each is used many times, never twice alike."""


class TextureBank:
    """Textures that are cut, turned, scaled and recoloured at random.

    Args:
        seed: of the generated textures.
        folders: folders with photographs (JPEG) that are in the public domain.

    Raises:
        FileNotFoundError: no photograph was found; the model would not be the documented one.
    """

    def __init__(self, seed: int, folders: Sequence[Path]) -> None:
        paths = sorted(path for folder in folders for path in folder.glob("*.jpg"))
        if not paths:
            raise FileNotFoundError(f"There are no textures in {', '.join(map(str, folders))}.")
        self._photographs = [_pyramid(path) for path in paths]
        rng = np.random.default_rng((seed, 1))
        self._generated = [_generate(rng) for _ in range(_GENERATED)]

    def photograph(self, rng: np.random.Generator, size: Size) -> Rgb:
        """A view of a random photograph, hardly recoloured: a believable background."""
        source = self._photographs[rng.integers(len(self._photographs))]
        return _view(source, rng, size, magnified=(0.3, 1.2), recoloured=0.35)

    def surface(self, rng: np.random.Generator, size: Size) -> Rgb:
        """A view of a random texture of any kind, recoloured at will.

        Args:
            rng: source of randomness.
            size: (height, width) in pixels.

        Returns:
            float32 (height, width, 3) RGB, 0..1.
        """
        kind = rng.random()
        if kind < 0.62:
            source = self._photographs[rng.integers(len(self._photographs))]
            return _view(source, rng, size, magnified=(0.25, 1.5), recoloured=1.0)
        if kind < 0.84:
            texture = [self._generated[rng.integers(len(self._generated))]]
            return _view(texture, rng, size, magnified=(0.5, 2.0), recoloured=1.0)
        return _paint(rng, size)


def _pyramid(path: Path) -> list[npt.NDArray[np.uint8]]:
    """A photograph at its own size and at halves of it, each as RGB."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise FileNotFoundError(f"{path} is not an image that OpenCV can read.")
    scale = 512 / min(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    levels = [np.ascontiguousarray(image[..., ::-1])]
    while min(levels[-1].shape[:2]) >= 256:
        levels.append(cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return levels


def _view(
    levels: list[npt.NDArray[np.uint8]],
    rng: np.random.Generator,
    size: Size,
    *,
    magnified: tuple[float, float],
    recoloured: float,
) -> Rgb:
    """A turned, mirrored, recoloured window of a texture."""
    scale = float(np.exp(rng.uniform(np.log(magnified[0]), np.log(magnified[1]))))
    level = 0
    while scale < 0.5 and level + 1 < len(levels):
        # Shrinking a large one would alias, and aliasing is an edge where there is none.
        scale, level = scale * 2, level + 1
    source = levels[level]
    height, width = source.shape[:2]
    angle = rng.normal(0, 10) if rng.random() < 0.7 else rng.uniform(0, 360)
    centre = np.array([rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height])
    matrix = cv2.getRotationMatrix2D(tuple(centre), angle, scale)
    if rng.random() < 0.5:
        matrix[0] *= -1
        matrix[0, 2] += 2 * centre[0]
    matrix[:, 2] += np.array([size[1], size[0]]) / 2 - centre
    view = cv2.warpAffine(
        source, matrix, size[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    colours = _random_colours(rng, view, recoloured) * np.float32(1 / 255)
    recoloured_view: Rgb = cv2.transform(view.astype(np.float32), colours)
    return np.clip(recoloured_view, 0, 1)


def _random_colours(
    rng: np.random.Generator, view: npt.NDArray[np.uint8], strength: float
) -> npt.NDArray[np.float32]:
    """A 3 x 4 colour matrix for values 0..255: hue, saturation, contrast and brightness."""
    mixing = np.eye(3)
    if rng.random() < 0.3 * strength:
        mixing = mixing[rng.permutation(3)]
    if rng.random() < 0.5 * strength:
        saturation = rng.uniform(0.1, 1.3)
        mixing = saturation * mixing + (1 - saturation) / 3
    contrast = float(np.exp(rng.normal(0, 0.3 * strength)))
    mean = mixing @ np.array(cv2.mean(view)[:3])
    target = mean + 255 * (rng.normal(0, 0.12 * strength) + rng.normal(0, 0.04 * strength, 3))
    if rng.random() < 0.3 * strength:  # another colour, through which the texture shimmers
        contrast *= rng.uniform(0.1, 0.6)
        target = 255 * rng.random(3)
    matrix = np.column_stack([contrast * mixing, target - contrast * mean])
    return matrix.astype(np.float32)


def _paint(rng: np.random.Generator, size: Size) -> Rgb:
    """One colour under uneven light, with a little grain."""
    side = max(size)
    light = np.float32(rng.uniform(0.0, 0.12)) * smooth_noise(rng, side, rng.uniform(1, 3))
    light += np.float32(rng.uniform(0.0, 0.03)) * rng.standard_normal((side, side), np.float32)
    colour = rng.random(3, np.float32)
    return np.clip(colour + light[: size[0], : size[1], None], 0, 1)


def _generate(rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    field = _PATTERNS[rng.integers(len(_PATTERNS))](rng)
    stops = np.sort(rng.uniform(-1.5, 1.5, 4))
    colours = rng.random((4, 3))
    if rng.random() < 0.5:  # shades of one hue
        colours = colours[0] * rng.uniform(0.3, 1.6, (4, 1))
    channels = [np.interp(field, stops, colours[:, channel]) for channel in range(3)]
    texture = np.stack(channels, -1) + 0.02 * rng.standard_normal((_SIDE, _SIDE, 1))
    return np.clip(texture * 255, 0, 255).astype(np.uint8)


def _clouds(rng: np.random.Generator) -> Field:
    return fractal_noise(rng, _SIDE, rng.uniform(2, 24), rng.uniform(0.4, 0.9))


def _stripes(rng: np.random.Generator) -> Field:
    rows, columns = np.mgrid[:_SIDE, :_SIDE].astype(np.float32) / _SIDE
    waves = np.sin(2 * np.pi * rng.uniform(4, 40) * columns)
    if rng.random() < 0.4:
        waves = waves * np.sin(2 * np.pi * rng.uniform(4, 40) * rows)
    sharp = np.tanh(rng.uniform(0.5, 6) * waves).astype(np.float32)
    return warped(sharp, rng, rng.uniform(2, 8), rng.uniform(0, 12))


def _speckles(rng: np.random.Generator) -> Field:
    fine = fractal_noise(rng, _SIDE, rng.uniform(20, 90), 0.6, octaves=2)
    spots: Field = np.tanh(rng.uniform(1, 6) * (fine - rng.uniform(-0.5, 1.0)))
    return spots.astype(np.float32)


def _fur(rng: np.random.Generator) -> Field:
    field = fractal_noise(rng, _SIDE, rng.uniform(60, 180), 0.7, octaves=2)
    streak = np.zeros((21, 21), np.float32)
    cv2.line(streak, (0, 10), (20, int(rng.integers(4, 17))), 1.0, 1)
    streaks: Field = cv2.filter2D(field, -1, streak / streak.sum())
    streaks = warped(streaks, rng, rng.uniform(2, 6), rng.uniform(0, 25))
    streaks /= streaks.std() + np.float32(1e-6)
    return streaks


def _tiles(rng: np.random.Generator) -> Field:
    """Cells of one value each: the nearest of scattered points (Worley, SIGGRAPH 1996)."""
    seeds = np.full((_SIDE, _SIDE), 255, np.uint8)
    count = int(rng.integers(30, 600))
    seeds[rng.integers(0, _SIDE, count), rng.integers(0, _SIDE, count)] = 0
    distances, labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5)
    values: Field = rng.standard_normal(int(labels.max()) + 1).astype(np.float32)[labels]
    values -= np.float32(rng.uniform(0, 0.05)) * distances
    return values


_PATTERNS: tuple[Callable[[np.random.Generator], Field], ...] = (
    _clouds,
    _clouds,
    _stripes,
    _speckles,
    _fur,
    _tiles,
)
