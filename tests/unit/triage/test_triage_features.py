import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.refinements import disk, evidence_of, soft_of

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.changes import find_changes
from segrefine_gui.engines.opinions import opinion_on
from segrefine_gui.triage.base import RERUNS, Evidence
from segrefine_gui.triage.change_features import CHANGE_FEATURES, describe_changes
from segrefine_gui.triage.features import FEATURES, describe
from segrefine_gui.triage.working_copy import WORKING_SIDE, WorkingCopy

RANGES = {feature.name: (feature.low, feature.high) for feature in FEATURES}


def described(evidence: Evidence) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    changes = find_changes(evidence.coarse, evidence.soft >= 128, evidence.region)
    copy = WorkingCopy(evidence, changes, opinion_on(evidence.refiner))
    table = describe_changes(copy, changes)
    columns = {feature.name: table[:, at] for at, feature in enumerate(CHANGE_FEATURES)}
    return describe(copy, changes, evidence.score), columns


@st.composite
def any_evidence(draw: st.DrawFn) -> Evidence:
    """Any image, masks and soft mask, down to one pixel, empty or full."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds = st.sampled_from(("empty", "full", "box", "noise"))

    def mask() -> np.ndarray:
        kind = draw(kinds)
        found = np.full((height, width), kind == "full")
        if kind == "noise":
            found = rng.random((height, width)) < 0.5
        elif kind == "box":
            rows, columns = (
                np.sort(rng.integers(0, height + 1, 2)),
                np.sort(rng.integers(0, width + 1, 2)),
            )
            found[rows[0] : rows[1], columns[0] : columns[1]] = True
        return found

    soft = rng.integers(0, 256, (height, width), np.uint8) if draw(st.booleans()) else None
    return Evidence(
        rng.integers(0, draw(st.sampled_from((1, 256))), (height, width, 3), np.uint8),
        mask(),
        soft_of(mask()) if soft is None else soft,
        Box(3, 5, 3 + width, 5 + height),
        "any",
        draw(st.none() | st.floats(0, 1)),
        mask() if draw(st.booleans()) else None,
        {kind: soft_of(mask()) for kind in RERUNS if draw(st.booleans())},
        soft_of(mask()) if draw(st.booleans()) else None,
    )


@settings(max_examples=60)
@given(any_evidence())
def test_every_feature_is_finite_and_within_its_range(evidence: Evidence) -> None:
    features, columns = described(evidence)
    for name, value in features.items():
        low, high = RANGES[name]
        assert low <= value <= high, name
    for feature in CHANGE_FEATURES:
        known = columns[feature.name][np.isfinite(columns[feature.name])]
        assert np.all((feature.low <= known) & (known <= feature.high)), feature.name


def test_a_whole_refinement_has_all_features_that_its_evidence_allows() -> None:
    truth = disk()
    evidence = evidence_of(
        truth,
        disk(46),
        truth,
        score=0.9,
        neighbours=disk(20, 180),
        reruns=dict.fromkeys(RERUNS, soft_of(truth)),
        coarse_doubt=np.full(truth.shape, 51, np.uint8),
    )
    features, _ = described(evidence)
    assert set(features) == set(RANGES)
    without = described(evidence_of(truth, disk(46), truth))[0]
    assert set(features) - set(without) == {"score", "neighbour", "coarse_doubt", *RERUNS}
    assert features["coarse_doubt"] == pytest.approx(0.2)


def test_names_are_given_once() -> None:
    for table in (FEATURES, CHANGE_FEATURES):
        names = [feature.name for feature in table]
        assert len(set(names)) == len(names)


def test_the_work_is_bounded_whatever_the_size_of_the_crop() -> None:
    truth = disk(900, 1000, 1200, side=2400)
    evidence = evidence_of(truth, disk(860, 1000, 1200, side=2400), truth)
    changes = find_changes(evidence.coarse, truth, evidence.region)
    copy = WorkingCopy(evidence, changes, opinion_on("any"))
    arrays = [value for value in vars(copy).values() if isinstance(value, np.ndarray)]
    assert len(arrays) > 10
    assert all(max(array.shape) <= WORKING_SIDE for array in arrays)


def test_a_refinement_is_described_alike_at_twice_the_size() -> None:
    small = described(evidence_of(disk(), disk(44), disk()))[0]
    large = described(
        evidence_of(disk(100, 200, 200, 400), disk(88, 200, 200, 400), disk(100, 200, 200, 400))
    )[0]
    for name in ("iou", "added", "removed", "deepest", "leaves_box", "area_change"):
        assert small[name] == pytest.approx(large[name], abs=0.03), name


def test_edges_and_colours_speak_for_a_right_refinement_and_against_a_wrong_one() -> None:
    truth = disk()
    for wrong in (disk(42), disk(58), disk(50, 108)):
        mended, columns = described(evidence_of(truth, wrong, truth))
        assert mended["edge_gain"] > 0.05
        assert mended["near_colours"] > 0.5
        assert np.all(columns["near_colours"] > 0)
        spoilt, columns = described(evidence_of(truth, truth, wrong))
        assert spoilt["edge_gain"] < -0.05
        assert spoilt["near_colours"] < 0
        assert np.all(columns["edge_gain"] < 0)


def test_pieces_and_holes_are_counted() -> None:
    whole = disk()
    cut = whole.copy()
    cut[:, 96:104] = False
    features, columns = described(evidence_of(whole, whole, cut))
    assert features["pieces"] == 1
    assert columns["parts"].tolist() == [1.0]
    assert described(evidence_of(whole, cut, whole))[0]["pieces"] == -1
    features, _ = described(evidence_of(whole, whole, whole & ~disk(12)))
    assert (features["pieces"], features["holes"]) == (0, 1)


def test_growing_into_a_neighbour_is_seen_but_a_second_mask_of_the_object_is_none() -> None:
    whole = disk()
    grown = whole | disk(20, 150)
    beside = disk(25, 160) & ~whole
    features, columns = described(evidence_of(whole, whole, grown, neighbours=beside))
    assert features["neighbour"] > 0.03
    assert columns["neighbour"][0] > 0.8
    twice = described(evidence_of(whole, whole, grown, neighbours=disk(52)))[0]
    assert "neighbour" not in twice


def test_an_object_that_keeps_its_box_neither_leaves_nor_misses_it() -> None:
    whole = disk()
    features, _ = described(evidence_of(whole, whole, whole & ~disk(12)))
    assert (features["leaves_box"], features["shrinks_box"]) == (0, 0)
    shifted, _ = described(evidence_of(whole, whole, disk(50, 110)))
    assert shifted["leaves_box"] == pytest.approx(0.1, abs=0.01)
    assert shifted["shrinks_box"] == pytest.approx(0.1, abs=0.01)


def test_a_second_opinion_holds_up_a_right_change_and_not_a_wrong_one() -> None:
    truth = disk()
    mended, columns = described(evidence_of(truth, disk(48), truth))
    assert mended["opinion"] > 0.5
    assert columns["opinion"][0] > 0.5
    for wrong in (truth | disk(15, 150), truth & ~disk(15, 55)):
        spoilt, columns = described(evidence_of(truth, truth, wrong))
        assert spoilt["opinion"] < 0.2
        assert columns["opinion"][0] < 0.2


def test_a_mask_too_thin_for_an_opinion_gets_none() -> None:
    line = np.zeros((300, 300), bool)
    line[150] = True
    features, _ = described(evidence_of(line, line, disk(20, side=300)))
    assert "opinion" not in features


def test_deep_changes_are_told_from_shallow_ones_whatever_their_area() -> None:
    ring, _ = described(evidence_of(disk(), disk(), disk(48)))
    bite, _ = described(evidence_of(disk(), disk(), disk() & ~disk(25, 60)))
    assert ring["removed"] == pytest.approx(bite["removed"], abs=0.15)
    assert ring["deep_share"] == 0
    assert bite["deep_share"] > 0.5
    assert bite["depth"] > 3 * ring["depth"]


def test_dents_and_bumps_are_told_from_what_mends_them() -> None:
    dented = disk()
    dented[98:102, :90] = False
    assert described(evidence_of(disk(), dented, disk()))[0]["shape"] > 0
    assert described(evidence_of(disk(), disk(), dented))[0]["shape"] < 0
