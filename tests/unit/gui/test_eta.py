"""The time that is left."""

from __future__ import annotations

import pytest

from segrefine_gui.gui.controllers.eta import Eta


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_follows_the_speed_so_far():
    clock = Clock()
    eta = Eta(clock)
    assert eta.seconds_left(1, 11) is None
    clock.now += 10

    assert eta.seconds_left(3, 11) == pytest.approx(40)


def test_nothing_is_foretold_at_the_start_or_without_progress():
    clock = Clock()
    eta = Eta(clock)
    eta.seconds_left(0, 10)
    clock.now += 1
    assert eta.seconds_left(5, 10) is None, "a second tells little"
    clock.now += 10
    assert Eta(clock).seconds_left(3, 10) is None
    assert eta.seconds_left(0, 10) is None


def test_it_begins_again_when_another_count_begins():
    clock = Clock()
    eta = Eta(clock)
    eta.seconds_left(9, 10)
    clock.now += 100
    eta.seconds_left(0, 50)
    clock.now += 5

    assert eta.seconds_left(5, 50) == pytest.approx(45)
