"""What a finished job is to the person: one sentence, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from segrefine_gui.formats.base import ExportReport
from segrefine_gui.gui.controllers.job_kinds import JobRequest, engine_of, heading_of
from segrefine_gui.gui.counted import images, instances, pixels
from segrefine_gui.gui.export_words import files_words, report_rows
from segrefine_gui.services.assess import AssessReport
from segrefine_gui.services.import_masks import ImportReport
from segrefine_gui.services.jobs import ExportRequest
from segrefine_gui.services.refine import RefineReport
from segrefine_gui.services.segment import SegmentReport
from segrefine_gui.services.steps import Skipped

JobReport = ImportReport | SegmentReport | RefineReport | AssessReport | ExportReport


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished job.

    Attributes:
        title: what it was.
        sentence: what it did.
        skipped: what it left out.
        engine: what ran, as the person chose it; empty for none.
        report: all that it says in a list, where that is more than what it left out.
    """

    title: str
    sentence: str
    skipped: Sequence[Skipped]
    engine: str = ""
    report: Sequence[Skipped] = ()


def outcome_of(request: JobRequest, report: JobReport) -> Outcome:
    """Say what a report says."""
    sentence, skipped = _said(report, request)
    rows = report_rows(report) if isinstance(report, ExportReport) else ()
    return Outcome(heading_of(request), sentence, skipped, engine_of(request), rows)


def _said(report: JobReport, request: JobRequest) -> tuple[str, Sequence[Skipped]]:
    if isinstance(report, ImportReport):
        what, where = instances(report.instances), images(report.images)
        sentence = _tr("Imported {} in {}.").format(what, where)
        if report.known:
            known = _tr("{} had these masks already.").format(images(report.known))
            sentence = f"{sentence} {known}"
        return _with_left_out(sentence, report.skipped)
    if isinstance(report, SegmentReport):
        what, where = instances(report.instances), images(report.images)
        sentence = _tr("Found {} in {}.").format(what, where)
        return _with_left_out(sentence, report.skipped)
    if isinstance(report, RefineReport):
        if not report.refined and not report.skipped:
            sentence = _tr("This refiner has refined everything already.")
        else:
            sentence = _tr("Refined {}.").format(instances(report.refined))
        return _with_left_out(sentence, report.skipped)
    if isinstance(report, AssessReport):
        if not report.assessed and not report.skipped:
            sentence = _tr("Every refinement has its risk already.")
        else:
            sentence = _tr("Estimated the risk of {}.").format(instances(report.assessed))
        return _with_left_out(sentence, report.skipped)
    folder = request.folder if isinstance(request, ExportRequest) else ""
    sentence = _tr("Exported {} to {}; files: {}.").format(
        instances(report.written), folder, files_words(report) or _tr("none")
    )
    if report.pixels:
        sentence += " " + _tr("{} are other than in the project.").format(pixels(report.pixels))
    if report.drafts:
        one, more = _tr("1 edit is a draft, not in it."), _tr("{} edits are drafts, not in it.")
        sentence = f"{sentence} {one if report.drafts == 1 else more.format(report.drafts)}"
    return sentence, [Skipped(each.subject, each.sentence) for each in report.problems]


def _with_left_out(sentence: str, skipped: Sequence[Skipped]) -> tuple[str, Sequence[Skipped]]:
    if skipped:
        count = len(skipped)
        left_out = _tr("1 was left out.") if count == 1 else _tr("{} were left out.").format(count)
        sentence = f"{sentence} {left_out}"
    return sentence, skipped


def _tr(text: str) -> str:
    return QCoreApplication.translate("outcomes", text)
