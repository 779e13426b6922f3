"""What other programs make of COCO and LVIS files that we wrote.

detectron2 and lvis are on no list of ours: they are asked where they are installed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from segrefine_gui.domain.masks import BoolMask, encode_mask
from segrefine_gui.formats.base import WriterOptions
from segrefine_gui.formats.coco.writer import CocoWriter
from segrefine_gui.formats.lvis import LvisWriter

HEIGHT, WIDTH = 60, 80
WAYS = [WriterOptions(), WriterOptions(polygons=True)]
LOSSY = WriterOptions(polygons=True, tolerance=1.0)


def drawn() -> dict[int, BoolMask]:
    """Masks with holes, parts, single pixels, and neighbours that touch, by instance."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    ring = (np.hypot(y - 30, x - 25) < 20) & (np.hypot(y - 30, x - 25) > 6)
    parts = (np.hypot(y - 15, x - 60) < 8) | (np.hypot(y - 45, x - 62) < 9) | ((y == 5) & (x == 70))
    sieve = (y > 20) & (y < 50) & (x > 35) & ~((y % 4 == 0) & (x % 5 == 0))
    return {1: ring, 2: parts, 3: sieve, 4: ~ring, 5: np.ones_like(ring)}


MASKS = drawn()


def export(folder: Path, make_record, write, options: WriterOptions, writer=CocoWriter) -> Path:
    records = [
        make_record(
            mask,
            number,
            image=f"{number % 2}.jpg",
            image_id=1 + number % 2,
            image_source_id=1 + number % 2,
            category="cat" if number < 4 else "dog",
            category_id=1 + (number >= 4),
            category_source_id=18 if number < 4 else 3,
            score=0.5,
        )
        for number, mask in MASKS.items()
    ]
    report = write(writer, records, folder, options)
    (file,) = (path for path in report.files if path.name in ("instances.json", "lvis.json"))
    return file


def quiet(make: Any, *arguments: Any) -> Any:
    with redirect_stdout(StringIO()):
        return make(*arguments)


def results(file: Path) -> list[dict[str, Any]]:
    """The masks as they were drawn, as a perfect segmenter's results."""
    annotations = json.loads(file.read_text())["annotations"]
    return [
        {
            "image_id": each["image_id"],
            "category_id": each["category_id"],
            "segmentation": encode_mask(MASKS[each["id"]]).to_coco(),
            "score": 0.9,
        }
        for each in annotations
    ]


def allowed(options: WriterOptions, mask: BoolMask) -> int:
    """Pixels that a reader may see otherwise."""
    return int(0.05 * mask.sum()) if options.tolerance else 0


@pytest.mark.parametrize("options", [*WAYS, LOSSY])
def test_pycocotools_sees_the_masks_and_no_crowds(tmp_path, make_record, write, options):
    coco = quiet(COCO, export(tmp_path, make_record, write, options))
    assert len(coco.loadAnns(coco.getAnnIds(iscrowd=False))) == len(MASKS)
    for number, mask in MASKS.items():
        (annotation,) = coco.loadAnns([number])
        seen = coco.annToMask(annotation).astype(bool)
        assert np.count_nonzero(seen != mask) <= allowed(options, mask)
        assert annotation["area"] == seen.sum()
        assert annotation["bbox"] == coco_mask.toBbox(coco.annToRLE(annotation)).tolist()


@pytest.mark.parametrize("options", WAYS)
def test_evaluation_finds_the_masks_perfect(tmp_path, make_record, write, options):
    file = export(tmp_path, make_record, write, options)
    truth = quiet(COCO, file)
    evaluation = COCOeval(truth, quiet(truth.loadRes, results(file)), "segm")
    evaluation.params.iouThrs = np.array([0.5, 1.0])
    with redirect_stdout(StringIO()):
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    assert (precision == 1).all()


@pytest.mark.parametrize("options", WAYS)
def test_torchvisions_dataset_gives_images_with_their_masks(tmp_path, make_record, write, options):
    torchvision = pytest.importorskip("torchvision")
    file = export(tmp_path, make_record, write, options)
    for name in ("0.jpg", "1.jpg"):
        PillowImage.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / name)
    dataset = quiet(torchvision.datasets.CocoDetection, str(tmp_path), str(file))
    seen = {each["id"]: each for _, target in dataset for each in target}
    assert seen.keys() == MASKS.keys()
    for number, mask in MASKS.items():
        np.testing.assert_array_equal(dataset.coco.annToMask(seen[number]).astype(bool), mask)


@pytest.mark.parametrize("options", WAYS)
def test_detectron2_loads_coco(tmp_path, make_record, write, options):
    load = pytest.importorskip("detectron2.data.datasets.coco").load_coco_json
    dicts = load(str(export(tmp_path, make_record, write, options)), str(tmp_path), "ours")
    assert sorted(Path(each["file_name"]).name for each in dicts) == ["0.jpg", "1.jpg"]
    check_dicts(dicts, {3: 0, 18: 1})


def test_detectron2_loads_lvis(tmp_path, make_record, write):
    pytest.importorskip("lvis")
    load = pytest.importorskip("detectron2.data.datasets.lvis").load_lvis_json
    file = export(tmp_path, make_record, write, WriterOptions(), LvisWriter)
    dicts = load(str(file), f"{tmp_path}/")
    assert sorted(each["file_name"] for each in dicts) == [f"{tmp_path}/0.jpg", f"{tmp_path}/1.jpg"]
    check_dicts(dicts, {3: 2, 18: 17})


def check_dicts(dicts: list[dict[str, Any]], category_ids: Mapping[int, int]) -> None:
    """Compare Detectron2's dataset dicts, whose categories count from 0, with what was drawn."""
    seen = 0
    for each in dicts:
        numbers = [number for number in MASKS if 1 + number % 2 == each["image_id"]]
        for number, annotation in zip(numbers, each["annotations"], strict=True):
            segmentation = annotation["segmentation"]
            if isinstance(segmentation, list):
                parts = coco_mask.frPyObjects(segmentation, HEIGHT, WIDTH)
                segmentation = coco_mask.merge(parts)
            np.testing.assert_array_equal(coco_mask.decode(segmentation), MASKS[number])
            assert annotation["category_id"] == category_ids[18 if number < 4 else 3]
            seen += 1
    assert seen == len(MASKS)


def test_the_lvis_api_sees_the_masks_and_evaluates_them(tmp_path, make_record, write, monkeypatch):
    lvis = pytest.importorskip("lvis")
    monkeypatch.setattr(np, "float", float, raising=False)  # its last release is from 2020
    file = export(tmp_path, make_record, write, WriterOptions(), LvisWriter)
    truth = lvis.LVIS(str(file))
    for number, mask in MASKS.items():
        (annotation,) = truth.load_anns([number])
        np.testing.assert_array_equal(truth.ann_to_mask(annotation), mask)
    evaluation = lvis.LVISEval(truth, lvis.LVISResults(truth, results(file)), "segm")
    evaluation.run()
    assert evaluation.get_results()["AP"] == 1
