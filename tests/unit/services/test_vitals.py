"""What a job uses reaches those who watch it, measured now and then in the job's own thread."""

from __future__ import annotations

from segrefine_gui.domain.vitals import Vitals
from segrefine_gui.services.steps import Step
from segrefine_gui.services.vitals import EVERY_SECONDS, with_vitals


def test_every_step_brings_what_was_measured_last() -> None:
    now, steps, measured = [0.0], [], []

    def measure(device: str) -> Vitals:
        measured.append(device)
        return Vitals(device, len(measured))

    tell = with_vitals(steps.append, measure, "cuda:1", lambda: now[0])
    for seconds in (0.0, EVERY_SECONDS / 2, EVERY_SECONDS, EVERY_SECONDS * 1.4):
        now[0] = seconds
        tell(Step(1, 2, "one.png", 3))

    assert measured == ["cuda:1"] * 2
    assert [step.vitals.process_bytes for step in steps] == [1, 1, 2, 2]
    assert steps[0] == Step(1, 2, "one.png", 3, Vitals("cuda:1", 1))


def test_a_measurement_that_fails_ends_no_job() -> None:
    steps: list[Step] = []

    def measure(device: str) -> Vitals:
        raise RuntimeError("driver")

    with_vitals(steps.append, measure, "cpu")(Step(1, 2, ""))
    assert steps == [Step(1, 2, "")]


def test_without_anything_to_measure_with_nothing_is_in_between() -> None:
    steps: list[Step] = []
    tell = with_vitals(steps.append, None, "cpu")
    tell(Step(1, 2, ""))
    assert steps[0].vitals is None
