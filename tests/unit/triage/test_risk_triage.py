import numpy as np
import pytest
from support.refinements import SIDE, disk, evidence_of

from segrefine_gui.domain.changes import find_changes
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.engines.opinions import opinion_on
from segrefine_gui.triage.risk import RiskTriage, load_triage

NAMES = ("builtin", "cascadepsp", "grabcut", "generic")


@pytest.fixture(scope="module")
def triage() -> RiskTriage:
    return load_triage(resources_folder() / "models", opinion_on)


@pytest.mark.parametrize("refiner", NAMES)
def test_a_perfect_refinement_gets_a_low_risk_and_garbage_a_high_one(
    triage: RiskTriage, refiner: str
) -> None:
    truth, coarse = disk(), disk(54, 103, 98)
    perfect = triage.assess(evidence_of(truth, coarse, truth, refiner))
    assert perfect.model == refiner
    assert perfect.risk < 0.1
    shuffled = np.random.default_rng(0).random((SIDE // 10, SIDE // 10)) < 0.5
    garbage = np.kron(shuffled, np.ones((10, 10), bool)) & disk(70)
    spoilt = triage.assess(evidence_of(truth, coarse, garbage, refiner))
    assert spoilt.risk > 0.5
    assert spoilt.reasons


@pytest.mark.parametrize("refiner", NAMES)
def test_undoing_a_perfect_mask_is_riskier_than_making_it(triage: RiskTriage, refiner: str) -> None:
    truth, worse = disk(), disk(46, 103, 98)
    mending = triage.assess(evidence_of(truth, worse, truth, refiner))
    spoiling = triage.assess(evidence_of(truth, truth, worse, refiner))
    assert spoiling.risk > mending.risk + 0.2
    assert min(spoiling.change_risks) > max(mending.change_risks)


def test_a_refinement_that_changes_nothing_has_no_risk(triage: RiskTriage) -> None:
    assessment = triage.assess(evidence_of(disk(), disk(), disk()))
    assert (assessment.risk, assessment.reasons, assessment.change_risks) == (0.0, (), ())


def test_every_change_has_a_risk_by_its_number(triage: RiskTriage) -> None:
    truth = disk()
    # The dent that the coarse mask has is filled, and a lump of the ground is taken along.
    coarse = truth & ~disk(16, 55, 100)
    evidence = evidence_of(truth, coarse, truth | disk(18, 150, 100))
    assessment = triage.assess(evidence)
    changes = find_changes(coarse, evidence.soft >= 128, evidence.region).changes
    assert len(assessment.change_risks) == len(changes) == 2
    lump, filled = (
        next(c for c in changes if (c.box.x0 > 1100) is right) for right in (True, False)
    )
    risks = assessment.change_risks
    assert risks[lump.number - 1] > risks[filled.number - 1] + 0.3


def test_a_refiner_without_a_model_of_its_own_gets_the_generic_one(triage: RiskTriage) -> None:
    evidence = evidence_of(disk(), disk(46), disk(), "plug-in")
    assert triage.assess(evidence).model == "generic"


def test_the_same_evidence_always_gives_the_same_assessment(triage: RiskTriage) -> None:
    first, second = (triage.assess(evidence_of(disk(), disk(46), disk(47, 102))) for _ in range(2))
    assert first == second


def test_at_most_three_reasons_the_weightiest_first_and_none_twice(triage: RiskTriage) -> None:
    truth = disk()
    for refined in (disk(30, 130), disk(70), truth & ~disk(25, 120), truth | disk(20, 160)):
        reasons = triage.assess(evidence_of(truth, truth, refined)).reasons
        assert len(reasons) <= 3
        weights = [reason.weight for reason in reasons]
        assert weights == sorted(weights, reverse=True)
        assert all(weight > 0 for weight in weights)
        assert len({reason.sentence for reason in reasons}) == len(reasons)
