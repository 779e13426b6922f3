"""Use case: an interactor says what a person means who points at an object.

Looking at an image takes an interactor seconds on a CPU, each prompt after that a fraction of one.
So what it remembers of a region is kept, and regions lie on a grid: prompts near each other, on
one object or on its neighbours, share one.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, SegRefineError
from segrefine_gui.domain.prompts import Prompt
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import Answer, Embedding, Interactor, RgbImage, close_engine

_log = logging.getLogger(__name__)

T = TypeVar("T")

LEAST_SIDE: Final = 512
"""Sides of regions are this, in pixels, doubled as often as need be. A network that sees 1024
pixels and answers with 256 tells a small object better when that is enlarged."""

STEPS = 4
"""Regions begin at multiples of this part of their side."""

EMBEDDINGS_BYTES = 256 << 20
"""Most memory that what is remembered of regions takes; SAM 2's embedding of one is 17 MB."""


def prompt_region(needed: Box, width: int, height: int) -> Box:
    """The region of an image that an interactor looks at for a prompt.

    Args:
        needed: what it must see: all that was shown, and what is in sight, because people zoom
            until they see what they point at. An object then fills a good part of the region, also
            in a photo of 50 megapixels.
        width: of the image, in pixels.
        height: of the image, in pixels.

    Returns:
        A box inside the image that holds what of `needed` lies there; the same one as long as that
        moves little. The whole image where nothing is needed.
    """
    whole = image_box(width, height)
    needed = needed.intersection(whole)
    if needed.area == 0:
        return whole
    side = LEAST_SIDE
    # A box may begin just before a step, so what it needs of a region is one step less.
    while side - side // STEPS < max(needed.width, needed.height):
        side *= 2
    x0, x1 = _span(needed.x0, needed.x1, side, width)
    y0, y1 = _span(needed.y0, needed.y1, side, height)
    return Box(x0, y0, x1, y1)


class Prompter:
    """An interactor with what it remembers of the regions that it looked at last.

    Used in the thread that built the interactor.

    Args:
        interactor: the engine.
        max_bytes: most memory for embeddings; one is kept however large it is.
    """

    def __init__(self, interactor: Interactor, max_bytes: int = EMBEDDINGS_BYTES) -> None:
        self._interactor = interactor
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, Embedding] = OrderedDict()

    def look(self, pixels: RgbImage, key: Hashable, region: Box, cancel: CancelToken) -> None:
        """Look at a region ahead of the first prompt; see `ask`."""
        _check_region(pixels, region)
        self._guarded(lambda: self._embedding(pixels, key, region, cancel))

    def ask(
        self, pixels: RgbImage, key: Hashable, region: Box, prompt: Prompt, cancel: CancelToken
    ) -> Sequence[Answer]:
        """The masks that a prompt may mean, the best first.

        Args:
            pixels: the whole image, uint8 (h, w, 3) RGB.
            key: which image that is: equal for equal pixels only.
            region: to look at, inside the image; as `prompt_region` gives it.
            prompt: in pixels of the image.
            cancel: asked between steps.

        Returns:
            At least one answer, in pixels of the image.

        Raises:
            EngineError: nothing says where the object is, or the engine failed; one sentence.
            Cancelled: the person cancelled.
        """
        _check_region(pixels, region)
        inner = prompt.seen_from(region)
        if not inner.shows_object:
            raise EngineError("Show first where the object is: click on it, or drag a box.")

        def answer() -> list[Answer]:
            embedding = self._embedding(pixels, key, region, cancel)
            answers = self._interactor.predict(embedding, inner, cancel)
            return [_moved(each, region) for each in answers]

        return self._guarded(answer)

    def close(self) -> None:
        """Forget everything, and let go of the interactor."""
        self._kept.clear()
        close_engine(self._interactor)

    def _embedding(
        self, pixels: RgbImage, key: Hashable, region: Box, cancel: CancelToken
    ) -> Embedding:
        place = key, region
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        crop = np.ascontiguousarray(pixels[region.slices])
        embedding = self._kept[place] = self._interactor.embed(crop, cancel)
        while len(self._kept) > 1 and self._held > self._max_bytes:
            self._kept.popitem(last=False)
        return embedding

    def _guarded(self, work: Callable[[], T]) -> T:
        """Do the engine's work; whatever else it raises or answers ends in one sentence."""
        try:
            return work()
        except (SegRefineError, Cancelled):
            raise
        except Exception as error:
            _log.exception("a prompt failed")
            raise EngineError(
                f"The interactor {self._interactor.run.engine} failed on this prompt; see the log."
            ) from error

    @property
    def _held(self) -> int:
        return sum(embedding.nbytes for embedding in self._kept.values())


def _check_region(pixels: RgbImage, region: Box) -> None:
    height, width = pixels.shape[:2]
    if region.area == 0 or region.intersection(image_box(width, height)) != region:
        raise EngineError("The region to look at is not on the image.")


def _span(low: int, high: int, side: int, limit: int) -> tuple[int, int]:
    """One side of the region: on the grid, moved into the image where it would leave it."""
    if side >= limit:
        return 0, limit
    step = side // STEPS
    middle = (low + high - side) / 2
    start = round(middle / step) * step
    # Rounding moves by half a step at most, and a whole one is to spare.
    start = min(max(start, 0), limit - side)
    return start, start + side


def _moved(answer: Answer, region: Box) -> Answer:
    box = answer.soft.region
    if box.intersection(image_box(region.width, region.height)) != box:
        raise ValueError(f"an answer in {box} is not inside a region of {region}")
    return replace(answer, soft=SoftMask(box.shifted(region.x0, region.y0), answer.soft.values))
