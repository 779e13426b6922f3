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

from segrefine_gui.domain.errors import ExportError, FormatError, MaskError
from segrefine_gui.formats.cityscapes import CityscapesReader, CityscapesWriter
from segrefine_gui.formats.cityscapes.labels import LABELS, MARKS, NOT_DRAWN
from segrefine_gui.formats.registry import FormatRegistry

REGIONS = np.zeros((20, 30), dtype=int)
REGIONS[2:10, 2:12] = 1
REGIONS[12:18, 5:25] = 2
REGIONS[0:3, 20:29] = 3
PHOTO = "aachen_000000_000019_leftImg8bit.png"
NAMES = ["car", "road", "кот", "cargroup", "license plate", "out of roi"]


def records_of(make_record, regions, names, image=PHOTO, image_id=1):
    return [
        make_record(
            regions == value,
            value,
            image,
            name,
            image_id=image_id,
            category_id=NAMES.index(name) + 1,
            category_source_id=NAMES.index(name) + 1,
        )
        for value, name in enumerate(names, 1)
        if (regions == value).any()
    ]


def test_the_numbers_and_colours_are_those_of_torchvision_s_table():
    datasets = pytest.importorskip("torchvision.datasets")
    expected = {
        each.name: (each.id, each.has_instances, each.color) for each in datasets.Cityscapes.classes
    }
    for number, name in enumerate(MARKS):
        assert expected.pop(name)[0] == number
    assert expected.pop(NOT_DRAWN)[0] == -1
    assert expected == {each.name: (each.id, each.has_instances, each.colour) for each in LABELS}


@settings(max_examples=60)
@given(
    images=st.lists(
        hnp.arrays(
            np.int64,
            hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
            elements=st.integers(0, 5),
        ),
        min_size=1,
        max_size=3,
    ),
    names=st.lists(st.sampled_from(NAMES), min_size=5, max_size=5).filter(
        lambda names: names.count("cargroup") <= 1
    ),
)
def test_our_reader_gets_every_mask_back(tmp_path_factory, make_record, write, images, names):
    folder = tmp_path_factory.mktemp("cityscapes")
    made = []
    for number, regions in enumerate(images, 1):
        made += records_of(make_record, regions, names, f"фото/{number}/a.jpg", number)
    assume(made)
    report = write(CityscapesWriter, made, folder, splits={1: "train", 2: "val", 3: "train"})
    assert (report.written, report.problems) == (len(made), [])
    assert FormatRegistry().recognise(folder).name == "cityscapes"
    assert FormatRegistry().recognise(folder / "gtFine").name == "cityscapes"
    for path in (folder, folder / "gtFine"):
        found = CityscapesReader().read(path)
        masks = {
            (
                entry.image.name,
                entry.category,
                entry.segmentation.rasterise(*images[int(entry.image.name[5]) - 1].shape).counts,
            )
            for entry in found.masks
        }
        assert masks == {
            (record.image.name, record.instance.category.name, record.mask.counts)
            for record in made
        }


def test_other_programs_read_what_we_wrote(tmp_path, make_record, write):
    write(CityscapesWriter, records_of(make_record, REGIONS, ["car", "road", "car"]), tmp_path)
    base = tmp_path / "gtFine" / "train" / "aachen" / "aachen_000000_000019_gtFine"
    instances = cv2.imread(f"{base}_instanceIds.png", cv2.IMREAD_UNCHANGED)
    assert instances.dtype == np.uint16
    np.testing.assert_array_equal(instances, np.choose(REGIONS, [0, 26_000, 7, 26_001]))
    labels = cv2.imread(f"{base}_labelIds.png", cv2.IMREAD_UNCHANGED)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, np.choose(REGIONS, [0, 26, 7, 26]))
    with PIL.Image.open(f"{base}_color.png") as image:
        assert image.getpixel((5, 5)) == (0, 0, 142)
        assert image.getpixel((10, 15)) == (128, 64, 128)


def test_torchvision_reads_what_we_wrote(tmp_path, make_record, write):
    datasets = pytest.importorskip("torchvision.datasets")
    records = [
        *records_of(make_record, REGIONS, ["car", "road", "car"], f"aachen/{PHOTO}", 1),
        *records_of(make_record, REGIONS.T, ["road"], "bonn/bonn_000001_000019_leftImg8bit.png", 2),
    ]
    write(CityscapesWriter, records, tmp_path, splits={1: "train", 2: "val"})
    for split, name, regions in (
        ("train", f"aachen/{PHOTO}", REGIONS),
        ("val", "bonn/bonn_000001_000019_leftImg8bit.png", REGIONS.T),
    ):
        photo = tmp_path / "leftImg8bit" / split / name
        photo.parent.mkdir(parents=True)
        PIL.Image.fromarray(np.zeros((*regions.shape, 3), np.uint8)).save(photo)
    kinds = ["instance", "semantic", "color"]
    for split, expected in (("train", [0, 26, 7, 26]), ("val", [0, 7, 0, 0])):
        ((_, (instance, semantic, _)),) = datasets.Cityscapes(
            str(tmp_path), split, target_type=kinds
        )
        labels = np.choose(REGIONS if split == "train" else REGIONS.T, expected)
        np.testing.assert_array_equal(np.asarray(semantic), labels)
        numbers = np.asarray(instance)
        np.testing.assert_array_equal(np.where(numbers < 1000, numbers, numbers // 1000), labels)


@pytest.mark.parametrize(
    ("name", "split", "place"),
    [
        (PHOTO, "", "train/aachen/aachen_000000_000019"),
        (f"aachen/{PHOTO}", "val", "val/aachen/aachen_000000_000019"),
        (f"leftImg8bit/val/aachen/{PHOTO}", "", "val/aachen/aachen_000000_000019"),
        ("a/b/photo.1.jpg", "", "train/a_b/photo.1"),
        ("photo.jpg", "", "train/images/photo"),
        ("../../evil.jpg", "", "train/images/evil"),
    ],
)
def test_where_the_files_go(tmp_path, make_record, write, name, split, place):
    records = records_of(make_record, REGIONS, ["car"], name)
    report = write(CityscapesWriter, records, tmp_path / "out", splits={1: split})
    assert tmp_path / "out" / "gtFine" / f"{place}_gtFine_labelIds.png" in report.files
    (image,) = CityscapesReader().read(tmp_path / "out").images
    assert image.name == name


def test_photos_of_one_name_do_not_meet(tmp_path, make_record, write):
    names = ["a_b/x.jpg", "a/b/x.jpg", "A/b/X.jpg", "train/a/b/x.jpg"]
    records = [
        record
        for number, name in enumerate(names, 1)
        for record in records_of(make_record, REGIONS, ["car"], name, number)
    ]
    assert write(CityscapesWriter, records, tmp_path).written == 4
    found = CityscapesReader().read(tmp_path)
    assert sorted(mask.image.name for mask in found.masks) == sorted(names)


def test_what_has_no_room_is_refused_or_said(tmp_path, make_record, write):
    regions = np.arange(1, 1003).reshape(1, -1)
    many = [make_record(regions == value, value, category="car") for value in range(1, 1003)]
    report = write(CityscapesWriter, many, tmp_path)
    assert report.written == 1000
    assert [(each.subject, each.pixels) for each in report.problems] == [
        ("instance 1001 of photo.jpg", 1),
        ("instance 1002 of photo.jpg", 1),
    ]
    classes = [
        make_record(regions == n, n, category=f"c{n}", category_id=n, category_source_id=n)
        for n in range(1, 33)
    ]
    with pytest.raises(ExportError, match=r"32 categories besides .* room for 31"):
        write(CityscapesWriter, classes, tmp_path)
    assert write(CityscapesWriter, classes[:31], tmp_path).problems == []


def test_groups_that_no_value_divides_are_said(tmp_path, make_record, write):
    records = records_of(make_record, REGIONS, ["cargroup", "cargroup"])
    report = write(CityscapesWriter, records, tmp_path)
    (problem,) = report.problems
    assert (problem.subject, problem.pixels) == (f"instance 2 of {PHOTO}", 120)
    found = CityscapesReader().read(tmp_path)
    assert [mask.category for mask in found.masks] == ["cargroup"]


def test_an_image_that_stayed_is_still_named(tmp_path, make_record, write):
    records = records_of(make_record, REGIONS, ["car"], "x/photo.jpg")
    write(CityscapesWriter, records, tmp_path)
    assert write(CityscapesWriter, records, tmp_path).files == []
    assert CityscapesReader().read(tmp_path).images[0].name == "x/photo.jpg"


def save(file, values):
    file.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(values).save(file)


def test_the_benchmark_s_own_masks(tmp_path):
    values = np.choose(REGIONS, [3, 26_000, 7, 26]).astype(np.int32)
    values[19] = 1
    base = tmp_path / "gtFine" / "train" / "aachen" / "aachen_000000_000019_gtFine"
    save(base.with_name(base.name + "_instanceIds.png"), values.astype(np.uint16))
    save(base.with_name(base.name + "_labelIds.png"), REGIONS.astype(np.uint8))
    save(base.with_name(base.name + "_color.png"), np.zeros((20, 30, 4), np.uint8))
    (tmp_path / "gtCoarse" / "train" / "aachen").mkdir(parents=True)
    coarse = "gtCoarse/train/aachen/aachen_000000_000019_gtCoarse_labelIds.png"
    save(tmp_path / coarse, REGIONS.astype(np.uint8))
    found = CityscapesReader().read(tmp_path)
    assert [image.name for image in found.images] == [f"aachen/{PHOTO.removesuffix('.png')}"]
    assert {(mask.source_id, mask.category, mask.category_id) for mask in found.masks} == {
        (26_000, "car", 26),
        (7, "road", 7),
        (26, "cargroup", 126),
    }
    assert [problem.sentence for problem in found.problems] == [
        "1 images have fine and coarse masks; only the fine ones were read.",
        "In 1 images there are groups of objects that nobody told apart.",
    ]


def polygons_of(*objects, height=20, width=30):
    listed = [{"label": label, "polygon": polygon} for label, polygon in objects]
    return json.dumps({"imgHeight": height, "imgWidth": width, "objects": listed})


SQUARE = [[2, 2], [11, 2], [11, 9], [2, 9]]


def test_later_polygons_cover_earlier_ones_and_out_of_roi_makes_holes(tmp_path):
    file = tmp_path / "aachen_000000_000019_gtFine_polygons.json"
    everything = [[0, 0], [29, 0], [29, 19], [0, 19]]
    file.write_text(
        polygons_of(
            ("road", everything),
            ("car", SQUARE),
            ("car", [[8, 4], [20, 4], [20, 6], [8, 6]]),
            ("out of roi", [[4, 4], [5, 4], [5, 5], [4, 5]]),
            ("license plate", [[3, 3], [4, 3], [4, 4]]),
            ("robot", [[25, 15], [27, 15], [27, 17], [25, 17]]),
            ("bicyclegroup", [[22, 1], [24, 1], [24, 3], [22, 3]]),
        )
    )
    for path in (tmp_path, file):
        assert FormatRegistry().recognise(path).name == "cityscapes"
        found = CityscapesReader().read(path)
        masks = {
            mask.source_id: (mask.category, mask.segmentation.rasterise(20, 30).decode())
            for mask in found.masks
        }
        first, second = np.zeros((20, 30), bool), np.zeros((20, 30), bool)
        first[2:10, 2:12] = True
        second[4:7, 8:21] = True
        first &= ~second
        first[4:6, 4:6] = False
        np.testing.assert_array_equal(masks[26_000][1], first)
        np.testing.assert_array_equal(masks[26_001][1], second)
        assert {name for name, _ in masks.values()} == {"road", "car", "robot", "bicyclegroup"}
        areas = {name: int(mask.sum()) for name, mask in masks.values()}
        assert (areas["robot"], areas["bicyclegroup"]) == (9, 9)
        holes = np.zeros((20, 30), bool)
        holes[4:6, 4:6] = True
        others = sum(int(mask.sum()) for name, mask in masks.values())
        assert others == 600 - int(holes.sum())
        assert any("1 license plates" in problem.sentence for problem in found.problems)
    with pytest.raises(MaskError, match="made for 30x20 pixels, but the image is 31x20"):
        found.masks[0].segmentation.rasterise(20, 31)


def test_damaged_polygons_are_said_and_the_rest_is_read(tmp_path):
    file = tmp_path / "a_gtFine_polygons.json"
    file.write_text(
        polygons_of(
            ("car", SQUARE),
            ("car", [[1, 2]]),
            ("car", [[1, 2], [3, "x"], [4, 5]]),
            ("car", [[1, 2], [3, float("nan")], [4, 5]]),
            ("", SQUARE),
            ("car", [[1e300, 2], [3, -1e300], [4, 5]]),
        )
    )
    found = CityscapesReader().read(file)
    assert [problem.subject.split(" of ")[0] for problem in found.problems] == [
        "object 1",
        "object 2",
        "object 3",
        "object 4",
    ]
    assert [mask.source_id for mask in found.masks] == [26_000, 26_001]


def test_a_folder_without_masks_is_refused(tmp_path):
    assert not CityscapesReader().recognises(tmp_path)
    assert not CityscapesReader().recognises(tmp_path / "none")
    with pytest.raises(FormatError, match="has no masks of Cityscapes"):
        CityscapesReader().read(tmp_path)


@pytest.fixture(scope="module")
def valid(tmp_path_factory, make_record, write):
    folder = tmp_path_factory.mktemp("valid")
    write(CityscapesWriter, records_of(make_record, REGIONS, ["car", "road", "кот"]), folder)
    files = {name: content for name, content in tree_of(folder).items() if "gtFine" in name}
    files["gtFine/b_gtFine_polygons.json"] = polygons_of(
        ("car", SQUARE), ("road", SQUARE), ("out of roi", SQUARE)
    ).encode()
    return files


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(valid, data):
    assert_survives(CityscapesReader(), valid, data, size=REGIONS.shape)
