from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.damage import assert_survives, fuzzed

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.base import ImageEntry
from segrefine_gui.formats.detectron2.results import Detectron2Reader

MASK = np.hypot(*np.mgrid[-5:5, -6:6]) < 4
IMAGES = {
    "images": [{"id": 42, "file_name": "a.jpg", "width": 12, "height": 10}, {"id": 43}],
    "categories": [{"id": 18, "name": "dog"}],
}


def result(image_id: int | str = 42, category_id: int = 18, **changes: object) -> dict[str, object]:
    return {
        "image_id": image_id,
        "category_id": category_id,
        "bbox": [2.0, 2.0, 7.0, 7.0],
        "score": 0.75,
        "segmentation": encode_mask(MASK).to_coco(),
        **changes,
    }


def save(tmp_path: Path, name: str, value: object) -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_with_the_images_file_results_have_names_and_categories(tmp_path):
    results = save(tmp_path, "coco_instances_results.json", [result(), result(category_id=5)])
    assert Detectron2Reader().recognises(results)
    found = Detectron2Reader().read(results, save(tmp_path, "images.json", IMAGES))
    assert found.problems == []
    assert found.images == [ImageEntry("a.jpg", 42, 12, 10), ImageEntry(None, 43)]
    assert [mask.source_id for mask in found.masks] == [0, 1]
    assert [mask.category for mask in found.masks] == ["dog", "category 5"]
    assert [mask.category_id for mask in found.masks] == [18, 5]
    assert [mask.score for mask in found.masks] == [0.75, 0.75]
    np.testing.assert_array_equal(found.masks[0].segmentation.rasterise(10, 12).decode(), MASK)


def test_without_it_images_are_known_by_id_or_name_only(tmp_path):
    results = [result(42), result("x/b.jpg"), result(42)]
    found = Detectron2Reader().read(save(tmp_path, "r.json", results))
    assert found.images == [ImageEntry(source_id=42), ImageEntry(name="x/b.jpg")]
    assert [mask.image for mask in found.masks] == [found.images[i] for i in (0, 1, 0)]
    assert {mask.category for mask in found.masks} == {"category 18"}


def test_positions_count_the_damaged_results_too(tmp_path):
    results = [result(), {"image_id": 42}, result(id=77)]
    found = Detectron2Reader().read(save(tmp_path, "r.json", results))
    assert [mask.source_id for mask in found.masks] == [0, 2]
    assert [(p.subject, p.sentence) for p in found.problems] == [
        ("result at position 1", "It has no category_id.")
    ]


def test_a_result_of_an_image_that_is_not_listed(tmp_path):
    found = Detectron2Reader().read(
        save(tmp_path, "r.json", [result(1), result()]), save(tmp_path, "images.json", IMAGES)
    )
    assert len(found.masks) == 1
    assert found.problems[0].sentence == "There is no image with the id 1."


@pytest.mark.parametrize("text", ["[]", " [ \n] "])
def test_no_results_are_a_file_with_no_instances(tmp_path, text):
    path = tmp_path / "r.json"
    path.write_text(text)
    assert Detectron2Reader().recognises(path)
    found = Detectron2Reader().read(path)
    assert (list(found.images), list(found.masks), list(found.problems)) == ([], [], [])


@pytest.mark.parametrize("value", [{}, {"annotations": []}, 5, None, "x", [1, 2], [{"a": 1}]])
def test_other_json_is_not_recognised(tmp_path, value):
    assert not Detectron2Reader().recognises(save(tmp_path, "r.json", value))


def test_results_of_boxes_only_are_problems(tmp_path):
    boxes = [{k: v for k, v in result().items() if k != "segmentation"}]
    found = Detectron2Reader().read(save(tmp_path, "r.json", boxes))
    assert [problem.sentence for problem in found.problems] == ["It has no segmentation."]


def test_neither_file_may_be_something_else(tmp_path):
    good = save(tmp_path, "r.json", [result()])
    with pytest.raises(FormatError, match="is not a list of Detectron2 results"):
        Detectron2Reader().read(save(tmp_path, "object.json", {}))
    with pytest.raises(FormatError, match=r"“list\.json” is not a COCO file"):
        Detectron2Reader().read(good, save(tmp_path, "list.json", []))
    with pytest.raises(FormatError, match="is not a file"):
        Detectron2Reader().read(good, tmp_path / "none.json")


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(data):
    results = json.dumps([result(), result(category_id=5), result(43)]).encode()
    assert_survives(Detectron2Reader(), {"results.json": results}, data, size=(10, 12))


@pytest.mark.parametrize("place", ["", "inference"])
def test_the_folder_that_detectron2_wrote_into_is_read(tmp_path, place):
    (tmp_path / place).mkdir(exist_ok=True)
    save(tmp_path / place, "coco_instances_results.json", [result()])
    (tmp_path / "metrics.json").write_text('{"a": 1}')
    assert Detectron2Reader().recognises(tmp_path)
    assert [mask.score for mask in Detectron2Reader().read(tmp_path).masks] == [0.75]


def test_another_folder_is_none(tmp_path):
    assert not Detectron2Reader().recognises(tmp_path)
    with pytest.raises(FormatError, match="is not a file"):
        Detectron2Reader().read(tmp_path)
