from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.extras import with_extra

from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.records import Decision, Image
from segrefine_gui.formats.base import WriterOptions
from segrefine_gui.formats.cvat.reader import CvatReader
from segrefine_gui.formats.cvat.writer import CvatWriter

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


def load(path: Path) -> ElementTree.Element:
    return ElementTree.parse(path).getroot()


@pytest.mark.parametrize(
    "options", [WriterOptions(), WriterOptions(polygons=True), WriterOptions(True, 1.5)]
)
@given(masks=MASKS)
def test_our_reader_gets_back_what_was_reported(
    tmp_path_factory, make_record, write, masks, options
):
    folder = tmp_path_factory.mktemp("cvat")
    records = [
        make_record(mask, 7 * i, image=f"фото & <{i}>.jpg", image_id=i + 1, category='пёс "1"')
        for i, mask in enumerate(masks)
    ]
    report = write(CvatWriter, records, folder, options)
    assert CvatReader().recognises(folder)
    found = CvatReader().read(folder)
    assert found.problems == []
    assert [image.name for image in found.images] == [record.image.name for record in records]
    lost = {problem.subject: problem.pixels for problem in report.problems}
    written = [record for record in records if record.mask.area]
    assert report.written == len(written) == len(found.masks)
    for record, entry in zip(written, found.masks, strict=True):
        assert (entry.category, entry.category_id) == ('пёс "1"', 1)
        mask = record.mask.decode()
        again = entry.segmentation.rasterise(*mask.shape).decode()
        assert np.count_nonzero(again != mask) == lost.get(record.subject, 0)
    if options.tolerance == 0:
        assert not any(lost.values())


def test_a_file_is_what_cvat_writes(tmp_path, make_record, write):
    write(CvatWriter, [make_record(RING, 12, image="sub/photo.jpg")], tmp_path)
    root = load(tmp_path / "annotations.xml")
    assert root.tag == "annotations"
    assert root.findtext("version") == "1.1"
    (label,) = root.findall("meta/task/labels/label")
    assert [child.tag for child in label] == ["name", "color", "type", "attributes"]
    assert label.findtext("name") == "cat"
    (image,) = root.findall("image")
    assert image.attrib == {"id": "0", "name": "sub/photo.jpg", "width": "12", "height": "10"}
    (mask,) = image
    assert (mask.tag, mask.attrib) == (
        "mask",
        {
            "label": "cat",
            "source": "file",
            "occluded": "0",
            "rle": "0, 6, 2, 3, 2, 7",
            "left": "3",
            "top": "2",
            "width": "5",
            "height": "4",
            "z_order": "0",
        },
    )


@given(masks=MASKS)
def test_cvat_s_own_code_decodes_what_we_write(tmp_path_factory, make_record, write, masks):
    cvat = pytest.importorskip("cvat_sdk.masks")
    folder = tmp_path_factory.mktemp("cvat")
    masks = [mask for mask in masks if mask.any()]
    records = [make_record(mask, image=f"{i}.jpg", image_id=i) for i, mask in enumerate(masks, 1)]
    write(CvatWriter, records, folder)
    elements = load(folder / "annotations.xml").findall("image/mask")
    for element, mask in zip(elements, masks, strict=True):
        left, top, width, height = (
            int(element.attrib[key]) for key in ("left", "top", "width", "height")
        )
        points = [*map(int, element.attrib["rle"].split(","))]
        points += [left, top, left + width - 1, top + height - 1]
        assert points == cvat.encode_mask(mask)
        again = cvat.decode_mask(points, image_width=mask.shape[1], image_height=mask.shape[0])
        np.testing.assert_array_equal(again, mask)


@pytest.mark.readers
@pytest.mark.parametrize("polygons", [False, True])
def test_datumaro_reads_what_we_write(tmp_path, make_record, write, polygons):
    datumaro = pytest.importorskip("datumaro")
    records = [
        make_record(mask, category=name, category_id=number, category_source_id=number)
        for mask, name, number in ((RING, "a", 1), (MASK, "b", 2), (PARTS, "a", 1))
    ]
    write(CvatWriter, records, tmp_path, WriterOptions(polygons=polygons))
    (tmp_path / "images").mkdir()
    PIL.Image.new("RGB", (12, 10)).save(tmp_path / "images" / "photo.jpg")
    dataset = datumaro.Dataset.import_from(str(tmp_path), "cvat")
    (item,) = dataset
    labels = dataset.categories()[datumaro.AnnotationType.label]
    drawn: dict[tuple[str, int], np.ndarray] = {}
    for position, each in enumerate(item.annotations):
        key = (labels[each.label].name, each.group or -position - 1)
        if each.type is datumaro.AnnotationType.mask:
            mask = each.image.astype(bool)
        else:
            mask = datumaro.util.mask_tools.rles_to_mask([each.points], 12, 10).astype(bool)
        drawn[key] = drawn.get(key, False) | mask
    assert [name for name, _ in drawn] == ["a", "b", "a"]
    for mask, expected in zip(drawn.values(), (RING, MASK, PARTS), strict=True):
        np.testing.assert_array_equal(mask, expected)


def test_parts_share_a_group_and_holes_stay(tmp_path, make_record, write):
    records = [
        with_extra(make_record(PARTS, 1), Extra("cvat", {"group_id": "1"})),
        make_record(PARTS, 2),
        make_record(RING, 3),
        with_extra(make_record(MASK, 4), Extra("cvat", {"group_id": "1"})),
    ]
    report = write(CvatWriter, records, tmp_path, WriterOptions(polygons=True))
    assert report.problems == []
    polygons = load(tmp_path / "annotations.xml").findall("image/polygon")
    assert [each.get("group_id") for each in polygons] == ["1", "1", "2", "2", None, None]
    areas = [m.segmentation.rasterise(10, 12).area for m in CvatReader().read(tmp_path).masks]
    assert areas == [PARTS.sum(), PARTS.sum(), RING.sum(), MASK.sum()]


FILE = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <project>
      <name>mine &amp; yours</name>
      <labels>
        <label>
          <name>cat</name>
          <color>#00ff00</color>
          <attributes>
            <attribute>
              <name>age</name>
              <values>1\n2</values>
            </attribute>
          </attributes>
        </label>
      </labels>
    </project>
    <dumped>2026-01-02</dumped>
  </meta>
  <image id="7" name="photo.jpg" width="12" height="10" subset="Train">
    <mask label="cat" source="manual" occluded="1" rle="0, 2" left="3" top="2" width="2" height="1" z_order="5" group_id="4">
      <attribute name="age">2 &lt; 3</attribute>
    </mask>
    <tag label="good" source="manual">
      <attribute name="why">sharp</attribute>
    </tag>
  </image>
</annotations>
"""  # noqa: E501


def test_what_a_file_said_besides_comes_back(tmp_path, make_record, write):
    (tmp_path / "old.xml").write_text(FILE)
    found = CvatReader().read(tmp_path / "old.xml")
    (entry,), (image,), (category,) = found.masks, found.images, found.categories
    assert image.name == "Train/photo.jpg"
    record = make_record(
        entry.segmentation.rasterise(10, 12).decode(),
        image=image.name,
        image_source_id=image.source_id,
    )
    record = with_extra(record, entry.extra, image.extra, category.extra)
    out = tmp_path / "out"
    write(CvatWriter, [record], out, documents={"cvat": found.extra.fields})
    assert ElementTree.canonicalize(
        from_file=out / "annotations.xml", strip_text=True
    ) == ElementTree.canonicalize(FILE, strip_text=True)


def test_what_is_not_cvat_s_or_no_xml_stays_out(tmp_path, make_record, write):
    hostile = {
        "a b": "x",
        "n": 5,
        "elements": [{"tag": "<x>"}, 7, {"tag": "tag", "attributes": {"label": "\0"}}],
    }
    record = with_extra(make_record(MASK), Extra("coco", {"iscrowd": "1"}), Extra("cvat", hostile))
    write(CvatWriter, [record], tmp_path, documents={"cvat": {"meta": "?"}})
    text = (tmp_path / "annotations.xml").read_text()
    assert "iscrowd" not in text
    (image,) = load(tmp_path / "annotations.xml").findall("image")
    assert [child.tag for child in image] == ["mask", "tag"]
    assert image[1].attrib == {"label": "?"}


def test_names_that_xml_cannot_hold_are_written_all_the_same(tmp_path, make_record, write):
    record = make_record(MASK, image="a\x01\udcff.jpg", category="x\x02y")
    write(CvatWriter, [record], tmp_path)
    (mask,) = CvatReader().read(tmp_path).masks
    assert (mask.image.name, mask.category) == ("a??.jpg", "x?y")


@pytest.mark.parametrize(
    ("decision", "source"),
    [(Decision.EDITED, "manual"), (Decision.REFINED, "semi-auto"), (Decision.COARSE, "auto")],
)
def test_the_source_says_who_made_a_mask(tmp_path, make_record, write, decision, source):
    record = replace(make_record(MASK), decision=decision)
    write(CvatWriter, [with_extra(record, Extra("cvat", {"source": "auto"}))], tmp_path)
    assert load(tmp_path / "annotations.xml").find("image/mask").get("source") == source


def test_splits_are_files_and_images_without_instances_are_listed(tmp_path, make_record, write):
    records = [make_record(MASK, i, image=f"{i}.jpg", image_id=i) for i in (1, 2)]
    empty = Image(3, Path("/nowhere"), "3.jpg", 12, 10)
    report = write(
        CvatWriter,
        [*records, make_record(MASK & False, 4, image="3.jpg", image_id=3)],
        tmp_path,
        images=[empty],
        splits={1: "train", 2: "val", 3: "val"},
    )
    assert [problem.sentence for problem in report.problems] == ["It is empty and was left out."]
    assert sorted(path.name for path in tmp_path.glob("*.xml")) == ["train.xml", "val.xml"]
    found = CvatReader().read(tmp_path)
    assert [image.name for image in found.images] == ["1.jpg", "2.jpg", "3.jpg"]
    assert [mask.image.name for mask in found.masks] == ["1.jpg", "2.jpg"]
