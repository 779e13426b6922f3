"""Risks that are missing are estimated; neighbours are what other objects cover."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from support.engines import ThirdPartyRefiner
from support.triage import PlainTriage

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.head_masks import HeadMask
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.services.assess import assess_refinements
from segrefine_gui.services.neighbours import Neighbourhoods
from segrefine_gui.services.refine import refine_instances
from segrefine_gui.services.steps import Step
from segrefine_gui.storage import image_io
from segrefine_gui.storage.base import NewInstance
from segrefine_gui.storage.project import Project


@pytest.fixture
def refined(imported: Project) -> Project:
    refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken())
    return imported


def test_what_has_no_risk_gets_one_and_what_has_one_keeps_it(refined: Project) -> None:
    first = PlainTriage(0.2, fail=frozenset({2}))
    report = assess_refinements(refined, first, image_io, CancelToken())
    assert report.assessed == 2
    assert [each.subject for each in report.skipped] == ["instance 1 of one.png"]
    steps: list[Step] = []
    again = assess_refinements(refined, PlainTriage(0.8), image_io, CancelToken(), steps.append)
    assert (again.assessed, list(again.skipped)) == (1, [])
    assert [entry.risk for entry in refined.queue()] == [0.2, 0.8, 0.2]
    assert [(step.done, step.total, step.instance_id) for step in steps] == [(1, 1, 2)]
    assert first.seen[0].refiner == "third-party"


def test_a_missing_image_is_said_once(refined: Project) -> None:
    refined.images()[0].path.unlink()
    report = assess_refinements(refined, PlainTriage(), image_io, CancelToken())
    assert report.assessed == 1
    assert [each.subject for each in report.skipped] == ["one.png"]


def test_cancelling_keeps_the_risks_estimated_so_far(refined: Project) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        assess_refinements(refined, PlainTriage(), image_io, cancel, lambda step: cancel.cancel())
    assert len(refined.unassessed()) == 2


def test_the_segmenters_own_doubt_is_evidence(
    imported: Project, coarse_mask: npt.NDArray[np.bool_]
) -> None:
    head = HeadMask((50.5, 30.5, 118.5, 96.5), np.full((28, 28), 128, dtype=np.uint8))
    instance = NewInstance(7, "disk", 7, encode_mask(coarse_mask), 0.5, head)
    imported.add_instances(imported.images()[1].id, "net", [instance])
    refine_instances(imported, ThirdPartyRefiner(), image_io, CancelToken())
    triage = PlainTriage()
    assess_refinements(imported, triage, image_io, CancelToken())
    *without, having = triage.seen
    assert [evidence.coarse_doubt for evidence in without] == [None] * 3
    assert having.coarse_doubt is not None
    np.testing.assert_array_equal(having.coarse_doubt, head.doubt(having.region))
    assert having.coarse_doubt.shape == having.soft.shape
    assert having.coarse_doubt.max() == 254


Place = Callable[..., int]


@pytest.fixture
def place(imported: Project) -> Place:
    """Adds a square to `two.png` under an origin of its own; returns the instance's id."""

    def add(x: int, y: int, side: int) -> int:
        image = imported.images()[1]
        mask = np.zeros((120, 160), dtype=bool)
        mask[y : y + side, x : x + side] = True
        before = {entry.instance_id for entry in imported.queue()}
        name = f"origin {len(before)}"
        imported.add_instances(image.id, name, [NewInstance(1, "box", 1, encode_mask(mask))])
        (new,) = {entry.instance_id for entry in imported.queue()} - before
        return new

    return add


def square(region: Box, x: int, y: int, side: int) -> npt.NDArray[np.bool_]:
    mask = np.zeros((120, 160), dtype=bool)
    mask[y : y + side, x : x + side] = True
    return mask[region.slices]


def test_neighbours_are_the_other_objects_of_the_image(imported: Project, place: Place) -> None:
    own = place(10, 10, 20)
    place(25, 10, 20)
    place(0, 100, 10)
    region = Box(0, 0, 50, 50)
    found = Neighbourhoods(imported).around(imported.instance(own), region)
    np.testing.assert_array_equal(found, square(region, 25, 10, 20))


def test_another_mask_of_the_same_object_is_no_neighbour(imported: Project, place: Place) -> None:
    own = place(10, 10, 20)
    place(11, 10, 20)
    place(10, 10, 12)
    region = Box(0, 0, 50, 50)
    found = Neighbourhoods(imported).around(imported.instance(own), region)
    np.testing.assert_array_equal(found, square(region, 10, 10, 12))


def test_a_mask_that_leaves_the_region_is_weighed_whole(imported: Project, place: Place) -> None:
    own = place(0, 0, 20)
    place(0, 0, 110)
    region = Box(0, 0, 20, 20)
    assert Neighbourhoods(imported).around(imported.instance(own), region).all()


def test_each_image_has_its_own(imported: Project, place: Place) -> None:
    own = place(10, 10, 20)
    neighbourhoods = Neighbourhoods(imported)
    first, second = imported.instance(1), imported.instance(own)
    region = Box(0, 0, 160, 120)
    for _ in range(2):
        assert not neighbourhoods.around(first, region).any()
        assert neighbourhoods.around(second, region).any()
