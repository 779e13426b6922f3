"""An interactor as another package might bring it: small, fast, and right about colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import BoolMask, tight_box
from segrefine_gui.domain.prompts import Prompt
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import (
    Answer,
    EngineKind,
    EngineOptions,
    EngineStatus,
    RgbImage,
)

ALIKE = 40
"""Colours differ by at most so much, in any channel."""


@dataclass(frozen=True)
class Remembered:
    image: RgbImage

    @property
    def nbytes(self) -> int:
        return self.image.nbytes


class ColourFinder:
    """Answers with all that has a colour of a point on the object, without boxes' outsides.

    The second answer is the box around the first.
    """

    def __init__(self) -> None:
        self.run = EngineRun("colours", "1.0")
        self.looks: list[tuple[int, ...]] = []
        self.prompts: list[Prompt] = []
        self.contiguous = True
        self.closed = 0

    def embed(self, image: RgbImage, cancel: CancelToken) -> Remembered:
        cancel.raise_if_cancelled()
        self.looks.append(image.shape)
        self.contiguous &= image.flags.c_contiguous
        return Remembered(image)

    def predict(
        self, embedding: Remembered, prompt: Prompt, cancel: CancelToken
    ) -> Sequence[Answer]:
        cancel.raise_if_cancelled()
        self.prompts.append(prompt)
        image = embedding.image.astype(int)
        height, width = image.shape[:2]
        found = np.zeros((height, width), np.bool_)
        for box in prompt.boxes:
            inside = image[box.slices]
            middle = inside[inside.shape[0] // 2, inside.shape[1] // 2]
            found[box.slices] |= _alike(inside, middle)
        for wanted in (True, False):
            for mark in prompt.marks:
                if mark.is_object is wanted:
                    for x, y in mark.points:
                        color = image[min(int(y), height - 1), min(int(x), width - 1)]
                        found[_alike(image, color)] = wanted
        box = tight_box(found)
        exact = found[box.slices].astype(np.uint8) * 255
        return [
            Answer(SoftMask(box, exact), 0.9),
            Answer(SoftMask(box, np.full_like(exact, 255)), 0.6),
        ]

    def close(self) -> None:
        self.closed += 1


class ColourFactory:
    """Registers a `ColourFinder`; `made` lists those that were loaded."""

    name = "colours"
    kind: EngineKind = "interactor"
    summary = "finds what has a colour"

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.made: list[ColourFinder] = []

    def status(self, options: EngineOptions) -> EngineStatus:
        return EngineStatus(usable=not self.problem, problem=self.problem)

    def load(self, options: EngineOptions) -> ColourFinder:
        self.made.append(ColourFinder())
        return self.made[-1]


def _alike(image: np.ndarray, color: np.ndarray) -> BoolMask:
    alike: BoolMask = np.abs(image - color).max(axis=-1) <= ALIKE
    return alike
