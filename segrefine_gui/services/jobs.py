"""The long jobs of the app, each a function from a frozen request to a report.

The window runs them in worker threads and the command line runs them as they are: one way to do
each thing. A job opens its own store on the project, so it may run beside the window's.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError, FormatError
from segrefine_gui.domain.records import MaskChoice
from segrefine_gui.engines.base import EngineOptions, Refiner, Segmenter
from segrefine_gui.formats.base import ExportReport
from segrefine_gui.services.evaluate import Evaluation, evaluate
from segrefine_gui.services.export import Include, export_masks
from segrefine_gui.services.import_masks import ImportReport, fingerprint, import_masks
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.refine import RefineReport, refine_instances
from segrefine_gui.services.segment import SegmentReport, add_images, segment_images
from segrefine_gui.services.steps import OnStep, Step
from segrefine_gui.services.tools import Tools


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Add coarse masks from a file or folder, for images among files and folders."""

    project: Path
    images: Sequence[Path]
    masks: Path
    images_json: Path | None = None


@dataclass(frozen=True, slots=True)
class SegmentRequest:
    """Add images and make their coarse masks with a segmenter ("auto" for the best there is)."""

    project: Path
    images: Sequence[Path]
    segmenter: str
    options: EngineOptions


@dataclass(frozen=True, slots=True)
class RefineRequest:
    """Refine what a refiner has not refined yet, or again the instances that are named."""

    project: Path
    refiner: str
    options: EngineOptions
    instance_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Write a project's masks in one format into a folder."""

    project: Path
    format: str
    folder: Path
    masks: MaskChoice = MaskChoice.FINAL
    include: Include = Include.ACCEPTED
    polygons: bool = False


@dataclass(frozen=True, slots=True)
class EvaluateRequest:
    """Hold a project's masks against ground truth in a file."""

    project: Path
    truth: Path


def run_import(
    tools: Tools, request: ImportRequest, cancel: CancelToken, on_step: OnStep
) -> ImportReport:
    """Read a mask file and add its instances; see `import_masks`."""
    files = tools.images.find_images(request.images)
    masks = tools.recognise_masks(request.masks).read(request.masks, request.images_json)
    matcher = ImageMatcher(files, _folders(request.images))
    origin = fingerprint(request.masks)
    with closing(tools.make_project(request.project)) as store:
        return import_masks(store, masks, origin, files, matcher, tools.images, cancel, on_step)


def run_segmentation(
    tools: Tools, request: SegmentRequest, cancel: CancelToken, on_step: OnStep
) -> SegmentReport:
    """Add images and segment those that this segmenter has not seen; see `segment_images`."""
    files = tools.images.find_images(request.images)
    matcher = ImageMatcher(files, _folders(request.images))
    factory = tools.engines.choose("segmenter", request.segmenter, request.options)
    origin = ":".join(filter(None, (factory.name, request.options.model)))
    with closing(tools.make_project(request.project)) as store:
        unreadable = add_images(store, files, matcher, tools.images)
        if not store.uncovered_images(origin):
            return SegmentReport(0, 0, unreadable)
        on_step(Step(0, len(files), f"loading {factory.name}"))
        engine = factory.load(request.options)
        if not isinstance(engine, Segmenter):
            raise EngineError(f"The engine {factory.name} is not a segmenter.")
        report = segment_images(store, engine, origin, tools.images, cancel, on_step)
        return SegmentReport(report.images, report.instances, [*unreadable, *report.skipped])


def run_refinement(
    tools: Tools, request: RefineRequest, cancel: CancelToken, on_step: OnStep
) -> RefineReport:
    """Refine what is missing; see `refine_instances`."""
    factory = tools.engines.choose("refiner", request.refiner, request.options)
    with closing(tools.open_project(request.project)) as store:
        missing = store.unrefined(factory.name) if request.instance_ids is None else ()
        if request.instance_ids is None and not missing:
            return RefineReport(0, ())
        on_step(Step(0, len(request.instance_ids or missing), f"loading {factory.name}"))
        engine = factory.load(request.options)
        if not isinstance(engine, Refiner):
            raise EngineError(f"The engine {factory.name} is not a refiner.")
        return refine_instances(store, engine, tools.images, cancel, on_step, request.instance_ids)


def run_export(
    tools: Tools, request: ExportRequest, cancel: CancelToken, on_step: OnStep
) -> ExportReport:
    """Write masks into a folder; see `export_masks`."""
    writer = tools.mask_writer(request.format, polygons=request.polygons)
    with closing(tools.open_project(request.project)) as store:
        total = len(store.queue())
        return export_masks(
            store,
            writer,
            request.folder,
            cancel,
            lambda done: on_step(Step(done, total, request.format)),
            request.masks,
            request.include,
        )


def run_evaluation(
    tools: Tools, request: EvaluateRequest, cancel: CancelToken, on_step: OnStep
) -> Evaluation:
    """Read ground truth and score the project; see `evaluate`."""
    truth = tools.recognise_masks(request.truth).read(request.truth)
    if not truth.masks:
        raise FormatError(f"{request.truth.name} has no masks to compare with.")
    with closing(tools.open_project(request.project)) as store:
        return evaluate(store, truth, cancel, on_step)


def _folders(paths: Sequence[Path]) -> list[Path]:
    return [path if path.is_dir() else path.parent for path in paths]
