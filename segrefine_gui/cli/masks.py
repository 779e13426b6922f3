"""Words that make masks and say what they are worth: `run` and `risk`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from segrefine_gui.cli.assembly import assemble
from segrefine_gui.cli.console import run_job, say, say_skipped, show, warn
from segrefine_gui.cli.options import Device, Gate, ProjectArgument, Trust
from segrefine_gui.cli.parameter_values import Asked, read_settings, with_settings
from segrefine_gui.cli.tables import categories_table
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
    run_import_preview,
    run_refinement,
    run_segmentation,
)
from segrefine_gui.services.match_rules import MatchBy
from segrefine_gui.services.refine import RefineReport
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
    masks_format: Annotated[
        str, typer.Option(help="Format of the masks; see `formats`. None: as their content tells.")
    ] = "",
    match: Annotated[
        str,
        typer.Option(
            metavar="auto|id|name|stem|PATTERN",
            help="How to find the image of a mask; a pattern is such as {stem}_mask or "
            "mask_{stem}_*.",
        ),
    ] = MatchBy.AUTO.value,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Of --masks: add nothing; only tell what would be.")
    ] = False,
    segmenter: Annotated[str, typer.Option(help="NAME or NAME:MODEL; see `engines`.")] = AUTO,
    segmenter_weights: Annotated[
        Path | None, typer.Option(help="Your own weights file for the segmenter.")
    ] = None,
    score_threshold: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Leave out detections below this score.")
    ] = 0.5,
    refiner: Annotated[
        list[str] | None,
        typer.Option(help="NAME, auto or none; several make alternatives. See `engines`."),
    ] = None,
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
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="OWNER.NAME=VALUE",
            help="A parameter: refiner.NAME, segmenter.NAME or ENGINE.NAME; "
            "see `engines --parameters`.",
        ),
    ] = None,
    trust: Trust = False,
    gate: Gate = None,
) -> None:
    """Import or segment coarse masks and refine them. A second run does only what is missing."""
    tools = assemble()
    if masks is not None:
        requested = ImportRequest(project, images, masks, images_json, masks_format, match)
        if dry_run:
            _preview(tools, requested)
            return
    elif dry_run:
        raise typer.BadParameter("there are no --masks to look at.", param_hint="--dry-run")
    refiners = _named(refiner, refiner_weights)
    given = EngineOptions(weights_folder(), device, trusted=trust)
    segmented_by = _asked(
        segmenter, replace(given, weights=segmenter_weights, score_threshold=score_threshold)
    )
    engines = with_settings(
        tools.engines,
        read_settings(settings or ()),
        {
            "segmenter": [] if masks is not None else [segmented_by],
            "refiner": [_asked(name, replace(given, weights=refiner_weights)) for name in refiners],
        },
    )
    if masks is not None:
        imported = run_job(
            "Importing",
            lambda cancel, on_step: run_import(tools, requested, cancel, on_step),
        )
        say(f"{imported.instances} instances imported from {imported.images} images.")
        if imported.known:
            say(f"{imported.known} of the images had these masks already.")
        say_skipped(imported.skipped)
    else:
        _segment(tools, project, images, *engines["segmenter"][0])
    following = f"Next: segrefine review {project}"
    refining = engines.get("refiner", [])
    for name, options in refining:
        refined = _refine(tools, project, name, options, agreement or ())
        if len(refining) == 1:
            say(f"{refined.refined} instances refined. {following}")
        else:
            say(f"{refined.refined} instances refined by {name}.")
        say_skipped(refined.skipped)
    if len(refining) > 1:
        say(following)
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


def _named(refiner: Sequence[str] | None, weights: Path | None) -> list[str]:
    """The refiners that were asked for; empty for none."""
    names = list(dict.fromkeys(refiner or [AUTO]))
    if NO_REFINER in names and len(names) > 1:
        raise typer.BadParameter("none goes with no other.", param_hint="--refiner")
    if weights is not None and len(names) > 1:
        raise typer.BadParameter("whose they are is not clear.", param_hint="--refiner-weights")
    return [name for name in names if name != NO_REFINER]


def _asked(text: str, options: EngineOptions) -> Asked:
    name, model = split_name(text)
    return name, replace(options, model=model)


def _preview(tools: Tools, request: ImportRequest) -> None:
    found = run_job(
        "Looking", lambda cancel, on_step: run_import_preview(tools, request, cancel, on_step)
    )
    say(f"{found.instances} instances in {found.images} images would be imported ({found.format}).")
    if found.known:
        say(f"{found.known} of the images are in the project already, with these very masks.")
    if found.untold:
        say(f"{found.untold} of the image files given are not told of and would not be added.")
    if found.categories:
        show(categories_table(found.categories))
    say_skipped(found.left_out)


def _segment(
    tools: Tools, project: Path, images: list[Path], name: str, options: EngineOptions
) -> None:
    segmented = run_job(
        "Segmenting",
        lambda cancel, on_step: run_segmentation(
            tools, SegmentRequest(project, images, name, options), cancel, on_step
        ),
    )
    say(f"{segmented.instances} instances found in {segmented.images} images.")
    say_skipped(segmented.skipped)


def _refine(
    tools: Tools, project: Path, name: str, options: EngineOptions, agreement: Sequence[str]
) -> RefineReport:
    request = RefineRequest(project, name, options, agreement=agreement)
    return run_job(
        "Refining", lambda cancel, on_step: run_refinement(tools, request, cancel, on_step)
    )


def _gate(tools: Tools, request: GateRequest) -> None:
    report = run_job("Deciding", lambda cancel, on_step: run_gate(tools, request, cancel, on_step))
    say(
        f"Below risk {request.limit:g}: {report.whole} refinements taken whole, {report.parts} "
        f"without their risky changes; {report.coarse} are too risky and stay coarse."
    )
    if report.unassessed:
        warn(f"{report.unassessed} refinements have no risk and stay coarse.")
