from __future__ import annotations

import io
import json
import os
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.damage import assert_survives, check_reader, fuzzed, tree_of

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.formats.base import ImageEntry
from segrefine_gui.formats.npz import NpzReader, NpzWriter
from segrefine_gui.formats.npz import reader as npz_reader

MASK = np.eye(5, 7, dtype=bool)
STACK = np.stack([MASK, ~MASK, np.zeros_like(MASK)])


def save(folder: Path, name: str = "photo.npz", **arrays: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
    return path


def save_raw(folder: Path, header: bytes, body: bytes = b"", version: bytes = b"\x01\x00") -> Path:
    """An archive whose masks are said to be what `header` says."""
    digits = len(header).to_bytes(2 if version[0] == 1 else 4, "little")
    path = folder / "photo.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("masks.npy", b"\x93NUMPY" + version + digits + header + body)
    return path


@given(
    stacks=st.lists(
        hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=9).flatmap(
            lambda shape: hnp.arrays(np.bool_, shape)
        ),
        min_size=1,
        max_size=3,
    ),
    category=st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1).filter(
        str.strip
    ),
    score=st.none() | st.floats(0, 1),
)
def test_our_reader_gets_every_mask_back(
    tmp_path_factory, make_record, write, stacks, category, score
):
    folder = tmp_path_factory.mktemp("npz")
    records = [
        make_record(
            mask,
            source_id=10 + place,
            image=f"ä/{number}.jpg",
            image_id=number,
            category=category,
            category_source_id=4,
            score=score,
        )
        for number, stack in enumerate(stacks, 1)
        for place, mask in enumerate(stack)
    ]
    report = write(NpzWriter, records, folder)
    assert report.written == len(records)
    assert NpzReader().recognises(folder)
    found = NpzReader().read(folder)
    assert found.problems == []
    assert len(found.masks) == len(records)
    for entry, record in zip(found.masks, records, strict=True):
        instance, image = record.instance, record.image
        assert entry.image == ImageEntry(image.name, None, image.width, image.height)
        assert (entry.source_id, entry.category_id) == (instance.source_id, 4)
        assert (entry.category, entry.score) == (category, score)
        rle = entry.segmentation.rasterise(image.height, image.width)
        np.testing.assert_array_equal(rle.decode(), record.mask.decode())


def test_numpy_loads_what_is_written_without_unpickling(tmp_path, make_record, write):
    records = [
        make_record(MASK, 3, category="кот", category_source_id=8, score=0.25, risk=0.5),
        make_record(~MASK, -1, category="dog", category_id=2, category_source_id=9, reviewer="ö"),
    ]
    write(NpzWriter, records, tmp_path, splits={1: "val"})
    with np.load(tmp_path / "val" / "photo.npz", allow_pickle=False) as loaded:
        assert loaded["masks"].dtype == bool
        np.testing.assert_array_equal(loaded["masks"], np.stack([MASK, ~MASK]))
        assert loaded["ids"].tolist() == [3, -1]
        assert loaded["category_ids"].tolist() == [8, 9]
        assert loaded["categories"].tolist() == ["кот", "dog"]
        np.testing.assert_array_equal(loaded["scores"], [0.25, np.nan])
        assert [json.loads(text) for text in loaded["provenance"]] == [
            {"source_id": 3, "decision": "coarse", "risk": 0.5},
            {"source_id": -1, "decision": "coarse", "reviewer": "ö"},
        ]
        assert str(loaded["image"]) == "photo.jpg"


def test_an_image_without_instances_is_an_empty_stack(tmp_path, make_record, write):
    write(NpzWriter, [make_record(None)], tmp_path)
    with np.load(tmp_path / "photo.npz") as loaded:
        assert loaded["masks"].shape == (0, 5, 7)
    found = NpzReader().read(tmp_path)
    assert (list(found.masks), list(found.problems)) == ([], [])
    assert found.images == [ImageEntry("photo.jpg", None, 7, 5)]


def test_the_same_instances_make_the_same_bytes(tmp_path, make_record, write, monkeypatch):
    contents = []
    for clock in (1e9, 2e9):
        monkeypatch.setattr("time.time", lambda clock=clock: clock)
        folder = tmp_path / str(clock)
        write(NpzWriter, [make_record(MASK)], folder)
        contents.append((folder / "photo.npz").read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, ">i4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_one_mask_of_any_whole_type_and_no_other_array(tmp_path, dtype, order):
    path = save(tmp_path, "a b.npz", masks=np.asarray(MASK, dtype=dtype, order=order))
    assert NpzReader().recognises(path)
    found = NpzReader().read(path)
    assert found.problems == []
    (mask,) = found.masks
    assert mask.image == ImageEntry("a b", None, 7, 5)
    assert (mask.source_id, mask.category, mask.category_id, mask.score) == (0, "object", 1, None)
    np.testing.assert_array_equal(mask.segmentation.rasterise(5, 7).decode(), MASK)


def test_a_folder_names_images_by_their_paths(tmp_path):
    save(tmp_path, "sub/one.npz", masks=STACK, category_ids=np.array([1, 2, 1]))
    save(tmp_path, "two.npz", masks=STACK)
    save(tmp_path, ".hidden.npz", masks=STACK)
    save(tmp_path, "other.npz", weights=np.zeros(3))
    (tmp_path / "damaged.npz").write_bytes(b"PK\x03\x04 and no more")
    found = NpzReader().read(tmp_path)
    assert [image.name for image in found.images] == ["sub/one", "two"]
    assert [mask.category for mask in found.masks[:3]] == ["category 1", "category 2", "category 1"]
    assert [(p.subject, p.sentence) for p in found.problems] == [
        ("damaged.npz", "“damaged.npz” is no whole NumPy archive."),
        ("other.npz", "“other.npz” has no array “masks”."),
    ]


def test_damaged_columns_are_ignored_and_said(tmp_path):
    path = save(
        tmp_path,
        masks=STACK,
        ids=np.array([4, 4, 2]),
        category_ids=np.array([1.5, 2, 3]),
        categories=np.array(["a", "b"]),
        scores=np.array([0.5, 2, np.nan]),
        boxes=np.zeros((3, 4)),
    )
    found = NpzReader().read(path)
    assert [(mask.source_id, mask.category, mask.score) for mask in found.masks] == [
        (4, "object", 0.5),
        (5, "object", None),
        (2, "object", None),
    ]
    assert [problem.sentence for problem in found.problems] == [
        "Its array “category_ids” has no right value for each mask and was ignored.",
        "Its array “categories” has no right value for each mask and was ignored.",
        "It has other arrays, which are not kept: boxes.",
        "The id 4 occurs twice; the later one became 5.",
        "Its score is not between 0 and 1 and was ignored.",
    ]


def test_another_size_is_said_before_anything_is_read(tmp_path):
    mask = NpzReader().read(save(tmp_path, masks=STACK)).masks[0]
    with pytest.raises(MaskError, match=r"made for 7x5 pixels, but the image is 5x7\.$"):
        mask.segmentation.rasterise(7, 5)


def test_a_file_that_is_gone_or_another_when_its_masks_are_needed(tmp_path):
    path = save(tmp_path, masks=STACK)
    gone, changed = (NpzReader().read(path).masks for _ in range(2))
    save(tmp_path, masks=STACK[:, :4])
    with pytest.raises(MaskError, match="has changed since"):
        changed[0].segmentation.rasterise(5, 7)
    path.unlink()
    for mask in gone:
        with pytest.raises(MaskError, match=r"“photo\.npz” cannot be read\.$"):
            mask.segmentation.rasterise(5, 7)


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.abort, ()


def test_nothing_is_unpickled(tmp_path):
    path = save(tmp_path, masks=np.array([Bomb()], dtype=object))
    with pytest.raises(FormatError, match="holds neither numbers nor text"):
        NpzReader().read(path)
    path = save(tmp_path, masks=STACK, categories=np.array([Bomb()] * 3, dtype=object))
    found = NpzReader().read(path)
    assert len(found.masks) == 3
    assert [problem.sentence for problem in found.problems] == [
        "The array 'categories' of “photo.npz” holds neither numbers nor text, and was not read."
    ]


@pytest.mark.parametrize(
    "shape",
    [
        "(3, 100000, 100000)",
        "(10**9, 5, 7)",
        "(1000000000, 5, 7)",
        "(-1, 5, 7)",
        "(3, 0, 7)",
        "(3, 5)*2",
        "(3, 5, 7, 1)",
        "(9223372036854775807, 2, 2)",
        "(1e3, 5, 7)",
        "'abc'",
        "(" * 500,
    ],
)
@pytest.mark.parametrize("version", [b"\x01\x00", b"\x02\x00", b"\x03\x00"])
def test_lying_headers_cost_no_memory(tmp_path, shape, version):
    header = f"{{'descr': '|b1', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    path = save_raw(tmp_path, header, version=version)
    tracemalloc.start()
    with pytest.raises(FormatError):
        NpzReader().read(path)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_a_header_that_claims_to_be_long_is_not_read(tmp_path):
    path = tmp_path / "photo.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("masks.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + b" " * (64 << 20))
    tracemalloc.start()
    with pytest.raises(FormatError, match="is damaged"):
        NpzReader().read(path)
    assert tracemalloc.get_traced_memory()[1] < 2 << 20
    tracemalloc.stop()


def test_a_stack_of_more_than_it_has_is_cut_short(tmp_path):
    header = b"{'descr': '|b1', 'fortran_order': False, 'shape': (50000, 5, 7), }\n"
    masks = NpzReader().read(save_raw(tmp_path, header, STACK.tobytes())).masks
    with pytest.raises(MaskError, match="are cut short"):
        masks[0].segmentation.rasterise(5, 7)


def test_a_text_as_long_as_the_archive_is_small_is_not_read(tmp_path):
    made = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        made, {"descr": "<U400000000", "fortran_order": False, "shape": (3,)}
    )
    path = save(tmp_path, masks=STACK)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("categories.npy", made.getvalue())
    found = NpzReader().read(path)
    assert len(found.masks) == 3
    assert [p.sentence for p in found.problems] == [
        "The array 'categories' of “photo.npz” is too large."
    ]


def test_masks_are_unpacked_one_at_a_time(tmp_path):
    side, count = 1000, 60
    path = save(tmp_path, masks=np.zeros((count, side, side), dtype=bool))
    tracemalloc.start()
    for mask in NpzReader().read(path).masks:
        assert mask.segmentation.rasterise(side, side).area == 0
    assert tracemalloc.get_traced_memory()[1] < 12 * side * side
    tracemalloc.stop()


def test_more_masks_than_can_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr(npz_reader, "MAX_STACK", 100)
    with pytest.raises(FormatError, match="more masks than can be read"):
        NpzReader().read(save(tmp_path, masks=STACK))


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", b"\x80\x04.", b"{}"])
def test_what_is_no_archive(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    assert not NpzReader().recognises(path)
    with pytest.raises(FormatError, match="is no whole NumPy archive"):
        NpzReader().read(path)
    assert not NpzReader().recognises(tmp_path / "none")
    assert check_reader(NpzReader(), tmp_path / "none", (5, 7)) is None


@pytest.fixture(scope="module")
def valid(tmp_path_factory, make_record, write):
    folder = tmp_path_factory.mktemp("valid")
    records = [make_record(mask, place, score=0.5) for place, mask in enumerate(STACK)]
    write(NpzWriter, records, folder)
    return {"photo.npz": tree_of(folder)["photo.npz"]}


@fuzzed
@given(data=st.data())
def test_damaged_files_are_survived(valid, data):
    assert_survives(NpzReader(), valid, data, size=(5, 7))
