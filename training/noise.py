"""Smooth random fields: what textures, warps, shadows and errors of masks are made of."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
"""Shape (h, w)."""

Value = TypeVar("Value", np.uint8, np.float32)


def smooth_noise(rng: np.random.Generator, side: int, cells: float) -> Field:
    """Noise that varies over about `side / cells` pixels.

    Args:
        rng: source of randomness.
        side: width and height of the field, in pixels.
        cells: how many independent values fit along a side, >= 1.

    Returns:
        float32 (side, side) of mean about 0 and standard deviation about 1.
    """
    count = max(2, round(cells)) + 1
    field: Field = rng.standard_normal((count, count), np.float32)
    if count < side:
        field = cv2.resize(field, (side, side), interpolation=cv2.INTER_CUBIC)
    else:
        field = np.ascontiguousarray(field[:side, :side])
        field = cv2.resize(field, (side, side)) if field.shape != (side, side) else field
    return field * np.float32(1.25)  # the interpolation takes about a fifth of the deviation


def fractal_noise(
    rng: np.random.Generator, side: int, cells: float, persistence: float, octaves: int = 5
) -> Field:
    """A sum of octaves of `smooth_noise`, each twice as fine and `persistence` times as strong.

    Perlin: An Image Synthesizer, SIGGRAPH 1985.

    Returns:
        float32 (side, side), scaled to standard deviation 1 and mean 0.
    """
    total = np.zeros((side, side), np.float32)
    for octave in range(octaves):
        if cells * 2**octave > side:
            break
        total += np.float32(persistence**octave) * smooth_noise(rng, side, cells * 2**octave)
    total -= total.mean()
    total /= total.std() + np.float32(1e-6)
    return total


def warped(
    values: npt.NDArray[Value], rng: np.random.Generator, cells: float, pixels: float
) -> npt.NDArray[Value]:
    """An image or mask bent by a smooth displacement.

    Args:
        values: (side, side) or (side, side, c), uint8 or float32.
        rng: source of randomness.
        cells: how many bends fit along a side.
        pixels: standard deviation of the displacement.

    Returns:
        The same shape and dtype.
    """
    side = values.shape[0]
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    columns += np.float32(pixels) * smooth_noise(rng, side, cells)
    rows += np.float32(pixels) * smooth_noise(rng, side, cells)
    bent: npt.NDArray[Value] = cv2.remap(
        values, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return bent
