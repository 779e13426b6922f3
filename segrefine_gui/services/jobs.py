"""The long jobs of the app, each a function from a frozen request to a report.

The window runs them in worker threads and the command line runs them as they are: one way to do
each thing. A job opens its own store on the project, so it may run beside the window's.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError, FormatError
from segrefine_gui.engines.base import (
    EngineFactory,
    EngineOptions,
    Refiner,
    Segmenter,
    close_engine,
)
from segrefine_gui.formats.base import ExportReport, MaskFile
from segrefine_gui.services.assess import AssessReport, assess_refinements
from segrefine_gui.services.evaluate import Evaluation, evaluate
from segrefine_gui.services.export import ExportOptions, export_masks
from segrefine_gui.services.export_loss import SampledLoss, sample_loss
from segrefine_gui.services.gate import GateReport, gate_pending
from segrefine_gui.services.import_masks import ImportReport, fingerprint, import_masks
from segrefine_gui.services.import_preview import ImportPreview, preview_import
from segrefine_gui.services.match_rules import MatchBy, parse_match_rule
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.refine import RefineReport, refine_instances
from segrefine_gui.services.report import Report, make_report
from segrefine_gui.services.reruns import Reruns, parse_reruns
from segrefine_gui.services.segment import SegmentReport, add_images, segment_images
from segrefine_gui.services.steps import OnStep, Skipped, Step
from segrefine_gui.services.tools import Tools
from segrefine_gui.services.uncollected import uncollected
from segrefine_gui.services.vitals import with_vitals
from segrefine_gui.storage.base import ProjectStore


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Add coarse masks from a file or folder, for images among files and folders.

    Attributes:
        project: the project to add to, or to make.
        images: image files and folders that the masks may belong to.
        masks: the masks.
        images_json: a COCO file that names images and categories for masks that do not.
        masks_format: name of their format; empty to tell it from their content.
        match: how to find the image of a mask; see `match_rules.parse_match_rule`.
    """

    project: Path
    images: Sequence[Path]
    masks: Path
    images_json: Path | None = None
    masks_format: str = ""
    match: str = MatchBy.AUTO.value


@dataclass(frozen=True, slots=True)
class SegmentRequest:
    """Add images and make their coarse masks with a segmenter ("auto" for the best there is)."""

    project: Path
    images: Sequence[Path]
    segmenter: str
    options: EngineOptions


@dataclass(frozen=True, slots=True)
class RefineRequest:
    """Refine instances with a refiner ("auto" for the best there is).

    Attributes:
        project: the project's file.
        refiner: registered name of the refiner.
        options: its options.
        instance_ids: which instances; None for all that it has not refined yet.
        only_missing: leave out those among `instance_ids` that it has refined already.
        agreement: what each refinement is held against to know its risk better; see
            `reruns.parse_reruns`.
    """

    project: Path
    refiner: str
    options: EngineOptions
    instance_ids: Sequence[int] | None = None
    only_missing: bool = False
    agreement: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AssessRequest:
    """Estimate the risk of every refinement that has none."""

    project: Path


@dataclass(frozen=True, slots=True)
class GateRequest:
    """Decide about the pending refinements: what is riskier than `limit`, 0..1, stays coarse."""

    project: Path
    limit: float


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Write a project's masks in one format into a folder, or only tell what that would do."""

    project: Path
    format: str
    folder: Path
    options: ExportOptions = field(default_factory=ExportOptions)
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class EvaluateRequest:
    """Hold a project's masks against ground truth in a file; `gate` scores gated masks, too."""

    project: Path
    truth: Path
    gate: float | None = None


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Gather a report on a project."""

    project: Path


def run_import(
    tools: Tools, request: ImportRequest, cancel: CancelToken, on_step: OnStep
) -> ImportReport:
    """Read a mask file and add its instances; see `import_masks`."""
    files, matcher, masks = _read_masks(tools, request)
    origin = fingerprint(request.masks)
    with closing(tools.make_project(request.project)) as store:
        return import_masks(store, masks, origin, files, matcher, tools.images, cancel, on_step)


def run_import_preview(
    tools: Tools,
    request: ImportRequest,
    cancel: CancelToken,
    on_step: OnStep,
    most: int | None = None,
) -> ImportPreview:
    """Tell what an import would do; see `preview_import`. The project need not be there yet."""
    on_step(Step(0, 0, request.masks.name))
    files, matcher, masks = _read_masks(tools, request)
    cancel.raise_if_cancelled()
    known = frozenset[Path]()
    if request.project.is_file():
        origin = fingerprint(request.masks)
        with closing(tools.open_project(request.project)) as store:
            waiting = {image.path for image in store.uncovered_images(origin)}
            known = frozenset(image.path for image in store.images()) - waiting
    return preview_import(masks, files, matcher, tools.images, known, cancel, on_step, most)


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
        on_step = with_vitals(on_step, tools.measure, engine.run.device)
        try:
            report = segment_images(store, engine, origin, tools.images, cancel, on_step)
        finally:
            close_engine(engine)
        return SegmentReport(report.images, report.instances, [*unreadable, *report.skipped])


def run_refinement(
    tools: Tools, request: RefineRequest, cancel: CancelToken, on_step: OnStep
) -> RefineReport:
    """Refine what is missing; see `refine_instances`.

    Refinements that have no risk yet, those of an older program for example, get theirs first.
    """
    factory = tools.engines.choose("refiner", request.refiner, request.options)
    ids = request.instance_ids
    with closing(tools.open_project(request.project)) as store:
        skipped: Sequence[Skipped] = ()
        if tools.triage is not None and ids is None:
            skipped = assess_refinements(store, tools.triage, tools.images, cancel, on_step).skipped
        missing = _wanted(store, factory.name, request)
        if not missing:
            return RefineReport(0, skipped)
        on_step(Step(0, len(missing), f"loading {factory.name}"))
        with ExitStack() as engines:
            engine = _load_refiner(factory, request.options, engines)
            report = refine_instances(
                store,
                engine,
                tools.images,
                cancel,
                with_vitals(on_step, tools.measure, engine.run.device),
                missing,
                tools.triage,
                _load_reruns(tools, request, factory.name, engines),
            )
        return replace(report, skipped=[*skipped, *report.skipped])


def run_assessment(
    tools: Tools, request: AssessRequest, cancel: CancelToken, on_step: OnStep
) -> AssessReport:
    """Estimate the risks that are missing; see `assess_refinements`."""
    if tools.triage is None:
        raise EngineError("Nothing here can estimate risks.")
    with closing(tools.open_project(request.project)) as store:
        return assess_refinements(store, tools.triage, tools.images, cancel, on_step)


def run_gate(
    tools: Tools, request: GateRequest, cancel: CancelToken, on_step: OnStep
) -> GateReport:
    """Decide by risk about what is pending; see `gate_pending`."""
    with closing(tools.open_project(request.project)) as store:
        return gate_pending(store, request.limit, cancel, on_step)


def run_export(
    tools: Tools, request: ExportRequest, cancel: CancelToken, on_step: OnStep
) -> ExportReport:
    """Write masks into a folder; see `export_masks`."""
    with closing(tools.open_project(request.project)) as store:
        total = len(store.queue())
        return export_masks(
            store,
            tools.formats,
            tools.images,
            request.format,
            request.folder,
            request.options,
            cancel,
            lambda done: on_step(Step(done, total, request.format)),
            dry_run=request.dry_run,
        )


def run_loss(
    tools: Tools, request: ExportRequest, most: int, cancel: CancelToken, on_step: OnStep
) -> SampledLoss:
    """Tell what a sample of an export would lose; see `sample_loss`."""
    with closing(tools.open_project(request.project)) as store:
        return sample_loss(
            store,
            tools.formats,
            tools.images,
            request.format,
            request.options,
            most,
            cancel,
            lambda done, total: on_step(Step(done, total, request.format)),
        )


def run_evaluation(
    tools: Tools, request: EvaluateRequest, cancel: CancelToken, on_step: OnStep
) -> Evaluation:
    """Read ground truth and score the project; see `evaluate`."""
    truth = tools.formats.recognise(request.truth).read(request.truth)
    if not truth.masks:
        raise FormatError(f"{request.truth.name} has no masks to compare with.")
    with closing(tools.open_project(request.project)) as store:
        return evaluate(store, truth, cancel, on_step, gate_limit=request.gate)


def run_report(
    tools: Tools, request: ReportRequest, cancel: CancelToken, on_step: OnStep
) -> Report:
    """Gather what became of the project's refinements; see `make_report`."""
    with closing(tools.open_project(request.project)) as store:
        return make_report(store, tools.images, cancel, on_step)


def _read_masks(tools: Tools, request: ImportRequest) -> tuple[list[Path], ImageMatcher, MaskFile]:
    """The image files of an import, what matches them, and the masks."""
    rule = parse_match_rule(request.match)
    formats, name = tools.formats, request.masks_format
    reader = formats.reader(name) if name else formats.recognise(request.masks)
    files = tools.images.find_images(request.images)
    matcher = ImageMatcher(files, _folders(request.images), rule)
    with uncollected():
        return files, matcher, reader.read(request.masks, request.images_json)


def _load_refiner(factory: EngineFactory, options: EngineOptions, engines: ExitStack) -> Refiner:
    """The engine, which `engines` closes."""
    engine = factory.load(options)
    if not isinstance(engine, Refiner):
        raise EngineError(f"The engine {factory.name} is not a refiner.")
    engines.callback(close_engine, engine)
    return engine


def _load_reruns(
    tools: Tools, request: RefineRequest, refiner: str, engines: ExitStack
) -> Reruns | None:
    if not request.agreement:
        return None
    flipped, larger, name = parse_reruns(request.agreement)
    if name is None:
        return Reruns(flipped, larger)
    # The person's own weights and parameters are the first refiner's alone.
    options = EngineOptions(request.options.weights_folder, request.options.device)
    other = tools.engines.choose("refiner", name, options)
    if other.name == refiner:  # it would agree with itself
        return Reruns(flipped, larger)
    return Reruns(flipped, larger, _load_refiner(other, options, engines))


def _wanted(store: ProjectStore, refiner: str, request: RefineRequest) -> Sequence[int]:
    """Ids of what a request wants refined, image by image where that is for us to say."""
    ids = request.instance_ids
    if ids is None:
        return store.unrefined(refiner)
    if not request.only_missing:
        return ids
    missing = set(store.unrefined(refiner))
    return [instance_id for instance_id in ids if instance_id in missing]


def _folders(paths: Sequence[Path]) -> list[Path]:
    return [path if path.is_dir() else path.parent for path in paths]
