from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.damage import assert_survives, fuzzed

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.base import ImageEntry, MaskFile
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.formats.reading import json_file

MASK = np.zeros((10, 12), dtype=bool)
MASK[2:5, 3:8] = True
RLE = encode_mask(MASK)
POLYGON = [[3, 2, 8, 2, 8, 5, 3, 5]]
DOCUMENT: dict[str, Any] = {
    "images": [
        {"id": 7, "file_name": "a/один.jpg", "width": 12, "height": 10},
        {"id": 9, "file_name": "two.jpg", "width": 12, "height": 10},
    ],
    "categories": [{"id": 3, "name": "cat"}, {"id": 18, "name": "собака"}],
    "annotations": [
        {"id": 100, "image_id": 7, "category_id": 3, "segmentation": POLYGON, "iscrowd": 0},
        {
            "id": 101,
            "image_id": 7,
            "category_id": 18,
            "segmentation": RLE.to_coco(),
            "iscrowd": 1,
            "score": 0.5,
        },
        {
            "id": 5,
            "image_id": 9,
            "category_id": 3,
            "segmentation": {"size": [10, 12], "counts": RLE.runs.tolist()},
        },
    ],
}


def read(tmp_path: Path, document: object) -> MaskFile:
    path = tmp_path / "masks.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return CocoReader().read(path)


def read_one(tmp_path: Path, **changes: object) -> MaskFile:
    """Read a document whose first annotation is changed; a value of ... removes the key."""
    document = copy.deepcopy(DOCUMENT)
    annotation = document["annotations"][0]
    annotation.update(changes)
    for key in [key for key, value in changes.items() if value is ...]:
        del annotation[key]
    return read(tmp_path, document)


def test_every_kind_of_segmentation_is_read(tmp_path):
    found = read(tmp_path, DOCUMENT)
    assert found.problems == []
    assert found.format == "coco"
    assert found.images == [
        ImageEntry("a/один.jpg", 7, 12, 10),
        ImageEntry("two.jpg", 9, 12, 10),
    ]
    assert [mask.source_id for mask in found.masks] == [100, 101, 5]
    assert [mask.category for mask in found.masks] == ["cat", "собака", "cat"]
    assert [mask.category_id for mask in found.masks] == [3, 18, 3]
    assert [mask.score for mask in found.masks] == [None, 0.5, None]
    assert [mask.image.source_id for mask in found.masks] == [7, 7, 9]
    for mask in found.masks:
        np.testing.assert_array_equal(mask.segmentation.rasterise(10, 12).decode(), MASK)


def test_a_mask_of_another_size_says_both_sizes(tmp_path):
    for mask in read(tmp_path, DOCUMENT).masks:
        with pytest.raises(MaskError, match=r"made for 12x10 pixels, but the image is 10x12\.$"):
            mask.segmentation.rasterise(12, 10)


def test_without_image_sizes_polygons_fit_any_image(tmp_path):
    document = copy.deepcopy(DOCUMENT)
    for image in document["images"]:
        del image["width"], image["height"]
    polygon = read(tmp_path, document).masks[0].segmentation
    assert polygon.rasterise(20, 20).area == 15


@pytest.mark.parametrize("categories", [None, []])
def test_missing_categories_get_names(tmp_path, categories):
    document = {**DOCUMENT, "categories": categories}
    found = read(tmp_path, document)
    assert found.problems == []
    assert [mask.category for mask in found.masks] == ["category 3", "category 18", "category 3"]


def test_missing_ids_are_positions(tmp_path):
    assert [mask.source_id for mask in read_one(tmp_path, id=...).masks] == [0, 101, 5]


def test_lvis_names_its_images_by_url(tmp_path):
    document = copy.deepcopy(DOCUMENT)
    del document["images"][0]["file_name"]
    document["images"][0]["coco_url"] = "http://images.example/train2017/000000000007.jpg"
    assert read(tmp_path, document).images[0].name == "000000000007.jpg"


def test_image_ids_may_be_text(tmp_path):
    document = copy.deepcopy(DOCUMENT)
    document["images"][0]["id"] = "frame-1"
    document["annotations"] = [{**document["annotations"][0], "image_id": "frame-1"}]
    found = read(tmp_path, document)
    assert found.problems == []
    assert found.masks[0].image == ImageEntry("a/один.jpg", None, 12, 10)


def test_byte_order_mark_and_any_order_of_keys(tmp_path):
    path = tmp_path / "masks.json"
    text = json.dumps(dict(reversed(DOCUMENT.items())), ensure_ascii=False, indent=1)
    path.write_text("\n" + text, encoding="utf-8-sig")
    assert CocoReader().recognises(path)
    assert len(CocoReader().read(path).masks) == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"image_id": ...}, "It has no image_id."),
        ({"image_id": 8}, "There is no image with the id 8."),
        ({"image_id": [7]}, "Its image_id is not a whole number."),
        ({"image_id": True}, "Its image_id is not a whole number."),
        ({"image_id": 1e400}, "Its image_id is not a whole number."),
        ({"category_id": ...}, "It has no category_id."),
        ({"category_id": "cat"}, "Its category_id is not a whole number."),
        ({"category_id": 2**64}, "Its category_id is not a whole number."),
        ({"id": "x"}, "Its id is not a whole number."),
        ({"id": 1.5}, "Its id is not a whole number."),
        ({"id": float("nan")}, "Its id is not a whole number."),
        ({"segmentation": ...}, "It has no segmentation."),
        ({"segmentation": None}, "It has no segmentation."),
        ({"segmentation": []}, "Its segmentation is empty."),
        ({"segmentation": [1, 2, 3, 4, 5, 6]}, "Its segmentation is not a list of polygons."),
        ({"segmentation": "rle"}, "Its segmentation is neither polygons nor run-length code."),
        ({"segmentation": {}}, "Its segmentation is not run-length code with a size."),
        (
            {"segmentation": {"size": [10], "counts": "0"}},
            "Its segmentation is not run-length code with a size.",
        ),
        (
            {"segmentation": {"size": ["10", "12"], "counts": "0"}},
            "Its segmentation is not run-length code with a size.",
        ),
        (
            {"segmentation": {"size": [10, 12], "counts": 5}},
            "Its segmentation is not run-length code with a size.",
        ),
    ],
)
def test_a_damaged_annotation_is_a_problem_and_the_rest_are_read(tmp_path, changes, sentence):
    found = read_one(tmp_path, **changes)
    assert [problem.sentence for problem in found.problems] == [sentence]
    assert found.problems[0].subject.startswith("annotation ")
    assert [mask.source_id for mask in found.masks] == [101, 5]


@pytest.mark.parametrize("item", [None, 5, "x", [], [1]])
def test_annotations_that_are_no_objects(tmp_path, item):
    found = read(tmp_path, {**DOCUMENT, "annotations": [item, *DOCUMENT["annotations"]]})
    assert [problem.subject for problem in found.problems] == ["annotation at position 0"]
    assert len(found.masks) == 3


@pytest.mark.parametrize(
    "segmentation",
    [
        [[1, 2, 3, 4]],
        [[1, 2, 3, 4, 5]],
        [[1, 2, 3, 4, 5, float("nan")]],
        [[1, 2, 3, 4, 5, float("-inf")]],
        [[1, 2, 3, 4, 5, None]],
        [[1, 2, 3, 4, 5, "six"]],
        [[1, 2, 3, 4, 5, 10**400]],
        [[]],
        [[[1, 2], [3, 4], [5, 6]]],
        {"size": [10, 12], "counts": RLE.counts.decode()[:-1]},
        {"size": [10, 12], "counts": RLE.counts.decode() + "5"},
        {"size": [10, 12], "counts": ""},
        {"size": [10, 12], "counts": "\ud800"},
        {"size": [10, 12], "counts": []},
        {"size": [10, 12], "counts": [100, -10, 30]},
        {"size": [10, 12], "counts": [60, 61]},
        {"size": [10, 12], "counts": [60.5, 59.5]},
        {"size": [10, 12], "counts": [float("nan"), 120]},
        {"size": [-10, -12], "counts": [120]},
        {"size": [True, 120], "counts": [120]},
    ],
)
def test_damaged_numbers_are_found_when_the_mask_is_made(tmp_path, segmentation):
    found = read_one(tmp_path, segmentation=segmentation)
    assert len(found.masks) == 3
    with pytest.raises(MaskError) as caught:
        found.masks[0].segmentation.rasterise(10, 12)
    assert caught.value.sentence.endswith(".")


def test_of_two_annotations_with_one_id_the_later_is_left_out(tmp_path):
    found = read_one(tmp_path, id=101)
    assert [(mask.source_id, mask.category) for mask in found.masks] == [(101, "cat"), (5, "cat")]
    (problem,) = found.problems
    assert problem.subject == "annotation 101"
    assert "same id" in problem.sentence


@pytest.mark.parametrize("score", [float("nan"), 1.5, -0.1, "0.5", True, [1]])
def test_a_damaged_score_costs_the_score_not_the_mask(tmp_path, score):
    found = read_one(tmp_path, score=score)
    assert found.masks[0].score is None
    assert [problem.subject for problem in found.problems] == ["annotation 100"]


@pytest.mark.parametrize(
    "image",
    [
        5,
        {},
        {"id": "7" * 3, "file_name": 5},
        {"id": 8, "file_name": "x.jpg", "width": "12"},
        {"id": 8, "file_name": "x.jpg", "height": 0},
        {"id": 7, "file_name": "again.jpg"},
    ],
)
def test_damaged_images_are_problems(tmp_path, image):
    found = read(tmp_path, {**DOCUMENT, "images": [*DOCUMENT["images"], image]})
    assert len(found.problems) == 1
    assert found.problems[0].subject.startswith("image ")
    assert len(found.images) == 2
    assert len(found.masks) == 3


def test_hostile_names_stay_data(tmp_path):
    document = copy.deepcopy(DOCUMENT)
    document["images"][0]["file_name"] = "../../etc/passwd"
    document["categories"][0]["name"] = "cat\ud800"
    found = read(tmp_path, document)
    assert found.images[0].name == "../../etc/passwd"
    assert found.masks[0].category == "cat?"
    found.masks[0].category.encode("utf-8")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not valid JSON"),
        (b"hello", "not valid JSON"),
        (json.dumps(DOCUMENT).encode()[:-40], "may be cut short"),
        (b'{"annotations": [' + b"[" * 100_000, "nested too deeply"),
        (b'{"annotations": "\xff\xfe"}', "not a text file in UTF-8"),
        (b'{"annotations": [1' + b"0" * 9999 + b"]}", "number that no mask file has"),
        (b"[]", "no list of annotations"),
        (b"{}", "no list of annotations"),
        (b"null", "no list of annotations"),
        (b'{"annotations": {}, "images": []}', "no list of annotations"),
        (b'{"annotations": []}', "no list of images"),
        (b'{"annotations": [], "images": 5}', "no list of images"),
        (b'{"annotations": [], "images": [], "categories": 5}', "no list of categories"),
    ],
)
def test_what_is_no_coco_file(tmp_path, content, sentence):
    path = tmp_path / "masks.json"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=sentence) as caught:
        CocoReader().read(path)
    assert "“masks.json”" in caught.value.sentence
    assert "\n" not in caught.value.sentence


def test_missing_file_folder_and_huge_file(tmp_path):
    for path, sentence in ((tmp_path / "none.json", "is not a file"), (tmp_path, "has no COCO")):
        assert not CocoReader().recognises(path)
        with pytest.raises(FormatError, match=sentence):
            CocoReader().read(path)


def test_a_file_too_large_to_parse(tmp_path, monkeypatch):
    monkeypatch.setattr(json_file, "MAX_BYTES", 100)
    with pytest.raises(FormatError, match="larger than"):
        read(tmp_path, DOCUMENT)


text = st.text("aé1\0\n\ud800", max_size=5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner),
    max_leaves=8,
)
keys = st.sampled_from(["id", "image_id", "category_id", "segmentation", "score", "name"])


@given(annotation=st.dictionaries(keys, json_values), place=st.sampled_from(sorted(DOCUMENT)))
def test_any_json_value_anywhere_ends_in_masks_or_problems(tmp_path_factory, annotation, place):
    base = DOCUMENT[place][0]
    document = {**DOCUMENT, place: [{**base, **annotation}, *DOCUMENT[place]]}
    found = read(tmp_path_factory.mktemp("any"), document)
    assert found.masks or found.problems
    for mask in found.masks:
        with suppress(MaskError):
            assert mask.segmentation.rasterise(10, 12).decode().shape == (10, 12)


def test_a_hundred_thousand_annotations_take_seconds(tmp_path):
    annotation = DOCUMENT["annotations"][1]
    document = {**DOCUMENT, "annotations": [{**annotation, "id": i} for i in range(100_000)]}
    assert len(read(tmp_path, document).masks) == 100_000


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(data):
    valid = {"masks.json": json.dumps(DOCUMENT).encode()}
    assert_survives(CocoReader(), valid, data, size=(10, 12))
