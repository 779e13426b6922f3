"""Use case: a segmenter makes the coarse masks of a project's images."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, SegRefineError
from segrefine_gui.engines.base import Segmenter
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.steps import OnStep, Skipped, Step, ignore_step
from segrefine_gui.storage.base import ImageReader, NewImage, NewInstance, ProjectStore

_log = logging.getLogger(__name__)


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

    Args:
        store: the project.
        segmenter: the engine, used in the thread that built it.
        origin: the engine's name with its model, which tells it from others.
        reader: reads the images.
        cancel: asked between images and by the engine between its steps.
        on_step: told after each image.

    Raises:
        Cancelled: the images finished so far are in the project.
        ProjectError: the project cannot be written.
    """
    skipped: list[Skipped] = []
    instances = segmented = 0
    images = store.uncovered_images(origin)
    for done, image in enumerate(images):
        cancel.raise_if_cancelled()

        def tell(share: float, at: int = done, name: str = image.name) -> None:
            on_step(Step(at + share, len(images), name))

        tell(0.0)
        try:
            detections = segmenter.segment(reader.read_rgb(image.path), cancel, tell)
        except SegRefineError as error:
            skipped.append(Skipped(image.name, error.sentence))
            continue
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 - an engine may fail in any way; the batch goes on
            _log.exception("segmenting %s failed", image.name)
            sentence = f"The segmenter {segmenter.run.engine} failed on this image; see the log."
            skipped.append(Skipped(image.name, sentence))
            continue
        first = store.next_source_id(origin)
        found = [
            NewInstance(first + number, found.category, found.category_id, found.mask, found.score)
            for number, found in enumerate(detections)
            if found.mask.area
        ]
        instances += store.add_instances(image.id, origin, found)
        segmented += 1
    on_step(Step(len(images), len(images), ""))
    return SegmentReport(segmented, instances, skipped)
