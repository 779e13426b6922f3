from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.damage import assert_survives, fuzzed, tree_of

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, ExportError, FormatError, MaskError
from segrefine_gui.formats.png_masks import PngReader, PngWriter

MASK = np.zeros((10, 12), dtype=bool)
MASK[2:5, 3:8] = True


def save(path: Path, values: np.ndarray = MASK) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(values).save(path)


def files_in(folder: Path) -> list[str]:
    """The masks below a folder."""
    masks = [path for path in folder.rglob("*.png") if path.is_file()]
    return sorted(path.relative_to(folder).as_posix() for path in masks)


@given(
    st.lists(
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12).flatmap(
            lambda shape: hnp.arrays(np.bool_, shape)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_our_reader_gets_every_mask_back(tmp_path_factory, make_record, write, masks):
    folder = tmp_path_factory.mktemp("png")
    records = [
        make_record(mask, source_id=i * 7, image=f"фото/{i}.jpg", image_id=i + 1, category="пёс 1")
        for i, mask in enumerate(masks)
    ]
    assert write(PngWriter, records, folder).written == len(masks)
    assert PngReader().recognises(folder)
    found = PngReader().read(folder)
    assert found.problems == ()
    assert [image.name for image in found.images] == [f"фото/{i}" for i in range(len(masks))]
    for i, (entry, mask) in enumerate(zip(found.masks, masks, strict=True)):
        assert (entry.source_id, entry.category, entry.category_id) == (i * 7, "пёс 1", 1)
        np.testing.assert_array_equal(entry.segmentation.rasterise(*mask.shape).decode(), mask)


def test_files_are_8_bit_grey_of_0_and_255(tmp_path, make_record, write):
    report = write(PngWriter, [make_record(MASK, 12)], tmp_path)
    assert tmp_path / "photo" / "12_cat.png" in report.files
    with PIL.Image.open(tmp_path / "photo" / "12_cat.png") as image:
        assert image.mode == "L"
        np.testing.assert_array_equal(np.asarray(image), MASK * 255)


def test_images_of_one_name_do_not_meet(tmp_path, make_record, write):
    names = ["a/x.jpg", "b/x.jpg", "x.jpg", "x.png", "X.JPG", "../x.jpg", "x?.jpg", "x*.jpg"]
    records = [make_record(MASK, 1, image=name, image_id=i) for i, name in enumerate(names, 1)]
    write(PngWriter, records, tmp_path)
    assert files_in(tmp_path) == [
        "X.JPG~2/1_cat.png",
        "a/x/1_cat.png",
        "b/x/1_cat.png",
        "x.jpg/1_cat.png",
        "x.jpg~3/1_cat.png",
        "x.png/1_cat.png",
        "x_.jpg/1_cat.png",
        "x_.jpg~2/1_cat.png",
    ]


def test_instances_of_one_id_do_not_meet(tmp_path, make_record, write):
    records = [make_record(MASK, 5), make_record(~MASK, 5), make_record(None, 6)]
    assert write(PngWriter, records, tmp_path).written == 2
    assert files_in(tmp_path) == ["photo/5_cat.png", "photo/5~2_cat.png"]
    assert [mask.source_id for mask in PngReader().read(tmp_path).masks] == [5, 5]


@pytest.mark.parametrize(
    "name",
    ["../../evil.jpg", "/etc/passwd", "C:\\evil.jpg", "..\\evil", "nul", "a\0b", "é" * 400, ""],
)
def test_nothing_leads_out_of_the_folder(tmp_path, make_record, write, name):
    out = tmp_path / "deep" / "out"
    record = make_record(MASK, image=name, category=name)
    report = write(PngWriter, [record], out)
    assert all(out.resolve() in file.resolve().parents for file in report.files)
    assert len(files_in(tmp_path)) == 1
    assert len(PngReader().read(out).masks) == 1


def test_which_image_a_file_belongs_to(tmp_path):
    for name in (
        "photo.png",
        "photo_2.png",
        "12_cat.png",
        "sub/photo.jpg/12_big_cat.png",
        "sub/photo.jpg/0.png",
        "train/0007.png",
        "train/mask.png",
    ):
        save(tmp_path / name)
    found = {
        (mask.image.name, mask.source_id, mask.category)
        for mask in PngReader().read(tmp_path).masks
    }
    assert found == {
        ("12_cat", 0, "object"),
        ("photo", 1, "object"),
        ("photo_2", 2, "object"),
        ("sub/photo.jpg", 12, "big_cat"),
        ("sub/photo.jpg", 0, "object"),
        ("train/0007", 5, "object"),
        ("train/mask", 6, "object"),
    }


def test_a_mask_of_another_size(tmp_path):
    save(tmp_path / "a.png")
    (mask,) = PngReader().read(tmp_path).masks
    with pytest.raises(MaskError, match="made for 12x10 pixels, but the image is 10x12"):
        mask.segmentation.rasterise(12, 10)


def test_files_that_no_sample_showed_are_refused_when_needed(tmp_path):
    for number in range(40):
        save(tmp_path / f"{number:02}.png")
    save(tmp_path / "01.png", np.random.default_rng(0).integers(0, 256, (10, 12), np.uint8))
    (tmp_path / "02.png").write_text("hello")
    masks = PngReader().read(tmp_path).masks
    with pytest.raises(MaskError, match=r"“01\.png” has more than two values"):
        masks[1].segmentation.rasterise(10, 12)
    with pytest.raises(MaskError, match=r"“02\.png” is damaged or is no image"):
        masks[2].segmentation.rasterise(10, 12)


def test_a_folder_mixed_with_photos_is_refused(tmp_path):
    save(tmp_path / "a.png")
    save(tmp_path / "photo.png", np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8))
    assert PngReader().recognises(tmp_path)
    with pytest.raises(FormatError, match=r"mixes masks with pictures such as “photo\.png”"):
        PngReader().read(tmp_path)


def test_what_is_not_recognised(tmp_path):
    assert not PngReader().recognises(tmp_path)
    assert not PngReader().recognises(tmp_path / "none")
    save(tmp_path / "photos" / "a.png", np.random.default_rng(0).integers(0, 256, (9, 9), np.uint8))
    assert not PngReader().recognises(tmp_path / "photos")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="has no PNG files"):
        PngReader().read(tmp_path / "empty")


def test_a_cancelled_export_leaves_no_trace(tmp_path, make_record, write):
    write(PngWriter, [make_record(MASK, 1)], tmp_path)
    before = (tmp_path / "photo" / "1_cat.png").read_bytes()
    cancel = CancelToken()
    records = [make_record(~MASK, i) for i in range(1, 5)]
    with pytest.raises(Cancelled):
        write(
            PngWriter,
            records,
            tmp_path,
            cancel=cancel,
            on_written=lambda done: done == 2 and cancel.cancel(),
        )
    assert files_in(tmp_path) == ["photo/1_cat.png"]
    assert (tmp_path / "photo" / "1_cat.png").read_bytes() == before


def test_a_file_where_the_folder_should_be(tmp_path, make_record, write):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ExportError, match="is a file, not a folder"):
        write(PngWriter, [make_record(MASK)], tmp_path / "out")


@pytest.fixture(scope="module")
def valid(tmp_path_factory):
    folder = tmp_path_factory.mktemp("valid")
    save(folder / "photo" / "12_cat.png")
    save(folder / "two.png")
    save(folder / "three" / "4.png", np.dstack([MASK.astype(np.uint8) * 255] * 4))
    return tree_of(folder)


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(valid, data):
    assert_survives(PngReader(), valid, data, size=MASK.shape)
