"""How fast a job goes at the moment."""

from __future__ import annotations

import pytest

from segrefine_gui.gui.controllers.throughput import WINDOW_SECONDS, Throughput


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_pace_is_that_of_the_last_seconds_not_of_the_whole_job():
    clock = Clock()
    throughput = Throughput(clock)
    done = 0.0
    for _ in range(60):
        throughput.per_second(done)
        clock.now += 1
        done += 1  # one a second at first
    assert throughput.per_second(done) == pytest.approx(1)
    for _ in range(round(WINDOW_SECONDS) + 1):
        clock.now += 1
        done += 5
        pace = throughput.per_second(done)
    assert pace == pytest.approx(5)


def test_nothing_is_said_at_the_start_or_while_nothing_is_finished():
    clock = Clock()
    throughput = Throughput(clock)
    assert throughput.per_second(1) is None
    clock.now += 0.5
    assert throughput.per_second(9) is None
    clock.now += 5
    assert throughput.per_second(9) == pytest.approx(8 / 5.5)
    still = Throughput(clock)
    still.per_second(3)
    clock.now += 5
    assert still.per_second(3) is None


def test_it_begins_again_when_another_count_begins():
    clock = Clock()
    throughput = Throughput(clock)
    throughput.per_second(40)
    clock.now += 10
    assert throughput.per_second(0.5) is None
    clock.now += 2
    assert throughput.per_second(4.5) == pytest.approx(2)


def test_a_slow_job_keeps_its_pace_between_steps_that_are_far_apart():
    clock = Clock()
    throughput = Throughput(clock)
    for done in range(4):
        pace = throughput.per_second(done)
        clock.now += 3 * WINDOW_SECONDS
    assert pace == pytest.approx(1 / (3 * WINDOW_SECONDS))
