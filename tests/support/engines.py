"""Engines as another package might bring them: small, fast, and failing where told to."""

from __future__ import annotations

import numpy as np

from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import Detection


class ThirdPartyRefiner:
    """A refiner as another package might bring it; `fail` says what happens on the n-th run."""

    def __init__(self, fail: dict[int, Exception] | None = None) -> None:
        self.run = EngineRun("third-party", "1.0")
        self._fail = fail or {}
        self.calls = 0
        self.seen: list[tuple[tuple[int, ...], tuple[int, ...]]] = []

    def refine(self, image, mask, cancel, progress=lambda share: None):
        self.calls += 1
        self.seen.append((image.shape, mask.shape))
        if self.calls in self._fail:
            raise self._fail[self.calls]
        progress(0.5)
        return mask.astype(np.uint8) * 255


class BrightObjects:
    """A segmenter that finds what is bright, as another package might bring it."""

    def __init__(self) -> None:
        self.run = EngineRun("bright", "1.0")
        self.calls = 0
        self.fail_on = 0

    def segment(self, image, cancel, progress=lambda share: None):
        self.calls += 1
        if self.calls == self.fail_on:
            raise RuntimeError("out of memory")
        progress(0.5)
        mask = encode_mask(image[..., 0] > 150)
        nothing = encode_mask(np.zeros(image.shape[:2], dtype=bool))
        return [Detection(mask, "disk", 4, 0.8), Detection(nothing, "disk", 4, 0.6)]
