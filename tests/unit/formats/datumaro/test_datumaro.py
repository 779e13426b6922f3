from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.damage import assert_survives, fuzzed

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.base import MaskFile
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.formats.datumaro.reader import DatumaroReader
from segrefine_gui.formats.datumaro.writer import DatumaroWriter

MASK = np.zeros((10, 12), dtype=bool)
MASK[2:5, 3:8] = True
MASK[3, 5] = False
SQUARE = [3.0, 2.0, 8.0, 2.0, 8.0, 5.0, 3.0, 5.0]
OTHER = [0.0, 6.0, 2.0, 6.0, 2.0, 9.0, 0.0, 9.0]


def annotation(own: int = 7, label: int = 0, **changes: object) -> dict[str, Any]:
    return {
        "id": own,
        "type": "mask",
        "attributes": {"is_crowd": False, "score": 0.5, "colour": "red"},
        "group": 0,
        "label_id": label,
        "rle": encode_mask(MASK).to_coco(),
        "z_order": 0,
        **changes,
    }


def polygon(points: list[float], own: int = 3, group: int = 3, label: int = 1) -> dict[str, Any]:
    fields = annotation(own, label, type="polygon", group=group, points=points)
    del fields["rle"]
    return fields


def document(*annotations: object, **changes: object) -> dict[str, Any]:
    return {
        "dm_format_version": "1.0",
        "media_type": 2,
        "infos": {"author": "ann"},
        "categories": {
            "label": {
                "labels": [
                    {"name": "cat", "parent": "", "attributes": []},
                    {"name": "собака", "parent": "animal", "attributes": ["breed"]},
                ],
                "label_groups": [],
                "attributes": ["is_crowd"],
            },
            "mask": {"colormap": [{"label_id": 1, "r": 9, "g": 8, "b": 7}]},
        },
        "items": [
            {
                "id": "sub/photo",
                "annotations": list(annotations),
                "attr": {"frame": 4},
                "image": {"path": "elsewhere/photo.jpg", "size": [10, 12]},
            }
        ],
        **changes,
    }


def save(folder: Path, content: object, name: str = "annotations/default.json") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def read(folder: Path, *annotations: object, **changes: object) -> MaskFile:
    return DatumaroReader().read(save(folder, document(*annotations, **changes)))


def pixels(found: MaskFile, size: tuple[int, int] = (10, 12)) -> list[np.ndarray]:
    return [mask.segmentation.rasterise(*size).decode() for mask in found.masks]


@given(
    st.lists(
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12).flatmap(
            lambda shape: st.lists(hnp.arrays(np.bool_, shape), min_size=1, max_size=3)
        ),
        min_size=1,
        max_size=3,
    ),
    st.booleans(),
)
def test_every_mask_comes_back(tmp_path_factory, make_record, write, images, is_split):
    folder = tmp_path_factory.mktemp("datumaro")
    records = [
        make_record(
            mask,
            source_id=100 * i + j,
            image=f"фото/{i}.jpg",
            image_id=i,
            category=("cat", "пёс")[j % 2],
            category_id=j % 2,
            category_source_id=(18, 3)[j % 2],
            score=0.25,
        )
        for i, masks in enumerate(images)
        for j, mask in enumerate(masks)
    ]
    splits = {i: ("train", "val")[i % 2] for i in range(len(images))} if is_split else {}
    report = write(DatumaroWriter, records, folder, splits=splits)
    assert (report.written, report.problems) == (len(records), [])
    assert DatumaroReader().recognises(folder)
    found = DatumaroReader().read(folder)
    assert found.problems == []
    by_id = {mask.source_id: mask for mask in found.masks}
    assert len(by_id) == len(records)
    for record in records:
        mask, instance = by_id[record.instance.source_id], record.instance
        assert (mask.category, mask.category_id) == (
            instance.category.name,
            instance.category.source_id,
        )
        assert (mask.image.name, mask.score) == (record.image.name, 0.25)
        assert (mask.image.height, mask.image.width) == (record.image.height, record.image.width)
        assert mask.segmentation.rasterise(record.mask.height, record.mask.width) == record.mask


def test_masks_and_polygons(tmp_path):
    parts = [polygon(SQUARE), polygon(OTHER), polygon(OTHER, own=4)]
    found = read(tmp_path, annotation(), *parts)
    assert found.problems == []
    assert [(mask.source_id, mask.category) for mask in found.masks] == [
        (7, "cat"),
        (3, "собака"),
        (4, "собака"),
    ]
    whole = np.zeros_like(MASK)
    whole[2:5, 3:8] = whole[6:9, 0:2] = True
    other = np.zeros_like(MASK)
    other[6:9, 0:2] = True
    for got, expected in zip(pixels(found), (MASK, whole, other), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_a_group_of_several_objects_stays_several(tmp_path):
    found = read(tmp_path, annotation(1, group=5), annotation(2, group=5), polygon(SQUARE, 3, 5))
    assert [mask.source_id for mask in found.masks] == [1, 2, 3]


@pytest.mark.parametrize(
    ("own", "path", "name"),
    [
        ("sub/photo", "elsewhere/photo.jpg", "sub/photo.jpg"),
        ("sub/photo", "C:\\data\\photo.png", "sub/photo.png"),
        ("sub/photo", "sub/photo.jpg", "sub/photo.jpg"),
        ("photo.jpg", "photo.jpg", "photo.jpg"),
        ("sub/photo", "", "sub/photo"),
        (12, "12.bmp", "12.bmp"),
        ("", "a.jpg", "a.jpg"),
    ],
)
def test_which_image_an_item_is_of(tmp_path, own, path, name):
    item = {"id": own, "annotations": [annotation()], "image": {"path": path}}
    (image,) = read(tmp_path, items=[item]).images
    assert image.name == name


def test_ids_that_nobody_set_get_free_numbers(tmp_path):
    found = read(tmp_path, annotation(0), annotation(0), annotation(1), annotation(0))
    assert [mask.source_id for mask in found.masks] == [0, 2, 1, 3]
    assert [mask.source_id for mask in read(tmp_path, annotation(0)).masks] == [0]


def test_categories_of_several_files_are_one_list(tmp_path):
    save(tmp_path, document(annotation(1, 0)), "annotations/train.json")
    other = document(annotation(2, 0))
    other["categories"]["label"]["labels"] = [{"name": "bird", "parent": ""}]
    save(tmp_path, other, "annotations/val.json")
    save(tmp_path, [{"decision": "refined"}], "decisions.json")
    found = DatumaroReader().read(tmp_path)
    assert found.problems == []
    assert [(each.name, each.source_id) for each in found.categories] == [
        ("cat", 0),
        ("собака", 1),
        ("bird", 2),
    ]
    assert [(mask.category, mask.category_id) for mask in found.masks] == [("cat", 0), ("bird", 2)]


def test_what_is_no_mask_is_kept_and_said(tmp_path):
    box = annotation(1, 1, type="bbox", bbox=[1, 2, 3, 4])
    found = read(tmp_path, box, annotation(2, group=9), {**box, "group": 9})
    assert [mask.source_id for mask in found.masks] == [2]
    assert [(each.subject, each.sentence) for each in found.problems] == [
        (
            "default.json",
            "It has annotations of the type bbox (1), which are no masks; "
            "exports as Datumaro keep them.",
        )
    ]
    extra = found.images[0].extra
    assert extra is not None
    (kept,) = extra.fields["annotations"]
    assert (kept["bbox"], kept["label"]) == ([1, 2, 3, 4], "собака")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"label_id": None}, "It has no label."),
        ({"label_id": -1}, "It has no label."),
        ({"rle": None}, "It has no run-length code."),
        ({"rle": {"counts": "1"}}, "Its segmentation is not run-length code with a size."),
        ({"type": "polygon", "points": []}, "It has no points."),
    ],
)
def test_a_damaged_annotation_is_a_problem_and_the_rest_are_read(tmp_path, changes, sentence):
    found = read(tmp_path, annotation(1, **changes), annotation(2))
    assert [mask.source_id for mask in found.masks] == [2]
    assert [(each.subject, each.sentence) for each in found.problems] == [
        ("annotation 0 of sub/photo.jpg", sentence)
    ]


def test_damaged_scores_and_other_media(tmp_path):
    found = read(tmp_path, annotation(attributes={"score": 7}))
    assert found.masks[0].score is None
    assert [each.sentence for each in found.problems] == [
        "Its score is not between 0 and 1 and was ignored."
    ]
    clouds = [{"id": "a", "annotations": [], "point_cloud": {"path": "a.pcd"}}, 7]
    assert [each.sentence for each in read(tmp_path, items=clouds).problems] == [
        "It is no image.",
        "It is not a JSON object.",
    ]


@pytest.mark.parametrize("content", [{"items": {}}, [1], {"images": [], "annotations": []}])
def test_what_is_no_datumaro_file(tmp_path, content):
    path = save(tmp_path, content)
    assert not DatumaroReader().recognises(path)
    with pytest.raises(FormatError, match="it has no items"):
        DatumaroReader().read(path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="has no JSON files"):
        DatumaroReader().read(tmp_path / "empty")


def test_neither_takes_the_other_for_its_own(tmp_path):
    coco = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "items"}]}
    assert not DatumaroReader().recognises(save(tmp_path, coco, "coco.json"))
    assert not CocoReader().recognises(save(tmp_path, document(annotation()), "datumaro.json"))


def test_what_a_file_says_besides_comes_back(tmp_path, make_record, write):
    box = annotation(1, 1, type="bbox", bbox=[1, 2, 3, 4])
    found = read(tmp_path, annotation(group=2, z_order=4, object_id=8), box)
    (mask,) = found.masks
    record = make_record(MASK, 7, image="sub/photo.jpg", category="собака", category_source_id=1)
    assert found.extra is not None
    category = replace(record.instance.category, extra=found.categories[1].extra)
    record = replace(
        record,
        image=replace(record.image, extra=mask.image.extra),
        instance=replace(record.instance, category=category, extra=mask.extra),
    )
    out = tmp_path / "out"
    write(DatumaroWriter, [record], out, documents={"datumaro": found.extra.fields})
    written = json.loads((out / "annotations" / "default.json").read_text())
    assert written["infos"]["author"] == "ann"
    assert written["categories"]["label"] == {
        "labels": [{"name": "собака", "parent": "animal", "attributes": ["breed"]}],
        "label_groups": [],
        "attributes": ["is_crowd"],
    }
    # The dog is now the first label: colours and boxes went with it.
    assert written["categories"]["mask"]["colormap"] == [{"label_id": 0, "r": 9, "g": 8, "b": 7}]
    (item,) = written["items"]
    assert item["attr"] == {"frame": 4}
    first, second = item["annotations"]
    assert (first["group"], first["z_order"], first["object_id"]) == (2, 4, 8)
    assert first["attributes"] == {"is_crowd": False, "colour": "red"}
    assert (second["type"], second["label_id"]) == ("bbox", 0)
    again = DatumaroReader().read(out)
    assert again.masks[0].extra == mask.extra == Extra("datumaro", dict(mask.extra.fields))
    assert again.images[0].extra == mask.image.extra


def test_where_a_mask_comes_from_is_in_a_place_of_its_own(tmp_path, make_record, write):
    write(DatumaroWriter, [make_record(MASK, 7, refiner="cascadepsp", risk=0.125)], tmp_path)
    written = json.loads((tmp_path / "annotations" / "default.json").read_text())
    (fields,) = written["items"][0]["annotations"]
    assert fields["segrefine"]["refiner"] == "cascadepsp"
    assert fields["segrefine"]["risk"] == 0.125
    assert DatumaroReader().read(tmp_path).masks[0].extra is None


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(data):
    box = annotation(1, 1, type="bbox", bbox=[1, 2, 3, 4])
    valid = document(annotation(), polygon(SQUARE), polygon(OTHER), box)
    files = {"annotations/train.json": json.dumps(valid).encode()}
    assert_survives(DatumaroReader(), files, data, size=(10, 12), target="")
