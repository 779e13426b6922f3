"""Tells about jobs and errors in a banner, without stopping the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from segrefine_gui.gui.controllers.outcomes import Outcome
from segrefine_gui.gui.prompts import Prompts
from segrefine_gui.gui.widgets.banner import Banner
from segrefine_gui.services.steps import Skipped

MOST_SENTENCES = 2
"""Jobs of which each gets its sentence; of more it is counted how they ended."""


@dataclass(frozen=True, slots=True)
class _Told:
    outcome: Outcome
    has_failed: bool = False
    was_stopped: bool = False
    detail: str = ""


class Notes(QObject):
    """What jobs that ran one after another did is told as one note, with all that they left out.

    Args:
        banner: where it is said.
        prompts: opens the details.
        parent: the window.
    """

    jobs_wanted = Signal()
    """The person wants to see what each job did."""

    def __init__(self, banner: Banner, prompts: Prompts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._banner = banner
        self._prompts = prompts
        self._told: list[_Told] = []

    def begin(self) -> None:
        """Forget the last jobs: others begin."""
        self._told.clear()

    def tell_outcome(self, outcome: Outcome) -> None:
        """Say what a job did."""
        self._told.append(_Told(outcome))
        self._tell_jobs()

    def tell_stopped(self, outcome: Outcome) -> None:
        """Say that a job was cancelled."""
        self._told.append(_Told(outcome, was_stopped=True))
        self._tell_jobs()

    def tell_job_failure(self, outcome: Outcome, detail: str) -> None:
        """Say why a job failed, besides what others did."""
        self._told.append(_Told(outcome, has_failed=True, detail=detail))
        self._tell_jobs()

    def tell_failure(self, sentence: str, detail: str) -> None:
        """Say what went wrong."""
        self._say_failure(sentence, sentence, detail)

    def tell(self, sentence: str) -> None:
        """Say something in passing."""
        self._banner.say(sentence, "help")

    def _tell_jobs(self) -> None:
        text, skipped = " ".join(map(self._sentence, self._told)), self._skipped()
        failed = [told for told in self._told if told.has_failed]
        if len(self._told) > MOST_SENTENCES:
            symbol = "warning" if failed or skipped else "done"
            self._banner.say(self._counts(), symbol, self.tr("Jobs…"), self.jobs_wanted.emit)
        elif failed:
            left_out = [f"{each.subject}: {each.sentence}" for each in skipped]
            details = "\n".join(filter(None, [*(told.detail for told in failed), *left_out]))
            self._say_failure(text, failed[-1].outcome.sentence, details)
        elif rows := self._rows():
            title = self._told[-1].outcome.title
            symbol = "warning" if skipped else "done"
            self._banner.say(
                text,
                symbol,
                self.tr("Details…"),
                lambda: self._prompts.show_report(title, text, rows),
            )
        else:
            self._banner.say(text, "done")

    def _counts(self) -> str:
        """How the jobs ended."""
        failed = sum(told.has_failed for told in self._told)
        stopped = sum(told.was_stopped for told in self._told)
        done = len(self._told) - failed - stopped
        counts = [
            (done, self.tr("{} done")),
            (failed, self.tr("{} failed")),
            (stopped, self.tr("{} stopped")),
        ]
        words = [each.format(count) for count, each in counts if count]
        left_out = len(self._skipped())
        if left_out:
            words.append(self.tr("{} left out").format(left_out))
        return self.tr("{} jobs: {}.").format(len(self._told), ", ".join(words))

    def _say_failure(self, text: str, sentence: str, details: str) -> None:
        if details:
            self._warn(text, lambda: self._prompts.show_error(sentence, details))
        else:
            self._banner.say(text, "warning", stays=True)

    def _warn(self, text: str, details: Callable[[], None]) -> None:
        self._banner.say(text, "warning", self.tr("Details…"), details)

    def _sentence(self, told: _Told) -> str:
        """What a job did; with its engine where others of its kind ran, too."""
        outcome = told.outcome
        alike = [each for each in self._told if each.outcome.title == outcome.title]
        if len(alike) > 1 and outcome.engine:
            return f"{outcome.engine}: {outcome.sentence}"
        return outcome.sentence

    def _rows(self) -> list[Skipped]:
        """What the details of all jobs list."""
        outcomes = [told.outcome for told in self._told]
        return [row for outcome in outcomes for row in outcome.report or outcome.skipped]

    def _skipped(self) -> list[Skipped]:
        return [skipped for told in self._told for skipped in told.outcome.skipped]
