from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.extras import with_extra

from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.records import Decision
from segrefine_gui.formats.base import WriterOptions
from segrefine_gui.formats.label_studio.brush import decode_brush
from segrefine_gui.formats.label_studio.reader import LabelStudioReader
from segrefine_gui.formats.label_studio.writer import LabelStudioWriter

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


def load(folder, name="tasks.json"):
    return json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "options", [WriterOptions(), WriterOptions(polygons=True), WriterOptions(True, 1.5)]
)
@given(masks=MASKS)
def test_our_reader_gets_back_what_was_reported(
    tmp_path_factory, make_record, write, masks, options
):
    folder = tmp_path_factory.mktemp("label-studio")
    records = [
        make_record(mask, 7 * i, image=f"фото/{i} %?.jpg", image_id=i + 1, category='пёс "1"')
        for i, mask in enumerate(masks)
    ]
    report = write(LabelStudioWriter, records, folder, options)
    assert LabelStudioReader().recognises(folder)
    found = LabelStudioReader().read(folder / "tasks.json")
    assert found.problems == []
    assert [image.name for image in found.images] == [record.image.name for record in records]
    read = {mask.source_id: mask for mask in found.masks}
    lost = {problem.subject: problem.pixels for problem in report.problems}
    written = [record for record in records if record.mask.area]
    assert report.written == len(written) == len(found.masks) == len(read)
    for record in written:
        entry = read[record.instance.source_id]
        assert entry.category == 'пёс "1"'
        mask = record.mask.decode()
        again = entry.segmentation.rasterise(*mask.shape).decode()
        assert np.count_nonzero(again != mask) == lost.get(record.subject, 0)
    if options.tolerance == 0:
        assert not any(lost.values())


def test_a_task_is_what_label_studio_takes(tmp_path, make_record, write):
    record = make_record(RING, 12, image="a b/photo.jpg", image_source_id=5, score=0.5)
    write(LabelStudioWriter, [record], tmp_path)
    (task,) = load(tmp_path)
    value = task["annotations"][0]["result"][0]["value"]
    code = value.pop("rle")
    assert all(isinstance(byte, int) for byte in code)
    np.testing.assert_array_equal(decode_brush(bytes(code), 10, 12), RING)
    assert task == {
        "id": 5,
        "data": {"image": "/data/local-files/?d=a%20b/photo.jpg"},
        "annotations": [
            {
                "result": [
                    {
                        "id": "instance_12",
                        "from_name": "label",
                        "to_name": "image",
                        "type": "brushlabels",
                        "image_rotation": 0,
                        "original_width": 12,
                        "original_height": 10,
                        "value": {"format": "rle", "brushlabels": ["cat"]},
                        "score": 0.5,
                        "meta": {"segrefine": {"source_id": 12, "decision": "coarse"}},
                    }
                ],
                "was_cancelled": False,
                "ground_truth": False,
            }
        ],
    }


def test_the_config_shows_what_was_written(tmp_path, make_record, write):
    records = [
        make_record(MASK, 1, category="cat & dog"),
        make_record(MASK, 2, category="пёс", category_id=2, category_source_id=2),
    ]
    write(LabelStudioWriter, records, tmp_path)
    view = ElementTree.parse(tmp_path / "config.xml").getroot()
    image, labels = view
    assert (image.tag, image.attrib) == ("Image", {"name": "image", "value": "$image"})
    assert (labels.tag, labels.attrib) == ("BrushLabels", {"name": "label", "toName": "image"})
    assert [label.get("value") for label in labels] == ["cat & dog", "пёс"]
    assert len({label.get("background") for label in labels}) == 2


@pytest.mark.readers
def test_label_studio_s_own_code_reads_what_we_write(tmp_path, make_record, write):
    brush = pytest.importorskip("label_studio_sdk.converter.brush")
    interface = pytest.importorskip("label_studio_sdk.label_interface")
    write(LabelStudioWriter, [make_record(RING, 1), make_record(PARTS, 2)], tmp_path)
    (task,) = load(tmp_path)
    results = task["annotations"][0]["result"]
    for result, mask in zip(results, (RING, PARTS), strict=True):
        values = np.asarray(brush.decode_rle(result["value"]["rle"])).reshape(10, 12, 4)
        np.testing.assert_array_equal(values[..., 3] > 0, mask)
    config = interface.LabelInterface((tmp_path / "config.xml").read_text())
    assert config.validate_annotation(task["annotations"][0])


def test_parts_are_one_instance_again_but_copies_of_a_region_are_not(tmp_path, make_record, write):
    records = [make_record(PARTS, 1), make_record(RING, 2)]
    report = write(LabelStudioWriter, records, tmp_path, WriterOptions(polygons=True))
    assert report.problems == []
    (task,) = load(tmp_path)
    results = task["annotations"][0]["result"]
    assert [result["id"] for result in results] == ["instance_1", "instance_1_2", "instance_2"]
    results.append({**results[-1], "id": "copy"})
    (tmp_path / "tasks.json").write_text(json.dumps([task]))
    masks = LabelStudioReader().read(tmp_path).masks
    assert [mask.source_id for mask in masks] == [1, 2, 0]
    areas = [mask.segmentation.rasterise(10, 12).area for mask in masks]
    assert areas == [PARTS.sum(), RING.sum(), RING.sum()]


def test_a_simpler_outline_says_what_it_changed(tmp_path, make_record, write):
    rows, columns = np.mgrid[:200, :150]
    disc = (rows - 100) ** 2 + (columns - 70) ** 2 < 60**2
    disc &= (rows - 90) ** 2 + (columns - 80) ** 2 > 20**2
    options = WriterOptions(polygons=True, tolerance=2)
    (problem,) = write(LabelStudioWriter, [make_record(disc)], tmp_path, options).problems
    (mask,) = LabelStudioReader().read(tmp_path).masks
    again = mask.segmentation.rasterise(200, 150).decode()
    assert 0 < problem.pixels == np.count_nonzero(again != disc) < 0.05 * disc.sum()


def read_back(make_record, found):
    """Records of what was read, as a project keeps it."""
    records = []
    for position, mask in enumerate(found.masks):
        image = found.images[found.images.index(mask.image)]
        record = make_record(
            mask.segmentation.rasterise(10, 12).decode(),
            mask.source_id,
            image=image.name,
            image_source_id=image.source_id,
            category=mask.category,
            category_id=mask.category_id,
            category_source_id=mask.category_id,
            score=mask.score,
        )
        records.append(with_extra(record, mask.extra, image.extra))
        assert position == len(records) - 1
    return records


def test_what_a_file_said_besides_comes_back(tmp_path, make_record, write):
    write(LabelStudioWriter, [make_record(MASK, 1), make_record(RING, 2)], tmp_path)
    (task,) = load(tmp_path)
    one, two = task["annotations"][0]["result"]
    one |= {"from_name": "tag", "to_name": "img", "origin": "manual", "id": "Dx_aB91ISN"}
    one["meta"]["text"] = ["ears"]
    choice = {"id": one["id"], "type": "choices", "value": {"choices": ["left"]}}
    point = {"id": "p", "type": "keypointlabels", "value": {"keypointlabels": ["nose"]}}
    task |= {
        "id": 9,
        "data": {"img": "s3://bucket/photo.jpg", "text": "x"},
        "project": 4,
        "annotations": [
            {"id": 1, "completed_by": 3, "result": [point, one, choice]},
            {"id": 2, "completed_by": 5, "result": [two]},
        ],
    }
    (tmp_path / "tasks.json").write_text(json.dumps([task]))
    records = read_back(make_record, LabelStudioReader().read(tmp_path))
    out = tmp_path / "out"
    write(LabelStudioWriter, records, out)
    assert load(out) == [task]
    view = ElementTree.parse(out / "config.xml").getroot()
    images = {each.get("name"): each.get("value") for each in view.findall("Image")}
    assert images == {"img": "$img", "image": "$img"}
    controls = {each.get("name"): each.get("toName") for each in view.findall("BrushLabels")}
    assert controls == {"tag": "img", "label": "image"}


def test_a_box_that_was_imported_is_a_brush_mask_of_our_own_control(tmp_path, make_record, write):
    extra = Extra("label-studio", {"from_name": "box", "to_name": "img", "type": "rectanglelabels"})
    write(LabelStudioWriter, [with_extra(make_record(MASK), extra)], tmp_path)
    (result,) = load(tmp_path)[0]["annotations"][0]["result"]
    assert (result["type"], result["from_name"], result["to_name"]) == (
        "brushlabels",
        "label",
        "img",
    )


def test_other_labels_stay_while_the_category_does(tmp_path, make_record, write):
    extra = Extra("label-studio", {"labels": ["cat", "sleeping"]})
    records = [make_record(MASK, 1), make_record(MASK, 2, category="dog")]
    write(LabelStudioWriter, [with_extra(record, extra) for record in records], tmp_path)
    results = load(tmp_path)[0]["annotations"][0]["result"]
    labels = [result["value"]["brushlabels"] for result in results]
    assert labels == [["cat", "sleeping"], ["dog"]]


def test_hostile_extras_do_no_harm(tmp_path, make_record, write):
    image = Extra("label-studio", {"data": 7, "annotations": [3, {"result": 4}, {"result": []}]})
    own = Extra("label-studio", {"annotation": -1, "id": 4, "meta": 5, "results": [7], "labels": 1})
    write(LabelStudioWriter, [with_extra(make_record(MASK), own, image)], tmp_path)
    (task,) = load(tmp_path)
    assert task["data"] == {"image": "/data/local-files/?d=photo.jpg"}
    assert len(task["annotations"]) == 1
    assert len(LabelStudioReader().read(tmp_path).masks) == 1


def test_how_a_mask_came_to_be_does_not_pile_up(tmp_path, make_record, write):
    record = replace(make_record(MASK, 4, risk=0.5), decision=Decision.REFINED)
    write(LabelStudioWriter, [record], tmp_path)
    found = LabelStudioReader().read(tmp_path)
    assert "meta" not in found.masks[0].extra.fields
    write(LabelStudioWriter, read_back(make_record, found), tmp_path)
    (result,) = load(tmp_path)[0]["annotations"][0]["result"]
    assert result["meta"] == {"segrefine": {"source_id": 4, "decision": "coarse"}}


def test_an_image_that_has_no_instances_is_a_task_to_do(tmp_path, make_record, write):
    write(LabelStudioWriter, [make_record(None)], tmp_path)
    assert load(tmp_path) == [
        {"data": {"image": "/data/local-files/?d=photo.jpg"}, "annotations": []}
    ]
    assert LabelStudioReader().recognises(tmp_path)
    found = LabelStudioReader().read(tmp_path)
    assert (len(found.images), found.masks, found.problems) == (1, [], [])


def test_splits_are_files_and_images_without_instances_are_listed(tmp_path, make_record, write):
    records = [make_record(MASK, i, image=f"{i}.jpg", image_id=i) for i in (1, 2)]
    empty = make_record(MASK & False, 3, image="3.jpg", image_id=3)
    report = write(
        LabelStudioWriter, [*records, empty], tmp_path, splits={1: "train", 2: "val", 3: "val"}
    )
    assert [problem.sentence for problem in report.problems] == ["It is empty and was left out."]
    assert len(load(tmp_path, "tasks_train.json")) == 1
    assert len(load(tmp_path, "tasks_val.json")) == 2
    found = LabelStudioReader().read(tmp_path)
    assert [image.name for image in found.images] == ["1.jpg", "2.jpg", "3.jpg"]
    assert len(found.masks) == 2
