from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.risk_metrics import (
    Interval,
    RiskQuality,
    measure_risk,
    reliability,
    risk_intervals,
    tally,
)

RISKS = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]
HARMED = [True, False, True, False, False, False, False, False, False, False]
some = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()),
    min_size=1,
    max_size=40,
)


def quality(risks: list[float], harmed: list[bool]) -> RiskQuality:
    return measure_risk(tally(risks, harmed))


def test_figures_computed_by_hand() -> None:
    found = quality(RISKS, HARMED)
    # 2 harmed x 8 unharmed = 16 pairs; only 0.7 against 0.8 is the wrong way round.
    assert found.auroc == pytest.approx(15 / 16)
    # The riskiest 3 of 10 are 0.9, 0.8 and 0.7: both of the harmed.
    assert found.harm_recall == 1.0
    # The 7 least risky are unharmed; with the eighth, 1 of 8 would be.
    assert found.coverage == 0.7
    # Harmed and accepted is 0 up to 0.7, then 0.1, 0.1 and 0.2: trapezoids 0.005 + 0.01 + 0.015.
    assert found.augrc == pytest.approx(0.03)
    squares = [(risk - harm) ** 2 for risk, harm in zip(RISKS, HARMED, strict=True)]
    assert found.brier == pytest.approx(sum(squares) / 10)


def test_equal_risks_are_not_told_apart() -> None:
    found = quality([0.5, 0.5, 0.5, 0.5], [True, False, False, False])
    assert found.auroc == 0.5
    assert found.harm_recall == pytest.approx(0.3)
    assert found.coverage == 0.0
    assert found.augrc == pytest.approx(0.125)


def test_coverage_goes_past_a_harmed_one_that_many_make_up_for() -> None:
    risks = [number / 100 for number in range(100)]
    harmed = [number in (0, 60, 90) for number in range(100)]
    # 1 of 50 is 2%, and so are up to 1 of 60 unharmed; with the second, 2 of 100 would be needed.
    assert quality(risks, harmed).coverage == 0.6
    harmed[90] = False
    assert quality(risks, harmed).coverage == 1.0


def test_without_harm_there_is_no_ranking_to_measure() -> None:
    found = quality([0.1, 0.2], [False, False])
    assert math.isnan(found.auroc)
    assert math.isnan(found.harm_recall)
    assert (found.coverage, found.augrc) == (1.0, 0.0)
    assert found.brier == pytest.approx(0.025)
    only = quality([0.1, 0.2], [True, True])
    assert math.isnan(only.auroc)
    assert (only.harm_recall, only.coverage, only.augrc) == (pytest.approx(0.3), 0.0, 0.5)


def test_nothing_is_nan() -> None:
    assert all(math.isnan(value) for value in (quality([], []).auroc, quality([], []).brier))
    assert reliability(tally([], [])) == ()
    intervals = risk_intervals([], [], [])
    assert all(math.isnan(each.low) and math.isnan(each.high) for each in intervals.values())


@given(some)
def test_augrc_is_what_its_paper_says_of_auroc_and_harm(pairs: list[tuple[float, bool]]) -> None:
    risks, harmed = [risk for risk, _ in pairs], [harm for _, harm in pairs]
    found, harm = quality(risks, harmed), sum(harmed) / len(harmed)
    ranking = 0.0 if math.isnan(found.auroc) else (1 - found.auroc) * harm * (1 - harm)
    assert found.augrc == pytest.approx(ranking + harm**2 / 2)


@given(some)
def test_the_order_of_instances_does_not_matter(pairs: list[tuple[float, bool]]) -> None:
    forward = quality([risk for risk, _ in pairs], [harm for _, harm in pairs])
    pairs.reverse()
    backward = quality([risk for risk, _ in pairs], [harm for _, harm in pairs])
    assert repr(forward) == repr(backward)


@given(some)
def test_the_bins_hold_every_instance_once(pairs: list[tuple[float, bool]]) -> None:
    risks, harmed = [risk for risk, _ in pairs], [harm for _, harm in pairs]
    bins = reliability(tally(risks, harmed), 5)
    assert len(bins) <= 5
    assert sum(each.count for each in bins) == len(pairs)
    assert sum(each.count * each.risk for each in bins) == pytest.approx(sum(risks))
    assert sum(each.count * each.harm for each in bins) == pytest.approx(sum(harmed))
    assert [each.risk for each in bins] == sorted(each.risk for each in bins)


def test_bins_are_of_equal_counts() -> None:
    risks = [0.001 * number for number in range(100)]
    assert [each.count for each in reliability(tally(risks, [False] * 100))] == [10] * 10


@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_agrees(seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    risks = np.round(rng.uniform(0, 1, 60), 1)  # with ties
    harmed = rng.uniform(0, 1, 60) < risks
    found = measure_risk(tally(risks, harmed))
    assert found.auroc == pytest.approx(metrics.roc_auc_score(harmed, risks))
    assert found.brier == pytest.approx(metrics.brier_score_loss(harmed, risks))


def test_intervals_hold_the_measure_and_are_the_same_again() -> None:
    rng = np.random.default_rng(3)
    risks = rng.uniform(0, 1, 200)
    harmed = rng.uniform(0, 1, 200) < risks / 2
    images = [f"{number // 4}.png" for number in range(200)]
    found = measure_risk(tally(risks, harmed))
    intervals = risk_intervals(list(risks), list(harmed), images, replicates=200)
    for name, interval in intervals.items():
        assert interval.low < getattr(found, name) < interval.high
    assert intervals == risk_intervals(list(risks), list(harmed), images, replicates=200)


def test_one_image_says_nothing_about_others() -> None:
    many = risk_intervals(RISKS, HARMED, [str(number) for number in range(10)], replicates=200)
    one = risk_intervals(RISKS, HARMED, ["a"] * 10, replicates=200)
    assert many["brier"].high > many["brier"].low
    assert one["brier"] == Interval(*[pytest.approx(quality(RISKS, HARMED).brier)] * 2)


def test_samples_without_harm_do_not_count() -> None:
    risks, harmed = [0.9, 0.1, 0.2], [True, False, False]
    interval = risk_intervals(risks, harmed, ["a", "b", "c"], replicates=200)["auroc"]
    assert interval == Interval(1.0, 1.0)
