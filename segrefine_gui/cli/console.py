"""Talking to the person at the terminal: sentences, progress, the first Ctrl-C, and the log."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.services.steps import OnStep, Skipped, Step
from segrefine_gui.storage.locations import log_file

_SHOWN_SKIPPED = 20
_log = logging.getLogger(__name__)
_Report = TypeVar("_Report")

_out = Console()
_err = Console(stderr=True)


def say(sentence: str) -> None:
    """Print a sentence; as plain text, since names from files may look like markup."""
    show(Text(sentence))


def show(table: RenderableType) -> None:
    """Print a table, or a sentence in colours."""
    _out.print(table, soft_wrap=isinstance(table, Text))


def warn(sentence: str, style: str = "yellow") -> None:
    """Print a sentence to the error stream, as plain text likewise."""
    _err.print(Text(sentence, style=style), soft_wrap=True)


def say_skipped(skipped: Sequence[Skipped], word: str = "Left out") -> None:
    """Print what was left out, and log all of it; `word` goes before each."""
    for item in skipped[:_SHOWN_SKIPPED]:
        warn(f"{word}: {item.subject}: {item.sentence}")
    for item in skipped:
        _log.warning("%s: %s: %s", word.lower(), item.subject, item.sentence)
    if len(skipped) > _SHOWN_SKIPPED:
        warn(f"… and {len(skipped) - _SHOWN_SKIPPED} more, all in {log_file()}.")


def run_job(title: str, job: Callable[[CancelToken, OnStep], _Report]) -> _Report:
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


def write_text(path: Path, text: str) -> None:
    """Write a file; raises `SegRefineError` where that cannot be."""
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise SegRefineError(f"{path} cannot be written: {error.strerror}.", str(error)) from error


def start_log() -> None:
    """Log into the person's log file, or say that no log is kept."""
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=2)
    except OSError as error:
        warn(f"No log is kept: {path} cannot be written ({error.strerror}).")
        handler = logging.NullHandler()
    logging.captureWarnings(True)
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, handlers=[handler], force=True)


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
