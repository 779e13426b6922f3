"""The command line: every job of the app without a screen, and the way into the window."""

from __future__ import annotations

import logging
import sys

import typer

from segrefine_gui.cli import machine, masks, results, start
from segrefine_gui.cli.console import start_log, warn
from segrefine_gui.domain.errors import Cancelled, SegRefineError

_INTERRUPTED = 130
_log = logging.getLogger(__name__)

app = typer.Typer(
    help="Turn coarse segmentation masks into masks you trust.",
    no_args_is_help=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
weights = typer.Typer(help="Weights of the engines.", no_args_is_help=True)

app.callback(invoke_without_command=True)(start.window)
for word in (
    start.demo,
    start.review,
    masks.run,
    masks.risk,
    results.export,
    results.evaluate,
    results.report,
    results.formats,
    machine.engines,
    machine.models,
    machine.doctor,
):
    app.command()(word)
weights.command("fetch")(machine.fetch_weights)
app.add_typer(weights, name="weights")


def main() -> None:
    """Run the program; errors a person can act on end it with one sentence and status 1."""
    start_log()
    try:
        app()
    except SegRefineError as error:
        _log.error("%s %s", error.sentence, error.detail)
        warn(error.sentence, "red")
        sys.exit(1)
    except Cancelled:
        warn("Cancelled. What was finished is kept; the same command goes on from there.")
        sys.exit(_INTERRUPTED)
