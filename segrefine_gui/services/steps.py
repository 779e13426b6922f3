"""What long use cases tell those who wait for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from segrefine_gui.domain.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Step:
    """How far a use case is.

    Attributes:
        done: units finished (instances or images), with the share of the one in work.
        total: units in all.
        text: what is in work now, for example an image's name.
        instance_id: an instance whose records just changed, None where none did.
        vitals: what the job uses, as measured last; None where nobody measures.
    """

    done: float
    total: int
    text: str
    instance_id: int | None = None
    vitals: Vitals | None = None


OnStep = Callable[[Step], None]


def ignore_step(step: Step) -> None:
    """An `OnStep` for those who do not watch."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something a use case left out: what it was, and why in one sentence."""

    subject: str
    sentence: str
