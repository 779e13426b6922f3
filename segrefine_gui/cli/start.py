"""Words that open the window: none at all, `demo` and `review`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segrefine_gui import __version__
from segrefine_gui.cli import masks
from segrefine_gui.cli.assembly import assemble
from segrefine_gui.cli.console import say
from segrefine_gui.cli.options import ProjectArgument
from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.engines.builtin.refiner import BuiltinFactory
from segrefine_gui.services.doctor import window_findings
from segrefine_gui.storage.locations import demo_folder, settings_file, weights_folder
from segrefine_gui.storage.project import PROJECT_SUFFIX, Project


def window(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Open the window, or run one of the commands below without it."""
    if version:
        say(__version__)
    elif context.invoked_subcommand is None:
        _open_window(None)


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Without a window.")] = False,
) -> None:
    """Make a new project of the bundled samples and refine it with the built-in refiner."""
    if not headless:
        _require_window()
    project = _fresh(demo_folder() / f"samples{PROJECT_SUFFIX}")
    samples = resources_folder() / "samples"
    masks.run(
        [samples / "images"],
        project,
        masks=samples / "coarse.json",
        refiner=[BuiltinFactory.name],
    )
    if not headless:
        _open_window(project)


def review(project: ProjectArgument) -> None:
    """Open a project in the window, where it was left."""
    _require_window()
    Project.open(project).close()
    _open_window(project)


def _require_window() -> None:
    """Stop with a sentence where Qt would abort."""
    for finding in window_findings():
        if not finding.well:
            raise SegRefineError(f"{finding.sentence} {finding.cure}")


def _open_window(project: Path | None) -> None:
    _require_window()
    from segrefine_gui.gui.app import run_app

    samples = resources_folder() / "samples"
    raise typer.Exit(run_app(project, assemble(), settings_file(), weights_folder(), samples))


def _fresh(path: Path) -> Path:
    """The path itself, or the first of `name-2`, `name-3`, ... that is free."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free
