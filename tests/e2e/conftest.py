from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.coco_files import write_coco
from support.program import program

from segrefine_gui.domain.masks import encode_mask

Segrefine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def segrefine(tmp_path: Path) -> Segrefine:
    """Runs the real program in another folder and returns what it did."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program(), *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "200", **environment},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    return run


@pytest.fixture
def masks_file(tmp_path: Path, coarse_mask: np.ndarray) -> Path:
    """COCO's masks 11 and 12 of `one.png` and 13 of `two.png`, all disks."""
    path = tmp_path / "coarse.json"
    masks = [(11, 1, coarse_mask), (12, 1, np.roll(coarse_mask, -3, 1)), (13, 2, coarse_mask)]
    write_coco(path, {1: "one.png", 2: "two.png"}, masks)
    return path


@pytest.fixture
def data(image_folder: Path, disk_mask: np.ndarray, coarse_mask: np.ndarray) -> Path:
    """A folder with the set `disks`: two coarse masks near the truth, one far from it."""
    measured = image_folder.parent / "data" / "disks"
    measured.mkdir(parents=True)
    image_folder.rename(measured / "images")
    names = {1: "one.png", 2: "two.png"}
    height, width = disk_mask.shape
    tables = {
        "images": [
            {"id": key, "file_name": name, "width": width, "height": height}
            for key, name in names.items()
        ],
        "categories": [{"id": 1, "name": "disk"}],
    }

    def entry(image_id: int, mask: np.ndarray) -> dict[str, object]:
        rle = encode_mask(mask).to_coco()
        return {"image_id": image_id, "category_id": 1, "segmentation": rle, "score": 0.9}

    corner = np.zeros_like(disk_mask)
    corner[:20, :20] = True
    results = [entry(1, coarse_mask), entry(2, coarse_mask), entry(2, corner)]
    truth = [{"id": image_id, **entry(image_id, disk_mask)} for image_id in names]
    (measured / "images.json").write_text(json.dumps({**tables, "annotations": []}))
    (measured / "truth.json").write_text(json.dumps({**tables, "annotations": truth}))
    (measured / "coco_instances_results.json").write_text(json.dumps(results))
    return measured.parent
