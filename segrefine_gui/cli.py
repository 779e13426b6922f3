"""The command line: every job of the app without a screen, and the way into the window."""

from __future__ import annotations

import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from segrefine_gui import __version__
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, SegRefineError, WeightsError
from segrefine_gui.domain.metrics import MaskQuality
from segrefine_gui.domain.records import MaskChoice
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.detectron2_zoo import zoo_weights
from segrefine_gui.engines.devices import choose_device, describe_device
from segrefine_gui.engines.registry import AUTO, EngineRegistry, split_name
from segrefine_gui.engines.weights import KNOWN_WEIGHTS, fetch, find
from segrefine_gui.formats import registry as formats
from segrefine_gui.services.doctor import Finding, folder_finding, window_findings
from segrefine_gui.services.evaluate import Evaluation, Summary
from segrefine_gui.services.export import Include
from segrefine_gui.services.jobs import (
    EvaluateRequest,
    ExportRequest,
    ImportRequest,
    RefineRequest,
    SegmentRequest,
    run_evaluation,
    run_export,
    run_import,
    run_refinement,
    run_segmentation,
)
from segrefine_gui.services.steps import OnStep, Skipped, Step
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io
from segrefine_gui.storage.locations import (
    demo_folder,
    log_file,
    resources_folder,
    settings_file,
    weights_folder,
)
from segrefine_gui.storage.project import PROJECT_SUFFIX, Project

NO_REFINER = "none"
_SHOWN_SKIPPED = 20
_INTERRUPTED = 130
_log = logging.getLogger(__name__)
_out = Console()
_err = Console(stderr=True)
_Report = TypeVar("_Report")

app = typer.Typer(
    help="Turn coarse segmentation masks into masks you trust.",
    no_args_is_help=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
weights_app = typer.Typer(help="Weights of the engines.", no_args_is_help=True)
app.add_typer(weights_app, name="weights")

Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
ProjectArgument = Annotated[Path, typer.Argument(metavar="PROJECT", help="A .segrefine file.")]


def main() -> None:
    """Run the program; errors a person can act on end it with one sentence and status 1."""
    _start_log()
    try:
        app()
    except SegRefineError as error:
        _log.error("%s %s", error.sentence, error.detail)
        _warn(error.sentence, "red")
        sys.exit(1)
    except Cancelled:
        _warn("Cancelled. What was finished is kept; the same command goes on from there.")
        sys.exit(_INTERRUPTED)


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Open the window, or run one of the commands below without it."""
    if version:
        _out.print(__version__)
    elif context.invoked_subcommand is None:
        _open_window(None)


@app.command()
def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
) -> None:
    """Make a new project of the bundled samples and refine it with an offline refiner."""
    if not headless:
        _require_window()
    project = _fresh(demo_folder() / f"samples{PROJECT_SUFFIX}")
    samples = resources_folder() / "samples"
    run([samples / "images"], project, masks=samples / "coarse.json", refiner="grabcut")
    if not headless:
        _open_window(project)


@app.command()
def review(project: ProjectArgument) -> None:
    """Open a project in the window, where it was left."""
    _require_window()
    Project.open(project).close()
    _open_window(project)


@app.command()
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
    device: Device = "auto",
) -> None:
    """Import or segment coarse masks and refine them. A second run does only what is missing."""
    tools = _tools()
    if masks is not None:
        imported = _run(
            "Importing",
            lambda cancel, on_step: run_import(
                tools, ImportRequest(project, images, masks, images_json), cancel, on_step
            ),
        )
        _say(f"{imported.instances} instances imported from {imported.images} images.")
        _say_skipped(imported.skipped)
    else:
        name, model = split_name(segmenter)
        options = EngineOptions(weights_folder(), device, model, segmenter_weights, score_threshold)
        segmented = _run(
            "Segmenting",
            lambda cancel, on_step: run_segmentation(
                tools, SegmentRequest(project, images, name, options), cancel, on_step
            ),
        )
        _say(f"{segmented.instances} instances found in {segmented.images} images.")
        _say_skipped(segmented.skipped)
    if refiner != NO_REFINER:
        name, model = split_name(refiner)
        options = EngineOptions(weights_folder(), device, model, refiner_weights)
        refined = _run(
            "Refining",
            lambda cancel, on_step: run_refinement(
                tools, RefineRequest(project, name, options), cancel, on_step
            ),
        )
        _say(f"{refined.refined} instances refined. Next: segrefine review {project}")
        _say_skipped(refined.skipped)


@app.command()
def export(
    project: ProjectArgument,
    format_name: Annotated[str, typer.Option("--format", help="coco, png or csv.")],
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    masks: Annotated[MaskChoice, typer.Option(help="Which mask.")] = MaskChoice.FINAL,
    include: Annotated[Include, typer.Option(help="Which instances.")] = Include.ACCEPTED,
    polygons: Annotated[bool, typer.Option(help="COCO polygons instead of RLE.")] = False,
) -> None:
    """Write masks, or the decision table, as files."""
    tools = _tools()
    request = ExportRequest(project, format_name, out, masks, include, polygons)
    report = _run("Exporting", lambda cancel, on_step: run_export(tools, request, cancel, on_step))
    _say(f"{report.written} instances written to {out}.")
    _say_skipped([Skipped(problem.subject, problem.sentence) for problem in report.problems])


@app.command()
def evaluate(
    project: ProjectArgument,
    truth: Annotated[Path, typer.Option(help="Ground truth, a COCO file.")],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure here, too.")
    ] = None,
) -> None:
    """Compare coarse and refined masks with ground truth."""
    tools = _tools()
    found = _run(
        "Evaluating",
        lambda cancel, on_step: run_evaluation(
            tools, EvaluateRequest(project, truth), cancel, on_step
        ),
    )
    _say_skipped(found.skipped)
    _out.print(_evaluation_table(found))
    _say(f"{found.unmatched} instances fit no truth, {found.unrefined} are not refined.")
    if json_file is not None:
        _write(json_file, json.dumps(found.to_json(), indent=2))


@app.command()
def engines(device: Device = "auto") -> None:
    """List the engines: what is installed, on which device, with which weights."""
    registry = EngineRegistry.discover()
    options = EngineOptions(weights_folder(), device)
    table = Table("kind", "name", "ready", "version", "what", box=box.SIMPLE)
    problems = []
    for factory in [*registry.segmenters(), *registry.refiners()]:
        status = factory.status(options)
        ready = "yes" if status.usable else "no"
        table.add_row(factory.kind, factory.name, ready, status.version, factory.summary)
        if status.problem:
            problems.append(f"{factory.name}: {status.problem}")
        elif status.weights is not None:
            _say(f"{factory.name}: its weights are {status.weights}.")
    _say(f"Device: {describe_device(choose_device(device))}. Weights folder: {weights_folder()}.")
    _out.print(table)
    for problem in [*problems, *registry.problems]:
        _warn(problem)


@weights_app.command("fetch")
def fetch_weights(
    name: Annotated[str, typer.Argument(help=f"{', '.join(KNOWN_WEIGHTS)}, or detectron2:MODEL.")],
) -> None:
    """Fetch an engine's weights; an interrupted fetch goes on where it stopped."""
    engine, model = split_name(name)
    if engine not in KNOWN_WEIGHTS or (model and engine != "detectron2"):
        raise typer.BadParameter(f"choose one of {', '.join(KNOWN_WEIGHTS)}", param_hint="NAME")
    weights = zoo_weights(model) if model else KNOWN_WEIGHTS[engine]
    if weights is None:
        raise WeightsError(f"Detectron2 publishes no weights for {model}.")
    folder = weights_folder()
    path = find(weights, folder) or _run(
        f"Fetching {name}",
        lambda cancel, on_step: fetch(
            weights, folder, lambda share: on_step(Step(share, 1, weights.file_name)), cancel
        ),
    )
    _say(f"The weights of {name} are at {path}.")


@app.command()
def doctor() -> None:
    """Find what is missing on this machine and print the line that cures it."""
    findings = [
        *window_findings(),
        folder_finding("Settings", settings_file().parent),
        folder_finding("Weights", weights_folder()),
    ]
    options = EngineOptions(weights_folder())
    registry = EngineRegistry.discover()
    for factory in [*registry.segmenters(), *registry.refiners()]:
        status = factory.status(options)
        sentence = "It can run." if status.usable else status.problem
        findings.append(Finding(f"{factory.kind} {factory.name}", status.usable, sentence))
    for finding in findings:
        mark = ("ok      ", "green") if finding.well else ("missing ", "yellow")
        _out.print(Text.assemble(mark, f"{finding.subject}: {finding.sentence}"), soft_wrap=True)
        if finding.cure:
            _say(f"        {finding.cure}")
    if not all(finding.well for finding in window_findings()):
        raise typer.Exit(1)


def _tools() -> Tools:
    return Tools(
        open_project=Project.open,
        make_project=Project.open_or_create,
        images=image_io,
        engines=EngineRegistry.discover(),
        recognise_masks=formats.recognise,
        mask_writer=formats.writer,
    )


def _require_window() -> None:
    """Stop with a sentence where Qt would abort."""
    for finding in window_findings():
        if not finding.well:
            raise SegRefineError(f"{finding.sentence} {finding.cure}")


def _open_window(project: Path | None) -> None:
    _require_window()
    from segrefine_gui.gui.app import run_app

    samples = resources_folder() / "samples"
    raise typer.Exit(run_app(project, _tools(), settings_file(), weights_folder(), samples))


def _fresh(path: Path) -> Path:
    """The path itself, or the first of `name-2`, `name-3`, ... that is free."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free


def _run(title: str, job: Callable[[CancelToken, OnStep], _Report]) -> _Report:
    """Run a job with a progress bar; the first Ctrl-C stops it cleanly, the second at once."""
    cancel = CancelToken()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}", style="dim", markup=False),
    )
    with _stopped_by_ctrl_c(cancel), Progress(*columns, console=_err) as progress:
        task = progress.add_task(title, total=None, text="")

        def on_step(step: Step) -> None:
            progress.update(task, completed=step.done, total=step.total, text=step.text)

        return job(cancel, on_step)


@contextmanager
def _stopped_by_ctrl_c(cancel: CancelToken) -> Iterator[None]:
    def stop(*_: object) -> None:
        if cancel.is_cancelled:
            raise KeyboardInterrupt
        cancel.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _evaluation_table(found: Evaluation) -> Table:
    table = Table("category", title="Coarse → refined, means over instances", box=box.SIMPLE)
    for column in ("n", "IoU", "mBA", "Boundary IoU", "harm", "s/mask"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, summary in found.by_category.items():
        table.add_row(name, *_summary_cells(summary))
    if found.overall is not None:
        table.add_section()
        table.add_row("all", *_summary_cells(found.overall))
    return table


def _summary_cells(summary: Summary) -> Sequence[str]:
    def pair(measure: Callable[[MaskQuality], float]) -> str:
        return f"{measure(summary.coarse):.3f}→{measure(summary.refined):.3f}"

    return (
        str(summary.instances),
        pair(lambda quality: quality.iou),
        pair(lambda quality: quality.mba),
        pair(lambda quality: quality.boundary_iou),
        f"{summary.harm:.1%}",
        f"{summary.seconds:.3f}",
    )


def _say(sentence: str) -> None:
    _out.print(Text(sentence), soft_wrap=True)


def _warn(sentence: str, style: str = "yellow") -> None:
    """Print to the error stream; as plain text, since names from files may look like markup."""
    _err.print(Text(sentence, style=style), soft_wrap=True)


def _say_skipped(skipped: Sequence[Skipped]) -> None:
    for item in skipped[:_SHOWN_SKIPPED]:
        _warn(f"Left out: {item.subject}: {item.sentence}")
    for item in skipped:
        _log.warning("left out: %s: %s", item.subject, item.sentence)
    if len(skipped) > _SHOWN_SKIPPED:
        _warn(f"… and {len(skipped) - _SHOWN_SKIPPED} more, all in {log_file()}.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise SegRefineError(f"{path} cannot be written: {error.strerror}.", str(error)) from error


def _start_log() -> None:
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=2)
    except OSError as error:
        _warn(f"No log is kept: {path} cannot be written ({error.strerror}).")
        handler = logging.NullHandler()
    logging.captureWarnings(True)
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, handlers=[handler], force=True)
