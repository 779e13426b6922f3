from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.damage import assert_survives, fuzzed

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.base import CategoryEntry, ImageEntry
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.formats.detectron2 import Detectron2DatasetReader, Detectron2Reader
from segrefine_gui.formats.sam import SamReader

MASK = np.zeros((10, 12), dtype=bool)
MASK[2:5, 3:8] = True


def mask(**changes: object) -> dict[str, Any]:
    return {
        "segmentation": encode_mask(MASK).to_coco(),
        "area": 15,
        "bbox": [3, 2, 5, 3],
        "predicted_iou": 0.96,
        "point_coords": [[4.0, 3.0]],
        "stability_score": 0.97,
        "crop_box": [0, 0, 12, 10],
        **changes,
    }


SA_1B: dict[str, Any] = {
    "image": {"image_id": 223750, "width": 12, "height": 10, "file_name": "sa_223750.jpg"},
    "annotations": [mask(id=4), mask(id=5, predicted_iou=1.02)],
}


def save(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


def test_a_file_of_sa_1b(tmp_path):
    path = save(tmp_path / "sa_223750.json", SA_1B)
    assert SamReader().recognises(path)
    for other in (CocoReader(), Detectron2Reader(), Detectron2DatasetReader()):
        assert not other.recognises(path)
    found = SamReader().read(path)
    assert found.images == [ImageEntry("sa_223750.jpg", 223750, 12, 10)]
    assert [(each.source_id, each.category, each.score) for each in found.masks] == [
        (4, "object", 0.96),
        (5, "object", None),
    ]
    assert found.categories == [CategoryEntry("object", 1)]
    assert [(p.subject, p.sentence) for p in found.problems] == [
        ("mask 5", "Its score is not between 0 and 1 and was ignored.")
    ]
    for each in found.masks:
        np.testing.assert_array_equal(each.segmentation.rasterise(10, 12).decode(), MASK)


def test_the_generators_own_list_is_named_by_its_file(tmp_path):
    runs = {"size": [10, 12], "counts": encode_mask(MASK).runs.tolist()}
    path = save(tmp_path / "фото.json", [mask(), mask(segmentation=runs), 5])
    assert SamReader().recognises(path)
    assert not Detectron2Reader().recognises(path)
    found = SamReader().read(path)
    assert found.images == [ImageEntry("фото")]
    assert [each.source_id for each in found.masks] == [0, 1]
    for each in found.masks:
        np.testing.assert_array_equal(each.segmentation.rasterise(10, 12).decode(), MASK)
    assert [(p.subject, p.sentence) for p in found.problems] == [
        ("mask at position 2", "It is not a JSON object.")
    ]


def test_a_folder_of_both(tmp_path):
    save(tmp_path / "a" / "sa_223750.json", SA_1B)
    save(tmp_path / "two.json", [mask(predicted_iou=None)])
    assert SamReader().recognises(tmp_path)
    (tmp_path / "z.json").write_text("[")
    found = SamReader().read(tmp_path)
    assert [image.name for image in found.images] == ["sa_223750.jpg", "two"]
    assert [each.image.name for each in found.masks] == [*["sa_223750.jpg"] * 2, "two"]
    assert [problem.subject for problem in found.problems] == ["a/sa_223750.json: mask 5", "z.json"]
    assert not SamReader().recognises(tmp_path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"image": None}, "is damaged. It is not a JSON object."),
        ({"image": {"width": 0}}, "is damaged. Its width is not that of an image."),
        ({"annotations": {}}, "is not a file of Segment Anything's masks."),
    ],
)
def test_a_file_without_an_image_or_masks_is_refused(tmp_path, change, sentence):
    path = save(tmp_path / "a.json", {**copy.deepcopy(SA_1B), **change})
    with pytest.raises(FormatError) as caught:
        SamReader().read(path)
    assert caught.value.sentence.endswith(sentence)


def test_a_folder_without_any(tmp_path):
    assert not SamReader().recognises(tmp_path)
    with pytest.raises(FormatError, match="has no masks of Segment Anything"):
        SamReader().read(tmp_path)


@pytest.mark.parametrize("value", [SA_1B, [mask(), mask()]])
@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(value, data):
    valid = {"a.json": json.dumps(value).encode()}
    assert_survives(SamReader(), valid, data, size=(10, 12))
