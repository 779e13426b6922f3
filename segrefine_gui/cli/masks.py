"""Words that make masks and say what they are worth: `run` and `risk`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segrefine_gui.cli.assembly import assemble
from segrefine_gui.cli.console import run_job, say, say_skipped, warn
from segrefine_gui.cli.options import Device, Gate, ProjectArgument
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.registry import AUTO, split_name
from segrefine_gui.services.jobs import (
    AssessRequest,
    GateRequest,
    ImportRequest,
    RefineRequest,
    SegmentRequest,
    run_assessment,
    run_gate,
    run_import,
    run_refinement,
    run_segmentation,
)
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage.locations import weights_folder

NO_REFINER = "none"


def run(
    images: Annotated[list[Path], typer.Argument(help="Image files and folders.")],
    project: Annotated[Path, typer.Option(help="The project to make or to go on with.")],
    masks: Annotated[
        Path | None, typer.Option(help="Coarse masks to import, a file or folder; none: segment.")
    ] = None,
    images_json: Annotated[
        Path | None, typer.Option(help="COCO file with the images of a Detectron2 results file.")
    ] = None,
    segmenter: Annotated[str, typer.Option(help="NAME or NAME:MODEL; see `engines`.")] = AUTO,
    segmenter_weights: Annotated[
        Path | None, typer.Option(help="Your own weights file for the segmenter.")
    ] = None,
    score_threshold: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Leave out detections below this score.")
    ] = 0.5,
    refiner: Annotated[str, typer.Option(help="NAME, auto or none; see `engines`.")] = AUTO,
    refiner_weights: Annotated[
        Path | None, typer.Option(help="Your own weights file for the refiner.")
    ] = None,
    agreement: Annotated[
        list[str] | None,
        typer.Option(
            metavar="flipped|larger|REFINER",
            help="Run again to know the risk better: on the mirror image, on a larger crop, or by "
            "another refiner; may be given several times.",
        ),
    ] = None,
    device: Device = "auto",
    gate: Gate = None,
) -> None:
    """Import or segment coarse masks and refine them. A second run does only what is missing."""
    tools = assemble()
    if masks is not None:
        imported = run_job(
            "Importing",
            lambda cancel, on_step: run_import(
                tools, ImportRequest(project, images, masks, images_json), cancel, on_step
            ),
        )
        say(f"{imported.instances} instances imported from {imported.images} images.")
        say_skipped(imported.skipped)
    else:
        name, model = split_name(segmenter)
        options = EngineOptions(weights_folder(), device, model, segmenter_weights, score_threshold)
        segmented = run_job(
            "Segmenting",
            lambda cancel, on_step: run_segmentation(
                tools, SegmentRequest(project, images, name, options), cancel, on_step
            ),
        )
        say(f"{segmented.instances} instances found in {segmented.images} images.")
        say_skipped(segmented.skipped)
    if refiner != NO_REFINER:
        name, model = split_name(refiner)
        options = EngineOptions(weights_folder(), device, model, refiner_weights)
        refined = run_job(
            "Refining",
            lambda cancel, on_step: run_refinement(
                tools,
                RefineRequest(project, name, options, agreement=tuple(agreement or ())),
                cancel,
                on_step,
            ),
        )
        say(f"{refined.refined} instances refined. Next: segrefine review {project}")
        say_skipped(refined.skipped)
    if gate is not None:
        _gate(tools, GateRequest(project, gate))


def risk(project: ProjectArgument) -> None:
    """Estimate the risk of every refinement that has none; `run` does so for its own."""
    tools = assemble()
    report = run_job(
        "Estimating risks",
        lambda cancel, on_step: run_assessment(tools, AssessRequest(project), cancel, on_step),
    )
    say(f"{report.assessed} risks estimated.")
    say_skipped(report.skipped)


def _gate(tools: Tools, request: GateRequest) -> None:
    report = run_job("Deciding", lambda cancel, on_step: run_gate(tools, request, cancel, on_step))
    say(
        f"Below risk {request.limit:g}: {report.whole} refinements taken whole, {report.parts} "
        f"without their risky changes; {report.coarse} are too risky and stay coarse."
    )
    if report.unassessed:
        warn(f"{report.unassessed} refinements have no risk and stay coarse.")
