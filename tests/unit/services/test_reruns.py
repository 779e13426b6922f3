"""Other runs to hold a refinement against: what they see, where they land, and when they fail."""

from __future__ import annotations

import numpy as np
import pytest
from support.engines import ThirdPartyRefiner
from support.triage import PlainTriage

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.services.refine import refine_instances
from segrefine_gui.services.reruns import (
    Reruns,
    larger_region,
    parse_reruns,
    rerun_flipped,
    rerun_larger,
)
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project


def reddened(image, mask):
    """A refiner that answers with the red channel: what it saw is what it says."""
    assert image.flags.c_contiguous
    assert mask.flags.c_contiguous
    return image[..., 0].copy()


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)


def test_a_flipped_run_comes_back_the_right_way_round(image: np.ndarray) -> None:
    mask = np.zeros(image.shape[:2], bool)
    assert np.array_equal(rerun_flipped(reddened, image, mask), image[..., 0])


def test_a_larger_run_is_cut_back_to_the_region(image: np.ndarray) -> None:
    region = Box(40, 30, 90, 80)
    wider = larger_region(region, 160, 120)
    assert wider == Box(24, 14, 106, 96)
    mask = np.zeros(image.shape[:2], bool)[wider.slices]
    found = rerun_larger(reddened, image[wider.slices], mask, region, wider)
    assert np.array_equal(found, image[region.slices][..., 0])
    assert larger_region(Box(0, 0, 160, 120), 160, 120) == Box(0, 0, 160, 120)


def test_triage_gets_the_runs_that_were_asked_for(imported: Project) -> None:
    refiner, other, triage = ThirdPartyRefiner(), ThirdPartyRefiner(), PlainTriage()
    reruns = Reruns(flipped=True, larger=True, other=other)
    report = refine_instances(
        imported, refiner, image_io, CancelToken(), triage=triage, reruns=reruns
    )
    assert report.refined == 3
    # The region is the whole small photo, so that there is no larger crop to look at.
    assert [set(evidence.reruns) for evidence in triage.seen] == [{"flipped", "other"}] * 3
    for evidence in triage.seen:
        for rerun in evidence.reruns.values():
            assert np.array_equal(rerun >= 128, evidence.coarse)
    assert (refiner.calls, other.calls) == (6, 3)


def test_without_being_asked_nothing_is_run_again(imported: Project) -> None:
    refiner, triage = ThirdPartyRefiner(), PlainTriage()
    refine_instances(imported, refiner, image_io, CancelToken(), triage=triage)
    assert refiner.calls == 3
    assert all(not evidence.reruns for evidence in triage.seen)


def test_a_rerun_that_fails_costs_neither_the_refinement_nor_its_risk(imported: Project) -> None:
    other, triage = ThirdPartyRefiner({2: RuntimeError("out of memory")}), PlainTriage(0.4)
    report = refine_instances(
        imported,
        ThirdPartyRefiner(),
        image_io,
        CancelToken(),
        triage=triage,
        reruns=Reruns(other=other),
    )
    assert (report.refined, list(report.skipped)) == (3, [])
    assert [entry.risk for entry in imported.queue()] == [0.4] * 3
    assert [set(evidence.reruns) for evidence in triage.seen] == [{"other"}, set(), {"other"}]


def test_cancelling_in_a_rerun_cancels(imported: Project) -> None:
    other = ThirdPartyRefiner({2: Cancelled()})
    with pytest.raises(Cancelled):
        refine_instances(
            imported,
            ThirdPartyRefiner(),
            image_io,
            CancelToken(),
            triage=PlainTriage(),
            reruns=Reruns(other=other),
        )
    assert sum(entry.risk is not None for entry in imported.queue()) == 1


def test_words_say_which_runs_are_wanted() -> None:
    assert parse_reruns([]) == (False, False, None)
    assert parse_reruns(["larger", "grabcut", "flipped"]) == (True, True, "grabcut")
    with pytest.raises(EngineError, match=r"of grabcut and guided: name one other refiner"):
        parse_reruns(["grabcut", "guided"])
