from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.damage import assert_survives, fuzzed

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.formats.cvat.reader import CvatReader

HEIGHT, WIDTH = 20, 30
META = """
  <meta>
    <task>
      <id>4</id>
      <name>segmentation</name>
      <labels>
        <label>
          <name>dog</name>
          <color>#ff0000</color>
          <type>any</type>
          <attributes><attribute><name>age</name><input_type>number</input_type></attribute>
          </attributes>
        </label>
        <label><name>cat</name><color>#00ff00</color></label>
      </labels>
      <segments><segment><id>4</id><start>0</start></segment></segments>
    </task>
    <dumped>2026-01-02</dumped>
  </meta>"""


def xml(
    *shapes: str, meta: str = META, head: str = "<?xml version='1.0' encoding='utf-8'?>"
) -> str:
    inside = "\n".join(shapes)
    return (
        f"{head}\n<annotations>\n<version>1.1</version>{META}\n"
        f'<image id="3" name="sub/photo.jpg" width="{WIDTH}" height="{HEIGHT}" task_id="4">\n'
        f"{inside}\n</image>\n</annotations>\n"
    )


def save(folder: Path, text: str, name: str = "annotations.xml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def mask_of(folder: Path, *shapes: str) -> np.ndarray:
    (mask,) = CvatReader().read(save(folder, xml(*shapes))).masks
    return mask.segmentation.rasterise(HEIGHT, WIDTH).decode()


MASK = '<mask label="cat" rle="{}" left="4" top="2" width="3" height="2" z_order="1"/>'


def test_masks_are_run_lengths_row_by_row_with_zeros_first(tmp_path):
    mask = mask_of(tmp_path, MASK.format("1, 2, 1, 2"))
    expected = np.zeros((HEIGHT, WIDTH), dtype=bool)
    expected[2, 5:7] = expected[3, 5:7] = True
    np.testing.assert_array_equal(mask, expected)


def test_a_mask_may_begin_with_no_zeros(tmp_path):
    assert mask_of(tmp_path, MASK.format("0, 6"))[2:4, 4:7].all()


def test_polygons_and_boxes(tmp_path):
    mask = mask_of(tmp_path, '<polygon label="cat" points="5.00,4.00;9.00,4.00;9.00,8.00;5,8"/>')
    assert mask.sum() == 16
    assert mask[4:8, 5:9].all()
    box = mask_of(tmp_path, '<box label="cat" xtl="5.00" ytl="4.00" xbr="9.00" ybr="8.00"/>')
    np.testing.assert_array_equal(box, mask)


def test_a_box_turns_clockwise_around_its_middle(tmp_path):
    box = '<box label="cat" xtl="4" ytl="8" xbr="14" ybr="10" rotation="{}"/>'
    upright = mask_of(tmp_path, box.format(90))
    assert upright[4:14, 8:10].all()
    assert upright.sum() == 20
    slanted = mask_of(tmp_path, box.format(45))
    rows, columns = np.nonzero(slanted)
    assert np.corrcoef(rows, columns)[0, 1] > 0.9


def test_an_ellipse_has_its_radii(tmp_path):
    mask = mask_of(tmp_path, '<ellipse label="cat" cx="15" cy="10" rx="8" ry="4"/>')
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (6, 14, 7, 23)
    turned = mask_of(tmp_path, '<ellipse label="cat" cx="15" cy="10" rx="8" ry="4" rotation="90"/>')
    assert np.nonzero(turned.any(axis=1))[0].tolist() == list(range(2, 19))


def test_shapes_of_one_group_and_label_are_one_instance(tmp_path):
    shapes = [
        '<polygon label="cat" points="0,0;2,0;2,2;0,2" group_id="3"/>',
        '<polygon label="dog" points="0,0;2,0;2,2;0,2" group_id="3"/>',
        '<polygon label="cat" points="8,0;9,0;9,2;8,2" group_id="3"/>',
        '<polygon label="cat" points="8,0;9,0;9,2;8,2" group_id="0"/>',
        '<polygon label="cat" points="8,0;9,0;9,2;8,2" group_id="0"/>',
    ]
    found = CvatReader().read(save(tmp_path, xml(*shapes)))
    areas = [(m.category, m.segmentation.rasterise(HEIGHT, WIDTH).area) for m in found.masks]
    assert areas == [("cat", 6), ("dog", 4), ("cat", 2), ("cat", 2)]
    assert [mask.source_id for mask in found.masks] == [0, 1, 2, 3]


def test_labels_come_in_the_file_s_order_with_colours_and_attributes(tmp_path):
    found = CvatReader().read(save(tmp_path, xml(MASK.replace("cat", "fox").format("0, 6"))))
    assert [(each.name, each.source_id) for each in found.categories] == [
        ("dog", 1),
        ("cat", 2),
        ("fox", 3),
    ]
    assert found.categories[1].extra.fields == {"elements": [{"tag": "color", "text": "#00ff00"}]}
    assert found.masks[0].category_id == 3


def test_what_we_have_no_use_for_is_kept(tmp_path):
    shape = (
        '<mask label="cat" source="manual" occluded="1" rle="0, 1" left="0" top="0" width="1" '
        'height="1" z_order="7"><attribute name="age">3</attribute></mask>'
    )
    tag = '<tag label="good" source="manual"><attribute name="why">sharp</attribute></tag>'
    line = '<polyline label="cat" points="1,1;2,2"/>'
    found = CvatReader().read(save(tmp_path, xml(shape, tag, line)))
    assert found.masks[0].extra.fields == {
        "source": "manual",
        "occluded": "1",
        "z_order": "7",
        "attributes": [["age", "3"]],
    }
    (image,) = found.images
    assert (image.name, image.source_id, image.width) == ("sub/photo.jpg", 3, WIDTH)
    assert image.extra.fields["task_id"] == "4"
    assert [each["tag"] for each in image.extra.fields["elements"]] == ["tag", "polyline"]
    assert [each["tag"] for each in found.extra.fields["meta"]] == ["task", "dumped"]
    (problem,) = found.problems
    assert problem.sentence == "1 of its elements are of the kind polyline, which is no mask."


def test_a_folder_of_subsets_is_read(tmp_path):
    save(tmp_path, xml(MASK.format("0, 6")), "train.xml")
    save(tmp_path, xml(MASK.format("0, 6")).replace("photo", "other"), "val.xml")
    save(tmp_path, "<broken", "more/x.xml")
    assert CvatReader().recognises(tmp_path)
    found = CvatReader().read(tmp_path)
    assert [mask.image.name for mask in found.masks] == ["sub/photo.jpg", "sub/other.jpg"]
    assert [problem.subject for problem in found.problems] == ["more/x.xml"]


def test_other_files_and_folders_are_not_recognised(tmp_path):
    assert not CvatReader().recognises(tmp_path)
    voc = save(tmp_path, "<annotation><object/></annotation>")
    assert not CvatReader().recognises(voc)
    assert not CvatReader().recognises(tmp_path / "nothing")
    for bad in (voc, tmp_path, tmp_path / "nothing"):
        with pytest.raises(FormatError):
            CvatReader().read(bad)
    assert CvatReader().recognises(save(tmp_path, xml()))


def test_tracks_of_videos_are_said(tmp_path):
    text = xml().replace("</annotations>", '<track id="0" label="car"></track></annotations>')
    found = CvatReader().read(save(tmp_path, text))
    (problem,) = found.problems
    assert problem.subject == "car in annotations.xml"
    assert problem.sentence == "It is a track through a video and was left out."


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ('<mask label="cat" left="0" top="0" width="1" height="1"/>', "It has no rle."),
        (
            '<mask rle="0" left="1e3" top="0" width="1" height="1"/>',
            "Its left is not a whole number.",
        ),
        ('<polygon label="cat" points="1,2;3"/>', "Its points are not pairs of numbers."),
        ('<polygon label="cat" points="1,2;3,x"/>', "Its points are not pairs of numbers."),
        ('<box xtl="1" ytl="1" xbr="nan" ybr="2"/>', "Its xbr is not finite."),
        ('<box xtl="1" ytl="1" xbr="2"/>', "It has no ybr."),
        ('<ellipse cx="1" cy="1" rx="-1" ry="2"/>', "It is not an ellipse in an image."),
        ('<ellipse cx="1" cy="1" rx="1e300" ry="2"/>', "It is not an ellipse in an image."),
    ],
)
def test_a_damaged_shape_is_said_and_the_others_are_read(tmp_path, bad, sentence):
    found = CvatReader().read(save(tmp_path, xml(bad, MASK.format("0, 6"))))
    (problem,) = found.problems
    assert problem.sentence == sentence
    assert "sub/photo.jpg in annotations.xml" in problem.subject
    assert len(found.masks) == 1


@pytest.mark.parametrize(
    "rle",
    ["0, 7", "6", "-1, 7", "1, 99999999999999999999", "9223372036854775807, 7", "a", "", "1,,5"],
)
def test_run_lengths_are_checked_before_memory_is_spent(tmp_path, rle):
    (mask,) = CvatReader().read(save(tmp_path, xml(MASK.format(rle)))).masks
    if rle == "6":  # all of it background
        assert mask.segmentation.rasterise(HEIGHT, WIDTH).area == 0
        return
    with pytest.raises(MaskError, match="run lengths"):
        mask.segmentation.rasterise(HEIGHT, WIDTH)


@pytest.mark.parametrize(
    "box",
    [
        'left="-1" top="0" width="3" height="2"',
        'left="28" top="0" width="3" height="2"',
        'left="0" top="0" width="0" height="2"',
        'left="0" top="0" width="999999999" height="999999999"',
    ],
)
def test_a_box_that_is_not_in_the_image_is_refused(tmp_path, box):
    (mask,) = CvatReader().read(save(tmp_path, xml(f'<mask label="cat" rle="0, 6" {box}/>'))).masks
    with pytest.raises(MaskError, match="box is empty or not inside"):
        mask.segmentation.rasterise(HEIGHT, WIDTH)


def test_a_mask_of_another_image_size_is_refused(tmp_path):
    (mask,) = CvatReader().read(save(tmp_path, xml(MASK.format("0, 6")))).masks
    with pytest.raises(MaskError, match="made for 30x20 pixels"):
        mask.segmentation.rasterise(WIDTH, HEIGHT)


BOMB = (
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a0 'lol'>"
    + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 11))
    + "]>"
)
OUTSIDE = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a10 SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize("head", [BOMB, OUTSIDE])
def test_entities_are_refused_before_they_grow_or_read_files(tmp_path, head):
    path = save(tmp_path, xml('<tag label="&a10;"/>', head=head))
    tracemalloc.start()
    with pytest.raises(FormatError, match="declares a document type and was refused"):
        CvatReader().read(path)
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_deep_nesting_is_refused(tmp_path):
    for inside in ("<a>" * 5000 + "</a>" * 5000, "<a>" + "<b/>" * 200_000 + "</a>"):
        with pytest.raises(FormatError, match="nested too deeply, or has too many elements"):
            CvatReader().read(save(tmp_path, xml(inside)))


@pytest.mark.parametrize(
    "text",
    [
        xml()[:-20],
        xml().replace("utf-8", "utf-7"),
        xml().replace("utf-8", "klingon"),
        xml() + "<more/>",
        xml("<tag label='&nothing;'/>"),
        "",
    ],
)
def test_a_damaged_file_is_one_sentence(tmp_path, text):
    with pytest.raises(FormatError) as caught:
        CvatReader().read(save(tmp_path, text))
    assert caught.value.sentence.endswith(".")


def test_thousands_of_shapes_take_little_time_and_memory(tmp_path):
    shapes = [MASK.format("1, 2, 1, 2")] * 50_000
    path = save(tmp_path, xml(*shapes))
    tracemalloc.start()
    found = CvatReader().read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.masks) == 50_000
    assert peak < 120 << 20


VALID = {
    "annotations.xml": xml(
        MASK.format("1, 2, 1, 2"),
        '<polygon label="cat" points="5.00,4.00;9.00,4.00;9.00,8.00" group_id="1"/>',
        '<polygon label="cat" points="15.0,4.00;19.00,4.00;9.00,8.00" group_id="1"/>',
        '<box label="dog" xtl="4" ytl="8" xbr="14" ybr="10" rotation="30" occluded="1"/>',
        '<ellipse label="dog" cx="15" cy="10" rx="8" ry="4" rotation="90"/>',
        '<tag label="good"><attribute name="why">sharp</attribute></tag>',
        '<points label="cat" points="1,1;2,2"/>',
    ).encode()
}


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(data):
    assert_survives(CvatReader(), VALID, data, size=(HEIGHT, WIDTH))


@fuzzed
@given(data=st.data())
def test_damaged_folders_are_survived(data):
    files = {"train.xml": VALID["annotations.xml"], "val.xml": VALID["annotations.xml"]}
    assert_survives(CvatReader(), files, data, size=(HEIGHT, WIDTH))
