"""Use case: a refiner makes a refinement of each instance that it has not refined yet.

Triage says in the same step how likely each refinement made its mask worse.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from segrefine_gui.domain.boxes import context_region
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.records import Instance, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import BatchRefiner, Progress, Refiner, RgbImage
from segrefine_gui.services.assess import RISK_UNKNOWN, Assessor
from segrefine_gui.services.photos import Photo, photos_ahead
from segrefine_gui.services.refine_batches import (
    Made,
    Tell,
    failure,
    refine_in_rounds,
    subject_of,
)
from segrefine_gui.services.reruns import Reruns
from segrefine_gui.services.steps import OnStep, Skipped, Step, ignore_step
from segrefine_gui.storage.base import ImageReader, ProjectStore
from segrefine_gui.triage.base import Triage


@dataclass(frozen=True, slots=True)
class RefineReport:
    """What a refinement run did.

    Attributes:
        refined: instances refined.
        skipped: what was left out and why; where only the risk of a refinement could not be
            estimated, it is stored without one.
        assessing_seconds: time that estimating risks took, which no `EngineRun.seconds` holds.
    """

    refined: int
    skipped: Sequence[Skipped]
    assessing_seconds: float = 0.0


def refine_instances(
    store: ProjectStore,
    refiner: Refiner,
    reader: ImageReader,
    cancel: CancelToken,
    on_step: OnStep = ignore_step,
    instance_ids: Sequence[int] | None = None,
    triage: Triage | None = None,
    reruns: Reruns | None = None,
) -> RefineReport:
    """Refine what this refiner has not refined; each refinement is stored as soon as it is made.

    Args:
        store: the project.
        refiner: the engine, used in the thread that built it.
        reader: reads the images.
        cancel: asked between instances and by the engine between its steps.
        on_step: told during and after each instance.
        instance_ids: only these, refined again where they were before; None for all missing.
        triage: estimates the risk of each refinement; None leaves them without one.
        reruns: which are made to estimate it better; None for none.

    Raises:
        Cancelled: the refinements made so far are in the project.
        ProjectError: the project cannot be written.
    """
    ids = store.unrefined(refiner.run.engine) if instance_ids is None else list(instance_ids)
    images = {image.id: image for image in store.images()}
    make_reruns = None if reruns is None else partial(reruns.of, refiner, cancel)
    assessor = None if triage is None else Assessor(store, triage, make_reruns)
    skipped: list[Skipped] = []
    refined = done = 0
    furthest = 0.0

    def usable(photos: Iterable[Photo]) -> Iterator[Photo]:
        """Those that could be read; of the others is said why, and their instances are done."""
        nonlocal done
        for photo in photos:
            skipped.extend(photo.skipped)
            if photo.pixels is None:
                done += len(photo.instances)
            else:
                yield photo

    def tell(more: float, text: str, instance_id: int | None = None) -> None:
        nonlocal furthest
        # Of instances that are refined together some end before others are as far as they were.
        furthest = max(furthest, done + more)
        on_step(Step(furthest, len(ids), text, instance_id))

    with closing(photos_ahead(map(store.instance, ids), images, reader)) as photos:
        for made in _made(refiner, usable(photos), cancel, tell):
            done += 1
            instance, image, refinement = made.instance, made.image, made.refinement
            if isinstance(refinement, str):
                skipped.append(Skipped(subject_of(instance, image), refinement))
                continue
            if assessor is not None:
                assessment = assessor.assess(made.pixels, instance, refinement)
                if assessment is None:
                    skipped.append(Skipped(subject_of(instance, image), RISK_UNKNOWN))
                refinement = replace(refinement, assessment=assessment)
            store.add_refinement(refinement)
            refined += 1
            tell(0, image.name, instance.id)
    return RefineReport(refined, skipped, 0.0 if assessor is None else assessor.seconds)


def _made(
    refiner: Refiner, photos: Iterator[Photo], cancel: CancelToken, tell: Tell
) -> Iterator[Made]:
    """What the refiner makes of each instance, one by one or several at once."""
    if isinstance(refiner, BatchRefiner) and refiner.crops_at_once > 1:
        yield from refine_in_rounds(refiner, photos, cancel, tell)
        return
    for photo in photos:
        assert photo.pixels is not None
        for instance in photo.instances:
            cancel.raise_if_cancelled()

            def progress(share: float, name: str = photo.image.name) -> None:
                tell(share, name)

            progress(0.0)
            made: Refinement | str
            try:
                made = refine_instance(refiner, photo.pixels, instance, cancel, progress)
            except Cancelled:
                raise
            except Exception as error:  # noqa: BLE001 - it may fail in any way; the batch goes on
                subject = subject_of(instance, photo.image)
                made = failure(error, refiner.run.engine, subject)
            yield Made(instance, photo.image, photo.pixels, made)


def refine_instance(
    refiner: Refiner,
    pixels: RgbImage,
    instance: Instance,
    cancel: CancelToken,
    progress: Progress,
) -> Refinement:
    """Run a refiner on the region around one instance.

    Args:
        refiner: the engine.
        pixels: the whole image, uint8 (h, w, 3) RGB.
        instance: what to refine.
        cancel: asked by the engine between its steps.
        progress: told the share done.

    Returns:
        The refinement, not stored yet (id 0), with the seconds it took.
    """
    coarse = instance.coarse
    region = context_region(coarse.box, coarse.width, coarse.height)
    started = time.perf_counter()
    values = refiner.refine(pixels[region.slices], coarse.decode(region), cancel, progress)
    run = replace(refiner.run, seconds=time.perf_counter() - started)
    return Refinement(0, instance.id, SoftMask(region, values), run)
