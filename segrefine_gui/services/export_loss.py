"""Use case: what a format would make of the masks, seen on a sample of them."""

from __future__ import annotations

import math
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.records import Decision
from segrefine_gui.formats.base import FormatCatalog
from segrefine_gui.services.export import ExportOptions, export_masks
from segrefine_gui.services.sampling import spread
from segrefine_gui.storage.base import ImageReader, ProjectStore, QueueEntry


@dataclass(frozen=True, slots=True)
class SampledLoss:
    """What a format would make of a sample of masks.

    Attributes:
        sampled: instances that were looked at.
        instances: instances that there are to write, those of the sample among them.
        changed: of the sample, those with a pixel that is other in the file.
        pixels: how many such pixels there are.
        area: pixels of the coarse masks of the sample, to hold that against.
    """

    sampled: int
    instances: int
    changed: int
    pixels: int
    area: int = 0


def sample_loss(
    store: ProjectStore,
    formats: FormatCatalog,
    images: ImageReader,
    format_name: str,
    options: ExportOptions,
    most: int,
    cancel: CancelToken,
    on_written: Callable[[int, int], None],
) -> SampledLoss:
    """Export whole images, spread over the project, to nowhere.

    Args:
        store: the project.
        formats: the formats there are.
        images: reads photos.
        format_name: the format.
        options: what to write.
        most: take no further image once so many instances are in the sample.
        cancel: asked between instances.
        on_written: told the number of instances done so far, and how many the sample has.

    Raises:
        FormatError: there is no such format.
        ExportError: it cannot hold such an export at all.
        Cancelled: the person does not want to know any more.
    """
    entries = [entry for entry in store.queue() if _is_written(entry, options)]
    sample = _sample(entries, most)
    # What is empty here is no loss, and the decision tables list no pixels.
    options = replace(options, keeps_empty=False, val_share=0.0)
    with tempfile.TemporaryDirectory(prefix="segrefine-") as folder:
        report = export_masks(
            store,
            formats,
            images,
            format_name,
            Path(folder) / "none",
            options,
            cancel,
            lambda done: on_written(done, len(sample)),
            dry_run=True,
            instance_ids=sample,
        )
    changed = {problem.subject for problem in report.problems if problem.pixels}
    area = sum(entry.area for entry in entries if entry.instance_id in sample)
    return SampledLoss(len(sample), len(entries), len(changed), report.pixels, area)


def _is_written(entry: QueueEntry, options: ExportOptions) -> bool:
    decisions = options.decisions - {Decision.DROPPED}
    gated = options.gate is not None and entry.decision is Decision.PENDING
    is_named = options.categories.get(entry.category, entry.category) != ""
    return is_named and (gated or entry.decision in decisions)


def _sample(entries: list[QueueEntry], most: int) -> frozenset[int]:
    """Ids of the instances of images spread over all: who overlaps whom is as in the whole."""
    by_image: dict[int, list[int]] = defaultdict(list)
    for entry in entries:
        by_image[entry.image_id].append(entry.instance_id)
    images = math.ceil(most * len(by_image) / max(len(entries), most, 1))
    taken: list[int] = []
    for ids in spread(list(by_image.values()), images):
        if len(taken) >= most:
            break
        taken += ids
    return frozenset(taken)
