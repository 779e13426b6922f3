"""Drawn crops whose truth is known to the pixel, for the refiners."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Crop = tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]


def scene(
    height: int = 240,
    width: int = 320,
    inside: tuple[int, int, int] = (200, 60, 40),
    outside: tuple[int, int, int] = (40, 110, 60),
    noise: float = 12,
    seed: int = 0,
) -> Crop:
    """A photo-like crop of a blob, its truth, and a coarse mask with a blocky outline."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    angle = np.arctan2(rows - height / 2, columns - width / 2)
    radius = min(height, width) * (0.3 + 0.05 * np.sin(5 * angle))
    truth = np.hypot(rows - height / 2, columns - width / 2) < radius
    image = np.where(truth[..., None], inside, outside) + rng.normal(0, noise, (height, width, 3))
    image = np.clip(image, 0, 255).astype(np.uint8)
    block = max(2, min(height, width) // 28)
    grid = (max(1, width // block), max(1, height // block))
    low = cv2.resize(truth.astype(np.float32), grid, interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(low, (width, height), interpolation=cv2.INTER_NEAREST) > 0.35
    return image, truth, coarse


def strided(
    image: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_]
) -> list[tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]]:
    """The same crop in other layouts in memory: a part of a larger one, mirrored, Fortran's.

    Each pair equals (image, mask) value by value.
    """
    larger = np.pad(image, ((3, 5), (4, 2), (0, 0)))[3:-5, 4:-2]
    return [
        (larger, np.pad(mask, 6)[6:-6, 6:-6]),
        (image[::-1, ::-1].copy()[::-1, ::-1], mask[::-1, ::-1].copy()[::-1, ::-1]),
        (np.asfortranarray(image), np.asfortranarray(mask)),
    ]
