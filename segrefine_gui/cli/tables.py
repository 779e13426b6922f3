"""Figures as tables for the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from segrefine_gui.cli.parameter_values import shown, takes
from segrefine_gui.domain.metrics import MaskQuality
from segrefine_gui.engines.parameters import Parameter
from segrefine_gui.formats.base import FormatCatalog
from segrefine_gui.services.evaluate import DecidedSummary, Evaluation, Summary
from segrefine_gui.services.risk_summary import RiskSummary

_RISK_MEASURES = {
    "auroc": "AUROC of harm",
    "harm_recall": "harm found in the riskiest 30%",
    "coverage": "coverage at 2% residual harm",
    "augrc": "AUGRC, 0 best",
    "brier": "Brier score, 0 best",
}


def evaluation_table(found: Evaluation) -> Table:
    """Coarse beside refined masks, by category and of all."""
    title = "Coarse → refined, means over instances"
    table = _table(title, "category", "n", "IoU", "mBA", "Boundary IoU", "harm", "s/mask")
    for name, summary in found.by_category.items():
        table.add_row(name, *_summary_cells(summary))
    if found.overall is not None:
        table.add_section()
        table.add_row("all", *_summary_cells(found.overall))
    return table


def formats_table(formats: FormatCatalog) -> Table:
    """The formats, whether they are read and written, and what they cannot hold."""
    table = Table("name", "read", "written", "", title="Mask formats", box=box.SIMPLE)
    known = {each.name: each for each in [*formats.readable(), *formats.writable()]}
    for each in known.values():
        read, written = ("✓" if way is not None else "" for way in (each.reader, each.writer))
        table.add_row(each.name, read, written, each.summary)
    return table


def categories_table(counts: Mapping[str, int]) -> Table:
    """How many instances each category has."""
    table = _table("Categories", "category", "instances")
    for name, count in counts.items():
        table.add_row(Text(name), f"{count:,}")
    return table


def gate_table(overall: Summary, limit: float) -> Table:
    """What a gate keeps of the gain, and of the harm."""
    table = _table("With and without the gate", "masks", "IoU", "mBA", "Boundary IoU", "harm")
    table.add_row("coarse", *_quality_cells(overall.coarse), _share(0.0))
    table.add_row("refined", *_quality_cells(overall.refined), _share(overall.harm))
    if overall.gated is not None and overall.gated_harm is not None:
        name = f"gated at {limit:g}"
        table.add_row(name, *_quality_cells(overall.gated), _share(overall.gated_harm))
    return table


def decided_table(found: DecidedSummary) -> Table:
    """The masks that were accepted beside those they were made from."""
    title = f"Accepted masks: {found.instances}, of these edited: {found.edited}"
    table = _table(title, "masks", "IoU", "mBA", "Boundary IoU", "harm")
    table.add_row("coarse", *_quality_cells(found.coarse), _share(0.0))
    table.add_row("refined", *_quality_cells(found.refined), "")
    table.add_row("final", *_quality_cells(found.final), _share(found.harm))
    return table


def risk_table(found: RiskSummary) -> Table:
    """How well risks foretold harm, with bootstrap intervals over images."""
    title = f"Risk of {found.instances} refinements, {found.harm:.1%} harmed"
    table = _table(title, "measure", "value", "95% interval")
    for name, words in _RISK_MEASURES.items():
        interval = found.intervals[name]
        span = f"{_number(interval.low)} … {_number(interval.high)}"
        table.add_row(words, _number(getattr(found.quality, name)), span)
    return table


def reliability_table(found: RiskSummary) -> Table:
    """Risks against the share that was harmed, for about equally many instances each."""
    table = _table("Reliability: do so many harm as the risks say?", "n", "mean risk", "harmed")
    for each in found.reliability:
        table.add_row(str(each.count), f"{each.risk:.3f}", f"{each.harm:.3f}")
    return table


def parameters_table(engine: str, parameters: Sequence[Parameter]) -> Table:
    """What can be set of an engine, as `--set` takes it."""
    table = Table("parameter", "default", "takes", "what", title=engine, box=box.SIMPLE)
    for each in parameters:
        table.add_row(each.name, Text(shown(each)), Text(takes(each)), Text(each.help))
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(first, title=title, box=box.SIMPLE)
    for column in others:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _summary_cells(summary: Summary) -> Sequence[str]:
    def pair(measure: Callable[[MaskQuality], float]) -> str:
        return f"{measure(summary.coarse):.3f}→{measure(summary.refined):.3f}"

    return (
        str(summary.instances),
        pair(lambda quality: quality.iou),
        pair(lambda quality: quality.mba),
        pair(lambda quality: quality.boundary_iou),
        _share(summary.harm),
        f"{summary.seconds:.3f}",
    )


def _quality_cells(quality: MaskQuality) -> Sequence[str]:
    return tuple(_number(each) for each in (quality.iou, quality.mba, quality.boundary_iou))


def _share(value: float) -> str:
    return f"{value:.1%}"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"
