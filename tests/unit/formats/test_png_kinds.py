from __future__ import annotations

import cv2
import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.damage import assert_survives, fuzzed, tree_of

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import ImageError
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.formats.base import (
    ExportHead,
    ExportImage,
    ExportSet,
    PngKind,
    WriterOptions,
)
from segrefine_gui.formats.png_masks import PngReader, PngWriter, matte_of
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.formats.writing.folder_export import FolderExport
from segrefine_gui.formats.writing.stems import stems_of

MASK = np.zeros((20, 30), dtype=bool)
MASK[5:15, 8:22] = True
SOFT_KINDS = [PngKind.MATTE, PngKind.CUT_OUT]


@pytest.mark.parametrize("kind", SOFT_KINDS)
@settings(max_examples=50)
@given(
    mask=hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12).flatmap(
        lambda shape: hnp.arrays(np.bool_, shape)
    ),
    feather=st.sampled_from([0.0, 0.5, 3.0, 20.0]),
)
def test_our_reader_gets_the_mask_back(tmp_path_factory, make_record, write, kind, mask, feather):
    folder = tmp_path_factory.mktemp("png")
    options = WriterOptions(png=kind, feather=feather)
    assert write(PngWriter, [make_record(mask, 12)], folder, options).problems == []
    assert FormatRegistry().recognise(folder).name == "png"
    (entry,) = PngReader().read(folder).masks
    assert (entry.source_id, entry.category, entry.image.name) == (12, "cat", "photo")
    np.testing.assert_array_equal(entry.segmentation.rasterise(*mask.shape).decode(), mask)


def test_a_matte_is_soft_at_the_edge_and_full_inside(tmp_path, make_record, write):
    write(PngWriter, [make_record(MASK)], tmp_path, WriterOptions(png=PngKind.MATTE, feather=3))
    values = cv2.imread(str(tmp_path / "photo" / "1_cat.png"), cv2.IMREAD_UNCHANGED)
    assert (values.dtype, values.shape) == (np.uint8, MASK.shape)
    assert values[10, 15] == 255
    assert values[0, 0] == 0
    row = values[10, :16].astype(int)
    assert (np.diff(row) >= 0).all()
    assert len(set(row) - {0, 255}) >= 4
    np.testing.assert_array_equal(values >= 128, MASK)


def test_a_matte_has_the_soft_mask_s_own_edge_where_that_says_the_same(make_record):
    region = Box(6, 3, 24, 17)
    values = np.where(MASK[region.slices], 200, 40).astype(np.uint8)
    values[0, 0] = 220  # the person left this out
    values[5, 5] = 90  # and kept this
    record = make_record(MASK, soft=SoftMask(region, values))
    found = matte_of(record, 0)
    expected = np.zeros(MASK.shape, dtype=np.uint8)
    expected[region.slices] = values
    expected[3, 6], expected[8, 11] = 0, 255
    np.testing.assert_array_equal(found, expected)


def test_a_cut_out_shows_the_photo_inside_and_nothing_outside(tmp_path, make_record, write):
    options = WriterOptions(png=PngKind.CUT_OUT)
    write(PngWriter, [make_record(MASK)], tmp_path, options)
    with PIL.Image.open(tmp_path / "photo" / "1_cat.png") as image:
        assert (image.mode, image.size) == ("RGBA", (30, 20))
        rgba = np.asarray(image)
    np.testing.assert_array_equal(rgba[..., 3], MASK * 255)
    assert (rgba[MASK][:, :3] == 128).all()
    assert (rgba[~MASK] == 0).all()
    by_opencv = cv2.imread(str(tmp_path / "photo" / "1_cat.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(by_opencv[..., 3], MASK * 255)


def test_photos_keep_their_colours_and_unreadable_ones_are_said(tmp_path, make_record):
    records = [
        make_record(MASK, 1, "red.jpg", image_id=1),
        make_record(MASK, 2, "gone.jpg", image_id=2),
        make_record(MASK, 3, "other.jpg", image_id=3),
        make_record(MASK, 4, "green.jpg", image_id=4),
    ]

    def read_rgb(image):
        if image.name == "gone.jpg":
            raise ImageError("The image file “gone.jpg” does not exist.")
        height = 21 if image.name == "other.jpg" else 20
        colour = (250, 10, 20) if image.name == "red.jpg" else (10, 240, 20)
        return np.full((height, 30, 3), colour, dtype=np.uint8)

    images = [record.image for record in records]
    stems = stems_of(images)
    head = ExportHead(
        [ExportImage(image, stems[image.id]) for image in images],
        [records[0].instance.category],
        {},
        read_rgb,
    )
    options = WriterOptions(png=PngKind.CUT_OUT)
    report = FolderExport(PngWriter(options), options).write(
        ExportSet(head, iter(records)), tmp_path, CancelToken(), lambda done: None
    )
    assert report.written == 2
    assert [(problem.subject, problem.sentence) for problem in report.problems] == [
        ("gone.jpg", "The image file “gone.jpg” does not exist."),
        ("other.jpg", "The photo has 30x21 pixels now, and its masks were made for 30x20."),
    ]
    with PIL.Image.open(tmp_path / "red" / "1_cat.png") as image:
        assert image.getpixel((15, 10)) == (250, 10, 20, 255)
    with PIL.Image.open(tmp_path / "green" / "4_cat.png") as image:
        assert image.getpixel((15, 10)) == (10, 240, 20, 255)


def test_transparency_with_levels_from_elsewhere_is_a_mask(tmp_path):
    alpha = np.where(MASK, 220, 30).astype(np.uint8)
    alpha[0, 0] = 0
    rgba = np.dstack([np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8), alpha])
    (tmp_path / "photo").mkdir()
    PIL.Image.fromarray(rgba).save(tmp_path / "photo" / "7_dog.png")
    assert PngReader().recognises(tmp_path)
    (entry,) = PngReader().read(tmp_path).masks
    np.testing.assert_array_equal(entry.segmentation.rasterise(20, 30).decode(), MASK)


@pytest.fixture(scope="module")
def valid(tmp_path_factory, make_record, write):
    folder = tmp_path_factory.mktemp("valid")
    for kind in SOFT_KINDS:
        options = WriterOptions(png=kind, feather=2)
        write(PngWriter, [make_record(MASK, 1)], folder / kind.value, options)
    return {name: content for name, content in tree_of(folder).items() if name.endswith("cat.png")}


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(valid, data):
    assert_survives(PngReader(), valid, data, size=MASK.shape)
