"""Small refinements whose right answer is plain to see: a bright disk before a dark ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.triage.base import Evidence

SIDE = 200


def disk(radius: float = 50, x: float = 100, y: float = 100, side: int = SIDE) -> BoolMask:
    rows, columns = np.mgrid[:side, :side]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def picture_of(mask: BoolMask, seed: int = 0) -> np.ndarray:
    """What a camera sees of an object: bright where it is, dark elsewhere, with noise."""
    noise = np.random.default_rng(seed).normal(0, 6, (*mask.shape, 3))
    colours = np.where(mask[..., None], (200, 160, 90), (60, 80, 110))
    return np.clip(colours + noise, 0, 255).astype(np.uint8)


def soft_of(mask: BoolMask) -> np.ndarray:
    return np.where(mask, 255, 0).astype(np.uint8)


def evidence_of(
    truth: BoolMask, coarse: BoolMask, refined: BoolMask, refiner: str = "grabcut", **more: object
) -> Evidence:
    """The evidence of a refinement whose crop begins at (1000, 500) of its image."""
    height, width = truth.shape
    region = Box(1000, 500, 1000 + width, 500 + height)
    evidence = Evidence(picture_of(truth), coarse, soft_of(refined), region, refiner)
    return replace(evidence, **more)
