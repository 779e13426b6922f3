from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.services.expected_harm import CONFIDENCE, TRUST, ExpectedHarm, expected_harm

risk_lists = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(risk_lists)
def test_before_a_sample_it_is_the_sum_of_the_risks(risks: list[float]) -> None:
    found = expected_harm(risks)
    assert found.count == pytest.approx(sum(risks), abs=1e-4)
    assert 0 <= found.low <= found.high <= len(risks)


def test_one_prior_by_hand() -> None:
    # Beta(12, 12) before; 4 of 12 harmed make it Beta(16, 20).
    found = expected_harm([0.5] * 9, sampled=12, harmed=4)
    assert found.count == pytest.approx(9 * 16 / 36)


def test_the_interval_is_the_beta_binomials() -> None:
    found = expected_harm([0.1] * 50)
    a, b = 0.1 * TRUST, 0.9 * TRUST

    def beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    exact = [math.comb(50, k) * math.exp(beta(k + a, 50 - k + b) - beta(a, b)) for k in range(51)]
    below = np.cumsum(exact)
    tail = (1 - CONFIDENCE) / 2
    assert below[found.high] >= 1 - tail > below[found.high - 1]
    assert below[found.low] >= tail
    assert found.low == 0 or below[found.low - 1] < tail


@given(risk_lists, st.integers(1, 30))
def test_a_good_sample_brings_it_down_and_a_bad_one_up(risks: list[float], sampled: int) -> None:
    before = expected_harm(risks)
    good, bad = expected_harm(risks, sampled, 0), expected_harm(risks, sampled, sampled)
    assert good.count <= before.count <= bad.count
    assert good.high <= before.high
    assert bad.low >= before.low


@given(risk_lists, st.integers(1, 30))
def test_each_harmed_one_found_raises_it(risks: list[float], sampled: int) -> None:
    counts = [expected_harm(risks, sampled, harmed).count for harmed in range(sampled + 1)]
    assert counts == sorted(counts)


def test_a_sample_that_is_as_expected_makes_it_surer() -> None:
    before, after = expected_harm([0.25] * 400), expected_harm([0.25] * 400, 40, 10)
    assert after.count == pytest.approx(before.count)
    assert after.high - after.low < before.high - before.low


def test_nothing_to_accept_harms_nothing() -> None:
    assert expected_harm([]) == ExpectedHarm(0.0, 0, 0)
    assert expected_harm([], 12, 3) == ExpectedHarm(0.0, 0, 0)


def test_a_hundred_thousand_are_no_trouble() -> None:
    found = expected_harm([0.03] * 100_000)
    assert found.count == pytest.approx(3000)
    assert found.low < 3000 < found.high < 20_000


@pytest.mark.parametrize(("sampled", "harmed"), [(3, 4), (0, 1), (3, -1)])
def test_more_harmed_than_sampled_is_refused(sampled: int, harmed: int) -> None:
    with pytest.raises(ValueError, match="cannot be harmed"):
        expected_harm([0.5], sampled, harmed)
