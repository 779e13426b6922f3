import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.triage.additive import AdditiveModel, Curve

MODEL = AdditiveModel(
    -1.0,
    (
        Curve("reach", (0.0, 1.0, 2.0), (-1.0, 0.5, 3.0), missing=0.25),
        Curve("edge", (-1.0, 1.0), (2.0, -2.0)),
    ),
)


def probability(**values: float) -> float:
    features = {name: np.array([value]) for name, value in values.items()}
    return float(MODEL.probability(features)[0])


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(-5, 5))
def test_more_of_what_speaks_for_harm_is_never_safer(
    first: float, second: float, edge: float
) -> None:
    low, high = sorted((first, second))
    assert probability(reach=low, edge=edge) <= probability(reach=high, edge=edge)


def test_a_missing_value_says_what_the_model_has_for_it() -> None:
    known = {"edge": np.array([0.0])}
    for features in (known, {**known, "reach": np.array([np.nan])}):
        assert MODEL.contributions(features)["reach"].tolist() == [0.25]


def test_a_curve_is_flat_beyond_its_knots_and_straight_between_them() -> None:
    heights = MODEL.curves[0].at(np.array([-9.0, 0.5, 1.5, 9.0]))
    assert heights.tolist() == [-1.0, -0.25, 1.75, 3.0]


def test_probabilities_stay_finite_whatever_the_curves_add_up_to() -> None:
    steep = AdditiveModel(90.0, (Curve("reach", (0.0, 1.0), (-100.0, 100.0)),))
    risks = steep.probability({"reach": np.array([0.0, 1.0])})
    assert 0 < risks[0] < 0.5 < risks[1] <= 1
