"""Use case: triage says of refinements how likely they made their masks worse, where, and why."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.records import Image, Instance, Refinement
from segrefine_gui.engines.base import RgbImage, SoftValues
from segrefine_gui.services.neighbours import Neighbourhoods
from segrefine_gui.services.reading import read_pixels
from segrefine_gui.services.steps import OnStep, Skipped, Step, ignore_step
from segrefine_gui.storage.base import ImageReader, ProjectStore
from segrefine_gui.triage.base import Evidence, Rerun, Triage

RISK_UNKNOWN = "Its risk could not be estimated; see the log."
"""What is said of a refinement that triage failed on."""
_log = logging.getLogger(__name__)

MakeReruns = Callable[[RgbImage, Instance, Refinement], Mapping[Rerun, SoftValues]]
"""From the whole image, an instance and its refinement to other runs that it may agree with."""


class Assessor:
    """Gathers what is known of a refinement and asks triage about it.

    Args:
        store: the project, for the neighbours of an instance.
        triage: estimates the risks.
        make_reruns: of each refinement; None for none.
    """

    def __init__(
        self, store: ProjectStore, triage: Triage, make_reruns: MakeReruns | None = None
    ) -> None:
        self._neighbourhoods = Neighbourhoods(store)
        self._triage = triage
        self._make_reruns = make_reruns
        self.seconds = 0.0
        """Time all of it took."""

    def assess(
        self, pixels: RgbImage, instance: Instance, refinement: Refinement
    ) -> Assessment | None:
        """What triage says; None where it fails, which must never cost a refinement.

        Args:
            pixels: the whole image, uint8 (h, w, 3) RGB.
            instance: what was refined.
            refinement: of it.

        Raises:
            Cancelled: the person cancelled while a rerun was made.
        """
        region = refinement.soft.region
        started = time.perf_counter()
        try:
            evidence = Evidence(
                pixels[region.slices],
                instance.coarse.decode(region),
                refinement.soft.values,
                region,
                refinement.run.engine,
                instance.score,
                self._neighbourhoods.around(instance, region),
                self._reruns(pixels, instance, refinement),
            )
            return self._triage.assess(evidence)
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 - a risk is advice; a refinement is work
            _log.exception("the risk of instance %d could not be estimated", instance.id)
            return None
        finally:
            self.seconds += time.perf_counter() - started

    def _reruns(
        self, pixels: RgbImage, instance: Instance, refinement: Refinement
    ) -> Mapping[Rerun, SoftValues]:
        if self._make_reruns is None:
            return {}
        try:
            return self._make_reruns(pixels, instance, refinement)
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 - the risk can be estimated without
            _log.exception("the reruns of instance %d failed", instance.id)
            return {}


@dataclass(frozen=True, slots=True)
class AssessReport:
    """What estimating risks did: refinements that have one now, and what was left out and why."""

    assessed: int
    skipped: Sequence[Skipped]


def assess_refinements(
    store: ProjectStore,
    triage: Triage,
    reader: ImageReader,
    cancel: CancelToken,
    on_step: OnStep = ignore_step,
) -> AssessReport:
    """Estimate the risk of every refinement that has none; each is stored as soon as it is known.

    Args:
        store: the project.
        triage: estimates the risks.
        reader: reads the images.
        cancel: asked between refinements.
        on_step: told after each refinement.

    Raises:
        Cancelled: the risks estimated so far are in the project.
        ProjectError: the project cannot be written.
    """
    ids = store.unassessed()
    images = {image.id: image for image in store.images()}
    assessor = Assessor(store, triage)
    skipped: list[Skipped] = []
    assessed = 0
    image: Image | None = None
    pixels: RgbImage | None = None
    for done, refinement_id in enumerate(ids):
        cancel.raise_if_cancelled()
        refinement = store.refinement(refinement_id)
        instance = store.instance(refinement.instance_id)
        if image is None or image.id != instance.image_id:
            image = images[instance.image_id]
            pixels = read_pixels(reader, image, skipped)
        if pixels is None:
            continue
        assessment = assessor.assess(pixels, instance, refinement)
        if assessment is None:
            subject = f"instance {instance.source_id} of {image.name}"
            skipped.append(Skipped(subject, RISK_UNKNOWN))
            continue
        store.set_assessment(refinement_id, assessment)
        assessed += 1
        on_step(Step(done + 1, len(ids), image.name, instance.id))
    return AssessReport(assessed, skipped)
