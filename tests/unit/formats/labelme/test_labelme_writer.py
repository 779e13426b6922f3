from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.extras import with_extra

from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.records import Decision
from segrefine_gui.formats.base import WriterOptions
from segrefine_gui.formats.labelme.reader import LabelmeReader
from segrefine_gui.formats.labelme.writer import LabelmeWriter

MASK = np.zeros((10, 12), dtype=bool)
MASK[2:6, 3:8] = True
RING = MASK.copy()
RING[3:5, 4:6] = False
PARTS = MASK.copy()
PARTS[8:10, 9:11] = True

MASKS = st.lists(
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24).flatmap(
        lambda shape: hnp.arrays(np.bool_, shape, fill=st.booleans())
    ),
    min_size=1,
    max_size=4,
)


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "options", [WriterOptions(), WriterOptions(polygons=True), WriterOptions(True, 1.5)]
)
@given(masks=MASKS)
def test_our_reader_gets_back_what_was_reported(
    tmp_path_factory, make_record, write, masks, options
):
    folder = tmp_path_factory.mktemp("labelme")
    records = [
        make_record(mask, 7 * i, image=f"фото {i}.jpg", image_id=i + 1, category="пёс 1")
        for i, mask in enumerate(masks)
    ]
    report = write(LabelmeWriter, records, folder, options)
    assert LabelmeReader().recognises(folder)
    found = LabelmeReader().read(folder)
    assert found.problems == []
    assert [image.name for image in found.images] == [f"фото {i}.jpg" for i in range(len(masks))]
    read = {mask.source_id: mask for mask in found.masks}
    lost = {problem.subject: problem.pixels for problem in report.problems}
    written = [record for record in records if record.mask.area]
    assert report.written == len(written) == len(read)
    for record in written:
        entry = read[record.instance.source_id]
        assert entry.category == "пёс 1"
        mask = record.mask.decode()
        again = entry.segmentation.rasterise(*mask.shape).decode()
        assert np.count_nonzero(again != mask) == lost.get(record.subject, 0)
    if options.tolerance == 0:
        assert not any(lost.values())


def test_a_file_is_what_labelme_writes(tmp_path, make_record, write):
    write(LabelmeWriter, [make_record(RING, 12, image="sub/photo.jpg")], tmp_path)
    document = load(tmp_path / "sub" / "photo.json")
    (shape,) = document.pop("shapes")
    assert document == {
        "version": "7.1.0",
        "flags": {},
        "imagePath": "photo.jpg",
        "imageData": None,
        "imageHeight": 10,
        "imageWidth": 12,
        "segrefine": {"image": "sub/photo.jpg"},
    }
    assert shape.pop("mask").startswith("iVBOR")
    assert shape == {
        "label": "cat",
        "shape_type": "mask",
        "points": [[3, 2], [7, 5]],
        "group_id": None,
        "flags": {},
        "description": "",
        "segrefine": {"source_id": 12, "decision": "coarse"},
    }


def test_parts_share_a_group_and_holes_stay(tmp_path, make_record, write):
    records = [
        with_extra(make_record(PARTS, 1), Extra("labelme", {"group_id": 0})),
        make_record(PARTS, 2),
        make_record(RING, 3),
        with_extra(make_record(MASK, 4), Extra("labelme", {"group_id": 0})),
    ]
    report = write(LabelmeWriter, records, tmp_path, WriterOptions(polygons=True))
    assert report.problems == []
    shapes = load(tmp_path / "photo.json")["shapes"]
    groups = [(shape["segrefine"]["source_id"], shape["group_id"]) for shape in shapes]
    assert groups == [(1, 0), (1, 0), (2, 1), (2, 1), (3, None), (4, None)]
    areas = {
        mask.source_id: mask.segmentation.rasterise(10, 12).area
        for mask in LabelmeReader().read(tmp_path).masks
    }
    assert areas == {1: PARTS.sum(), 2: PARTS.sum(), 3: RING.sum(), 4: MASK.sum()}


def test_a_simpler_outline_says_what_it_changed(tmp_path, make_record, write):
    rows, columns = np.mgrid[:200, :200]
    disc = (rows - 100) ** 2 + (columns - 100) ** 2 < 80**2
    disc &= (rows - 90) ** 2 + (columns - 110) ** 2 > 20**2
    report = write(
        LabelmeWriter, [make_record(disc)], tmp_path, WriterOptions(polygons=True, tolerance=2)
    )
    (problem,) = report.problems
    (mask,) = LabelmeReader().read(tmp_path).masks
    again = mask.segmentation.rasterise(200, 200).decode()
    assert 0 < problem.pixels == np.count_nonzero(again != disc) < 0.05 * disc.sum()
    assert len(load(tmp_path / "photo.json")["shapes"][0]["points"]) < 60


def test_what_a_file_said_besides_comes_back(tmp_path, make_record, write):
    point = {"label": "nose", "points": [[1, 1]], "shape_type": "point"}
    record = with_extra(
        make_record(MASK, 5, score=0.5),
        Extra("labelme", {"flags": {"hard": True}, "description": "left", "difficult": True}),
        Extra(
            "labelme", {"version": "5.5.0", "flags": {"a": False}, "text": "x", "shapes": [point]}
        ),
    )
    write(LabelmeWriter, [record], tmp_path)
    document = load(tmp_path / "photo.json")
    assert (document["version"], document["flags"], document["text"]) == (
        "5.5.0",
        {"a": False},
        "x",
    )
    mask, kept = document["shapes"]
    assert kept == point
    assert (mask["flags"], mask["description"], mask["difficult"]) == ({"hard": True}, "left", True)
    assert mask["score"] == 0.5
    (entry,) = LabelmeReader().read(tmp_path).masks
    assert entry.extra.fields == {**record.instance.extra.fields, "group_id": None}
    assert entry.score == 0.5


def test_extras_of_other_formats_stay_out(tmp_path, make_record, write):
    extra = Extra("coco", {"iscrowd": 1})
    write(LabelmeWriter, [with_extra(make_record(MASK), extra, extra)], tmp_path)
    assert "iscrowd" not in (tmp_path / "photo.json").read_text()


def test_how_a_mask_came_to_be_is_told_once(tmp_path, make_record, write):
    record = make_record(
        MASK,
        refiner="builtin",
        refiner_version="1.0",
        weights_hash="ab",
        risk=1 / 3,
        reviewer="Аня",
        decided_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        left_out=3,
    )
    record = replace(record, decision=Decision.REFINED)
    write(LabelmeWriter, [record], tmp_path)
    assert load(tmp_path / "photo.json")["shapes"][0]["segrefine"] == {
        "source_id": 1,
        "decision": "refined",
        "refiner": "builtin",
        "refiner_version": "1.0",
        "weights_hash": "ab",
        "risk": 0.333333,
        "reviewer": "Аня",
        "decided_at": "2026-01-02T03:04:05+00:00",
        "left_out": 3,
    }
    (mask,) = LabelmeReader().read(tmp_path).masks
    assert "segrefine" not in mask.extra.fields


def test_splits_are_folders_and_images_of_one_name_keep_apart(tmp_path, make_record, write):
    records = [
        make_record(MASK, 1, image="a/x.jpg", image_id=1),
        make_record(MASK, 2, image="b/x.jpg", image_id=2),
        make_record(MASK, 3, image="x.png", image_id=3),
        make_record(MASK, 4, image="x.jpg", image_id=4),
    ]
    write(LabelmeWriter, records, tmp_path, splits={1: "train", 2: "val", 3: "val", 4: "train"})
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("x*.json"))
    assert files == ["train/a/x.json", "train/x.jpg.json", "val/b/x.json", "val/x.png.json"]
    found = LabelmeReader().read(tmp_path)
    assert found.problems == []
    names = {mask.source_id: mask.image.name for mask in found.masks}
    assert names == {1: "a/x.jpg", 2: "b/x.jpg", 3: "x.png", 4: "x.jpg"}


def test_an_image_without_instances_has_a_file(tmp_path, make_record, write):
    report = write(LabelmeWriter, [make_record(None), make_record(MASK & False)], tmp_path)
    assert report.written == 0
    assert [problem.sentence for problem in report.problems] == ["It is empty and was left out."]
    found = LabelmeReader().read(tmp_path)
    assert (len(found.images), found.masks) == (1, [])


def test_an_unchanged_image_is_not_written_again(tmp_path, make_record, write):
    records = [make_record(MASK, i, image=f"{i}.jpg", image_id=i) for i in (1, 2)]
    write(LabelmeWriter, records, tmp_path)
    records[1] = make_record(~MASK, 2, image="2.jpg", image_id=2)
    report = write(LabelmeWriter, records, tmp_path)
    assert [file.name for file in report.files if file.suffix == ".json"] == ["2.json"]
