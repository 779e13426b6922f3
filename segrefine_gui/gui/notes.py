"""Tells about jobs and errors in a banner, without stopping the person."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from segrefine_gui.gui.controllers.outcomes import Outcome
from segrefine_gui.gui.prompts import Prompts
from segrefine_gui.gui.widgets.banner import Banner
from segrefine_gui.services.steps import Skipped


class Notes(QObject):
    """What jobs that belong together did is told as one note, with all that they left out.

    Args:
        banner: where it is said.
        prompts: opens the details.
        parent: the window.
    """

    def __init__(self, banner: Banner, prompts: Prompts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._banner = banner
        self._prompts = prompts
        self._outcomes: list[Outcome] = []

    def begin(self) -> None:
        """Forget the last jobs: others begin."""
        self._outcomes.clear()

    def tell_outcome(self, outcome: Outcome) -> None:
        """Say what a job did."""
        self._outcomes.append(outcome)
        title, sentence, skipped = outcome.title, self._sentences(), self._skipped()
        if skipped:
            self._warn(sentence, lambda: self._prompts.show_report(title, sentence, skipped))
        else:
            self._banner.say(sentence, "done")

    def tell_failure(self, sentence: str, detail: str) -> None:
        """Say what went wrong."""
        left_out = [f"{skipped.subject}: {skipped.sentence}" for skipped in self._skipped()]
        details = "\n".join([*filter(None, [detail]), *left_out])
        text = " ".join(filter(None, [self._sentences(), sentence]))
        if details:
            self._warn(text, lambda: self._prompts.show_error(sentence, details))
        else:
            self._banner.say(text, "warning", stays=True)

    def tell(self, sentence: str) -> None:
        """Say something in passing."""
        self._banner.say(sentence, "help")

    def _warn(self, text: str, details: Callable[[], None]) -> None:
        self._banner.say(text, "warning", self.tr("Details…"), details)

    def _sentences(self) -> str:
        return " ".join(outcome.sentence for outcome in self._outcomes)

    def _skipped(self) -> list[Skipped]:
        return [skipped for outcome in self._outcomes for skipped in outcome.skipped]
