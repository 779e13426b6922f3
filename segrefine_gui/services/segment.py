"""Use case: a segmenter makes the coarse masks of a project's images."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, SegRefineError
from segrefine_gui.domain.records import Image
from segrefine_gui.engines.base import BatchSegmenter, Detection, Progress, RgbImage, Segmenter
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.reading import portions, read_ahead
from segrefine_gui.services.steps import OnStep, Skipped, Step, ignore_step
from segrefine_gui.storage.base import ImageReader, NewImage, NewInstance, ProjectStore

_log = logging.getLogger(__name__)

Outcome = list[Detection] | SegRefineError
"""What was found in an image, or why nothing could be."""


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """What a segmentation did: images seen, instances found, what was left out and why."""

    images: int
    instances: int
    skipped: Sequence[Skipped]


def add_images(
    store: ProjectStore, files: Sequence[Path], matcher: ImageMatcher, reader: ImageReader
) -> list[Skipped]:
    """Add image files to a project; returns those that could not be read, with the reason."""
    skipped, new = [], []
    for file in files:
        try:
            width, height = reader.read_size(file)
        except SegRefineError as error:
            skipped.append(Skipped(file.name, error.sentence))
        else:
            new.append(NewImage(file, matcher.relative_name(file), width, height))
    store.add_images(new)
    return skipped


def segment_images(
    store: ProjectStore,
    segmenter: Segmenter,
    origin: str,
    reader: ImageReader,
    cancel: CancelToken,
    on_step: OnStep = ignore_step,
) -> SegmentReport:
    """Segment the images that this origin has not seen; each is stored as soon as it is done.

    A `BatchSegmenter` gets images of one size together. While it works, the next are read.

    Args:
        store: the project.
        segmenter: the engine, used in the thread that built it.
        origin: the engine's name with its model, which tells it from others.
        reader: reads the images.
        cancel: asked between images and by the engine between its steps.
        on_step: told while images are in work and after the last.

    Raises:
        Cancelled: the images finished so far are in the project.
        ProjectError: the project cannot be written.
    """
    images = store.uncovered_images(origin)
    total = len(images)
    batch = max(1, segmenter.batch) if isinstance(segmenter, BatchSegmenter) else 1
    skipped: list[Skipped] = []
    instances = segmented = done = 0
    with closing(read_ahead(reader, portions(images, batch))) as read:
        for portion in read:
            cancel.raise_if_cancelled()
            skipped.extend(portion.skipped)
            done += len(portion.skipped)
            size, name = len(portion.images), portion.name

            def tell(share: float, at: int = done, size: int = size, name: str = name) -> None:
                on_step(Step(at + share * size, total, name))

            tell(0.0)
            outcomes = _outcomes(segmenter, portion.pixels, cancel, tell)
            for image, outcome in zip(portion.images, outcomes, strict=True):
                if isinstance(outcome, SegRefineError):
                    _log.warning("segmenting %s failed: %s", image.name, outcome.detail)
                    skipped.append(Skipped(image.name, outcome.sentence))
                else:
                    instances += _add(store, origin, image, outcome)
                    segmented += 1
            done += size
    on_step(Step(total, total, ""))
    return SegmentReport(segmented, instances, skipped)


def _add(store: ProjectStore, origin: str, image: Image, detections: Sequence[Detection]) -> int:
    """Store what was found in an image, without what is empty; returns how many were stored."""
    first = store.next_source_id(origin)
    found = [
        NewInstance(
            first + number, each.category, each.category_id, each.mask, each.score, each.head
        )
        for number, each in enumerate(detections)
        if each.mask.area
    ]
    return store.add_instances(image.id, origin, found)


def _outcomes(
    segmenter: Segmenter, pixels: Sequence[RgbImage], cancel: CancelToken, tell: Progress
) -> Sequence[Outcome]:
    """What became of each image; a batch that fails as a whole is tried one by one."""
    if isinstance(segmenter, BatchSegmenter) and len(pixels) > 1:
        try:
            together = segmenter.segment_many(pixels, cancel, tell)
            if len(together) == len(pixels):
                return together
            _log.error("%s gave %d answers", segmenter.run.engine, len(together))
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 - an engine may fail in any way; the batch goes on
            _log.exception("segmenting %d images at once failed", len(pixels))
    outcomes: list[Outcome] = []
    for image in pixels:

        def share_of_all(share: float, before: int = len(outcomes)) -> None:
            tell((before + share) / len(pixels))

        outcomes.append(_outcome(segmenter, image, cancel, share_of_all))
    return outcomes


def _outcome(segmenter: Segmenter, image: RgbImage, cancel: CancelToken, tell: Progress) -> Outcome:
    try:
        return segmenter.segment(image, cancel, tell)
    except Cancelled:
        raise
    except SegRefineError as error:
        return error
    except Exception as error:  # noqa: BLE001 - an engine may fail in any way; the batch goes on
        _log.exception("segmenting an image failed")
        return EngineError(
            f"The segmenter {segmenter.run.engine} failed on this image; see the log.", str(error)
        )
