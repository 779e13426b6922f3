import numpy as np
import pytest
from support.refinements import SIDE, disk, evidence_of, picture_of, soft_of

from segrefine_gui.domain.assessment import Reason
from segrefine_gui.domain.boxes import Box
from segrefine_gui.engines.opinions import opinion_on
from segrefine_gui.triage.additive import AdditiveModel, Curve
from segrefine_gui.triage.base import Evidence, Rerun
from segrefine_gui.triage.model_file import RiskModel
from segrefine_gui.triage.risk import RiskTriage


def told(evidence: Evidence, feature: str) -> Reason | None:
    """The reason given by a model that knows one feature, which always speaks for harm."""
    always = AdditiveModel(0.0, (Curve(feature, (-99.0, 99.0), (1.0, 1.0)),))
    model = RiskModel("generic", AdditiveModel(0.0, ()), always)
    reasons = RiskTriage({"generic": model}, opinion_on).assess(evidence).reasons
    return reasons[0] if reasons else None


def looks_at(box: Box | None, x: int, y: int) -> bool:
    """Whether a box in the image shows a pixel of the crop, and not just everything."""
    assert box is not None
    assert box.intersection(Box(1000, 500, 1000 + SIDE, 500 + SIDE)) == box
    assert box.area < 0.5 * SIDE * SIDE
    x, y = x + 1000, y + 500
    return box.x0 <= x < box.x1 and box.y0 <= y < box.y1


SIDES = {
    "on the left": (45, 100),
    "at the top": (100, 45),
    "on the right": (155, 100),
    "at the bottom": (100, 155),
}


@pytest.mark.parametrize("side", SIDES)
def test_leaving_the_coarse_box_is_told_by_side_and_shown(side: str) -> None:
    x, y = SIDES[side]
    reason = told(evidence_of(disk(), disk(), disk() | disk(12, x, y)), "leaves_box")
    assert reason is not None
    assert reason.sentence == f"leaves the coarse box {side}"
    assert looks_at(reason.box, *(v + (v > 100) * 8 - (v < 100) * 8 for v in (x, y)))


@pytest.mark.parametrize("side", SIDES)
def test_losing_a_side_is_told_and_shown(side: str) -> None:
    x, y = SIDES[side]
    knob = disk() | disk(12, x, y)
    reason = told(evidence_of(knob, knob, disk()), "shrinks_box")
    assert reason is not None
    assert reason.sentence == f"loses what the coarse mask has {side}"
    assert looks_at(reason.box, *(v + (v > 100) * 8 - (v < 100) * 8 for v in (x, y)))


def test_a_second_piece_is_counted_and_the_smaller_one_shown() -> None:
    cut = disk()
    cut[:, 120:126] = False
    reason = told(evidence_of(disk(), disk(), cut), "pieces")
    assert reason is not None
    assert reason.sentence == "two pieces where there was one"
    assert looks_at(reason.box, 135, 100)
    assert not looks_at(reason.box, 80, 100)


def test_pieces_that_grow_together_are_counted() -> None:
    cut = disk()
    cut[:, 120:126] = False
    reason = told(evidence_of(disk(), cut, disk()), "pieces")
    assert reason is not None
    assert reason.sentence == "one piece where there were two"


def test_a_new_hole_is_shown() -> None:
    reason = told(evidence_of(disk(), disk(), disk() & ~disk(10, 110, 90)), "holes")
    assert reason is not None
    assert reason.sentence == "a hole where there was none"
    assert looks_at(reason.box, 110, 90)


def test_a_filled_hole_is_shown() -> None:
    reason = told(evidence_of(disk(), disk() & ~disk(10, 110, 90), disk()), "holes")
    assert reason is not None
    assert reason.sentence == "a hole was filled"
    assert looks_at(reason.box, 110, 90)


@pytest.mark.parametrize("feature", ["neighbour"])
def test_growing_into_a_neighbour_is_shown(feature: str) -> None:
    neighbour = disk(25, 165) & ~disk()
    evidence = evidence_of(disk(), disk(), disk() | disk(14, 152), neighbours=neighbour)
    reason = told(evidence, feature)
    assert reason is not None
    assert reason.sentence == "grows into a neighbour"
    assert looks_at(reason.box, 158, 100)


@pytest.mark.parametrize("feature", ["moved_edge_gain", "edge_gain"])
def test_a_boundary_that_leaves_its_edge_is_shown(feature: str) -> None:
    reason = told(evidence_of(disk(), disk(), disk() & ~disk(15, 100, 55)), feature)
    assert reason is not None
    assert reason.sentence == "the edge is weaker along the new boundary"
    assert looks_at(reason.box, 100, 60)


@pytest.mark.parametrize("feature", ["near_colours", "far_colours"])
def test_colours_that_speak_against_a_change_are_told_of_it_alone(feature: str) -> None:
    coarse = disk() & ~disk(15, 100, 55)
    wrong = evidence_of(disk(), coarse, (coarse | disk(15, 100, 155)))
    reason = told(wrong, feature)
    assert reason is not None
    assert reason.sentence == "the colours speak against the change"
    assert looks_at(reason.box, 100, 160)
    assert told(evidence_of(disk(), coarse, disk()), feature) is None


@pytest.mark.parametrize(
    ("rerun", "sentence"),
    [
        ("flipped", "disagrees with itself when flipped"),
        ("larger", "disagrees with itself in a larger view"),
        ("other", "another refiner disagrees"),
    ],
)
def test_a_run_that_disagrees_is_shown_where_it_does(rerun: Rerun, sentence: str) -> None:
    # The refinement mended the rim and added a lump; the other run added no lump.
    refined, other = disk(47) | disk(15, 150, 100), soft_of(disk(47))
    evidence = evidence_of(disk(), disk(46), refined, reruns={rerun: other})
    reason = told(evidence, rerun)
    assert reason is not None
    assert reason.sentence == sentence
    assert looks_at(reason.box, 157, 100)
    assert told(evidence_of(disk(), disk(46), refined), rerun) is None


def test_an_unsure_boundary_is_shown_where_it_is_unsure() -> None:
    soft = soft_of(disk())
    soft[85:115, 40:60] = np.where(disk()[85:115, 40:60], 140, 110)
    evidence = Evidence(picture_of(disk()), disk(46), soft, Box(1000, 500, 1200, 700), "any")
    reason = told(evidence, "softness")
    assert reason is not None
    assert reason.sentence == "unsure along the boundary"
    assert looks_at(reason.box, 50, 100)


def test_a_deep_cut_and_a_far_reach_are_told_apart() -> None:
    cut = told(evidence_of(disk(), disk(), disk() & ~disk(15, 100, 55)), "deepest")
    reach = told(evidence_of(disk(), disk(), disk() | disk(15, 100, 45)), "deepest")
    assert cut is not None
    assert reach is not None
    assert cut.sentence == "cuts deep into the coarse mask"
    assert reach.sentence == "reaches far out of the coarse mask"


def test_what_is_not_true_is_not_told() -> None:
    small = evidence_of(disk(), disk(), disk(49.6))
    for feature in ("deepest", "pieces", "holes", "leaves_box", "removed", "added"):
        assert told(small, feature) is None, feature


@pytest.mark.parametrize(
    ("feature", "sentence"),
    [
        ("opinion", "GrabCut would leave this as it was"),
        ("shape", "makes a bump"),
        ("inner_edge", "cuts through an even surface"),
        ("new_edge", "hardly an edge along the new boundary"),
        ("depth", "reaches far out of the coarse mask"),
        ("deep_share", "reaches far out of the coarse mask"),
        ("added", "much was added"),
        ("area_change", "much was added"),
        ("largest", "one large change"),
    ],
)
def test_a_lump_of_the_ground_is_told_and_shown(feature: str, sentence: str) -> None:
    reason = told(evidence_of(disk(), disk(), disk() | disk(20, 150, 100)), feature)
    assert reason is not None
    assert reason.sentence == sentence
    assert looks_at(reason.box, 160, 100)


def test_a_box_of_a_large_crop_lies_where_the_change_is_in_the_image() -> None:
    side = 1600
    truth = disk(400, 800, 800, side)
    lump = truth | disk(80, 1200, 800, side)
    reason = told(evidence_of(truth, truth, lump), "leaves_box")
    assert reason is not None
    assert reason.box is not None
    assert reason.box.x0 == pytest.approx(1000 + 1201, abs=8)
    assert reason.box.x1 == pytest.approx(1000 + 1281, abs=8)


@pytest.mark.parametrize("feature", ["inner_edge", "flipped", "neighbour", "score"])
def test_what_could_not_be_measured_is_no_reason(feature: str) -> None:
    # A change one pixel wide has no inside, and nothing is known of neighbours or a second run;
    # that a feature is missing may raise the risk all the same.
    missing = AdditiveModel(0.0, (Curve(feature, (-99.0, 99.0), (0.0, 0.0), missing=1.0),))
    model = RiskModel("generic", AdditiveModel(0.0, ()), missing)
    assessment = RiskTriage({"generic": model}).assess(evidence_of(disk(50), disk(50), disk(51)))
    assert feature not in assessment.features
    assert assessment.risk > 0.7
    assert assessment.reasons == ()
