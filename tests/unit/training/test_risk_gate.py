"""Which limit becomes the gate of a risk model."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training has its own extra")

from training.risk_gate import Trial, choose, pooled


def test_the_gate_halves_harm_at_the_least_cost():
    trials = [
        Trial(0.1, 0.90, 0.70, 0.00),
        Trial(0.2, 0.93, 0.72, 0.04),
        Trial(0.3, 0.92, 0.72, 0.05),
        Trial(0.5, 0.95, 0.75, 0.06),
        Trial(1.0, 0.94, 0.74, 0.10),
    ]
    assert choose(trials).limit == 0.2


def test_where_nothing_can_halve_harm_the_least_harm_is_taken():
    trials = [
        Trial(0.1, 0.90, 0.70, 0.09),
        Trial(0.5, 0.95, 0.75, 0.09),
        Trial(1.0, 0.96, 0.8, 0.1),
    ]
    assert choose(trials).limit == 0.5


def test_where_nothing_is_harmed_everything_may_pass():
    trials = [Trial(0.1, 0.90, 0.70, 0.0), Trial(0.5, 0.95, 0.75, 0.0), Trial(1.0, 0.95, 0.75, 0.0)]
    assert choose(trials).limit == 1.0


def test_all_refiners_choose_together():
    careful = [Trial(0.5, 0.92, 0.75, 0.0), Trial(1.0, 0.94, 0.76, 0.0)]
    bold = [Trial(0.5, 0.90, 0.71, 0.04), Trial(1.0, 0.92, 0.74, 0.1)]
    together = pooled([careful, bold])
    assert [(trial.limit, trial.iou, trial.harm) for trial in together] == [
        (0.5, pytest.approx(0.91), pytest.approx(0.02)),
        (1.0, pytest.approx(0.93), pytest.approx(0.05)),
    ]
    assert choose(together).limit == 0.5
