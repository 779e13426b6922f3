from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import PIL.Image
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.damage import assert_survives, fuzzed, tree_of

from segrefine_gui.domain.errors import ExportError, FormatError
from segrefine_gui.domain.extras import Extra
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.formats.voc import VocReader, VocWriter
from segrefine_gui.formats.writing.mask_images import voc_palette

LABELS = np.zeros((20, 30), dtype=int)
LABELS[2:10, 2:12] = 1
LABELS[12:18, 5:25] = 2
LABELS[0, 29] = 3
NAMES = ["кот", "dog: big", "#3", "Background"]


def records_of(make_record, labels, image="photo.jpg", image_id=1, first=1):
    return [
        make_record(
            labels == value,
            first + value - 1,
            image,
            NAMES[value % 4],
            image_id=image_id,
            category_id=value % 4 + 1,
            category_source_id=value % 4 * 9,
        )
        for value in range(1, int(labels.max()) + 1)
        if (labels == value).any()
    ]


@settings(max_examples=60)
@given(
    st.lists(
        hnp.arrays(
            np.int64,
            hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
            elements=st.integers(0, 5),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_our_reader_gets_every_mask_back(tmp_path_factory, make_record, write, images):
    folder = tmp_path_factory.mktemp("voc")
    made = []
    for number, labels in enumerate(images, 1):
        made += records_of(make_record, labels, f"фото/{number}.jpg", number)
    assume(made)
    assert write(VocWriter, made, folder).written == len(made)
    assert FormatRegistry().recognise(folder).name == "voc"
    found = VocReader().read(folder)
    assert found.problems == []
    entries = {(entry.image.name, entry.source_id): entry for entry in found.masks}
    assert len(found.masks) == len(entries) == len(made)
    renamed = {"кот": "кот", "dog: big": "dog_ big", "#3": "3", "Background": "Background 2"}
    for record in made:
        entry = entries[record.image.name.removesuffix(".jpg"), record.instance.source_id]
        assert entry.category == renamed[record.instance.category.name]
        size = (record.image.height, record.image.width)
        assert entry.segmentation.rasterise(*size) == record.mask


def test_names_that_a_label_map_cannot_hold_are_said(tmp_path, make_record, write):
    report = write(VocWriter, records_of(make_record, LABELS), tmp_path)
    assert [(each.subject, each.sentence.split(" in ")[0]) for each in report.problems] == [
        ("category dog: big", "It is called “dog_ big”"),
        ("category #3", "It is called “3”"),
        ("category Background", "It is called “Background 2”"),
    ]
    assert (tmp_path / "labelmap.txt").read_text().splitlines() == [
        "# label:color_rgb:parts:actions",
        "background:0,0,0::",
        "dog_ big:128,0,0::",
        "3:0,128,0::",
        "Background 2:128,128,0::",
    ]


def test_other_programs_read_indices_and_colours(tmp_path, make_record, write):
    write(VocWriter, records_of(make_record, LABELS, first=7), tmp_path)
    with PIL.Image.open(tmp_path / "SegmentationObject" / "photo.png") as image:
        assert image.mode == "P"
        np.testing.assert_array_equal(np.asarray(image), np.choose(LABELS, [0, 7, 8, 9]))
    with PIL.Image.open(tmp_path / "SegmentationClass" / "photo.png") as image:
        np.testing.assert_array_equal(np.asarray(image), LABELS)
    shown = cv2.imread(str(tmp_path / "SegmentationClass" / "photo.png"))
    assert shown[3, 3].tolist() == [0, 0, 128]
    assert voc_palette()[[15, 20, 255]].tolist() == [[192, 128, 128], [0, 64, 128], [224, 224, 192]]


def test_torchvision_reads_what_we_wrote(tmp_path, make_record, write):
    datasets = pytest.importorskip("torchvision.datasets")
    folder = tmp_path / "VOCdevkit" / "VOC2012"
    records = [
        *records_of(make_record, LABELS, "one.jpg", 1),
        *records_of(make_record, LABELS.T, "two.jpg", 2),
    ]
    write(VocWriter, records, folder, splits={1: "train", 2: "val"})
    (folder / "JPEGImages").mkdir()
    for name, shape in (("one", LABELS.shape), ("two", LABELS.T.shape)):
        PIL.Image.fromarray(np.zeros((*shape, 3), np.uint8)).save(
            folder / "JPEGImages" / f"{name}.jpg"
        )
    for split, expected in (
        ("train", [LABELS]),
        ("val", [LABELS.T]),
        ("trainval", [LABELS, LABELS.T]),
    ):
        found = datasets.VOCSegmentation(str(tmp_path), "2012", split)
        assert len(found) == len(expected)
        for (_, target), labels in zip(found, expected, strict=True):
            np.testing.assert_array_equal(np.asarray(target), labels)


def test_an_image_that_stayed_is_still_listed(tmp_path, make_record, write):
    records = records_of(make_record, LABELS, "one.jpg", 1)
    write(VocWriter, records, tmp_path)
    report = write(VocWriter, [*records, *records_of(make_record, LABELS, "two.jpg", 2)], tmp_path)
    assert {file.relative_to(tmp_path).parts[0] for file in report.files} == {
        "ImageSets",
        "SegmentationClass",
        "SegmentationObject",
        "decisions.csv",
        "decisions.json",
    }
    listed = tmp_path / "ImageSets" / "Segmentation" / "trainval.txt"
    assert listed.read_text() == "one\ntwo\n"


def test_too_many_classes_or_instances_are_refused(tmp_path, make_record, write):
    labels = np.arange(1, 301).reshape(10, 30)
    many = [make_record(labels == value, value) for value in range(1, 256)]
    with pytest.raises(ExportError, match=r"photo\.jpg has 255 instances, and .* hold 254"):
        write(VocWriter, many, tmp_path)
    classes = [
        make_record(labels == n, n, category=f"c{n}", category_id=n, category_source_id=n)
        for n in range(1, 256)
    ]
    with pytest.raises(ExportError, match="There are 255 categories, and VOC masks can hold 254"):
        write(VocWriter, classes, tmp_path)
    assert write(VocWriter, classes[:254], tmp_path).problems == []
    assert sorted(mask.category for mask in VocReader().read(tmp_path).masks) == sorted(
        f"c{n}" for n in range(1, 255)
    )


def save_palette(file, values, palette=None):
    file.parent.mkdir(parents=True, exist_ok=True)
    image = PIL.Image.fromarray(values.astype(np.uint8))
    image.putpalette((voc_palette() if palette is None else palette).tobytes())
    image.save(file)


def test_the_challenge_s_own_masks(tmp_path):
    objects, classes = np.where(LABELS == 3, 255, LABELS), np.choose(LABELS, [0, 15, 15, 255])
    classes[2:5, 2:12] = 12  # less than half of the first
    save_palette(tmp_path / "SegmentationObject" / "2007_000032.png", objects)
    save_palette(tmp_path / "SegmentationClass" / "2007_000032.png", classes)
    found = VocReader().read(tmp_path)
    assert found.problems == []
    assert [(mask.source_id, mask.category, mask.category_id) for mask in found.masks] == [
        (1, "person", 15),
        (2, "person", 15),
    ]
    np.testing.assert_array_equal(
        found.masks[0].segmentation.rasterise(20, 30).decode(), LABELS == 1
    )


def test_masks_in_colours_as_cvat_exports_them(tmp_path):
    colours = np.array([[0, 0, 0], [250, 50, 83], [61, 245, 61], [250, 50, 83]], dtype=np.uint8)
    for folder, palette in (("SegmentationClass", colours), ("SegmentationObject", voc_palette())):
        (tmp_path / folder).mkdir()
        PIL.Image.fromarray(palette[LABELS]).save(tmp_path / folder / "photo.png")
    (tmp_path / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\nhandle:61,245,61::\n"
        "table:250,50,83:leg,top:stand\n"
    )
    found = VocReader().read(tmp_path)
    assert found.problems == []
    assert [(mask.source_id, mask.category) for mask in found.masks] == [
        (1, "table"),
        (2, "handle"),
        (3, "table"),
    ]
    assert [(each.name, each.source_id) for each in found.categories] == [
        ("handle", 1),
        ("table", 2),
    ]


def test_colours_parts_and_actions_survive_a_round_trip(tmp_path, make_record, write):
    extra = Extra("voc", {"parts": "leg,top", "actions": "stand", "colour": 0xFA3253})
    records = [
        replace(
            record,
            instance=replace(
                record.instance, category=replace(record.instance.category, extra=extra)
            ),
        )
        for record in records_of(make_record, LABELS)[:1]
    ]
    write(VocWriter, records, tmp_path)
    assert "dog_ big:250,50,83:leg,top:stand" in (tmp_path / "labelmap.txt").read_text()
    (category,) = VocReader().read(tmp_path).categories
    assert category.extra == extra
    shown = cv2.imread(str(tmp_path / "SegmentationClass" / "photo.png"))
    assert shown[3, 3].tolist() == [83, 50, 250]


def test_without_objects_each_class_is_one_instance(tmp_path):
    save_palette(tmp_path / "SegmentationClass" / "a.png", LABELS)
    found = VocReader().read(tmp_path)
    assert [(mask.source_id, mask.category) for mask in found.masks] == [
        (1, "aeroplane"),
        (2, "bicycle"),
        (3, "bird"),
    ]
    (problem,) = found.problems
    assert problem.sentence.startswith("1 of its images have no mask in SegmentationObject")


def test_what_is_damaged_is_said_and_the_rest_is_read(tmp_path):
    for name in ("a", "b", "c"):
        save_palette(tmp_path / "SegmentationClass" / f"{name}.png", LABELS)
        save_palette(tmp_path / "SegmentationObject" / f"{name}.png", LABELS)
    (tmp_path / "SegmentationObject" / "a.png").write_text("hello")
    save_palette(tmp_path / "SegmentationClass" / "b.png", LABELS[:5])
    found = VocReader().read(tmp_path)
    assert [problem.subject for problem in found.problems] == ["a", "b"]
    assert [(mask.image.name, mask.category) for mask in found.masks] == [
        ("b", "object"),
        ("b", "object"),
        ("b", "object"),
        ("c", "aeroplane"),
        ("c", "bicycle"),
        ("c", "bird"),
    ]


def test_a_folder_without_masks_is_refused(tmp_path):
    (tmp_path / "SegmentationClass").mkdir()
    assert not VocReader().recognises(tmp_path / "none")
    with pytest.raises(FormatError, match="has no PNG files in SegmentationClass"):
        VocReader().read(tmp_path)


@pytest.fixture(scope="module")
def valid(tmp_path_factory, make_record, write):
    folder = tmp_path_factory.mktemp("valid")
    write(VocWriter, records_of(make_record, LABELS), folder)
    for kind in ("SegmentationClass", "SegmentationObject"):
        with PIL.Image.open(folder / kind / "photo.png") as image:
            image.convert("RGB").save(folder / kind / "rgb.png")
    files = tree_of(folder)
    return {name: files[name] for name in files if name.startswith(("Seg", "label"))}


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(valid, data):
    assert_survives(VocReader(), valid, data, size=LABELS.shape)
