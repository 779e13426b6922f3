"""Engines as another package might bring them: small, fast, and failing where told to."""

from __future__ import annotations

import numpy as np

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import Detection, Outcome


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


class ThirdPartyBatchRefiner(ThirdPartyRefiner):
    """The same for several crops at once, the last one first.

    Args:
        fail: what happens on the n-th crop of all.
        at_once: how many crops it likes.
        breaks_after: after so many crops it raises a `RuntimeError` instead of going on.
    """

    def __init__(
        self, fail: dict[int, Exception] | None = None, at_once: int = 2, breaks_after: int = 99
    ) -> None:
        super().__init__(fail)
        self.crops_at_once = at_once
        self.breaks_after = breaks_after
        self.rounds: list[int] = []
        self.closed = 0

    def refine_many(self, crops, cancel, progress=lambda share: None):
        self.rounds.append(len(crops))
        for done, index in enumerate(reversed(range(len(crops)))):
            cancel.raise_if_cancelled()
            if self.calls == self.breaks_after:
                raise RuntimeError("it broke")
            try:
                soft = self.refine(crops[index].image, crops[index].mask, cancel)
            except EngineError as error:
                soft = error
            progress((done + 1) / len(crops))
            yield Outcome(index, soft, 0.25)

    def close(self) -> None:
        self.closed += 1


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


class BrightBatches(BrightObjects):
    """The same, several images at once; keeps the sizes of its batches, and fails where told to.

    Attributes:
        sizes: of each batch, the (width, height) of its images.
        fail_together: raised for every batch.
        fail_dark: gives an error for the images whose brightest red is below this.
    """

    def __init__(self, batch: int) -> None:
        super().__init__()
        self.batch = batch
        self.sizes: list[list[tuple[int, int]]] = []
        self.fail_together: Exception | None = None
        self.fail_dark = 0

    def segment_many(self, images, cancel, progress=lambda share: None):
        cancel.raise_if_cancelled()
        self.sizes.append([(image.shape[1], image.shape[0]) for image in images])
        if self.fail_together is not None:
            raise self.fail_together
        progress(0.5)
        return [
            EngineError("It is too dark.", "below the limit")
            if image[..., 0].max() < self.fail_dark
            else self.segment(image, cancel)
            for image in images
        ]
