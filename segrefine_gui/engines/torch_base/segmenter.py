"""What the segmenters on torch have in common: batches, filters, memory that runs out, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.head_masks import HeadMask
from segrefine_gui.domain.masks import BoolMask, encode_mask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import Detection, Progress, RgbImage, ignore_progress
from segrefine_gui.engines.schedule.backoff import in_batches, is_out_of_memory, release_memory
from segrefine_gui.engines.torch_base.segmenter_parameters import SegmenterSettings, check_classes

Wanted = Callable[[int, float], bool]
"""Whether an object of this class number and score is to be kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One object that a network found.

    Attributes:
        number: the network's own number of its class.
        score: confidence 0..1.
        mask: bool (h, w) over the whole image.
        head: what the mask head said before the cut; None where it is not to be had.
    """

    number: int
    score: float
    mask: BoolMask
    head: HeadMask | None


class InstanceNetwork(Protocol):
    """A network of one library, with what has to be known of that library alone."""

    title: str
    """What sentences call it."""
    categories: Mapping[int, tuple[str, int]]
    """Class number -> (name, number in its data set); empty where nobody says."""

    def infer(self, images: Sequence[RgbImage]) -> Sequence[Any]:
        """Its own answer for each image, all of one size; called in inference mode."""
        ...

    def objects(self, answer: Any, height: int, width: int, wanted: Wanted) -> Iterator[Found]:
        """The wanted objects of an answer; masks are made one after the other."""
        ...


class TorchSegmenter:
    """A segmenter and batch segmenter around a network.

    Args:
        network: ready for inference.
        settings: what a person chose.
        run: how it was set up.

    Raises:
        EngineError: a category to keep is none of the network's.
    """

    def __init__(
        self, network: InstanceNetwork, settings: SegmenterSettings, run: EngineRun
    ) -> None:
        self.run = run
        self.batch = settings.batch
        self._network = network
        self._settings = settings
        if network.categories:
            check_classes(settings.classes, [name for name, _ in network.categories.values()])

    def segment(
        self, image: RgbImage, cancel: CancelToken, progress: Progress = ignore_progress
    ) -> list[Detection]:
        """See `base.Segmenter.segment`."""
        (found,) = self.segment_many([image], cancel, progress)
        if isinstance(found, EngineError):
            raise found
        return found

    def segment_many(
        self,
        images: Sequence[RgbImage],
        cancel: CancelToken,
        progress: Progress = ignore_progress,
    ) -> list[list[Detection] | EngineError]:
        """See `base.BatchSegmenter.segment_many`.

        Only images of one size share a batch: others would be padded, and what is found in an
        image would depend on those beside it.
        """
        cancel.raise_if_cancelled()
        by_size: dict[tuple[int, ...], list[int]] = {}
        for index, image in enumerate(images):
            by_size.setdefault(image.shape, []).append(index)
        found: dict[int, list[Detection] | EngineError] = {}
        for indices in by_size.values():

            def run(portion: Sequence[int]) -> Sequence[list[Detection]]:
                return self._run([images[index] for index in portion], cancel)

            for index, result in in_batches(indices, self.batch, run):
                found[index] = self._error(result) if isinstance(result, Exception) else result
                progress(len(found) / len(images))
        return [found[index] for index in range(len(images))]

    def close(self) -> None:
        """Let go of the network, and give its memory on a GPU back to others."""
        del self._network
        release_memory()

    def _run(self, images: Sequence[RgbImage], cancel: CancelToken) -> list[list[Detection]]:
        import torch

        cancel.raise_if_cancelled()
        with torch.inference_mode():
            answers = self._network.infer(images)
            return [
                self._detections(answer, image, cancel)
                for answer, image in zip(answers, images, strict=True)
            ]

    def _detections(self, answer: Any, image: RgbImage, cancel: CancelToken) -> list[Detection]:
        height, width = image.shape[:2]
        detections = []
        for found in self._network.objects(answer, height, width, self._wanted):
            cancel.raise_if_cancelled()
            name, source_id = self._category(found.number)
            detections.append(
                Detection(encode_mask(found.mask), name, source_id, found.score, found.head)
            )
        return detections

    def _wanted(self, number: int, score: float) -> bool:
        if score < self._settings.threshold:
            return False
        classes = self._settings.classes
        return not classes or self._category(number)[0] in classes

    def _category(self, number: int) -> tuple[str, int]:
        return self._network.categories.get(number, (f"class {number}", number))

    def _error(self, error: Exception) -> EngineError:
        title, detail = self._network.title, f"{type(error).__name__}: {error}"
        if not is_out_of_memory(error):
            return EngineError(f"{title} failed on this image.", detail)
        if self.run.device == "cpu":
            cure = "choose a smaller longest side"
        else:
            cure = "close what else uses it, choose a smaller longest side, or the device cpu"
        where = "memory" if self.run.device == "cpu" else "GPU memory"
        return EngineError(f"{title} ran out of {where} even on this image alone: {cure}.", detail)


def head_masks(boxes: Any, probabilities: Any) -> list[HeadMask | None]:
    """Mask heads' answers from tensors, all brought from the device at once.

    Args:
        boxes: float (n, 4), x0, y0, x1, y1 in pixels of the image.
        probabilities: float (n, rows, columns), 0..1.

    Returns:
        One for each; None where its box is empty.
    """
    values = (probabilities.float() * 255).round().cpu().numpy().astype(np.uint8)
    return [
        HeadMask((x0, y0, x1, y1), each) if x0 < x1 and y0 < y1 else None
        for (x0, y0, x1, y1), each in zip(boxes.tolist(), values, strict=True)
    ]
