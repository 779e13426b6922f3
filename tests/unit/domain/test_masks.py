from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.masks import (
    MAX_POLYGONS,
    MAX_SIDE,
    Rle,
    encode_mask,
    encode_part,
    place_mask,
    rle_from_counts,
    rle_from_polygons,
    rle_from_runs,
    tight_box,
)

masks = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24))
ROUND = np.hypot(*np.mgrid[-20:20, -30:30]) < 15


def naive_runs(mask: np.ndarray) -> list[int]:
    """Run lengths by the definition: column by column, zeros first."""
    runs, value = [0], False
    for pixel in mask.T.ravel().tolist():
        if pixel != value:
            runs.append(0)
            value = pixel
        runs[-1] += 1
    return runs


@given(masks)
def test_encoding_and_decoding_gives_the_mask_back(mask):
    rle = encode_mask(mask)
    np.testing.assert_array_equal(rle.decode(), mask)
    assert rle.decode().flags.c_contiguous


@given(masks)
def test_the_tight_box_is_that_of_the_encoded_mask(mask):
    assert tight_box(mask) == encode_mask(mask).box


@given(masks)
def test_runs_area_and_box_agree_with_their_definitions(mask):
    rle = encode_mask(mask)
    assert rle.runs.tolist() == naive_runs(mask)
    assert rle.area == mask.sum()
    rows, columns = np.nonzero(mask)
    if rows.size:
        assert rle.box == Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    else:
        assert rle.box == Box(0, 0, 0, 0)


@given(masks)
def test_pycocotools_reads_what_we_write_and_agrees_on_it(mask):
    coco = encode_mask(mask).to_coco()
    np.testing.assert_array_equal(coco_mask.decode(coco).astype(bool), mask)
    assert coco_mask.area(coco) == mask.sum()
    assert coco_mask.toBbox(coco).tolist() == encode_mask(mask).box.to_xywh()


@given(masks, st.data())
def test_decoding_a_region_gives_that_part(mask, data):
    height, width = mask.shape
    x0, y0 = data.draw(st.integers(0, width)), data.draw(st.integers(0, height))
    region = Box(x0, y0, data.draw(st.integers(x0, width)), data.draw(st.integers(y0, height)))
    np.testing.assert_array_equal(encode_mask(mask).decode(region), mask[region.slices])


def test_decoding_outside_the_image_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="not inside"):
        encode_mask(ROUND).decode(Box(0, 0, 61, 40))


def test_long_runs_take_several_characters():
    mask = np.zeros((3000, 2000), dtype=bool)
    mask[1234:2999, 100:1900] = True
    rle = encode_mask(mask)
    assert rle.area == mask.sum()
    np.testing.assert_array_equal(rle.decode(), mask)


def test_only_two_dimensions_are_a_mask():
    with pytest.raises(ValueError, match="two dimensions"):
        encode_mask(np.zeros((2, 2, 2), dtype=bool))


@given(masks)
def test_checked_rles_from_files_are_the_same_mask(mask):
    height, width = mask.shape
    rle = encode_mask(mask)
    assert rle_from_counts(rle.counts, height, width) == rle
    assert rle_from_counts(rle.counts.decode("ascii"), height, width) == rle
    assert rle_from_runs(rle.runs.tolist(), height, width) == rle
    assert rle_from_runs([float(run) for run in rle.runs], height, width) == rle


@given(st.binary(max_size=40), st.integers(1, 9), st.integers(1, 9))
def test_arbitrary_bytes_are_a_whole_mask_or_a_mask_error(counts, height, width):
    try:
        rle = rle_from_counts(counts, height, width)
    except MaskError:
        return
    assert rle.decode().sum() == rle.area
    np.testing.assert_array_equal(coco_mask.decode(rle.to_coco()).astype(bool), rle.decode())


def test_cut_and_lengthened_counts_are_refused():
    counts = encode_mask(ROUND).counts
    refused = 0
    for length in range(len(counts)):
        with pytest.raises(MaskError):
            rle_from_counts(counts[:length], *ROUND.shape)
        refused += 1
    assert refused > 50
    with pytest.raises(MaskError):
        rle_from_counts(counts + b"1", *ROUND.shape)
    with pytest.raises(MaskError, match=r"describes 2400 pixels, but 60x41 are 2460"):
        rle_from_counts(counts, 41, 60)


@pytest.mark.parametrize("counts", ["", "é", "\x00", "~", "oooooooooo0", "Z", b"\xff"])
def test_counts_that_no_rle_has(counts):
    with pytest.raises(MaskError):
        rle_from_counts(counts, 4, 4)


@pytest.mark.parametrize(
    "runs",
    [
        [],
        [15],
        [17],
        [-1, 17],
        [8.5, 7.5],
        [float("nan"), 16],
        [float("inf")],
        [None, 16],
        ["0", "16"],
        [[0, 16]],
        [[0], 16],
        [10**30],
        [2**62, 2**62, 2**62, 2**62, 16],
    ],
)
@pytest.mark.filterwarnings("error")
def test_runs_that_no_mask_has(runs):
    with pytest.raises(MaskError):
        rle_from_runs(runs, 4, 4)


@pytest.mark.parametrize(
    "size", [(0, 4), (4, 0), (-4, -4), (MAX_SIDE + 1, 1), (4.0, 4), (True, 16)]
)
def test_sizes_that_no_image_has(size):
    for read in (lambda: rle_from_counts("0", *size), lambda: rle_from_runs([16], *size)):
        with pytest.raises(MaskError, match="size"):
            read()
    with pytest.raises(MaskError, match="size"):
        rle_from_polygons([[0, 0, 1, 0, 1, 1]], *size)


def test_a_polygon_along_pixel_edges_covers_those_pixels():
    expected = np.zeros((10, 12), dtype=bool)
    expected[2:5, 3:8] = True
    square = rle_from_polygons([[3, 2, 8, 2, 8, 5, 3, 5]], 10, 12)
    np.testing.assert_array_equal(square.decode(), expected)


def test_polygons_are_united_even_where_they_overlap():
    expected = np.zeros((10, 12), dtype=bool)
    expected[0:4, 0:4] = expected[2:6, 2:6] = True
    rle = rle_from_polygons([[0, 0, 4, 0, 4, 4, 0, 4], [2, 2, 6, 2, 6, 6, 2, 6]], 10, 12)
    np.testing.assert_array_equal(rle.decode(), expected)


def test_no_polygons_are_an_empty_mask():
    assert rle_from_polygons([], 3, 5) == encode_mask(np.zeros((3, 5), dtype=bool))


def test_a_polygon_far_outside_is_clipped():
    rle = rle_from_polygons([[-1e300, -1e300, 1e300, -1e300, 1e300, 1e300, -1e300, 1e300]], 5, 7)
    assert rle.area == 35


@pytest.mark.parametrize(
    "polygon",
    [
        [],
        [1, 2, 3, 4],
        [1, 2, 3, 4, 5, 6, 7],
        [0, 0, 1, 0, 1, float("nan")],
        [0, 0, 1, 0, 1, float("inf")],
        [0, 0, 1, 0, 1, None],
        [0, 0, 1, 0, 1, "x"],
        [0, 0, 1, 0, 1, [1]],
        [0, 0, 1, 0, 1, 10**400],
        [[0, 0], [1, 0], [1, 1]],
        5,
        "123456",
        {"a": 1},
    ],
)
def test_polygons_that_are_none(polygon):
    with pytest.raises(MaskError):
        rle_from_polygons([[0, 0, 1, 0, 1, 1], polygon], 5, 5)


def test_an_outline_that_would_exhaust_memory_is_refused():
    zigzag = [0, 0, 5000, 5000] * 100_000
    with pytest.raises(MaskError, match="too long"):
        rle_from_polygons([zigzag], 5000, 5000)


@given(
    st.lists(st.floats(-60, 60), min_size=6, max_size=24).filter(
        lambda points: len(points) % 2 == 0
    ),
    st.integers(1, 20),
    st.integers(1, 20),
)
def test_any_polygon_is_a_valid_mask(polygon, height, width):
    rle = rle_from_polygons([polygon], height, width)
    assert rle.runs.sum() == height * width
    assert rle.runs.min() >= 0
    assert rle.decode().shape == (height, width)


def test_place_mask():
    placed = place_mask(np.ones((2, 3), dtype=bool), Box(1, 2, 4, 4), 5, 6)
    assert placed.shape == (5, 6)
    assert placed.sum() == 6
    assert placed[2:4, 1:4].all()


def test_equal_masks_are_equal_values():
    assert encode_mask(ROUND) == encode_mask(ROUND.astype(np.uint8))
    assert len({encode_mask(ROUND), encode_mask(ROUND)}) == 1
    assert encode_mask(ROUND).to_coco() == {
        "size": [40, 60],
        "counts": Rle(40, 60, encode_mask(ROUND).counts).counts.decode("ascii"),
    }


@given(st.data())
def test_encoding_a_part_equals_encoding_the_whole_image(data: st.DataObject):
    height, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    y0, x0 = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    y1, x1 = data.draw(st.integers(y0 + 1, height)), data.draw(st.integers(x0 + 1, width))
    region = Box(x0, y0, x1, y1)
    bits = data.draw(st.integers(0, 2 ** (region.area) - 1))
    mask = np.array([bits >> at & 1 for at in range(region.area)], dtype=bool)
    mask = mask.reshape(region.height, region.width)

    assert encode_part(mask, region, height, width) == encode_mask(
        place_mask(mask, region, height, width)
    )


def test_many_polygons_take_about_as_long_as_they_are_many():
    side = 400
    squares = [
        [x, y, x + 1, y, x + 1, y + 1, x, y + 1]
        for y in range(0, side, 2)
        for x in range(0, side, 2)
    ]
    mask = np.zeros((side, side), dtype=bool)
    mask[::2, ::2] = True
    started = time.process_time()
    drawn = rle_from_polygons(squares, side, side)
    assert time.process_time() - started < 10
    np.testing.assert_array_equal(drawn.decode(), mask)


def test_more_polygons_than_any_object_has():
    with pytest.raises(MaskError, match="more than 100,000 polygons"):
        rle_from_polygons([[0, 0, 1, 0, 1, 1]] * (MAX_POLYGONS + 1), 5, 5)
