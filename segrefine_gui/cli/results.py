"""Words for what came of it: `export`, `formats`, `evaluate` and `report`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from segrefine_gui.cli.assembly import assemble
from segrefine_gui.cli.console import run_job, say, say_skipped, show, write_text
from segrefine_gui.cli.options import Gate, ProjectArgument
from segrefine_gui.cli.tables import (
    decided_table,
    evaluation_table,
    formats_table,
    gate_table,
    reliability_table,
    risk_table,
)
from segrefine_gui.domain.mattes import MOST_FEATHER
from segrefine_gui.domain.records import Decision, MaskChoice
from segrefine_gui.formats.base import OverlapOrder, PngKind, WriterOptions
from segrefine_gui.formats.writing.atomic import atomic_file
from segrefine_gui.services.export import ExportOptions, Include
from segrefine_gui.services.jobs import (
    EvaluateRequest,
    ExportRequest,
    ReportRequest,
    run_evaluation,
    run_export,
    run_report,
)
from segrefine_gui.services.report_page import render
from segrefine_gui.services.steps import Skipped


def export(
    project: ProjectArgument,
    format_name: Annotated[str, typer.Option("--format", help="Name of a format; see `formats`.")],
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    masks: Annotated[MaskChoice, typer.Option(help="Which mask.")] = MaskChoice.FINAL,
    include: Annotated[Include, typer.Option(help="Which instances.")] = Include.ACCEPTED,
    decision: Annotated[
        list[Decision] | None,
        typer.Option(help="Only instances so decided; may be given several times."),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=NEW",
            help="Write a category by another name; with no new one, leave it out.",
        ),
    ] = None,
    min_area: Annotated[int, typer.Option(min=0, help="Leave out smaller masks, in pixels.")] = 0,
    drop_empty: Annotated[
        bool, typer.Option("--drop-empty", help="Leave out images without an instance.")
    ] = False,
    val: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of the images that are for validation.")
    ] = 0.0,
    polygons: Annotated[
        bool, typer.Option("--polygons", help="Polygons where a format has run-length code, too.")
    ] = False,
    tolerance: Annotated[
        float, typer.Option(min=0.0, max=50.0, help="How far polygons may stray, in pixels.")
    ] = 0.0,
    overlap: Annotated[
        OverlapOrder, typer.Option(help="Who keeps pixels where a format has one instance each.")
    ] = OverlapOrder.SMALLEST,
    png: Annotated[PngKind, typer.Option(help="What a PNG holds.")] = PngKind.BINARY,
    feather: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=MOST_FEATHER,
            help="Soft edge of mattes and cut-outs, in pixels; the project's own where not given.",
        ),
    ] = None,
    gate: Gate = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; only tell what would be.")
    ] = False,
) -> None:
    """Write masks and the decision tables as files; a second time only what changed."""
    tools = assemble()
    options = ExportOptions(
        masks,
        frozenset(decision) if decision else include.decisions,
        gate,
        _renamed(category or ()),
        min_area,
        not drop_empty,
        val,
        WriterOptions(polygons, tolerance, overlap, png, feather),
    )
    request = ExportRequest(project, format_name, out, options, dry_run)
    report = run_job(
        "Exporting", lambda cancel, on_step: run_export(tools, request, cancel, on_step)
    )
    verb = "would be written" if dry_run else "written"
    parts = {
        "new": report.new,
        "changed": len(report.files) - report.new,
        "unchanged": report.unchanged,
        "removed": report.removed,
    }
    files = ", ".join(f"{count} {words}" for words, count in parts.items() if count) or "none"
    say(f"{report.written} of {report.listed} instances {verb} to {out}; files: {files}.")
    if report.left_out:
        say(f"Left out: {', '.join(f'{n:,} {why}' for why, n in report.left_out.items())}.")
    say_skipped([Skipped(each.subject, each.sentence) for each in report.problems], "Note")
    if report.pixels:
        say(f"{report.pixels:,} pixels are not as they are in the project.")


def formats() -> None:
    """List the formats that masks are read from and written in."""
    show(formats_table(assemble().formats))


def _renamed(pairs: Sequence[str]) -> dict[str, str]:
    renamed = {}
    for pair in pairs:
        name, sign, new = pair.partition("=")
        if not sign or not name:
            raise typer.BadParameter(f"{pair!r} is not NAME=NEW.", param_hint="--category")
        renamed[name] = new.strip()
    return renamed


def evaluate(
    project: ProjectArgument,
    truth: Annotated[Path, typer.Option(help="Ground truth, a COCO file.")],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure here, too.")
    ] = None,
    gate: Gate = None,
) -> None:
    """Compare coarse and refined masks with ground truth, and risks with the harm done."""
    tools = assemble()
    request = EvaluateRequest(project, truth, gate)
    found = run_job(
        "Evaluating", lambda cancel, on_step: run_evaluation(tools, request, cancel, on_step)
    )
    say_skipped(found.skipped)
    show(evaluation_table(found))
    if gate is not None and found.overall is not None:
        show(gate_table(found.overall, gate))
    if found.decided is not None:
        show(decided_table(found.decided))
    if found.risk is not None:
        show(risk_table(found.risk))
        show(reliability_table(found.risk))
    say(f"{found.unmatched} instances fit no truth, {found.unrefined} are not refined.")
    if json_file is not None:
        write_text(json_file, json.dumps(found.to_json(), indent=2))


def report(
    project: ProjectArgument,
    html: Annotated[Path, typer.Option(help="The page to write.")],
) -> None:
    """Write one page about a project: what was accepted, what risk foretold, with examples."""
    tools = assemble()
    made = run_job(
        "Reporting",
        lambda cancel, on_step: run_report(tools, ReportRequest(project), cancel, on_step),
    )
    with atomic_file(html) as stream:
        # Names from disk may hold bytes that are no text: they become question marks.
        stream.write(render(made).encode("utf-8", "replace"))
    say_skipped(made.skipped)
    say(f"The report is at {html}.")
