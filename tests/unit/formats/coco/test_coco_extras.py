"""What a COCO or LVIS file says besides masks: kept, and written again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.damage import assert_survives, fuzzed

from segrefine_gui.domain.extras import MAX_BYTES, Extra
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.base import MaskFile
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.formats.coco.writer import CocoWriter
from segrefine_gui.formats.lvis import LvisReader, LvisWriter

MASK = np.eye(6, 8, dtype=bool)
DOCUMENT: dict[str, Any] = {
    "info": {"year": 2026, "url": "https://example.org"},
    "licenses": [{"id": 1, "name": "CC0"}],
    "ours": [1, {"a": None}],
    "images": [
        {
            "id": 5,
            "file_name": "a.jpg",
            "width": 8,
            "height": 6,
            "license": 1,
            "date_captured": "2026-11-25",
        }
    ],
    "categories": [{"id": 3, "name": "cat", "supercategory": "animal", "keypoints": ["nose"]}],
    "annotations": [
        {
            "id": 9,
            "image_id": 5,
            "category_id": 3,
            "segmentation": encode_mask(MASK).to_coco(),
            "area": 99999,
            "bbox": [0, 0, 1, 1],
            "iscrowd": 1,
            "keypoints": [4, 4, 2],
            "num_keypoints": 1,
            "attributes": {"occluded": True},
        }
    ],
}


def read(folder: Path, document: object, reader: CocoReader | None = None) -> MaskFile:
    folder.mkdir(exist_ok=True)
    path = folder / "masks.json"
    path.write_text(json.dumps(document))
    return (reader or CocoReader()).read(path)


def written(found: MaskFile, folder: Path, make_record, write, writer=CocoWriter) -> dict[str, Any]:
    """What an export makes of what was read, as a project would hand it over."""
    records = []
    extras = {category.name: category.extra for category in found.categories}
    for number, entry in enumerate(found.masks, 1):
        image = entry.image
        record = make_record(
            entry.segmentation.rasterise(image.height, image.width).decode(),
            entry.source_id,
            image=image.name,
            category=entry.category,
            image_id=1 + found.images.index(image),
            image_source_id=image.source_id,
            category_id=number,
            category_source_id=entry.category_id,
            score=entry.score,
        )
        category = replace(record.instance.category, extra=extras.get(entry.category))
        instance = replace(record.instance, category=category, extra=entry.extra)
        photo = replace(record.image, extra=image.extra)
        records.append(replace(record, instance=instance, image=photo))
    documents = {found.format: found.extra.fields} if found.extra else {}
    report = write(writer, records, folder, documents=documents)
    (file,) = (path for path in report.files if path.name in ("instances.json", "lvis.json"))
    document: dict[str, Any] = json.loads(file.read_text())
    return document


def test_all_that_a_file_says_comes_back(tmp_path, make_record, write):
    document = written(read(tmp_path, DOCUMENT), tmp_path / "out", make_record, write)
    annotation = document["annotations"][0]
    assert annotation.pop("segrefine") == {"source_id": 9, "decision": "coarse"}
    assert (annotation.pop("area"), annotation.pop("bbox")) == (6, [0, 0, 6, 6])
    wanted = json.loads(json.dumps(DOCUMENT))
    del wanted["annotations"][0]["area"], wanted["annotations"][0]["bbox"]
    assert document == wanted


def test_where_a_mask_comes_from_does_not_pile_up(tmp_path, make_record, write):
    first = written(read(tmp_path, DOCUMENT), tmp_path / "a", make_record, write)
    again = written(read(tmp_path, first), tmp_path / "b", make_record, write)
    assert again == first
    assert read(tmp_path, first).masks[0].extra.fields.keys() == {
        "iscrowd",
        "keypoints",
        "num_keypoints",
        "attributes",
    }


def test_what_is_of_another_format_is_not_written(tmp_path, make_record, write):
    record = make_record(MASK)
    instance = replace(record.instance, extra=Extra("labelme", {"flags": {}}))
    write(CocoWriter, [replace(record, instance=instance)], tmp_path)
    (annotation,) = json.loads((tmp_path / "instances.json").read_text())["annotations"]
    assert "flags" not in annotation
    assert annotation["iscrowd"] == 0


def test_image_ids_that_are_text_come_back(tmp_path, make_record, write):
    document = json.loads(json.dumps(DOCUMENT))
    document["images"][0]["id"] = document["annotations"][0]["image_id"] = "frame-1"
    found = written(read(tmp_path, document), tmp_path / "out", make_record, write)
    assert [image["id"] for image in found["images"]] == ["frame-1"]
    assert [each["image_id"] for each in found["annotations"]] == ["frame-1"]


def test_what_cannot_be_kept_costs_nothing_else(tmp_path):
    document = json.loads(json.dumps(DOCUMENT))
    document["annotations"][0]["huge"] = "x" * (MAX_BYTES + 1)
    document["annotations"][0]["nan"] = float("nan")
    (mask,) = read(tmp_path, document).masks
    assert not {"huge", "nan"} & mask.extra.fields.keys()
    assert "keypoints" in mask.extra.fields


@pytest.mark.parametrize("iscrowd", [0, None, False])
def test_what_is_no_crowd_is_not_kept_as_such(tmp_path, iscrowd):
    document = json.loads(json.dumps(DOCUMENT))
    document["annotations"][0]["iscrowd"] = iscrowd
    assert "iscrowd" not in read(tmp_path, document).masks[0].extra.fields


def test_many_keypoints_without_masks_are_counted(tmp_path):
    boxes = [{"id": 10 + i, "image_id": 5, "category_id": 3, "keypoints": []} for i in range(500)]
    document = {**DOCUMENT, "annotations": [*DOCUMENT["annotations"], *boxes]}
    found = read(tmp_path, document)
    assert len(found.masks) == 1
    assert {problem.sentence for problem in found.problems} == {"It has no segmentation."}
    assert found.problems[-1].subject == "400 more"


LVIS: dict[str, Any] = {
    "info": {"version": "v1"},
    "images": [
        {
            "id": 397133,
            "width": 8,
            "height": 6,
            "coco_url": "http://images.cocodataset.org/val2017/000000397133.jpg",
            "neg_category_ids": [7, 9],
            "not_exhaustive_category_ids": [1],
            "license": 4,
        }
    ],
    "categories": [
        {
            "id": 1,
            "name": "ant",
            "synset": "ant.n.01",
            "synonyms": ["ant", "pismire"],
            "def": "social insect",
            "frequency": "c",
            "image_count": 20,
            "instance_count": 70,
        }
    ],
    "annotations": [
        {
            "id": 1,
            "image_id": 397133,
            "category_id": 1,
            "segmentation": [[1, 1, 5, 1, 5, 5, 1, 5]],
            "area": 16,
            "bbox": [1, 1, 4, 4],
        }
    ],
}


def test_lvis_comes_back_as_lvis(tmp_path, make_record, write):
    (tmp_path / "lvis.json").write_text(json.dumps(LVIS))
    assert LvisReader().recognises(tmp_path)
    assert not CocoReader().recognises(tmp_path)
    found = LvisReader().read(tmp_path)
    assert [image.name for image in found.images] == ["000000397133.jpg"]
    document = written(found, tmp_path / "out", make_record, write, LvisWriter)
    del document["annotations"][0]["segrefine"]
    wanted = json.loads(json.dumps(LVIS))
    wanted["images"][0]["file_name"] = "000000397133.jpg"
    assert document == wanted


def test_lvis_has_what_its_readers_ask_for(tmp_path, make_record, write):
    hole = np.ones((20, 20), dtype=bool)
    hole[5:9, 6:12] = False
    records = [
        make_record(hole, number, image=f"{number}.jpg", image_id=number, category_source_id=0)
        for number in range(1, 13)
    ]
    report = write(LvisWriter, records, tmp_path)
    document = json.loads((tmp_path / "lvis.json").read_text())
    (category,) = document["categories"]
    assert category == {
        "id": 1,
        "name": "cat",
        "image_count": 12,
        "instance_count": 12,
        "frequency": "c",
    }
    assert [problem.sentence for problem in report.problems] == [
        "1 was added to their ids, as those of LVIS count from 1."
    ]
    assert {image["coco_url"] for image in document["images"]} >= {"/3.jpg"}
    for image in document["images"]:
        assert image["id"] >= 1
        assert image["neg_category_ids"] == image["not_exhaustive_category_ids"] == []
    for annotation in document["annotations"]:
        assert annotation["id"] >= 1
        assert "iscrowd" not in annotation
        assert all(len(part) >= 6 for part in annotation["segmentation"])


def test_a_crowd_of_coco_is_none_in_lvis(tmp_path, make_record, write):
    found = read(tmp_path, DOCUMENT)
    document = written(found, tmp_path / "out", make_record, write, LvisWriter)
    (annotation,) = document["annotations"]
    assert "iscrowd" not in annotation
    assert annotation["attributes"] == {"occluded": True}


@fuzzed
@given(data=st.data())
def test_damaged_lvis_files_are_survived(data):
    content = json.dumps(LVIS).encode()
    valid = {"lvis_train.json": content, "lvis_val.json": content}
    assert_survives(LvisReader(), valid, data, size=(6, 8))
