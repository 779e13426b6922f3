"""Tells with a job's steps what the job uses, measured in the worker now and then."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from segrefine_gui.domain.vitals import Vitals
from segrefine_gui.services.steps import OnStep, Step

Measure = Callable[[str], Vitals]
"""Measures what this program uses while its engine runs on a device as `EngineRun` names it."""

EVERY_SECONDS = 0.5
_log = logging.getLogger(__name__)


def with_vitals(
    on_step: OnStep,
    measure: Measure | None,
    device: str,
    clock: Callable[[], float] = time.monotonic,
) -> OnStep:
    """The same `OnStep`, to which every step brings the vitals measured last.

    Args:
        on_step: who is told.
        measure: measures; None where nobody can, and `on_step` comes back as it is.
        device: what the engine runs on.
        clock: seconds that only grow.
    """
    if measure is None:
        return on_step
    measured_at: float | None = None
    vitals: Vitals | None = None

    def tell(step: Step) -> None:
        nonlocal measured_at, vitals
        now = clock()
        if measured_at is None or now - measured_at >= EVERY_SECONDS:
            measured_at = now
            try:
                vitals = measure(device)
            except Exception:  # noqa: BLE001 - figures to look at must never end a job
                _log.exception("memory could not be measured")
                vitals = None
        on_step(replace(step, vitals=vitals))

    return tell
