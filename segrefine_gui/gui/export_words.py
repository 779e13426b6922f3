"""What an export did, or would do, in sentences and as a list."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from segrefine_gui.formats.base import ExportReport
from segrefine_gui.gui.counted import instances, pixels
from segrefine_gui.services.export_loss import SampledLoss
from segrefine_gui.services.steps import Skipped


def files_words(report: ExportReport) -> str:
    """How many files are new, changed, as they were, and removed."""
    counted = {
        _tr("{} new"): report.new,
        _tr("{} changed"): len(report.files) - report.new,
        _tr("{} unchanged"): report.unchanged,
        _tr("{} removed"): report.removed,
    }
    return ", ".join(words.format(f"{count:,}") for words, count in counted.items() if count)


def left_out_words(report: ExportReport) -> str:
    """How many instances the options left out, and why; empty for none."""
    return ", ".join(f"{count:,} {why}" for why, count in report.left_out.items())


def report_rows(report: ExportReport) -> list[Skipped]:
    """Everything that a report says: counts first, then each thing that was left out or changed."""
    written = _tr("{} of {} are in the files.").format(f"{report.written:,}", f"{report.listed:,}")
    rows = [Skipped(_tr("Instances"), written)]
    if report.left_out:
        rows.append(Skipped(_tr("Left out"), f"{left_out_words(report)}."))
    rows.append(Skipped(_tr("Files"), f"{files_words(report) or _tr('none')}."))
    changed = len({each.subject for each in report.problems if each.pixels})
    if changed:
        words = _tr("{} are other than in the project, in {}.")
        rows.append(Skipped(_tr("Loss"), words.format(pixels(report.pixels), instances(changed))))
    else:
        rows.append(Skipped(_tr("Loss"), _tr("None: every mask is in the files as it is.")))
    rows += [Skipped(each.subject, each.sentence) for each in report.problems]
    return rows


def loss_words(loss: SampledLoss) -> str:
    """What a format makes of a sample of masks."""
    of = _tr("{} of {} sampled").format(f"{loss.sampled:,}", instances(loss.instances))
    if loss.sampled == loss.instances:
        of = _tr("all {}").format(instances(loss.instances))
    if not loss.changed:
        return _tr("No pixel is lost ({}).").format(of)
    words = _tr("{} change in {}: {} of the area ({}).")
    share = loss.pixels / max(loss.area, 1)
    part = _tr("less than 0.1%") if share < 0.001 else _tr("about {}").format(f"{share:.1%}")
    return words.format(pixels(loss.pixels), instances(loss.changed), part, of)


def _tr(text: str) -> str:
    return QCoreApplication.translate("export words", text)
