"""Words about this machine: `engines`, `doctor` and `weights fetch`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from segrefine_gui.cli.console import run_job, say, show, warn
from segrefine_gui.cli.options import Device
from segrefine_gui.cli.tables import parameters_table
from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.engines.base import EngineOptions, models_of, parameters_of
from segrefine_gui.engines.builtin.onnx_models import choose_onnx_device, installed_version
from segrefine_gui.engines.detectron2.zoo import zoo_weights
from segrefine_gui.engines.devices import choose_device, describe_device
from segrefine_gui.engines.registry import AUTO, EngineRegistry, split_name
from segrefine_gui.engines.torch_base.checks import this_machine, torch_checks
from segrefine_gui.engines.torch_base.probe import look
from segrefine_gui.engines.weights.fetch import MIRROR_VARIABLE, fetch
from segrefine_gui.engines.weights.files import KNOWN_WEIGHTS, OFFLINE_VARIABLE, offline_folder
from segrefine_gui.services.doctor import Finding, folder_finding, window_findings
from segrefine_gui.services.steps import Step
from segrefine_gui.storage.locations import settings_file, weights_folder


def engines(
    name: Annotated[
        str | None, typer.Argument(help="Only what can be set of this engine, NAME or NAME:MODEL.")
    ] = None,
    device: Device = "auto",
    parameters: Annotated[
        bool, typer.Option("--parameters", help="Say of each engine what can be set of it.")
    ] = False,
) -> None:
    """List the engines: what is installed, on which device, with which weights."""
    registry = EngineRegistry.discover()
    options = EngineOptions(weights_folder(), device)
    if name is not None or parameters:
        _show_parameters(registry, name, options)
        return
    table = Table("kind", "name", "ready", "version", "what", box=box.SIMPLE)
    problems = []
    for factory in registry.all():
        status = factory.status(options)
        ready = "yes" if status.usable else "no"
        table.add_row(factory.kind, factory.name, ready, status.version, factory.summary)
        if status.problem:
            problems.append(f"{factory.name}: {status.problem}")
        elif status.weights is not None:
            say(f"{factory.name}: its weights are {status.weights}.")
    say(f"Device: {describe_device(choose_device(device))}. Weights folder: {weights_folder()}.")
    show(table)
    for problem in [*problems, *registry.problems]:
        warn(problem)


def models(
    segmenter: Annotated[str, typer.Argument(help="Its name; see `engines`.")],
    search: Annotated[str, typer.Argument(help="Only names that have this in them.")] = "",
) -> None:
    """List the models that a segmenter knows, for `run --segmenter NAME:MODEL`."""
    factory = EngineRegistry.discover().get("segmenter", segmenter)
    options = EngineOptions(weights_folder())
    known = models_of(factory, options)
    found = [name for name in known if search.lower() in name.lower()]
    for name in found:
        say(name)
    if not known:
        warn(factory.status(options).problem or f"{segmenter} has one model only.")
    elif not found:
        warn(f"{segmenter} knows no model with {search!r} in its name.")


def fetch_weights(
    name: Annotated[str, typer.Argument(help=f"{', '.join(KNOWN_WEIGHTS)}, or detectron2:MODEL.")],
    mirror: Annotated[
        str | None,
        typer.Option(
            envvar=MIRROR_VARIABLE, help="Address of a folder that has the file, asked first."
        ),
    ] = None,
) -> None:
    """Fetch an engine's weights; an interrupted fetch goes on where it stopped."""
    engine, model = split_name(name)
    if engine not in KNOWN_WEIGHTS or (model and engine != "detectron2"):
        raise typer.BadParameter(f"choose one of {', '.join(KNOWN_WEIGHTS)}", param_hint="NAME")
    weights = zoo_weights(model) if model else KNOWN_WEIGHTS[engine]
    if weights is None:
        raise WeightsError(f"Detectron2 publishes no weights for {model}.")
    folder = weights_folder()
    path = run_job(
        f"Fetching {name}",
        lambda cancel, on_step: fetch(
            weights,
            folder,
            lambda share: on_step(Step(share, 1, weights.file_name)),
            cancel,
            mirror,
        ),
    )
    say(f"The weights of {name} are at {path}.")


def doctor() -> None:
    """Find what is missing on this machine and print the line that cures it."""
    findings = [
        *window_findings(),
        folder_finding("Settings", settings_file().parent),
        folder_finding("Weights", weights_folder()),
        *_offline_findings(),
        _onnx_finding(),
        *(
            Finding(check.subject, check.well, check.sentence, check.cure)
            for check in torch_checks(look(), this_machine())
        ),
    ]
    options = EngineOptions(weights_folder())
    registry = EngineRegistry.discover()
    for factory in registry.all():
        status = factory.status(options)
        sentence = "It can run." if status.usable else status.problem
        if status.usable and status.weights is not None:
            sentence = f"It can run, with {status.weights}."
        findings.append(Finding(f"{factory.kind} {factory.name}", status.usable, sentence))
    for finding in findings:
        mark = ("ok      ", "green") if finding.well else ("missing ", "yellow")
        show(Text.assemble(mark, f"{finding.subject}: {finding.sentence}"))
        if finding.cure:
            say(f"        {finding.cure}")
    if not all(finding.well for finding in window_findings()):
        raise typer.Exit(1)


def _offline_findings() -> list[Finding]:
    """Whether the offline folder of weights, where the person named one, is there."""
    folder = offline_folder()
    if folder is None:
        return []
    if folder.is_dir():
        return [Finding("Offline weights", True, f"{folder} is looked at first.")]
    cure = f"Connect or make it, or unset {OFFLINE_VARIABLE}."
    return [Finding("Offline weights", False, f"There is no folder {folder}.", cure)]


def _onnx_finding() -> Finding:
    """Whether the built-in refiner's runtime is here, and what it would run on."""
    try:
        device = choose_onnx_device(AUTO)
    except EngineError as error:
        return Finding("ONNX Runtime", False, error.sentence)
    sentence = f"Version {installed_version()} runs the built-in model on the device {device}."
    return Finding("ONNX Runtime", True, sentence)


def _show_parameters(registry: EngineRegistry, name: str | None, options: EngineOptions) -> None:
    """Say what can be set of one engine, or of all; raises `EngineError` where there is none."""
    factories = registry.all()
    if name is not None:
        engine, model = split_name(name)
        options = replace(options, model=model)
        names = sorted({factory.name for factory in factories})
        factories = [factory for factory in factories if factory.name == engine]
        if not factories:
            raise EngineError(f"There is no engine {engine!r}; there are {', '.join(names)}.")
    for factory in factories:
        offered = parameters_of(factory, options)
        if offered:
            show(parameters_table(f"{factory.kind} {factory.name}", offered))
        else:
            say(f"{factory.kind} {factory.name}: nothing can be set of it.")
