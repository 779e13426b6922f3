"""What a mask head said is stretched as the segmenter stretches it, and read back without trust."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.head_masks import MAX_SIDE, HeadMask

VALUES = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
BOX = (10.25, 20.5, 61.75, 50.125)


@given(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)),
    st.tuples(*[st.floats(-1e4, 1e4, width=32)] * 2),
)
def test_the_png_is_lossless(values, corner):
    box = (*corner, corner[0] + 7.5, corner[1] + 3.25)
    back = HeadMask.from_png(box, HeadMask(box, values).to_png())
    assert back.box == box
    np.testing.assert_array_equal(back.values, values)


def test_a_box_of_whole_pixels_gives_the_values_themselves():
    head = HeadMask((3, 5, 31, 33), VALUES)
    np.testing.assert_array_equal(head.pasted(Box(3, 5, 31, 33)), VALUES)
    around = head.pasted(Box(0, 0, 40, 40))
    assert around[:5].max() == around[:, :3].max() == around[33:].max() == 0


def test_any_region_shows_its_part_of_the_whole():
    head = HeadMask(BOX, VALUES)
    whole = head.pasted(Box(0, 0, 90, 70))
    part = Box(15, 10, 70, 45)
    np.testing.assert_allclose(head.pasted(part), whole[part.slices], atol=1e-3)


def test_it_falls_to_half_on_the_edge_of_its_box():
    head = HeadMask((10, 10, 30, 30), np.full((2, 2), 200, dtype=np.uint8))
    row = head.pasted(Box(0, 20, 40, 21))[0]
    assert row[15] == 200
    assert (row[9] + row[10]) / 2 == pytest.approx(100)
    assert row[0] == 0


def test_detectron2_pastes_likewise():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    layers = pytest.importorskip("detectron2.layers", reason="Detectron2 is not installed")
    masks, boxes = torch.from_numpy(VALUES / np.float32(255))[None], torch.tensor([BOX])
    theirs = layers.paste_masks_in_image(masks, boxes, (70, 90), threshold=-1)[0].numpy()
    mine = HeadMask(BOX, VALUES).pasted(Box(0, 0, 90, 70))
    assert np.abs(np.floor(mine) - theirs).max() <= 1


def test_doubt_is_greatest_at_one_half():
    values = np.array([[0, 255, 64, 191, 127, 128]], dtype=np.uint8)
    head = HeadMask((0, 0, 6, 1), values)
    assert head.doubt(Box(0, 0, 6, 1)).tolist() == [[0, 0, 128, 128, 254, 254]]
    assert head.doubt(Box(20, 0, 22, 1)).tolist() == [[0, 0]]


@pytest.mark.parametrize(
    "box",
    [(0, 0, 0, 1), (0, 5, 5, 5), (3, 0, 2, 1), (math.nan, 0, 1, 1), (0, 0, math.inf, 1)],
)
def test_what_is_no_box_is_refused(box):
    with pytest.raises(ValueError, match="box"):
        HeadMask(box, VALUES)
    with pytest.raises(MaskError, match="damaged"):
        HeadMask.from_png(box, HeadMask(BOX, VALUES).to_png())


@pytest.mark.parametrize(
    "values", [VALUES.astype(np.float32), VALUES[0], np.zeros((0, 3), dtype=np.uint8)]
)
def test_values_are_a_map_of_bytes(values):
    with pytest.raises(ValueError, match="values"):
        HeadMask(BOX, values)


@pytest.mark.parametrize(
    "png",
    [
        b"",
        b"no png",
        HeadMask(BOX, VALUES).to_png()[:40],
        cv2.imencode(".png", VALUES.astype(np.uint16))[1].tobytes(),
        cv2.imencode(".png", np.dstack([VALUES] * 3))[1].tobytes(),
        cv2.imencode(".png", np.zeros((MAX_SIDE + 1, 1), dtype=np.uint8))[1].tobytes(),
    ],
)
def test_a_damaged_store_is_a_mask_error(png):
    with pytest.raises(MaskError, match="head mask"):
        HeadMask.from_png(BOX, png)
