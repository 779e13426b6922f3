from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.damage import assert_survives, fuzzed

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.label_studio.brush import encode_brush
from segrefine_gui.formats.label_studio.names import name_of
from segrefine_gui.formats.label_studio.reader import LabelStudioReader

HEIGHT, WIDTH = 20, 40
MASK = np.zeros((HEIGHT, WIDTH), dtype=bool)
MASK[4:9, 6:20] = True
MASK[5:7, 8:12] = False

NO_BYTES = "The code of its brush mask is not a list of bytes."
NO_PAIRS = "Its points are not pairs of numbers."


def png(mask: np.ndarray, mode: str = "RGBA") -> str:
    image = PIL.Image.new(mode, (mask.shape[1], mask.shape[0]))
    if mode == "RGBA":
        image.putalpha(PIL.Image.fromarray(mask.astype(np.uint8) * 255))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def region(kind: str, value: dict, label: str | None = "cat", **fields: object) -> dict:
    return {
        "original_width": WIDTH,
        "original_height": HEIGHT,
        "image_rotation": 0,
        "value": {**value, **({kind: [label]} if label else {})},
        "id": "x1",
        "from_name": "tag",
        "to_name": "img",
        "type": kind,
        **fields,
    }


def brush(mask: np.ndarray = MASK, label: str = "cat", **fields: object) -> dict:
    value = {"format": "rle", "rle": list(encode_brush(encode_mask(mask)))}
    return region("brushlabels", value, label, **fields)


def task(*results: object, **fields: object) -> dict:
    return {
        "id": 7,
        "data": {"image": "/data/upload/1/0a1b2c3d-photo.jpg"},
        "annotations": [{"id": 1, "completed_by": 3, "result": list(results)}],
        **fields,
    }


def save(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


def read(tmp_path: Path, *tasks: object):
    return LabelStudioReader().read(save(tmp_path / "tasks.json", list(tasks)))


def mask_of(tmp_path: Path, result: dict) -> np.ndarray:
    found = read(tmp_path, task(result))
    assert found.problems == []
    return found.masks[0].segmentation.rasterise(HEIGHT, WIDTH).decode()


def test_brush_masks_are_their_alpha(tmp_path):
    np.testing.assert_array_equal(mask_of(tmp_path, brush()), MASK)


def test_bitmasks_are_what_is_not_transparent(tmp_path):
    result = region("bitmasklabels", {"imageDataURL": png(MASK)})
    np.testing.assert_array_equal(mask_of(tmp_path, result), MASK)
    whole = region("bitmasklabels", {"imageDataURL": png(MASK | True)})
    assert mask_of(tmp_path, whole).all()


def test_polygons_and_boxes_are_in_percent(tmp_path):
    polygon = {"points": [[10, 20], [50, 20], [50, 45], [10, 45]], "closed": True}
    mask = mask_of(tmp_path, region("polygonlabels", polygon))
    assert mask.sum() == 16 * 5
    assert mask[4:9, 4:20].all()
    box = {"x": 10, "y": 20, "width": 40, "height": 25, "rotation": 0}
    np.testing.assert_array_equal(mask_of(tmp_path, region("rectanglelabels", box)), mask)


def test_a_box_turns_clockwise_around_its_top_left_corner(tmp_path):
    box = {"x": 50, "y": 25, "width": 20, "height": 10, "rotation": 90}
    mask = mask_of(tmp_path, region("rectanglelabels", box))
    assert mask[5:13, 18:20].all()
    assert mask.sum() == 16


def test_an_ellipse_has_its_radii(tmp_path):
    value = {"x": 50, "y": 50, "radiusX": 20, "radiusY": 20}
    mask = mask_of(tmp_path, region("ellipselabels", value))
    assert mask.sum() == pytest.approx(np.pi * 8 * 4, rel=0.05)
    turned = mask_of(tmp_path, region("ellipselabels", {**value, "rotation": 90}))
    rows, columns = np.nonzero(turned)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (16, 8)


def test_labels_may_be_results_of_their_own(tmp_path):
    shape = region("rectangle", {"x": 0, "y": 0, "width": 10, "height": 10}, None)
    label = region("labels", {"x": 0, "y": 0}, "dog")
    choice = {"id": "x1", "type": "choices", "value": {"choices": ["blurred"]}}
    found = read(tmp_path, task(shape, label, choice, brush(id="x2")))
    assert [mask.category for mask in found.masks] == ["dog", "cat"]
    assert found.masks[0].extra.fields["results"] == [choice]
    assert found.problems == []


def test_what_is_no_mask_is_kept_with_its_annotation(tmp_path):
    point = region("keypointlabels", {"x": 5, "y": 5, "width": 1}, id="x2")
    choice = {"id": "c", "type": "choices", "value": {"choices": ["outdoors"]}}
    found = read(tmp_path, task(brush(), point, choice, project=4, meta={"a": 1}))
    (image,) = found.images
    assert (image.name, image.source_id) == ("data/upload/1/0a1b2c3d-photo.jpg", 7)
    assert (image.width, image.height) == (WIDTH, HEIGHT)
    assert image.extra.fields == {
        "data": {"image": "/data/upload/1/0a1b2c3d-photo.jpg"},
        "annotations": [{"id": 1, "completed_by": 3, "result": [point, choice]}],
        "project": 4,
        "meta": {"a": 1},
    }
    assert found.masks[0].extra.fields == {
        "id": "x1",
        "from_name": "tag",
        "to_name": "img",
        "type": "brushlabels",
        "annotation": 0,
    }
    (problem,) = found.problems
    assert problem.subject == "task 0 of tasks.json"
    assert problem.sentence == "1 of its regions are of the type keypointlabels, which is no mask."


def test_all_annotations_are_read_but_skipped_ones_and_predictions(tmp_path):
    one, two = {"result": [brush()]}, {"result": [brush(~MASK, "dog")]}
    skipped = {"result": [brush()], "was_cancelled": True}
    found = read(tmp_path, task(annotations=[one, skipped, two], predictions=[one]))
    assert [(m.category, m.extra.fields["annotation"]) for m in found.masks] == [
        ("cat", 0),
        ("dog", 1),
    ]
    assert [problem.sentence for problem in found.problems] == [
        "1 of its annotations were skipped by a person.",
        "Its 1 predictions were left out: it is annotated.",
        "All of its 2 annotations were read.",
    ]


def test_the_first_prediction_is_read_where_nobody_annotated(tmp_path):
    first = {"result": [brush(), brush(score=0.25)], "score": 0.5, "model_version": "a"}
    found = read(tmp_path, task(annotations=[], predictions=[first, {"result": [brush()]}]))
    assert [mask.score for mask in found.masks] == [0.5, 0.25]
    assert len(found.problems) == 1


def test_several_labels_are_said(tmp_path):
    result = brush()
    result["value"]["brushlabels"] = ["cat", "sleeping"]
    found = read(tmp_path, task(result))
    assert found.masks[0].category == "cat"
    assert found.masks[0].extra.fields["labels"] == ["cat", "sleeping"]
    assert "several labels" in found.problems[0].sentence


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/data/upload/1/0a1b2c3d-my_photo.jpg", "data/upload/1/0a1b2c3d-my_photo.jpg"),
        ("/data/local-files/?d=set%201/photo.jpg", "set 1/photo.jpg"),
        ("/data/local-files/?d=C:\\photos\\photo.jpg", "photos/photo.jpg"),
        ("s3://bucket/a/photo.jpg", "a/photo.jpg"),
        ("https://host/a%20b/photo.jpg?X-Amz-Signature=0&d2=1", "a b/photo.jpg"),
        ("http://[broken/photo.jpg", "[broken/photo.jpg"),
        ("../../etc/photo.jpg", "etc/photo.jpg"),
        ("photo.jpg", "photo.jpg"),
        ("data:image/png;base64,AAAA", ""),
    ],
)
def test_how_an_image_is_named(address, name):
    assert name_of(address) == name


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"text": "a cat", "picture": "s3://b/photo.png"}, "photo.png"),
        ({"text": "photo.txt", "image": "/x"}, "x"),
        ({"url": "photo"}, "photo"),
        ({"image": ["a.jpg", "b.jpg"]}, None),
        ({}, None),
    ],
)
def test_which_of_a_task_s_data_is_the_image(tmp_path, data, name):
    (image,) = read(tmp_path, task(brush(), data=data)).images
    assert image.name == name


def test_a_task_that_has_its_image_inside_may_name_it_all_the_same(tmp_path):
    data = {"image": "data:image/png;base64,AAAA"}
    tasks = [
        task(data=data, storage_filename="a/photo.jpg"),
        task(data=data, file_upload="0a1b2c3d-photo.jpg"),
        task(data=data),
    ]
    names = [image.name for image in read(tmp_path, *tasks).images]
    assert names == ["a/photo.jpg", "0a1b2c3d-photo.jpg", None]


def test_folders_are_read_and_other_files_in_them_are_not(tmp_path):
    save(tmp_path / "tasks_train.json", [task(brush())])
    save(tmp_path / "tasks_val.json", [task(brush(), brush())])
    save(tmp_path / "decisions.json", [{"source_id": 1}])
    assert LabelStudioReader().recognises(tmp_path)
    found = LabelStudioReader().read(tmp_path)
    assert found.problems == []
    assert [mask.source_id for mask in found.masks] == [0, 1, 2]


def test_other_files_are_not_recognised(tmp_path):
    reader = LabelStudioReader()
    for name, value in (("a.json", [{"image_id": 1, "segmentation": {}}]), ("b.json", {"data": 1})):
        assert not reader.recognises(save(tmp_path / name, value))
    assert not reader.recognises(tmp_path)
    assert not reader.recognises(tmp_path / "nothing")
    for bad in (tmp_path, tmp_path / "nothing", tmp_path / "b.json"):
        with pytest.raises(FormatError):
            reader.read(bad)


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (brush(image_rotation=90), "Its image was turned in Label Studio; its mask was not."),
        (region("brushlabels", {}), "It is a brush mask without its code."),
        (
            region("brushlabels", {"rle": [256]}),
            NO_BYTES,
        ),
        (
            region("brushlabels", {"rle": ["a"]}),
            NO_BYTES,
        ),
        (region("bitmasklabels", {}), "It is a bitmask without an image of it."),
        (
            region("polygonlabels", {"points": [[1, 2], [3]]}),
            NO_PAIRS,
        ),
        (region("polygonlabels", {"points": "x"}), NO_PAIRS),
        (
            region("polygonlabels", {"points": [[1, 2], [10**400, 1]]}),
            "It has a number that is not finite or far outside of the image.",
        ),
        (region("rectanglelabels", {"x": 1}), "Its y is not a number."),
        (
            region("polygonlabels", {"points": [[1, 2]] * 3}, original_width=None),
            "It does not say how large its image was.",
        ),
    ],
)
def test_a_damaged_region_is_said_and_the_others_are_read(tmp_path, bad, sentence):
    found = read(tmp_path, 7, {"data": []}, task({**bad, "id": "bad"}, brush(id="good")))
    assert [problem.sentence for problem in found.problems] == [
        "It is not a task with data.",
        "It is not a task with data.",
        sentence,
    ]
    assert len(found.masks) == 1


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (brush(original_width=41), "made for 41x20 pixels"),
        (region("brushlabels", {"rle": []}), "cut short"),
        (region("bitmasklabels", {"imageDataURL": png(MASK[:, :9])}), "made for 9x20 pixels"),
        (region("bitmasklabels", {"imageDataURL": png(MASK, "L")}), "nothing transparent"),
        (region("bitmasklabels", {"imageDataURL": "data:,"}), "no PNG image"),
        (region("polygonlabels", {"points": [[1, 2]]}), "at least three points"),
    ],
)
def test_a_mask_that_cannot_be_made_says_why(tmp_path, bad, sentence):
    (mask,) = read(tmp_path, task(bad)).masks
    with pytest.raises(MaskError, match=sentence):
        mask.segmentation.rasterise(HEIGHT, WIDTH)


VALID = {
    "tasks.json": json.dumps(
        [
            task(
                brush(meta={"text": ["x"], "segrefine": {"source_id": 3}}),
                region("bitmasklabels", {"imageDataURL": png(MASK)}, id="b"),
                region("polygonlabels", {"points": [[10, 20], [50, 20], [50.5, 45]]}, id="c"),
                region("rectangle", {"x": 1, "y": 2, "width": 30, "height": 20}, None, id="d"),
                region("labels", {}, "dog", id="d"),
            ),
            task(
                data={"image": "s3://b/other.jpg"},
                annotations=[],
                predictions=[
                    {
                        "score": 0.5,
                        "result": [
                            region("ellipselabels", {"x": 9, "y": 9, "radiusX": 5, "radiusY": 4})
                        ],
                    }
                ],
            ),
        ]
    ).encode()
}


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(data):
    assert_survives(LabelStudioReader(), VALID, data, size=(HEIGHT, WIDTH))


@fuzzed
@given(data=st.data())
def test_damaged_folders_are_survived(data):
    files = {"tasks_train.json": VALID["tasks.json"], "tasks_val.json": VALID["tasks.json"]}
    assert_survives(LabelStudioReader(), files, data, size=(HEIGHT, WIDTH))
