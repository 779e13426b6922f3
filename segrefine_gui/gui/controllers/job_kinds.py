"""What the window's jobs are: how each runs, and what a person calls it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.gui.counted import instances
from segrefine_gui.services.jobs import (
    AssessRequest,
    ExportRequest,
    ImportRequest,
    RefineRequest,
    SegmentRequest,
    run_assessment,
    run_export,
    run_import,
    run_refinement,
    run_segmentation,
)
from segrefine_gui.services.steps import OnStep
from segrefine_gui.services.tools import Tools

JobRequest = ImportRequest | SegmentRequest | RefineRequest | AssessRequest | ExportRequest


def job_of(tools: Tools, request: JobRequest) -> Callable[[CancelToken, OnStep], object]:
    """The function that does what a request asks for, in a worker."""
    if isinstance(request, ImportRequest):
        return lambda cancel, on_step: run_import(tools, request, cancel, on_step)
    if isinstance(request, SegmentRequest):
        return lambda cancel, on_step: run_segmentation(tools, request, cancel, on_step)
    if isinstance(request, RefineRequest):
        return lambda cancel, on_step: run_refinement(tools, request, cancel, on_step)
    if isinstance(request, AssessRequest):
        return lambda cancel, on_step: run_assessment(tools, request, cancel, on_step)
    return lambda cancel, on_step: run_export(tools, request, cancel, on_step)


def title_of(request: JobRequest) -> str:
    """What a job does, in a word or two."""
    if isinstance(request, ImportRequest):
        return _tr("Importing masks")
    if isinstance(request, SegmentRequest):
        return _tr("Finding objects")
    if isinstance(request, RefineRequest):
        return _tr("Refining")
    if isinstance(request, AssessRequest):
        return _tr("Estimating risks")
    return _tr("Exporting")


def heading_of(request: JobRequest) -> str:
    """What a job was, once it is over."""
    if isinstance(request, ImportRequest):
        return _tr("Import")
    if isinstance(request, SegmentRequest):
        return _tr("Segmentation")
    if isinstance(request, RefineRequest):
        return _tr("Refinement")
    return _tr("Risks") if isinstance(request, AssessRequest) else _tr("Export")


def engine_of(request: JobRequest) -> str:
    """The engine that a job runs, as the person chose it; empty for none."""
    if isinstance(request, SegmentRequest):
        return request.segmenter
    return request.refiner if isinstance(request, RefineRequest) else ""


def scope_of(request: JobRequest) -> str:
    """What a job is about, where that is known before it begins; else empty."""
    if not isinstance(request, RefineRequest):
        return ""
    if request.instance_ids is None:
        return _tr("all that is missing")
    return instances(len(request.instance_ids))


def counts_images(request: JobRequest) -> bool:
    """Whether a job's steps are images; they are masks otherwise."""
    return isinstance(request, ImportRequest | SegmentRequest)


def _tr(text: str) -> str:
    return QCoreApplication.translate("job_kinds", text)
