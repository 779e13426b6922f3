from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.damage import assert_survives, fuzzed

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.base import ImageEntry
from segrefine_gui.formats.detectron2.dataset import Detectron2DatasetReader
from segrefine_gui.formats.detectron2.results import Detectron2Reader

MASK = np.zeros((10, 12), dtype=bool)
MASK[2:5, 3:8] = True
DICTS: list[dict[str, Any]] = [
    {
        "file_name": "photos/a.jpg",
        "height": 10,
        "width": 12,
        "image_id": 7,
        "annotations": [
            {
                "bbox": [3.0, 2.0, 8.0, 5.0],
                "bbox_mode": 0,
                "segmentation": [[3, 2, 8, 2, 8, 5, 3, 5]],
                "category_id": 1,
                "iscrowd": 0,
            },
            {"bbox": [0, 0, 1, 1], "bbox_mode": 0, "category_id": 0},
        ],
    },
    {
        "file_name": "photos/b.jpg",
        "height": 10,
        "width": 12,
        "image_id": "b",
        "annotations": [{"segmentation": encode_mask(MASK).to_coco(), "category_id": 0}],
    },
    {"file_name": "c.jpg", "annotations": []},
]


def save(tmp_path: Path, value: object, name: str = "dataset.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(value))
    return path


def test_dicts_are_read_with_polygons_and_rle(tmp_path):
    path = save(tmp_path, DICTS)
    assert Detectron2DatasetReader().recognises(path)
    found = Detectron2DatasetReader().read(path)
    assert found.images == [
        ImageEntry("photos/a.jpg", 7, 12, 10),
        ImageEntry("photos/b.jpg", None, 12, 10),
        ImageEntry("c.jpg"),
    ]
    assert [(mask.source_id, mask.category) for mask in found.masks] == [
        (0, "category 1"),
        (2, "category 0"),
    ]
    for mask in found.masks:
        np.testing.assert_array_equal(mask.segmentation.rasterise(10, 12).decode(), MASK)
    assert [(p.subject, p.sentence) for p in found.problems] == [
        ("annotation at position 1", "It has no segmentation.")
    ]


def test_categories_are_numbered_as_detectron2_numbers_them(tmp_path):
    categories = [{"id": 18, "name": "dog"}, {"id": 3, "name": "cat"}]
    images_json = save(tmp_path, {"images": [], "categories": categories}, "images.json")
    found = Detectron2DatasetReader().read(save(tmp_path, DICTS), images_json)
    assert [mask.category for mask in found.masks] == ["dog", "cat"]
    assert [mask.category_id for mask in found.masks] == [1, 0]


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (5, "It is not a JSON object."),
        ({"annotations": []}, "It has neither a file_name nor an image_id."),
        ({"file_name": 5, "annotations": []}, "Its file_name is not text."),
        ({"file_name": "a.jpg"}, "It has no annotations."),
        ({"file_name": "a.jpg", "annotations": {}}, "Its annotations are not a list."),
        (
            {"file_name": "a.jpg", "height": -1, "annotations": []},
            "Its height is not that of an image.",
        ),
    ],
)
def test_a_damaged_image_is_a_problem_and_the_rest_are_read(tmp_path, item, sentence):
    found = Detectron2DatasetReader().read(save(tmp_path, [item, *DICTS]))
    assert len(found.masks) == 2
    assert (found.problems[0].subject, found.problems[0].sentence) == (
        "image at position 0",
        sentence,
    )


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.abort, ()


def torch_file() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("instances_predictions/data.pkl", pickle.dumps(Bomb()))
    return made.getvalue()


@pytest.mark.parametrize(
    "content", [*(pickle.dumps([Bomb()], protocol) for protocol in range(6)), torch_file()]
)
def test_a_pickle_is_known_by_its_bytes_and_never_loaded(tmp_path, content):
    path = tmp_path / "dataset.json"
    path.write_bytes(content)
    assert Detectron2DatasetReader().recognises(path)
    for reader in (Detectron2DatasetReader(), Detectron2Reader()):
        with pytest.raises(FormatError, match="is a pickle, which can run code"):
            reader.read(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"PK\x03\x04", b"(a text)", b"\x80"])
def test_what_is_neither(tmp_path, content):
    path = tmp_path / "dataset.json"
    path.write_bytes(content)
    assert not Detectron2DatasetReader().recognises(path)


def test_another_value_is_refused(tmp_path):
    with pytest.raises(FormatError, match="not a list of Detectron2 dataset dicts"):
        Detectron2DatasetReader().read(save(tmp_path, {"a": 1}))


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(data):
    valid = {"dataset.json": json.dumps(DICTS).encode()}
    assert_survives(Detectron2DatasetReader(), valid, data, size=(10, 12))
