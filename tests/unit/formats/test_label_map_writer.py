from __future__ import annotations

import json

import cv2
import numpy as np
import PIL.Image
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.damage import assert_survives, fuzzed, tree_of

from segrefine_gui.domain.errors import ExportError
from segrefine_gui.formats.base import OverlapOrder, WriterOptions
from segrefine_gui.formats.label_map import IndexedWriter, LabelMapReader, LabelMapWriter
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.formats.writing.mask_images import numbers_for

LABELS = np.zeros((20, 30), dtype=int)
LABELS[2:10, 2:12] = 1
LABELS[12:18, 5:25] = 2
SOURCE_IDS = st.one_of(st.integers(-3, 9), st.sampled_from([254, 255, 256, 65_535, 65_536, 2**40]))


def records_of(make_record, labels, source_ids, image="photo.jpg", image_id=1, category="cat"):
    return [
        make_record(
            labels == value,
            source_id,
            image,
            f"{category} {value % 3}",
            image_id=image_id,
            category_id=value % 3 + 1,
            category_source_id=value % 3 * 7,
            score=value / 100,
        )
        for value, source_id in enumerate(source_ids, 1)
    ]


@pytest.mark.parametrize("writer", [LabelMapWriter, IndexedWriter])
@settings(max_examples=50)
@given(
    images=st.lists(
        hnp.arrays(
            np.int64,
            hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
            elements=st.integers(0, 4),
        ),
        min_size=1,
        max_size=3,
    ),
    source_ids=st.lists(SOURCE_IDS, min_size=4, max_size=4, unique=True),
)
def test_our_reader_gets_everything_back(
    tmp_path_factory, make_record, write, writer, images, source_ids
):
    folder = tmp_path_factory.mktemp("labels")
    made = []
    for number, labels in enumerate(images, 1):
        name = f"фото/{number}.jpg"
        made += [
            each
            for each in records_of(make_record, labels, source_ids, name, number, "пёс")
            if each.mask.area
        ]
    assume(made)
    splits = {1: "train", 2: "val", 3: "train"}
    report = write(writer, made, folder, splits=splits)
    assert report.written == len(made)
    assert FormatRegistry().recognise(folder).name == "label-map"
    found = LabelMapReader().read(folder)
    assert found.problems == []
    by_key = {(entry.image.name, entry.source_id): entry for entry in found.masks}
    assert len(by_key) == len(found.masks) == len(made)
    for record in made:
        entry = by_key[record.image.name, record.instance.source_id]
        category = record.instance.category
        assert (entry.category, entry.category_id) == (category.name, category.source_id)
        assert entry.score == record.instance.score
        size = (record.image.height, record.image.width)
        assert entry.segmentation.rasterise(*size) == record.mask


@given(st.lists(SOURCE_IDS, max_size=8), st.integers(8, 20))
def test_every_number_is_taken_once_and_wanted_ones_are_kept(wanted, last):
    numbers = numbers_for(wanted, 1, last)
    assert len(set(numbers)) == len(numbers) == len(wanted)
    assert all(1 <= number <= last for number in numbers)
    for place, number in enumerate(wanted):
        if 1 <= number <= last and number not in wanted[:place]:
            assert numbers[place] == number


def test_other_programs_read_8_bits_while_they_suffice(tmp_path, make_record, write):
    write(LabelMapWriter, records_of(make_record, LABELS, [7, 200]), tmp_path)
    expected = np.choose(LABELS, [0, 7, 200])
    by_opencv = cv2.imread(str(tmp_path / "photo.png"), cv2.IMREAD_UNCHANGED)
    assert by_opencv.dtype == np.uint8
    np.testing.assert_array_equal(by_opencv, expected)
    with PIL.Image.open(tmp_path / "photo.png") as image:
        assert image.mode == "L"


def test_other_programs_read_16_bits_above(tmp_path, make_record, write):
    report = write(LabelMapWriter, records_of(make_record, LABELS, [7, 60_000]), tmp_path)
    assert report.problems == []
    expected = np.choose(LABELS, [0, 7, 60_000])
    by_opencv = cv2.imread(str(tmp_path / "photo.png"), cv2.IMREAD_UNCHANGED)
    assert by_opencv.dtype == np.uint16
    np.testing.assert_array_equal(by_opencv, expected)
    with PIL.Image.open(tmp_path / "photo.png") as image:
        np.testing.assert_array_equal(np.asarray(image), expected)


def test_300_instances_take_16_bits(tmp_path, make_record, write):
    labels = np.arange(1, 301).reshape(10, 30)
    records = [make_record(labels == value, value) for value in range(1, 301)]
    assert write(LabelMapWriter, records, tmp_path).problems == []
    found = cv2.imread(str(tmp_path / "photo.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(found, labels)
    with pytest.raises(ExportError, match=r"photo\.jpg has 300 instances, and .* hold 254"):
        write(IndexedWriter, records, tmp_path / "indexed")


def test_colours_are_voc_s_and_indices_the_values(tmp_path, make_record, write):
    write(IndexedWriter, records_of(make_record, LABELS, [1, 2]), tmp_path)
    with PIL.Image.open(tmp_path / "photo.png") as image:
        assert image.mode == "P"
        np.testing.assert_array_equal(np.asarray(image), LABELS)
        assert image.getpalette()[:12] == [0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0]
    shown = cv2.imread(str(tmp_path / "photo.png"))
    assert shown[3, 3].tolist() == [0, 0, 128]


def test_a_value_that_is_not_the_number_is_said(tmp_path, make_record, write):
    records = records_of(make_record, LABELS, [70_000, 1])
    (problem,) = write(LabelMapWriter, records, tmp_path).problems
    assert problem.subject == "photo.jpg"
    assert problem.sentence.startswith("1 of its instances have another value")
    document = json.loads((tmp_path / "photo.json").read_text())
    assert [(each["value"], each["source_id"]) for each in document["labels"]] == [
        (2, 70_000),
        (1, 1),
    ]


@pytest.mark.parametrize(("order", "kept"), [("first", 1), ("last", 2), ("smallest", 2)])
def test_who_kept_shared_pixels_is_recorded(tmp_path, make_record, write, order, kept):
    large, small = LABELS == 1, LABELS == 1
    small[:, 8:] = False
    options = WriterOptions(overlap=OverlapOrder(order))
    records = [make_record(large, 1), make_record(small, 2)]
    report = write(LabelMapWriter, records, tmp_path, options)
    assert sum(problem.pixels for problem in report.problems) == np.count_nonzero(small)
    found = cv2.imread(str(tmp_path / "photo.png"), cv2.IMREAD_UNCHANGED)
    assert found[3, 3] == kept
    assert json.loads((tmp_path / "photo.json").read_text())["overlap"] == order


def test_a_foreign_json_file_beside_is_passed_over(tmp_path, make_record, write):
    write(LabelMapWriter, records_of(make_record, LABELS, [1, 2]), tmp_path)
    (tmp_path / "photo.json").write_text('{"shapes": [], "imagePath": "x"}')
    found = LabelMapReader().read(tmp_path)
    assert found.problems == []
    assert [(mask.category, mask.image.name) for mask in found.masks] == [("object", "photo")] * 2


def test_an_unchanged_image_is_not_written_again(tmp_path, make_record, write):
    records = records_of(make_record, LABELS, [1, 2])
    write(LabelMapWriter, records, tmp_path)
    report = write(LabelMapWriter, records, tmp_path)
    assert (report.files, report.written) == ([], 2)


@pytest.fixture(scope="module")
def valid(tmp_path_factory, make_record, write):
    folder = tmp_path_factory.mktemp("valid")
    write(LabelMapWriter, records_of(make_record, LABELS, [1, 2]), folder / "a")
    write(IndexedWriter, records_of(make_record, LABELS, [7, 70_000]), folder / "b")
    return {name: content for name, content in tree_of(folder).items() if "photo" in name}


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(valid, data):
    assert_survives(LabelMapReader(), valid, data, size=LABELS.shape)
