from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.metrics import iou
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.triage.change_features import CHANGE_FEATURES
from segrefine_gui.triage.model_file import read_model, write_model
from training.risk_card import Figures, Reliability, draw_reliability, figures, write_card
from training.risk_cases import RiskCase
from training.risk_fit import fit_risk
from training.risk_refinements import SOURCES, RefinementMaker
from training.risk_scenes import SIDES, broken, imitate_segmenter, make_risk_scene
from training.texture_bank import TextureBank

NETWORK = resources_folder() / "models" / "refiner.onnx"


def test_scenes_and_masks_depend_on_their_seed_alone(bank: TextureBank) -> None:
    def made(seed: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        scene = make_risk_scene(rng, bank)
        return scene.image, imitate_segmenter(rng, scene)

    first, again, other = made(1), made(1), made(2)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert first[0].shape != other[0].shape or not np.array_equal(first[0], other[0])


def test_coarse_masks_are_of_the_subject_and_mostly_generous(bank: TextureBank) -> None:
    ratios = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        scene = make_risk_scene(rng, bank)
        assert SIDES[0] <= scene.image.shape[0] <= SIDES[1]
        for _ in range(3):
            coarse = imitate_segmenter(rng, scene)
            assert iou(coarse, scene.truth) > 0.35
            ratios.append(np.count_nonzero(coarse) / np.count_nonzero(scene.truth))
    assert np.median(ratios) > 1


def test_a_broken_refinement_differs_and_keeps_its_shape() -> None:
    soft = np.zeros((90, 120), np.uint8)
    soft[20:70, 30:90] = 255
    for seed in range(20):
        spoilt = broken(np.random.default_rng(seed), soft)
        assert spoilt.dtype == np.uint8
        assert spoilt.shape == soft.shape
        assert np.count_nonzero(spoilt != soft) > 0.02 * soft.size


def test_refinements_come_from_the_cache_as_they_were_made(
    tmp_path: Path, bank: TextureBank
) -> None:
    made = RefinementMaker(NETWORK, tmp_path, bank).refinements(7)
    assert [item.source for item in made] == [*SOURCES, *SOURCES]
    assert any(item.reruns for item in made)
    (path,) = tmp_path.glob("*/*.npz")
    written = path.stat().st_mtime_ns
    kept = RefinementMaker(NETWORK, tmp_path, bank).refinements(7)
    assert path.stat().st_mtime_ns == written
    for item, again in zip(made, kept, strict=True):
        for name in ("image", "coarse", "truth", "soft"):
            assert np.array_equal(getattr(item, name), getattr(again, name)), name
        assert list(item.reruns) == list(again.reruns)
        assert (item.harmed, item.broken) == (again.harmed, again.broken)
        case, other = RiskCase.of(item), RiskCase.of(again)
        assert case.features == other.features
        assert np.array_equal(case.change_table, other.change_table, equal_nan=True)
        assert np.array_equal(case.change_wrong, other.change_wrong)


def test_a_damaged_file_of_the_cache_is_made_again(tmp_path: Path, bank: TextureBank) -> None:
    made = RefinementMaker(NETWORK, tmp_path, bank).refinements(7)
    (path,) = tmp_path.glob("*/*.npz")
    path.write_bytes(path.read_bytes()[:2000])
    again = RefinementMaker(NETWORK, tmp_path, bank).refinements(7)
    for item, other in zip(made, again, strict=True):
        assert np.array_equal(item.soft, other.soft)


def imagined_cases(count: int = 300) -> list[RiskCase]:
    """Refinements that harm where a second opinion would not have made them."""
    rng = np.random.default_rng(0)
    cases = []
    for number in range(count):
        opinion = rng.uniform(0, 1)
        table = rng.uniform(0, 1, (2, len(CHANGE_FEATURES)))
        wrong = np.full(2, float(opinion + rng.normal(0, 0.1) < 0.5))
        features = {"opinion": opinion, "iou": rng.uniform(0.5, 1)}
        areas = rng.uniform(0, 0.1, 2)
        cases.append(
            RiskCase(str(number), "grabcut", features, table, areas, wrong, bool(wrong[0]), False)
        )
    return cases


def test_a_fit_ranks_what_it_was_not_shown_and_can_be_shipped(tmp_path: Path) -> None:
    cases = imagined_cases()
    fitted = fit_risk("grabcut", cases)
    found = figures(fitted, cases)
    assert isinstance(found, Figures)
    assert found.auroc > 0.9
    assert found.harm == pytest.approx(np.mean([case.harmed for case in cases]))
    write_model(fitted.model, tmp_path / "risk-grabcut.json", {})
    shipped = read_model(tmp_path / "risk-grabcut.json")
    risky = shipped.refinement.probability({"opinion": np.array([0.05, 0.95])})
    assert risky[0] > risky[1] + 0.3


def test_the_card_keeps_what_people_wrote_and_shows_new_figures(tmp_path: Path) -> None:
    card = tmp_path / "README-risk.md"
    card.write_text("# Risk\n\n<!-- figures: risk -->\nold\n<!-- /figures -->\n\nby hand\n")
    cases = imagined_cases(60)
    fitted = fit_risk("grabcut", cases)
    write_card({"grabcut": (fitted, cases)}, card)
    text = card.read_text()
    assert "old" not in text
    assert text.startswith("# Risk\n")
    assert text.endswith("\nby hand\n")
    assert "| grabcut | 60 |" in text


def test_the_reliability_diagram_is_drawn_for_each_model(tmp_path: Path) -> None:
    cases = imagined_cases(60)
    curve = Reliability.of(fit_risk("grabcut", cases), cases)
    assert np.all(np.diff(curve.predicted) >= 0)
    draw_reliability({"grabcut": curve, "generic": curve}, tmp_path / "diagram.svg")
    svg = (tmp_path / "diagram.svg").read_text()
    assert svg.count("<polyline") == 2
    assert "generic, n = 60" in svg
