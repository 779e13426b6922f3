"""Several refinements of one instance: listed without their masks, and by who made them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.recalibration import Recalibration
from segrefine_gui.domain.records import EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.storage.base import NewImage, NewInstance, RefinementEntry
from segrefine_gui.storage.project import Project


def test_refinements_are_listed_the_oldest_first_and_by_refiner(tmp_path: Path) -> None:
    soft = SoftMask(Box(0, 0, 4, 4), np.full((4, 4), 255, np.uint8))
    runs = [EngineRun("b", parameters={"rounds": 3}), EngineRun("a"), EngineRun("b", seconds=2.0)]
    with Project.create(tmp_path / "work.segrefine") as store:
        (image,) = store.add_images([NewImage(tmp_path / "one.png", "one.png", 8, 8)])
        coarse = encode_mask(np.ones((8, 8), dtype=bool))
        store.add_instances(
            image.id, "x", [NewInstance(number, "thing", 1, coarse) for number in (1, 2)]
        )
        first, second = (entry.instance_id for entry in store.queue())
        ids = [
            store.add_refinement(
                Refinement(0, first, soft, run, Assessment(0.5, (), (), {}, ""))
            ).id
            for run in runs
        ]
        store.add_refinement(Refinement(0, second, soft, EngineRun("a")))

        assert store.refinement_entries(first) == [
            RefinementEntry(refinement_id, run, 0.5)
            for refinement_id, run in zip(ids, runs, strict=True)
        ]
        assert [entry.risk for entry in store.refinement_entries(second)] == [None]
        assert store.refined() == {"a": {first, second}, "b": {first}}

        correction = Recalibration(1.0, -2.0)
        store.set_recalibration(correction)
        risks = {entry.risk for entry in store.refinement_entries(first)}
        assert risks == {correction.corrected(0.5)}
