"""Detectron2 with random weights through the real program, from photos to refined masks."""

from __future__ import annotations

from pathlib import Path

import pytest

from segrefine_gui.engines.detectron2.zoo import DEFAULT_MODEL, config_file
from segrefine_gui.storage.project import Project

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("detectron2", reason="Detectron2 is not installed")
from support.detectron2_models import make_models

pytestmark = pytest.mark.engines

LAZY = """
from pathlib import Path
Path(__file__).with_suffix(".was_run").touch()
from detectron2.config import LazyConfig
base = LazyConfig.load({base!r})
model, dataloader = base.model, base.dataloader
model.proposal_generator.post_nms_topk = (20, 20)
model.roi_heads.box_predictor.test_topk_per_image = 5
dataloader.test.mapper.augmentations[0].short_edge_length = 64
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("detectron2")
    make_models(folder)
    base = config_file("COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_1x.py")
    (folder / "own.py").write_text(LAZY.format(base=str(base)))
    return folder


def test_its_masks_are_refined_with_what_its_mask_head_said(
    segrefine, folder: Path, image_folder: Path, tmp_path: Path
) -> None:
    done = segrefine(
        "run", image_folder, "--project", "work.segrefine", "--device", "cpu",
        "--segmenter", f"detectron2:{folder / 'small.yaml'}",
        "--segmenter-weights", folder / "zoo.pkl", "--score-threshold", 0, "--refiner", "grabcut",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with Project.open(tmp_path / "work.segrefine") as project:
        entries = project.queue()
        assert len(entries) >= 2
        for entry in entries:
            head = project.instance(entry.instance_id).head
            assert head is not None
            assert head.values.shape == (28, 28)
            assert entry.risk is not None


def test_the_zoos_models_are_listed_and_searched(segrefine) -> None:
    every = segrefine("models", "detectron2")
    assert every.returncode == 0, every.stderr
    assert DEFAULT_MODEL in every.stdout.splitlines()
    panoptic = segrefine("models", "detectron2", "PANOPTIC").stdout.splitlines()
    assert panoptic
    assert all("panoptic" in name for name in panoptic)
    assert "no model with 'yolo'" in segrefine("models", "detectron2", "yolo").stderr


def test_a_lazy_config_is_run_only_with_trust(
    segrefine, folder: Path, image_folder: Path, tmp_path: Path
) -> None:
    arguments = [
        "run", image_folder, "--project", "work.segrefine", "--device", "cpu",
        "--segmenter", f"detectron2:{folder / 'own.py'}",
        "--segmenter-weights", folder / "trained.pth", "--score-threshold", 0, "--refiner", "none",
    ]  # fmt: skip
    refused = segrefine(*arguments)
    assert refused.returncode == 1
    assert "is Python code" in refused.stderr
    assert "--trust" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (folder / "own.was_run").exists()
    done = segrefine(*arguments, "--trust")
    assert done.returncode == 0, done.stderr
    assert (folder / "own.was_run").exists()
    with Project.open(tmp_path / "work.segrefine") as project:
        assert project.queue()
