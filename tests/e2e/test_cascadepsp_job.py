"""CascadePSP with random weights through the job that the window and the command line run."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from support.cascadepsp_weights import one_torch_thread, random_state

from segrefine_gui.cli.assembly import assemble
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.weights.files import file_hash
from segrefine_gui.services.jobs import ImportRequest, RefineRequest, run_import, run_refinement
from segrefine_gui.services.steps import ignore_step

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("segmentation_refinement", reason="segmentation-refinement is not installed")
pytestmark = pytest.mark.engines


@pytest.fixture
def masks(tmp_path: Path, coarse_mask: np.ndarray) -> Path:
    """Two coarse masks of one image and one of another, as Detectron2 writes them."""
    rle = encode_mask(coarse_mask).to_coco()
    entry = {"category_id": 1, "segmentation": rle, "score": 0.9}
    path = tmp_path / "coco_instances_results.json"
    path.write_text(json.dumps([{**entry, "image_id": image} for image in (1, 1, 2)]))
    height, width = coarse_mask.shape
    images = [
        {"id": number, "file_name": name, "width": width, "height": height}
        for number, name in ((1, "one.png"), (2, "two.png"))
    ]
    categories = [{"id": 1, "name": "disk"}]
    tables = {"images": images, "categories": categories, "annotations": []}
    (tmp_path / "images.json").write_text(json.dumps(tables))
    return path


@pytest.mark.parametrize("batch", [1, 4])
def test_every_refinement_says_how_it_was_made(
    tmp_path: Path, image_folder: Path, masks: Path, batch: int
) -> None:
    weights, project, tools = tmp_path / "model", tmp_path / "work.segrefine", assemble()
    torch.save(random_state(), weights)
    importing = ImportRequest(project, (image_folder,), masks, tmp_path / "images.json")
    run_import(tools, importing, CancelToken(), ignore_step)
    given = {"global_side": 64, "global_only": True, "batch": batch}
    options = EngineOptions(tmp_path, "cpu", weights=weights, parameters=given)
    with one_torch_thread():
        request = RefineRequest(project, "cascadepsp", options)
        report = run_refinement(tools, request, CancelToken(), ignore_step)
    assert (report.refined, list(report.skipped)) == (3, [])
    with closing(tools.open_project(project)) as store:
        refinements = [store.newest_refinement(instance) for instance in (1, 2, 3)]
    for refinement in refinements:
        assert refinement is not None
        run = refinement.run
        assert (run.engine, run.device, run.weights_hash) == (
            "cascadepsp",
            "cpu",
            file_hash(weights),
        )
        assert given.items() <= dict(run.parameters).items()
        assert run.seconds > 0
        assert refinement.assessment is not None
        assert refinement.soft.values.shape == (120, 160)
        assert len(np.unique(refinement.soft.values)) > 20
    # The same mask of the same image.
    first, second, _ = refinements
    difference = first.soft.values.astype(int) - second.soft.values
    assert np.abs(difference).max() <= 1
