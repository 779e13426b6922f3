"""Use case: a refiner makes a refinement of each instance that it has not refined yet.

Triage says in the same step how likely each refinement made its mask worse.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from segrefine_gui.domain.boxes import context_region
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, SegRefineError
from segrefine_gui.domain.records import Image, Instance, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import Progress, Refiner, RgbImage
from segrefine_gui.services.assess import RISK_UNKNOWN, Assessor
from segrefine_gui.services.reading import read_pixels
from segrefine_gui.services.reruns import Reruns
from segrefine_gui.services.steps import OnStep, Skipped, Step, ignore_step
from segrefine_gui.storage.base import ImageReader, ProjectStore
from segrefine_gui.triage.base import Triage

_log = logging.getLogger(__name__)


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
    refined = 0
    image: Image | None = None
    pixels: RgbImage | None = None
    for done, instance_id in enumerate(ids):
        cancel.raise_if_cancelled()
        instance = store.instance(instance_id)
        if image is None or image.id != instance.image_id:
            image = images[instance.image_id]
            pixels = read_pixels(reader, image, skipped)
        if pixels is None:
            continue

        def tell(share: float, at: int = done, name: str = image.name) -> None:
            on_step(Step(at + share, len(ids), name))

        tell(0.0)
        try:
            refinement = refine_instance(refiner, pixels, instance, cancel, tell)
        except Cancelled:
            raise
        except SegRefineError as error:
            skipped.append(Skipped(_subject(instance, image), error.sentence))
            continue
        except Exception:  # noqa: BLE001 - an engine may fail in any way; the batch goes on
            _log.exception("refining %s failed", _subject(instance, image))
            sentence = f"The refiner {refiner.run.engine} failed on this instance; see the log."
            skipped.append(Skipped(_subject(instance, image), sentence))
            continue
        if assessor is not None:
            assessment = assessor.assess(pixels, instance, refinement)
            if assessment is None:
                skipped.append(Skipped(_subject(instance, image), RISK_UNKNOWN))
            refinement = replace(refinement, assessment=assessment)
        store.add_refinement(refinement)
        refined += 1
        on_step(Step(done + 1, len(ids), image.name, instance_id))
    return RefineReport(refined, skipped, 0.0 if assessor is None else assessor.seconds)


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


def _subject(instance: Instance, image: Image) -> str:
    return f"instance {instance.source_id} of {image.name}"
