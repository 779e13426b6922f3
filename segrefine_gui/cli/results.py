"""Words for what came of it: `export`, `evaluate` and `report`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from segrefine_gui.cli.assembly import assemble
from segrefine_gui.cli.console import run_job, say, say_skipped, show, write_text
from segrefine_gui.cli.options import Gate, ProjectArgument
from segrefine_gui.cli.tables import (
    decided_table,
    evaluation_table,
    gate_table,
    reliability_table,
    risk_table,
)
from segrefine_gui.domain.records import MaskChoice
from segrefine_gui.formats.writing.atomic import atomic_file
from segrefine_gui.services.export import Include
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
    format_name: Annotated[str, typer.Option("--format", help="coco, png or csv.")],
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    masks: Annotated[MaskChoice, typer.Option(help="Which mask.")] = MaskChoice.FINAL,
    include: Annotated[Include, typer.Option(help="Which instances.")] = Include.ACCEPTED,
    polygons: Annotated[bool, typer.Option(help="COCO polygons instead of RLE.")] = False,
    gate: Gate = None,
) -> None:
    """Write masks, or the decision table, as files."""
    tools = assemble()
    request = ExportRequest(project, format_name, out, masks, include, polygons, gate)
    report = run_job(
        "Exporting", lambda cancel, on_step: run_export(tools, request, cancel, on_step)
    )
    say(f"{report.written} instances written to {out}.")
    say_skipped([Skipped(problem.subject, problem.sentence) for problem in report.problems])


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
