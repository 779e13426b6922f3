import numpy as np
import pytest

from training.curve_fit import FitSettings, calibration, fit, folds, stretched

SETTINGS = FitSettings(1e-4, 9)


def sampled(count: int = 3000, seed: int = 0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Harm that grows with the reach, is likeliest in the middle of `bend`, and else is chance."""
    rng = np.random.default_rng(seed)
    features = {name: rng.uniform(-1, 1, count) for name in ("reach", "bend", "chance")}
    odds = 3 * features["reach"] + 2 * np.cos(3 * features["bend"]) - 1
    return features, (rng.random(count) < 1 / (1 + np.exp(-odds))).astype(float)


def test_a_fit_finds_the_curves_that_made_the_data() -> None:
    features, harmed = sampled()
    model = fit(features, harmed, np.ones(len(harmed)), {"reach": 1}, SETTINGS)
    reach, bend, chance = model.curves
    assert reach.heights[-1] - reach.heights[0] == pytest.approx(6, abs=1)
    assert bend.at(np.zeros(1))[0] - bend.at(np.ones(1))[0] == pytest.approx(4, abs=1)
    assert max(chance.heights) - min(chance.heights) < 0.8


@pytest.mark.parametrize("direction", [1, -1])
def test_a_curve_that_may_only_rise_or_fall_does_so_whatever_the_data_say(direction: int) -> None:
    features, harmed = sampled(400)
    directions = dict.fromkeys(features, direction)
    model = fit(features, harmed, np.ones(len(harmed)), directions, FitSettings(1e-4, 12))
    for curve in model.curves:
        assert np.all(direction * np.diff(curve.heights) >= 0), curve.feature


def test_a_fit_is_calibrated_on_what_it_was_fitted_to() -> None:
    features, harmed = sampled()
    model = fit(features, harmed, np.ones(len(harmed)), {}, SETTINGS)
    risks = model.probability(features)
    assert risks.mean() == pytest.approx(harmed.mean(), abs=1e-3)
    riskiest = risks > np.quantile(risks, 0.8)
    assert risks[riskiest].mean() == pytest.approx(harmed[riskiest].mean(), abs=0.05)


def test_what_is_missing_at_random_neither_speaks_for_nor_against() -> None:
    features, harmed = sampled()
    features["reach"][np.random.default_rng(1).random(len(harmed)) < 0.4] = np.nan
    features["never"] = np.full(len(harmed), np.nan)
    model = fit(features, harmed, np.ones(len(harmed)), {"reach": 1}, SETTINGS)
    reach, _, _, never = model.curves
    assert abs(reach.missing) < 0.3
    assert reach.heights[-1] - reach.heights[0] > 4
    assert never.at(np.array([np.nan, 5.0])).tolist() == pytest.approx([0, 0], abs=0.01)


def test_a_feature_with_one_value_alone_does_not_break_a_fit() -> None:
    features, harmed = sampled(300)
    features["same"] = np.full(300, 7.0)
    model = fit(features, harmed, np.ones(300), {}, SETTINGS)
    assert np.all(np.isfinite(model.log_odds(features)))


def test_calibration_undoes_too_much_confidence_and_keeps_the_order() -> None:
    features, harmed = sampled()
    model = fit(features, harmed, np.ones(len(harmed)), {}, SETTINGS)
    bold = stretched(model, 3.0, 1.0)
    slope, offset = calibration(bold.log_odds(features), harmed, np.ones(3000))
    mended = stretched(bold, slope, offset)
    assert mended.probability(features) == pytest.approx(model.probability(features), abs=0.03)
    assert slope > 0


def test_useless_log_odds_are_calibrated_to_the_mean_without_turning_their_order_round() -> None:
    rng = np.random.default_rng(0)
    harmed = (rng.random(2000) < 0.1).astype(float)
    odds = rng.normal(0, 3, 2000) - 2 * harmed
    slope, offset = calibration(odds, harmed, np.ones(2000))
    assert 0 < slope < 0.1
    assert (1 / (1 + np.exp(-(slope * odds + offset)))).mean() == pytest.approx(0.1, abs=0.01)


def test_folds_keep_a_scene_together_and_are_always_the_same() -> None:
    scenes = [str(number // 2) for number in range(100)]
    fold = folds(scenes)
    assert set(fold) == set(range(5))
    assert np.array_equal(fold[::2], fold[1::2])
    assert np.array_equal(fold, folds(scenes))
