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
from segrefine_gui.formats.labelme.reader import LabelmeReader

HEIGHT, WIDTH = 30, 40


def png(values: np.ndarray) -> str:
    stream = io.BytesIO()
    PIL.Image.fromarray(values).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def shape(kind: str, points: list, label: str = "cat", **fields: object) -> dict:
    return {"label": label, "points": points, "shape_type": kind, "group_id": None, **fields}


def document(*shapes: object, **fields: object) -> dict:
    return {
        "version": "7.1.0",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": "photo.jpg",
        "imageData": None,
        "imageHeight": HEIGHT,
        "imageWidth": WIDTH,
        **fields,
    }


def save(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


def mask_of(tmp_path: Path, *shapes: object) -> np.ndarray:
    (mask,) = LabelmeReader().read(save(tmp_path / "photo.json", document(*shapes))).masks
    return mask.segmentation.rasterise(HEIGHT, WIDTH).decode()


PATCH = np.array([[0, 1, 1], [1, 0, 1]], dtype=np.uint8)


def test_polygons_hold_the_pixels_that_their_outline_goes_through(tmp_path):
    mask = mask_of(tmp_path, shape("polygon", [[5, 4], [9, 4], [9, 8], [5, 8]]))
    expected = np.zeros((HEIGHT, WIDTH), dtype=bool)
    expected[4:9, 5:10] = True
    np.testing.assert_array_equal(mask, expected)


def test_rectangles_may_be_given_from_any_corner(tmp_path):
    for points in ([[5, 4], [9, 8]], [[9, 8], [5, 4]], [[5, 8], [9, 4]]):
        mask = mask_of(tmp_path, shape("rectangle", points))
        assert mask.sum() == 25
        assert mask[4:9, 5:10].all()


def test_a_circle_is_its_centre_and_a_point_on_it(tmp_path):
    mask = mask_of(tmp_path, shape("circle", [[20, 15], [24, 12]]))
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10, 20, 15, 25)
    assert mask.sum() == pytest.approx(np.pi * 5.5**2, rel=0.08)


def test_a_linestrip_is_as_wide_as_labelme_draws_it(tmp_path):
    mask = mask_of(tmp_path, shape("linestrip", [[5, 15], [34, 15]]))
    assert set(mask[:, 10:30].sum(axis=0)) == {10}


@pytest.mark.parametrize("corners", [[[3, 5], [5, 6]], [[2.6, 5.2], [5.4, 6.3]]])
def test_a_mask_is_laid_at_its_corners_whole_or_not(tmp_path, corners):
    mask = mask_of(tmp_path, shape("mask", corners, mask=png(PATCH)))
    expected = np.zeros((HEIGHT, WIDTH), dtype=bool)
    expected[5:7, 3:6] = PATCH
    np.testing.assert_array_equal(mask, expected)


def test_a_mask_that_hangs_over_the_edge_is_cut(tmp_path):
    mask = mask_of(tmp_path, shape("mask", [[-1, HEIGHT - 1], [1, HEIGHT]], mask=png(PATCH)))
    assert mask.sum() == 2
    assert mask[HEIGHT - 1, :2].all()


def test_shapes_of_one_group_and_label_are_one_instance(tmp_path):
    square = [[0, 0], [1, 0], [1, 1], [0, 1]]
    far = [[9, 9], [10, 9], [10, 10], [9, 10]]
    path = save(
        tmp_path / "photo.json",
        document(
            shape("polygon", square, group_id=3),
            shape("polygon", square, "dog", group_id=3),
            shape("mask", [[9, 9], [11, 10]], group_id=3, mask=png(PATCH)),
            shape("polygon", far),
            shape("polygon", far),
        ),
    )
    found = LabelmeReader().read(path)
    assert found.problems == []
    assert [(mask.source_id, mask.category) for mask in found.masks] == [
        (0, "cat"),
        (1, "dog"),
        (2, "cat"),
        (3, "cat"),
    ]
    assert [mask.segmentation.rasterise(HEIGHT, WIDTH).area for mask in found.masks] == [8, 4, 4, 4]
    assert {each.name: each.source_id for each in found.categories} == {"cat": 1, "dog": 2}


def test_what_has_no_area_is_kept_with_the_image_and_said_once(tmp_path):
    points = [shape("point", [[i, 1]]) for i in range(5)]
    path = save(tmp_path / "photo.json", document(*points, shape("line", [[0, 0], [1, 1]])))
    found = LabelmeReader().read(path)
    assert found.masks == []
    assert [problem.sentence for problem in found.problems] == [
        "5 of its shapes are of the type point, which is no mask.",
        "1 of its shapes are of the type line, which is no mask.",
    ]
    assert len(found.images[0].extra.fields["shapes"]) == 6


def test_what_we_have_no_use_for_is_kept_but_the_photo_is_not(tmp_path):
    fields = {"description": "left", "flags": {"hard": True}, "difficult": False, "score": 0.25}
    path = save(
        tmp_path / "photo.json",
        document(
            shape("rectangle", [[0, 0], [3, 3]], **fields),
            flags={"indoors": True},
            imageData="x" * 1000,
            text="caption",
        ),
    )
    found = LabelmeReader().read(path)
    (mask,) = found.masks
    assert mask.score == 0.25
    assert mask.extra.fields == {
        "description": "left",
        "flags": {"hard": True},
        "difficult": False,
        "group_id": None,
    }
    assert found.images[0].extra.fields == {
        "version": "7.1.0",
        "flags": {"indoors": True},
        "text": "caption",
    }


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("photo.jpg", "sub/photo.jpg"),
        ("..\\images\\photo.jpg", "images/photo.jpg"),
        ("../../images/photo.jpg", "images/photo.jpg"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("/home/me/photo.jpg", "photo.jpg"),
        ("", "sub/photo"),
        (None, "sub/photo"),
    ],
)
def test_how_an_image_is_named(tmp_path, told, name):
    save(tmp_path / "sub" / "photo.json", document(imagePath=told))
    (image,) = LabelmeReader().read(tmp_path).images
    assert (image.name, image.width, image.height) == (name, WIDTH, HEIGHT)


def test_a_folder_with_other_json_files_is_read_and_they_are_said(tmp_path):
    save(tmp_path / "a" / "1.json", document(shape("rectangle", [[0, 0], [1, 1]])))
    save(tmp_path / "b" / "2.json", document(shape("rectangle", [[0, 0], [2, 2]])))
    save(tmp_path / "decisions.json", [])
    save(tmp_path / "other.json", {"images": []})
    (tmp_path / "cut.json").write_text('{"shapes": [')
    assert LabelmeReader().recognises(tmp_path)
    found = LabelmeReader().read(tmp_path)
    assert [mask.image.name for mask in found.masks] == ["a/photo.jpg", "b/photo.jpg"]
    assert [problem.subject for problem in found.problems] == ["cut.json", "other.json"]


def test_other_files_and_folders_are_not_recognised(tmp_path):
    assert not LabelmeReader().recognises(tmp_path)
    assert not LabelmeReader().recognises(tmp_path / "nothing")
    save(tmp_path / "instances.json", {"images": [], "annotations": []})
    assert not LabelmeReader().recognises(tmp_path / "instances.json")
    for bad in (tmp_path, tmp_path / "instances.json", tmp_path / "nothing"):
        with pytest.raises(FormatError):
            LabelmeReader().read(bad)


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (7, "It is not a JSON object."),
        (shape("cuboid", [[0, 0]]), "It is of a shape_type that labelme does not have."),
        (shape("polygon", [[0, 0], [1, 1]]), "A polygon does not have 2 points."),
        (shape("circle", [[0, 0]]), "A circle does not have 1 points."),
        (shape("polygon", [[0, 0], [1, 1], [1]]), "Its points are not pairs of numbers."),
        (shape("polygon", [["0", "0"]] * 3), "Its points are not pairs of numbers."),
        (shape("polygon", [[0, 0], [1, 1], [1, 1e999]]), "It has a point that is not finite."),
        (shape("mask", [[0, 0], [1, 1]]), "It is a mask without an image of it."),
        (shape("mask", [[0, 0], [1e9, 1]], mask=""), "Its corners are far outside of any image."),
        ({"points": [[0, 0], [1, 1]], "shape_type": "rectangle"}, "It has no label."),
    ],
)
def test_a_damaged_shape_is_said_and_the_others_are_read(tmp_path, bad, sentence):
    good = shape("rectangle", [[0, 0], [1, 1]])
    found = LabelmeReader().read(save(tmp_path / "photo.json", document(bad, good)))
    (problem,) = found.problems
    assert (problem.subject, problem.sentence) == ("shape 0 of photo.json", sentence)
    assert len(found.masks) == 1


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (shape("mask", [[0, 0], [3, 1]], mask=png(PATCH)), "Its corners span 4x2 pixels"),
        (shape("mask", [[2, 1], [0, 0]], mask=png(PATCH)), "Its corners span -1x0 pixels"),
        (shape("mask", [[0, 0], [2, 1]], mask="AAAA"), "Its mask is no PNG image"),
        (shape("mask", [[0, 0], [2, 1]], mask="A"), "Its mask is not base64."),
        (
            shape("mask", [[0, 0], [2, 1]], mask=png(np.zeros((2, 3, 3), dtype=np.uint8))),
            "Its mask is a picture in colours.",
        ),
        (
            shape("mask", [[0, 0], [40, 1]], mask=png(np.zeros((2, 41), dtype=np.uint8))),
            "Its mask of 41x2 pixels is larger than the image.",
        ),
        (shape("circle", [[0, 0], [1e5, 1e5]]), "The circle is too large"),
    ],
)
def test_a_mask_that_cannot_be_made_says_why(tmp_path, bad, sentence):
    (mask,) = LabelmeReader().read(save(tmp_path / "photo.json", document(bad))).masks
    with pytest.raises(MaskError, match=sentence):
        mask.segmentation.rasterise(HEIGHT, WIDTH)


def test_a_mask_of_another_image_size_is_refused(tmp_path):
    path = save(tmp_path / "photo.json", document(shape("rectangle", [[0, 0], [1, 1]])))
    (mask,) = LabelmeReader().read(path).masks
    with pytest.raises(MaskError, match="made for 40x30 pixels"):
        mask.segmentation.rasterise(WIDTH, HEIGHT)


@pytest.mark.parametrize("kind", ["polygon", "linestrip"])
def test_an_outline_without_end_is_refused_at_once(tmp_path, kind):
    bad = shape(kind, [[i % 40, i % 2 * 29] for i in range(400_000)])
    (mask,) = LabelmeReader().read(save(tmp_path / "photo.json", document(bad))).masks
    with pytest.raises(MaskError, match="outline is too long"):
        mask.segmentation.rasterise(HEIGHT, WIDTH)


def test_a_zip_bomb_of_a_mask_takes_no_memory(tmp_path):
    stream = io.BytesIO()
    PIL.Image.new("1", (60_000, 60_000)).save(stream, "PNG", compress_level=9)
    bomb = base64.b64encode(stream.getvalue()).decode()
    bad = shape("mask", [[0, 0], [39, 29]], mask=bomb)
    (mask,) = LabelmeReader().read(save(tmp_path / "photo.json", document(bad))).masks
    with pytest.raises(MaskError, match="larger than the image"):
        mask.segmentation.rasterise(HEIGHT, WIDTH)


@given(
    kind=st.sampled_from(["polygon", "rectangle", "circle", "linestrip", "oriented_rectangle"]),
    points=st.lists(
        st.tuples(st.floats(-20, 60, width=32), st.floats(-20, 60, width=32)),
        min_size=4,
        max_size=4,
    ),
)
def test_shapes_become_the_masks_that_labelme_makes(tmp_path_factory, kind, points):
    labelme = pytest.importorskip("labelme._utils.shape")
    if kind in ("rectangle", "circle"):
        points = points[:2]
    mask = mask_of(tmp_path_factory.mktemp("labelme"), shape(kind, points))
    np.testing.assert_array_equal(mask, labelme.shape_to_mask((HEIGHT, WIDTH), points, kind))


VALID = {
    "photo.json": json.dumps(
        document(
            shape("polygon", [[5, 4], [9, 4.5], [9, 8]], group_id=1, description="x"),
            shape("mask", [[3, 5], [5, 6]], group_id=1, mask=png(PATCH)),
            shape("circle", [[20, 15], [24, 12]], flags={"a": True}),
            shape("rectangle", [[1, 2], [3, 4]], segrefine={"source_id": 7}),
            shape("linestrip", [[1, 2], [30, 4], [5, 20]], "dog", score=0.5),
            shape("point", [[1, 2]]),
        )
    ).encode()
}


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(data):
    assert_survives(LabelmeReader(), VALID, data, size=(HEIGHT, WIDTH))


@fuzzed
@given(data=st.data())
def test_damaged_folders_are_survived(data):
    files = {
        "a/1.json": VALID["photo.json"],
        "2.json": VALID["photo.json"],
        "decisions.json": b"[]",
    }
    assert_survives(LabelmeReader(), files, data, size=(HEIGHT, WIDTH))
