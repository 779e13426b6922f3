"""Several instances at once: the same refinements, and no failure that costs another's."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
from support.engines import ThirdPartyBatchRefiner, ThirdPartyRefiner
from support.triage import PlainTriage

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, MaskError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.engines.base import BatchRefiner, EngineOptions
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.services import refine_batches
from segrefine_gui.services.jobs import RefineRequest, run_refinement
from segrefine_gui.services.refine import refine_instances
from segrefine_gui.services.steps import Step, ignore_step
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project


def refine(project: Project, refiner, cancel=None, on_step=ignore_step, **more):
    return refine_instances(project, refiner, image_io, cancel or CancelToken(), on_step, **more)


def test_several_at_once_across_images_are_all_stored_with_their_risks(imported: Project) -> None:
    refiner = ThirdPartyBatchRefiner(at_once=8)
    assert isinstance(refiner, BatchRefiner)
    report = refine(imported, refiner, triage=PlainTriage(0.25))
    assert (report.refined, list(report.skipped)) == (3, [])
    assert refiner.rounds == [3]
    assert [entry.risk for entry in imported.queue()] == [0.25, 0.25, 0.25]
    for reviewed in imported.reviewed():
        assert reviewed.refinement is not None
        assert reviewed.refinement.run.seconds == 0.25
        soft = reviewed.refinement.soft
        coarse = reviewed.instance.coarse.decode(soft.region)
        np.testing.assert_array_equal(soft.values, coarse * np.uint8(255))


def test_rounds_hold_as_many_as_the_engine_likes(imported: Project) -> None:
    refiner = ThirdPartyBatchRefiner(at_once=2)
    assert refine(imported, refiner).refined == 3
    assert refiner.rounds == [2, 1]


@pytest.mark.parametrize(("areas", "rounds"), [(1, [1, 1, 1]), (3, [2, 1]), (5, [3])])
def test_a_round_ends_where_it_would_fill_the_memory(imported, monkeypatch, areas, rounds) -> None:
    # Two photos, and three regions that are as large.
    monkeypatch.setattr(refine_batches, "_MOST_PIXELS", areas * 120 * 160)
    refiner = ThirdPartyBatchRefiner(at_once=8)
    assert refine(imported, refiner).refined == 3
    assert refiner.rounds == rounds


def test_an_engine_that_likes_one_at_a_time_gets_one_at_a_time(imported: Project) -> None:
    refiner = ThirdPartyBatchRefiner(at_once=1)
    assert refine(imported, refiner).refined == 3
    assert refiner.rounds == []


def test_a_failure_costs_its_instance_alone(imported: Project) -> None:
    refiner = ThirdPartyBatchRefiner({2: EngineError("It failed on this one.")}, at_once=3)
    report = refine(imported, refiner)
    assert report.refined == 2
    (skipped,) = report.skipped
    assert (skipped.subject, skipped.sentence) == (
        "instance 1 of one.png",
        "It failed on this one.",
    )
    assert refine(imported, refiner).refined == 1


def test_an_engine_that_breaks_costs_the_rest_of_its_round(imported: Project, caplog) -> None:
    refiner = ThirdPartyBatchRefiner(at_once=2, breaks_after=1)
    report = refine(imported, refiner)
    # The last of the first round was done first; the second round broke at once.
    assert [reviewed.refinement is not None for reviewed in imported.reviewed()] == [
        *(False, True, False)
    ]
    assert [skipped.subject for skipped in report.skipped] == [
        "instance 0 of one.png",
        "instance 2 of two.png",
    ]
    assert all("failed on this instance; see the log" in each.sentence for each in report.skipped)
    assert "it broke" in caplog.text


def test_a_damaged_mask_costs_its_instance_alone(imported: Project, monkeypatch) -> None:
    decode_whole, read = Rle.decode, imported.instance
    damaged: list[Rle] = []

    def instance(instance_id):
        found = read(instance_id)
        if instance_id == 1:
            damaged.append(found.coarse)
        return found

    def decode(rle, region=None):
        if any(rle is each for each in damaged):
            raise MaskError("The mask is damaged.")
        return decode_whole(rle, region)

    monkeypatch.setattr(imported, "instance", instance)
    monkeypatch.setattr(Rle, "decode", decode)
    for at_once in (1, 8):
        refiner = ThirdPartyBatchRefiner(at_once=at_once)
        report = refine(imported, refiner, instance_ids=[1, 2, 3])
        assert report.refined == 2
        (skipped,) = report.skipped
        assert (skipped.subject, skipped.sentence) == (
            "instance 0 of one.png",
            "The mask is damaged.",
        )


def test_cancelling_keeps_what_was_refined(imported: Project) -> None:
    cancel = CancelToken()

    def stop_after_first(step: Step) -> None:
        if step.instance_id is not None:
            cancel.cancel()

    with pytest.raises(Cancelled):
        refine(imported, ThirdPartyBatchRefiner(at_once=3), cancel, stop_after_first)
    assert len(imported.unrefined("third-party")) == 2


@pytest.mark.parametrize("at_once", [1, 2, 8])
def test_progress_only_rises_and_ends_with_all(imported: Project, at_once: int) -> None:
    steps: list[Step] = []
    refine(imported, ThirdPartyBatchRefiner(at_once=at_once), on_step=steps.append)
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 3)
    assert {step.instance_id for step in steps if step.instance_id} == {1, 2, 3}
    assert {step.text for step in steps} == {"one.png", "two.png"}


def test_an_image_that_is_gone_is_said_and_the_rest_is_refined(imported: Project) -> None:
    imported.images()[0].path.unlink()
    steps: list[Step] = []
    report = refine(imported, ThirdPartyBatchRefiner(at_once=8), on_step=steps.append)
    assert report.refined == 1
    assert [skipped.subject for skipped in report.skipped] == ["one.png"]
    assert steps[-1].done == 3


def test_the_same_as_one_by_one(imported: Project) -> None:
    refine(imported, ThirdPartyBatchRefiner(at_once=3))
    together = [reviewed.refinement for reviewed in imported.reviewed()]
    refine(imported, ThirdPartyRefiner(), instance_ids=[1, 2, 3])
    for before, after in zip(together, imported.reviewed(), strict=True):
        assert before is not None
        assert after.refinement is not None
        assert before.soft.region == after.refinement.soft.region
        np.testing.assert_array_equal(before.soft.values, after.refinement.soft.values)


class OneRefiner:
    """A catalog with one engine."""

    name = "third-party"

    def __init__(self, engine) -> None:
        self.engine = engine

    def choose(self, kind, name, options):
        return self

    def load(self, options):
        return self.engine


@pytest.mark.parametrize("error", [None, Cancelled()])
def test_a_job_gives_back_what_its_engine_holds_however_it_ends(
    imported: Project, tmp_path, error
) -> None:
    engine = ThirdPartyBatchRefiner({3: error} if error else {}, at_once=3)
    tools = Tools(
        open_project=Project.open,
        make_project=Project.create,
        images=image_io,
        engines=OneRefiner(engine),
        formats=FormatRegistry(()),
    )
    request = RefineRequest(tmp_path / "work.segrefine", "third-party", EngineOptions(tmp_path))
    with pytest.raises(Cancelled) if error else nullcontext():
        run_refinement(tools, request, CancelToken(), ignore_step)
    assert engine.closed == 1
    assert len(imported.unrefined("third-party")) == (1 if error else 0)
