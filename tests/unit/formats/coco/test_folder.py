from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.base import ImageEntry
from segrefine_gui.formats.coco.folder import MAX_UNNAMED
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.formats.coco.writer import CocoWriter
from segrefine_gui.formats.lvis import LvisReader, LvisWriter

MASK = np.eye(6, 8, dtype=bool)
CAPTIONS = {"images": [], "annotations": [{"id": 1, "image_id": 1, "caption": "a cat"}]}


def coco(name: str, annotation_id: int = 1, category: str = "cat") -> dict[str, Any]:
    return {
        "info": {"of": name},
        "images": [{"id": 1, "file_name": name, "width": 8, "height": 6}],
        "categories": [{"id": 3, "name": category}],
        "annotations": [
            {
                "id": annotation_id,
                "image_id": 1,
                "category_id": 3,
                "segmentation": encode_mask(MASK).to_coco(),
            }
        ],
    }


def save(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def test_the_usual_folder_of_annotations(tmp_path):
    folder = tmp_path / "annotations"
    save(folder / "instances_train2017.json", coco("a.jpg", 1))
    save(folder / "instances_val2017.json", coco("b.jpg", 2))
    save(folder / "captions_val2017.json", CAPTIONS)
    save(folder / "person_keypoints_val2017.json", coco("b.jpg", 2))
    for path in (tmp_path, folder):
        assert CocoReader().recognises(path)
        found = CocoReader().read(path)
        assert found.problems == []
        assert [mask.image.name for mask in found.masks] == ["a.jpg", "b.jpg"]
        assert [mask.source_id for mask in found.masks] == [1, 2]
        assert [category.name for category in found.categories] == ["cat"]
        assert found.extra.fields == {"info": {"of": "a.jpg"}}


def test_roboflows_folders(tmp_path):
    for split in ("train", "valid"):
        save(tmp_path / split / "_annotations.coco.json", coco(f"{split}.jpg"))
    found = CocoReader().read(tmp_path)
    assert {image.name for image in found.images} == {"train.jpg", "valid.jpg"}
    assert CocoReader().recognises(tmp_path / "train")


def test_any_other_name_will_do_where_there_are_few(tmp_path):
    save(tmp_path / "my masks.json", coco("a.jpg"))
    save(tmp_path / "decisions.json", [])
    assert [mask.image.name for mask in CocoReader().read(tmp_path).masks] == ["a.jpg"]
    for number in range(MAX_UNNAMED):
        save(tmp_path / f"{number}.json", {})
    assert not CocoReader().recognises(tmp_path)


def test_ids_that_two_files_have_become_new_ones(tmp_path):
    save(tmp_path / "instances_train.json", coco("a.jpg", 5))
    save(tmp_path / "instances_val.json", coco("b.jpg", 5, category="dog"))
    found = CocoReader().read(tmp_path)
    assert [(mask.source_id, mask.category) for mask in found.masks] == [(5, "cat"), (6, "dog")]
    assert [(p.subject, p.sentence) for p in found.problems] == [
        ("1 annotations", "Their ids are in two files, so they got new ones.")
    ]


def test_a_damaged_file_of_several_is_a_problem(tmp_path):
    save(tmp_path / "instances_a.json", coco("a.jpg"))
    damaged = copy.deepcopy(coco("b.jpg"))
    damaged["annotations"] = "none"
    save(tmp_path / "instances_b.json", damaged)
    missing = coco("c.jpg")
    del missing["annotations"][0]["segmentation"]
    save(tmp_path / "instances_c.json", missing)
    found = CocoReader().read(tmp_path)
    assert [mask.image.name for mask in found.masks] == ["a.jpg"]
    assert [(p.subject, p.sentence) for p in found.problems] == [
        (
            "instances_b.json",
            "“instances_b.json” is not a COCO file: it has no list of annotations.",
        ),
        ("instances_c.json: annotation 1", "It has no segmentation."),
    ]


def test_a_folder_with_only_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "instances.json").write_text('{"images": [], "annotations": [')
    with pytest.raises(FormatError, match="not valid JSON"):
        CocoReader().read(tmp_path)


@pytest.mark.parametrize(
    ("writer", "reader"), [(CocoWriter, CocoReader()), (LvisWriter, LvisReader())]
)
@pytest.mark.parametrize("splits", [None, {1: "train", 2: "val"}])
def test_the_folder_of_an_export_is_read(tmp_path, make_record, write, writer, reader, splits):
    records = [make_record(MASK, i, image=f"{i}.jpg", image_id=i) for i in (1, 2)]
    write(writer, records, tmp_path, splits=splits)
    assert reader.recognises(tmp_path)
    assert (reader.name == "lvis") != CocoReader().recognises(tmp_path)
    found = reader.read(tmp_path)
    assert found.problems == []
    assert [mask.source_id for mask in found.masks] == [1, 2]
    assert found.images == [ImageEntry(f"{i}.jpg", i, 8, 6) for i in (1, 2)]
    for mask in found.masks:
        np.testing.assert_array_equal(mask.segmentation.rasterise(6, 8).decode(), MASK)
