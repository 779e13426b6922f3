from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.damage import assert_survives, fuzzed, tree_of

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.formats.label_map import LabelMapReader
from segrefine_gui.formats.reading.label_images import encode_labels

LABELS = np.zeros((20, 30), dtype=np.uint8)
LABELS[2:10, 2:12] = 1
LABELS[12:18, 5:25] = 4
ONE = (LABELS == 1).astype(np.uint8)


def save(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(values).save(path)


@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int32]),
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
        elements=st.integers(0, 5),
    )
)
def test_every_value_becomes_its_pixels(values):
    found = encode_labels(values)
    assert list(found) == sorted(set(values.ravel().tolist()) - {0})
    for label, rle in found.items():
        np.testing.assert_array_equal(rle.decode(), values == label)


def test_thousands_of_labels_take_one_pass():
    values = np.kron(np.arange(10_000).reshape(100, 100), np.ones((8, 8), dtype=int))
    found = encode_labels(values)
    assert len(found) == 9999
    assert {rle.area for rle in found.values()} == {64}


def test_a_folder_of_label_maps(tmp_path):
    save(tmp_path / "a.png", LABELS)
    save(tmp_path / "sub" / "b.c.tif", LABELS.astype(np.uint16) * 1000)
    save(tmp_path / "one.png", ONE)
    save(tmp_path / "zero.png", ONE * 0)
    assert LabelMapReader().recognises(tmp_path)
    found = LabelMapReader().read(tmp_path)
    assert found.problems == []
    assert [image.name for image in found.images] == ["a", "one", "sub/b.c", "zero"]
    assert [(mask.image.name, mask.source_id) for mask in found.masks] == [
        ("a", 1),
        ("a", 4),
        ("one", 1),
        ("sub/b.c", 1000),
        ("sub/b.c", 4000),
    ]
    np.testing.assert_array_equal(
        found.masks[4].segmentation.rasterise(20, 30).decode(), LABELS == 4
    )
    with pytest.raises(MaskError, match="made for 30x20 pixels, but the image is 20x30"):
        found.masks[4].segmentation.rasterise(30, 20)


def test_sixteen_bits_alone_make_a_label_map(tmp_path):
    save(tmp_path / "a.png", ONE.astype(np.uint16))
    assert LabelMapReader().recognises(tmp_path)


def test_binary_masks_alone_are_not_recognised(tmp_path):
    save(tmp_path / "a.png", ONE * 255)
    assert not LabelMapReader().recognises(tmp_path)
    assert not LabelMapReader().recognises(tmp_path / "a.png")
    assert not LabelMapReader().recognises(tmp_path / "none")


def test_damaged_files_are_problems(tmp_path):
    save(tmp_path / "a.png", LABELS)
    (tmp_path / "b.png").write_text("hello")
    found = LabelMapReader().read(tmp_path)
    assert len(found.masks) == 2
    assert [problem.subject for problem in found.problems] == ["b.png"]


def test_a_folder_mixed_with_photos_is_refused(tmp_path):
    save(tmp_path / "a.png", LABELS)
    save(tmp_path / "photo.png", np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8))
    with pytest.raises(FormatError, match=r"mixes masks with pictures such as “photo\.png”"):
        LabelMapReader().read(tmp_path)


def test_no_folder_and_no_files(tmp_path):
    with pytest.raises(FormatError, match="has no PNG or TIFF files"):
        LabelMapReader().read(tmp_path)
    with pytest.raises(FormatError, match="is not a folder"):
        LabelMapReader().read(tmp_path / "none")


@pytest.fixture(scope="module")
def valid(tmp_path_factory):
    folder = tmp_path_factory.mktemp("valid")
    save(folder / "a.png", LABELS)
    save(folder / "sub" / "b.png", LABELS.astype(np.uint16) * 1000)
    save(folder / "c.tif", LABELS)
    PIL.Image.fromarray(LABELS).convert("P").save(folder / "d.png")
    return tree_of(folder)


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(valid, data):
    assert_survives(LabelMapReader(), valid, data, size=LABELS.shape)
