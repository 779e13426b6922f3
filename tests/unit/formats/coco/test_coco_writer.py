from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.base import Problem, WriterOptions
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.formats.coco.writer import CocoWriter
from segrefine_gui.formats.writing import polygons

HEIGHT, WIDTH = 20, 30
SOLID = np.zeros((HEIGHT, WIDTH), dtype=bool)
SOLID[3:9, 4:15] = True
SOLID[12:14, 20:22] = True
RING = SOLID.copy()
RING[5, 6] = False
EMPTY = np.zeros((HEIGHT, WIDTH), dtype=bool)


def load(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "instances.json").read_text(encoding="utf-8"))
    return document


small_masks = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12).flatmap(
    lambda shape: hnp.arrays(np.bool_, shape)
)


def quiet_coco(path: Path) -> COCO:
    with redirect_stdout(StringIO()):
        return COCO(path)


@given(masks=st.lists(small_masks, max_size=4), polygons=st.booleans())
def test_our_reader_gets_every_mask_back(tmp_path_factory, make_record, write, masks, polygons):
    folder = tmp_path_factory.mktemp("coco")
    records = [
        make_record(mask, source_id=i, image=f"{i}.jpg", image_id=i, score=0.5)
        for i, mask in enumerate(masks, start=1)
    ]
    report = write(CocoWriter, records, folder, WriterOptions(polygons=polygons))
    assert report.written == len(masks)
    found = CocoReader().read(folder / "instances.json")
    assert found.problems == []
    assert [mask.source_id for mask in found.masks] == list(range(1, len(masks) + 1))
    for entry, mask in zip(found.masks, masks, strict=True):
        np.testing.assert_array_equal(entry.segmentation.rasterise(*mask.shape).decode(), mask)


@pytest.mark.parametrize("polygons", [False, True])
def test_pycocotools_loads_it_and_agrees_on_every_figure(
    tmp_path, make_record, write, polygons, capsys
):
    records = [make_record(mask, source_id=i) for i, mask in enumerate([SOLID, RING, EMPTY], 1)]
    write(CocoWriter, records, tmp_path, WriterOptions(polygons=polygons))
    coco = COCO(tmp_path / "instances.json")
    for annotation_id, mask in enumerate([SOLID, RING, EMPTY], 1):
        annotation = coco.loadAnns([annotation_id])[0]
        np.testing.assert_array_equal(coco.annToMask(annotation).astype(bool), mask)
        rle = coco.annToRLE(annotation)
        assert annotation["area"] == coco_mask.area(rle)
        assert annotation["bbox"] == coco_mask.toBbox(rle).tolist()
        assert annotation["iscrowd"] == 0


def test_a_record_in_full(tmp_path, make_record, write):
    record = make_record(
        SOLID,
        source_id=17,
        image="sub/фото.jpg",
        category="собака",
        image_id=4,
        image_source_id=1234,
        category_id=2,
        category_source_id=18,
        score=0.25,
    )
    report = write(CocoWriter, [record], tmp_path)
    document = load(tmp_path)
    assert report.problems == []
    assert document["images"] == [
        {"id": 1234, "file_name": "sub/фото.jpg", "width": WIDTH, "height": HEIGHT}
    ]
    assert document["categories"] == [{"id": 18, "name": "собака"}]
    (annotation,) = document["annotations"]
    assert annotation == {
        "id": 17,
        "image_id": 1234,
        "category_id": 18,
        "segmentation": record.mask.to_coco(),
        "area": 70,
        "bbox": [4.0, 3.0, 18.0, 11.0],
        "iscrowd": 0,
        "score": 0.25,
        "segrefine": {"source_id": 17, "decision": "coarse"},
    }
    assert "SegRefine" in document["info"]["description"]


def test_nothing_to_write_is_a_valid_file(tmp_path, make_record, write):
    report = write(CocoWriter, [make_record(None)], tmp_path)
    assert report.written == 0
    assert load(tmp_path)["annotations"] == []
    assert CocoReader().read(tmp_path / "instances.json").masks == []


def test_ids_are_unique_and_source_ids_are_kept(tmp_path, make_record, write):
    source_ids = [0, 5, 5, 3, -2, 6]
    write(CocoWriter, [make_record(SOLID, source_id=i) for i in source_ids], tmp_path)
    annotations = load(tmp_path)["annotations"]
    ids = {annotation["id"] for annotation in annotations}
    assert len(ids) == 6
    assert min(ids) > 0
    written = [annotation["segrefine"]["source_id"] for annotation in annotations]
    assert sorted(written) == sorted(source_ids)
    for kept in (3, 5, 6):
        assert [a["segrefine"]["source_id"] for a in annotations if a["id"] == kept] == [kept]


def test_image_ids_that_clash_become_project_ids(tmp_path, make_record, write):
    wanted = {1: 2, 2: 7, 3: 7, 4: None}
    records = [
        make_record(SOLID, source_id=i, image=f"{i}.jpg", image_id=i, image_source_id=source)
        for i, source in wanted.items()
    ]
    write(CocoWriter, records, tmp_path)
    document = load(tmp_path)
    ids = {image["file_name"]: image["id"] for image in document["images"]}
    assert ids["1.jpg"] == 2
    assert ids["3.jpg"] == 3
    assert ids["4.jpg"] == 4
    assert len(set(ids.values())) == 4
    for annotation in document["annotations"]:
        assert annotation["image_id"] == ids[f"{annotation['segrefine']['source_id']}.jpg"]


def test_polygons_never_fill_a_hole_and_say_what_stayed_run_length_code(
    tmp_path, make_record, write
):
    records = [make_record(mask, i) for i, mask in enumerate([SOLID, RING, EMPTY], 1)]
    report = write(CocoWriter, records, tmp_path, WriterOptions(polygons=True))
    solid, ring, empty = (each["segmentation"] for each in load(tmp_path)["annotations"])
    assert solid == [[4, 3, 15, 3, 15, 9, 4, 9], [20, 12, 22, 12, 22, 14, 20, 14]]
    assert [len(part) for part in ring] == [8 + 14, 8]
    assert isinstance(empty, dict)
    assert report.problems == [
        Problem("instance 3 of photo.jpg", "It is empty, so it was written as run-length code.")
    ]


def test_what_is_too_ragged_for_polygons_stays_run_length_code(
    tmp_path, make_record, write, monkeypatch
):
    monkeypatch.setattr(polygons, "MAX_WORK", 0)
    report = write(CocoWriter, [make_record(RING)], tmp_path, WriterOptions(polygons=True))
    (annotation,) = load(tmp_path)["annotations"]
    assert annotation["segmentation"] == encode_mask(RING).to_coco()
    assert [problem.sentence for problem in report.problems] == [
        "It is too ragged for polygons, so it was written as run-length code."
    ]


@given(masks=st.lists(small_masks, min_size=1, max_size=3), tolerance=st.floats(0.2, 4))
def test_simplified_polygons_lose_the_pixels_that_are_reported(
    tmp_path_factory, make_record, write, masks, tolerance
):
    folder = tmp_path_factory.mktemp("coco")
    records = [
        make_record(mask, source_id=i, image=f"{i}.jpg", image_id=i)
        for i, mask in enumerate(masks, start=1)
    ]
    options = WriterOptions(polygons=True, tolerance=tolerance)
    report = write(CocoWriter, records, folder, options)
    coco = quiet_coco(folder / "instances.json")
    for record, mask in zip(records, masks, strict=True):
        annotation = coco.loadAnns([record.instance.source_id])[0]
        drawn = coco.annToMask(annotation).astype(bool)
        told = [problem.pixels for problem in report.problems if problem.subject == record.subject]
        assert np.count_nonzero(drawn != mask) == sum(told)
        assert annotation["area"] == np.count_nonzero(drawn)
        assert annotation["bbox"] == coco_mask.toBbox(coco.annToRLE(annotation)).tolist()


def test_progress_counts_every_record(tmp_path, make_record, write):
    steps: list[int] = []
    records = [make_record(SOLID, 1), make_record(None, 2), make_record(SOLID, 3)]
    report = write(CocoWriter, records, tmp_path, on_written=steps.append)
    assert steps == [1, 2, 3]
    assert report.written == 2


def test_a_cancelled_export_leaves_the_old_file_whole(tmp_path, make_record, write):
    write(CocoWriter, [make_record(SOLID, 1)], tmp_path)
    before = (tmp_path / "instances.json").read_bytes()
    kept = sorted(path.name for path in tmp_path.iterdir())
    cancel = CancelToken()
    records = [make_record(SOLID, i) for i in range(1, 5)]
    with pytest.raises(Cancelled):
        write(
            CocoWriter,
            records,
            tmp_path,
            cancel=cancel,
            on_written=lambda done: done == 2 and cancel.cancel(),
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == kept
    assert (tmp_path / "instances.json").read_bytes() == before


def test_files_of_a_split_share_no_id(tmp_path, make_record, write):
    records = [
        make_record(SOLID, source_id, image=f"{image_id}.jpg", image_id=image_id)
        for image_id, source_id in ((1, 0), (1, 3), (2, 3), (2, 0), (2, -1))
    ]
    write(CocoWriter, records, tmp_path, splits={1: "train", 2: "val"})
    ids = [
        annotation["id"]
        for split in ("train", "val")
        for annotation in json.loads((tmp_path / f"instances_{split}.json").read_text())[
            "annotations"
        ]
    ]
    assert len(set(ids)) == 5
    assert min(ids) > 0
