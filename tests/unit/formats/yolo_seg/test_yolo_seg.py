from __future__ import annotations

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.damage import assert_survives, fuzzed, tree_of

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import WriterOptions
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.formats.yolo_seg import YoloSegReader, YoloSegWriter
from segrefine_gui.formats.yolo_seg.rows import parse_row

RING = np.zeros((40, 60), dtype=bool)
RING[5:35, 10:50] = True
RING[15:25, 20:40] = False
PARTS = np.zeros((40, 60), dtype=bool)
PARTS[3:10, 3:10] = True
PARTS[5:12, 20:30] = True
MASKS = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14).flatmap(
    lambda shape: hnp.arrays(np.bool_, shape)
)


def filled(row: str, height: int, width: int) -> np.ndarray:
    """What training makes of a row, by the words of its documentation alone."""
    numbers = np.array(row.split()[1:], dtype=np.float32).reshape(-1, 2)
    points = (numbers * (width, height)).astype(np.int32)
    mask = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(mask, [points], 1)
    return mask.astype(bool)


@given(
    masks=st.lists(MASKS, min_size=1, max_size=4), tolerance=st.sampled_from([0.0, 0.0, 0.5, 2.0])
)
def test_what_comes_back_is_the_mask_but_for_what_was_said(
    tmp_path_factory, make_record, write, masks, tolerance
):
    folder = tmp_path_factory.mktemp("yolo")
    names = ["кот", "yes", "1: 2", "#"]
    records = [
        make_record(mask, i, f"фото/{i}.jpg", names[i], image_id=i + 1, category_id=i + 1,
                    category_source_id=i * 7)
        for i, mask in enumerate(masks)
    ]  # fmt: skip
    report = write(YoloSegWriter, records, folder, WriterOptions(tolerance=tolerance))
    kept = [record for record in records if record.mask.area]
    assert report.written == len(kept)
    said = {problem.subject: problem.pixels for problem in report.problems}
    if kept:
        assert FormatRegistry().recognise(folder).name == "yolo-seg"
    found = YoloSegReader().read(folder)
    assert found.problems == []
    assert [image.name for image in found.images] == [f"фото/{i}" for i in range(len(masks))]
    assert [(each.name, each.source_id) for each in found.categories] == list(
        zip(names[: len(masks)], range(len(masks)), strict=True)
    )
    assert len(found.masks) == len(kept)
    for record, entry in zip(kept, found.masks, strict=True):
        assert entry.category == record.instance.category.name
        mask = record.mask.decode()
        height, width = mask.shape
        back = entry.segmentation.rasterise(height, width).decode()
        assert np.count_nonzero(back != mask) == said.get(record.subject, 0)
        row = (folder / "labels" / f"{entry.image.name}.txt").read_text()
        np.testing.assert_array_equal(back, filled(row, height, width))
        parts = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)[0] - 1
        if parts == 1 and tolerance == 0:
            np.testing.assert_array_equal(back, mask)


def test_holes_cost_nothing_and_parts_cost_their_seam(tmp_path, make_record, write):
    report = write(YoloSegWriter, [make_record(RING, 1), make_record(PARTS, 2)], tmp_path)
    assert [(each.subject, each.pixels) for each in report.problems] == [
        ("instance 2 of photo.jpg", 10),
        ("photo.jpg", 0),
    ]
    assert "its parts are joined by seams" in report.problems[0].sentence
    assert report.problems[1].sentence.startswith("1 of its instances have holes")
    ring, parts = (tmp_path / "labels" / "photo.txt").read_text().splitlines()
    np.testing.assert_array_equal(filled(ring, 40, 60), RING)
    assert np.count_nonzero(filled(parts, 40, 60) ^ PARTS) == 10


@pytest.mark.parametrize("side", [1, 7, 640, 1920, 8191, 100_000])
def test_digits_suffice_for_any_size(tmp_path, make_record, write, side):
    mask = np.zeros((3, side), dtype=bool)
    mask[1, side // 3 :] = True
    mask[2, [side // 2, side - 1]] = True
    assert write(YoloSegWriter, [make_record(mask)], tmp_path).problems == []
    row = parse_row((tmp_path / "labels" / "photo.txt").read_bytes())
    np.testing.assert_array_equal(row.rasterise(3, side).decode(), mask)


def test_points_are_shares_and_classes_begin_at_0(tmp_path, make_record, write):
    records = [
        make_record(RING, 1, category="b", category_id=2, category_source_id=18),
        make_record(RING, 2, category="a", category_id=1, category_source_id=17),
    ]
    write(YoloSegWriter, records, tmp_path)
    rows = (tmp_path / "labels" / "photo.txt").read_text().splitlines()
    assert [row.split()[0] for row in rows] == ["1", "0"]
    numbers = np.array(rows[0].split()[1:], dtype=float)
    assert len(numbers) % 2 == 0
    assert 0 <= numbers.min() <= numbers.max() <= 1


def test_tolerance_takes_fewer_points(tmp_path, make_record, write):
    rows, columns = np.mgrid[:200, :300]
    disc = (columns - 150) ** 2 / 140**2 + (rows - 100) ** 2 / 90**2 < 1
    sizes = []
    for tolerance in (0.0, 1.0):
        folder = tmp_path / str(tolerance)
        report = write(
            YoloSegWriter, [make_record(disc)], folder, WriterOptions(tolerance=tolerance)
        )
        sizes.append(len((folder / "labels" / "photo.txt").read_text()))
    assert sizes[1] < sizes[0] / 4
    (problem,) = report.problems
    assert "its outline was simplified" in problem.sentence
    assert 0 < problem.pixels < 700


@pytest.mark.parametrize(
    ("names", "splits", "labels", "photos"),
    [
        (["a.jpg"], {}, ["labels/a.txt"], {"train": "images", "val": "images"}),
        (
            ["a.jpg", "b.jpg"],
            {1: "train", 2: "val"},
            ["labels/train/a.txt", "labels/val/b.txt"],
            {"train": "images/train", "val": "images/val"},
        ),
        (
            ["train/a.jpg", "val/b.jpg"],
            {},
            ["labels/train/a.txt", "labels/val/b.txt"],
            {"train": "images/train", "val": "images/val"},
        ),
        (
            ["images/train/a.jpg", "images/val/b.jpg"],
            {},
            ["labels/train/a.txt", "labels/val/b.txt"],
            {"train": "images/train", "val": "images/val"},
        ),
        (
            ["train/images/a.jpg", "valid/images/b.jpg", "test/images/c.jpg"],
            {},
            ["test/labels/c.txt", "train/labels/a.txt", "valid/labels/b.txt"],
            {"train": "train/images", "val": "valid/images", "test": "test/images"},
        ),
    ],
)
def test_where_training_looks(tmp_path, make_record, write, names, splits, labels, photos):
    records = [make_record(RING, 1, name, image_id=i) for i, name in enumerate(names, 1)]
    write(YoloSegWriter, records, tmp_path, splits=splits)
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt"))
    assert found == labels
    data = yaml.safe_load((tmp_path / "data.yaml").read_text())
    assert data == {**photos, "nc": 1, "names": {0: "cat"}}
    # An unchanged image is kept and is still told of.
    report = write(YoloSegWriter, records, tmp_path, splits=splits)
    assert report.files == []
    for image in YoloSegReader().read(tmp_path).images:
        assert image.name.split("/")[-1] in "abc"


def test_an_image_without_instances_has_an_empty_file(tmp_path, make_record, write):
    record = make_record(RING, 1)
    other = make_record(None, 2, "empty.jpg", image_id=2)
    write(YoloSegWriter, [record], tmp_path, images=[other.image])
    assert (tmp_path / "labels" / "empty.txt").read_bytes() == b""
    assert [image.name for image in YoloSegReader().read(tmp_path).images] == ["empty", "photo"]


def test_photos_of_one_name_are_said(tmp_path, make_record, write):
    records = [make_record(RING, 1, name, image_id=i) for i, name in enumerate(["a.jpg", "a.png"])]
    report = write(YoloSegWriter, records, tmp_path)
    assert [problem.subject for problem in report.problems if "rename" in problem.sentence] == [
        "a.jpg",
        "a.png",
    ]


def test_other_keys_of_data_yaml_survive_a_round_trip(tmp_path, make_record, write):
    (tmp_path / "in" / "labels").mkdir(parents=True)
    (tmp_path / "in" / "labels" / "a.txt").write_text("0 .1 .1 .5 .1 .5 .5\n")
    (tmp_path / "in" / "data.yaml").write_text(
        "path: /etc\ntrain: ../../x\nnames: [cat]\nroboflow: {license: CC BY 4.0}\n"
    )
    found = YoloSegReader().read(tmp_path / "in" / "data.yaml")
    assert found.extra.fields == {"roboflow": {"license": "CC BY 4.0"}}
    documents = {"yolo-seg": found.extra.fields}
    write(YoloSegWriter, [make_record(RING)], tmp_path / "out", documents=documents)
    data = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text())
    assert data["roboflow"] == {"license": "CC BY 4.0"}


def test_predictions_with_confidences_and_without_names(tmp_path):
    (tmp_path / "a.txt").write_text(
        "2 0.1 0.1 0.5 0.1 0.5 0.5 0.875\n0 0.5 0.5 0.2 0.2 0.9\n\n0 0 0 1 0 1 1 0 1\n"
    )
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    assert FormatRegistry().recognise(tmp_path).name == "yolo-seg"
    found = YoloSegReader().read(tmp_path)
    assert [(m.source_id, m.category, m.category_id, m.score) for m in found.masks] == [
        (0, "class 2", 2, 0.875),
        (2, "cat", 0, None),
    ]
    assert [(each.subject, each.sentence) for each in found.problems] == [
        ("a.txt", "1 of its rows are boxes without masks.")
    ]
    assert found.masks[1].segmentation.rasterise(7, 9).area == 63


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("0", "fewer than three points"),
        ("0 0.5 0.5", "fewer than three points"),
        ("x 0.1 0.1 0.5 0.1 0.5 0.5", "no number"),
        ("0 0.1 0.1 0.5 0.1 nan 0.5", "not finite"),
        ("0 0.1 0.1 0.5 0.1 inf 0.5", "not finite"),
        ("-1 0.1 0.1 0.5 0.1 0.5 0.5", "begin with the number of a class"),
        ("0.5 0.1 0.1 0.5 0.1 0.5 0.5", "begin with the number of a class"),
        ("1e30 0.1 0.1 0.5 0.1 0.5 0.5", "begin with the number of a class"),
        ("0 10 10 50 10 50 50", "not shares"),
        ("0 0.1 0.1 0.5 0.1 0.5 0.5 9", "last is no confidence"),
        ("0 " + "0.1 " * 2_000_002, "too many points"),
    ],
)
def test_damaged_rows_are_said_and_the_rest_is_read(tmp_path, row, sentence):
    good = "0 0.1 0.1 0.5 0.1 0.5 0.5"
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text(f"{good}\n{row}\n{good}\n")
    found = YoloSegReader().read(tmp_path)
    assert [mask.source_id for mask in found.masks] == [0, 2]
    (problem,) = found.problems
    assert problem.subject == "row 1 of labels/a.txt"
    assert sentence in problem.sentence


def test_a_byte_order_mark_and_windows_line_ends(tmp_path):
    row = "0 0 0 1 0 1 1 0 1\r\n"
    (tmp_path / "a.txt").write_text(row * 2, encoding="utf-8-sig", newline="")
    assert YoloSegReader().recognises(tmp_path)
    found = YoloSegReader().read(tmp_path)
    assert (len(found.masks), found.problems) == (2, [])


def test_a_row_longer_than_a_quick_look_is_recognised(tmp_path):
    (tmp_path / "a.txt").write_text("0 " + "0.123456 0.654321 " * 10_000)
    assert YoloSegReader().recognises(tmp_path)


def test_points_a_little_outside_are_moved_to_the_edge():
    row = parse_row(b"0 -0.005 -0.005 1.005 -0.005 1.005 1.005 -0.005 1.005")
    assert row.rasterise(10, 20).area == 200


def test_what_is_not_recognised(tmp_path):
    assert not YoloSegReader().recognises(tmp_path)
    assert not YoloSegReader().recognises(tmp_path / "none")
    (tmp_path / "train.txt").write_text("images/a.jpg\n")
    assert not YoloSegReader().recognises(tmp_path)
    (tmp_path / "other.yaml").write_text("a: 1\n")
    assert not YoloSegReader().recognises(tmp_path / "other.yaml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="has no label files"):
        YoloSegReader().read(tmp_path / "empty")


@pytest.fixture(scope="module")
def valid(tmp_path_factory, make_record, write):
    folder = tmp_path_factory.mktemp("valid")
    records = [make_record(RING, 1), make_record(PARTS, 2)]
    write(YoloSegWriter, records, folder)
    (folder / "labels" / "b.txt").write_text("0 .1 .1 .5 .1 .5 .5 .25\n0 .5 .5 .2 .2\n")
    return {
        name: content for name, content in tree_of(folder).items() if name[:4] in ("labe", "data")
    }


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(valid, data):
    assert_survives(YoloSegReader(), valid, data, size=RING.shape)
