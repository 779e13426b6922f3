"""A job's request says which instances are refined."""

from __future__ import annotations

from pathlib import Path

import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.classical.grabcut import GrabCutFactory
from segrefine_gui.engines.devices import measure_vitals
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.services.jobs import RefineRequest, run_refinement
from segrefine_gui.services.steps import Step
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project


@pytest.fixture
def tools() -> Tools:
    return Tools(
        Project.open,
        Project.open_or_create,
        image_io,
        EngineRegistry([GrabCutFactory()]),
        FormatRegistry(),
        measure=measure_vitals,
    )


def test_named_instances_are_refined_again_or_only_where_it_is_missing(
    imported: Project, tools: Tools, tmp_path: Path
) -> None:
    first, second, third = (entry.instance_id for entry in imported.queue())
    steps: list[Step] = []

    def refine(*ids: int, only_missing: bool = False) -> int:
        request = RefineRequest(
            imported.path, "grabcut", EngineOptions(tmp_path), ids or None, only_missing
        )
        return run_refinement(tools, request, CancelToken(), steps.append).refined

    assert refine(second) == 1
    assert imported.refined() == {"grabcut": {second}}
    assert refine(third, second, only_missing=True) == 1
    assert imported.refined() == {"grabcut": {second, third}}
    assert refine(second) == 1
    assert len(imported.refinement_entries(second)) == 2
    assert refine(second, third, only_missing=True) == 0
    assert refine() == 1
    assert imported.unrefined("grabcut") == []
    assert len(imported.refinement_entries(first)) == 1
    vitals = [step.vitals for step in steps if step.done > 0 and step.text]
    assert all(each.device == "CPU" and each.process_bytes > 0 for each in vitals)
