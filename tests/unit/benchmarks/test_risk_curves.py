"""The pure parts of `benchmarks/risk_quality.py`: its curves and its ablation."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segrefine_gui.domain.risk_metrics import measure_risk, tally
from segrefine_gui.triage.additive import AdditiveModel, Curve

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def _scripts():
    """The scripts import each other from their own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield


@pytest.fixture(scope="module")
def curves() -> ModuleType:
    import risk_curves

    return risk_curves


def rated_group(name: str, count: int, seed: int):
    from rated import Rated

    rng = np.random.default_rng(seed)
    risks = rng.random(count).round(2)
    images = np.array([f"{number // 2}.jpg" for number in range(count)])
    return Rated(name, risks, rng.random(count) < risks, images)


# Risks of one decimal, so that many are equal.
cases = st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=2, max_size=40).filter(
    lambda case: len({harmed for _, harmed in case}) == 2
)


@given(case=cases)
@settings(max_examples=50)
def test_the_area_below_the_roc_is_the_auroc(case: list[tuple[int, bool]], curves: ModuleType):
    found = tally([risk / 10 for risk, _ in case], [harmed for _, harmed in case])
    x, y = curves.roc(found)
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    area = ((y[1:] + y[:-1]) / 2 * np.diff(x)).sum()
    assert area == pytest.approx(measure_risk(found).auroc)


@given(case=cases)
@settings(max_examples=50)
def test_coverage_is_the_last_place_where_residual_harm_is_small(
    case: list[tuple[int, bool]], curves: ModuleType
):
    found = tally([risk / 10 for risk, _ in case], [harmed for _, harmed in case])
    coverage, harm = curves.residual_harm(found)
    assert harm[-1] == pytest.approx(np.mean([harmed for _, harmed in case]))
    assert measure_risk(found).coverage == max(coverage[harm <= 0.02], default=0)


def test_every_curve_is_drawn_for_every_refiner_and_group(curves: ModuleType):
    from rated import together

    groups = [rated_group("<dogs>", 60, 1), rated_group("cats", 60, 2)]
    found = {"one": [together("both", groups), *groups], "two": groups}
    for draw in curves.CURVES.values():
        texts = [element.text for element in ElementTree.fromstring(draw(found)).iter()]
        for refiner in found:
            assert any(text and text.startswith(f"{refiner}: ") for text in texts)
        for name, times in (("both", 1), ("<dogs>", 2), ("cats", 2)):
            assert sum(bool(text and text.startswith(f"{name}: ")) for text in texts) == times


def test_a_group_without_harm_is_drawn(curves: ModuleType):
    from dataclasses import replace

    group = replace(rated_group("safe", 3, 1), harmed=np.zeros(3, bool))
    for draw in curves.CURVES.values():
        assert "nan" not in draw({"one": [group]})


def test_what_a_feature_is_worth_is_what_is_lost_without_it():
    from rated import Rated
    from risk_ablation import ablate

    rng = np.random.default_rng(5)
    count = 300
    features = {"iou": rng.random(count), "against": rng.random(count), "changes": np.ones(count)}
    telling = Curve("iou", (0.0, 1.0), (4.0, -4.0))
    idle = Curve("against", (0.0, 1.0), (-0.01, 0.01))
    model = AdditiveModel(0.0, (telling, idle))
    risks = model.probability(features)
    images = np.array([str(number) for number in range(count)])
    group = Rated("all", risks, rng.random(count) < risks, images)

    first, last = ablate(group, model, features)
    assert first.kind == "extent of the changes"
    assert first.without == pytest.approx(0.5, abs=0.1)
    assert first.interval.low > 0.2
    assert last.interval.low <= 0 <= last.interval.high
    assert first.loss + first.without == pytest.approx(last.loss + last.without)
