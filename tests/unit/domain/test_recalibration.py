from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.recalibration import CERTAINTY, Recalibration

risks = st.floats(0, 1)
recalibrations = st.builds(Recalibration, st.floats(0.1, 10), st.floats(-10, 10))


@given(recalibrations, risks, risks)
def test_it_never_changes_the_order(recalibration: Recalibration, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0 <= recalibration.corrected(low) <= recalibration.corrected(high) <= 1


@given(risks)
def test_the_identity_corrects_nothing(risk: float) -> None:
    assert Recalibration().corrected(risk) == pytest.approx(risk, abs=2 * CERTAINTY)


def test_an_offset_is_added_to_the_log_odds() -> None:
    assert Recalibration(1.0, math.log(3)).corrected(0.5) == pytest.approx(0.75)
    assert Recalibration(2.0, 0.0).corrected(0.75) == pytest.approx(0.9)


def test_all_risks_of_an_assessment_are_corrected() -> None:
    assessment = Assessment(0.5, (), (0.5, 0.75), {"a": 1.0}, "m")
    found = Recalibration(1.0, math.log(3)).applied_to(assessment)
    assert found.risk == pytest.approx(0.75)
    assert found.change_risks == pytest.approx((0.75, 0.9))
    assert (found.features, found.model) == ({"a": 1.0}, "m")


@pytest.mark.parametrize(
    ("slope", "offset"),
    [(-1, 0), (0, 0), (100, 0), (1, 11), (1, -11), (math.nan, 0), (1, math.nan), (math.inf, 0)],
)
def test_what_turns_the_order_round_or_is_no_number_is_refused(slope: float, offset: float) -> None:
    with pytest.raises(ValueError, match="no recalibration"):
        Recalibration(slope, offset)
