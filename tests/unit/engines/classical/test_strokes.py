"""Strokes and boxes on drawn scenes whose truth is known to the pixel."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.drawn_scenes import scene, strided

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.domain.masks import BoolMask, tight_box
from segrefine_gui.domain.metrics import iou
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.engines.classical.strokes import (
    REACH_SHARE,
    Strokes,
    from_box,
    from_strokes,
    strokes_region,
)


def painted(like: BoolMask, *lines: tuple[tuple[int, int], tuple[int, int]]) -> BoolMask:
    canvas = np.zeros(like.shape, np.uint8)
    for start, end in lines:
        cv2.line(canvas, start, end, 1, 5)
    return canvas > 0


def decide(image: RgbImage, mask: BoolMask, strokes: Strokes, **settings: int) -> BoolMask:
    return from_strokes(image, mask, strokes, CancelToken(), **settings) >= 128


@pytest.mark.parametrize("size", [(240, 320), (1200, 1600)])
def test_one_stroke_each_cuts_the_object_out_of_nothing(size: tuple[int, int]) -> None:
    image, truth, _ = scene(*size)
    height, width = size
    inner = painted(truth, ((width // 2 - height // 8, height // 2), (width // 2, height // 2)))
    outer = painted(truth, ((8, 8), (8, height - 8)), ((width - 8, 8), (width - 8, height - 8)))
    decided = decide(image, np.zeros_like(truth), Strokes(inner, outer))
    assert iou(decided, truth) > 0.98


def test_a_background_stroke_takes_a_leak_away() -> None:
    image, truth, _ = scene()
    leaked = truth.copy()
    leaked[100:140, 200:270] = True
    stroke = painted(truth, ((245, 120), (260, 120)))
    decided = decide(image, leaked, Strokes(np.zeros_like(truth), stroke))
    assert iou(leaked, truth) < 0.95
    assert iou(decided, truth) > 0.98


def test_a_foreground_stroke_brings_a_part_of_another_colour() -> None:
    image, truth, _ = scene()
    image[30:50, 30:70] = (30, 40, 220)
    stroke = painted(truth, ((40, 40), (60, 40)))
    decided = decide(image, truth, Strokes(stroke, np.zeros_like(truth)))
    expected = truth.copy()
    expected[30:50, 30:70] = True
    assert iou(decided, expected) > 0.98


def test_what_is_out_of_reach_stays_as_it_is() -> None:
    image, truth, coarse = scene()
    before = coarse.copy()
    before[100:140, 220:270] = True
    stroke = painted(truth, ((250, 120), (265, 120)))
    strokes = Strokes(np.zeros_like(truth), stroke)
    away = cv2.distanceTransform((~stroke).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    soft = from_strokes(image, before, strokes, CancelToken(), reach=30)
    np.testing.assert_array_equal(soft[away > 30], before[away > 30] * 255)
    assert not np.array_equal(soft[away <= 30] >= 128, before[away <= 30])
    # By itself it follows the mask's size.
    by_size = REACH_SHARE * np.sqrt(np.count_nonzero(before))
    soft = from_strokes(image, before, strokes, CancelToken())
    np.testing.assert_array_equal(soft[away > by_size], before[away > by_size] * 255)


def test_a_part_far_larger_than_the_working_size_is_cut_where_the_strokes_are() -> None:
    image, truth, _ = scene(1500, 2000)
    leaked = truth.copy()
    leaked[600:900, 1300:1600] = True
    stroke = painted(truth, ((1480, 650), (1480, 850)))
    none = np.zeros_like(truth)
    decided = decide(image, leaked, Strokes(none, stroke), reach=500)
    assert iou(leaked, truth) < 0.95
    assert iou(decided, truth) > 0.98


@settings(max_examples=40)
@given(
    st.integers(0, 3),
    st.lists(hnp.arrays(np.bool_, (12, 16), elements=st.booleans()), min_size=3, max_size=3),
    st.none() | st.integers(0, 9),
)
def test_strokes_are_always_obeyed(seed: int, masks: list[BoolMask], reach: int | None) -> None:
    image, _, _ = scene(12, 16, seed=seed)
    mask, foreground, background = masks
    before = mask.copy()
    soft = from_strokes(image, mask, Strokes(foreground, background), CancelToken(), reach=reach)
    assert soft.shape == mask.shape
    assert soft.dtype == np.uint8
    assert (soft[background] == 0).all()
    assert (soft[foreground & ~background] == 255).all()
    np.testing.assert_array_equal(mask, before)


@pytest.mark.parametrize("value", [False, True])
def test_without_strokes_an_empty_mask_stays_empty_and_a_full_one_full(value: bool) -> None:
    image, truth, _ = scene()
    none = np.zeros_like(truth)
    mask = np.full_like(truth, value)
    np.testing.assert_array_equal(decide(image, mask, Strokes(none, none)), mask)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 2), (3, 2000)])
def test_parts_a_pixel_high_or_wide_come_back_whole(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    mask = np.zeros(shape, np.bool_)
    mask[0, 0] = True
    background = np.zeros(shape, np.bool_)
    background[-1, -1] = True
    soft = from_strokes(image, mask, Strokes(mask, background), CancelToken())
    assert soft.shape == shape


def test_the_same_input_gives_the_same_output_in_any_layout() -> None:
    image, truth, coarse = scene(noise=30)
    strokes = Strokes(painted(truth, ((150, 120), (170, 120))), painted(truth, ((8, 8), (8, 200))))
    first = decide(image, coarse, strokes)
    for other_image, other_mask in strided(image, coarse):
        np.testing.assert_array_equal(decide(other_image, other_mask, strokes), first)


def test_a_box_gives_the_object_in_it() -> None:
    image, truth, _ = scene()
    wide = np.pad(image, ((100, 60), (200, 40), (0, 0)), mode="edge")
    truth = np.pad(truth, ((100, 60), (200, 40)))
    box = tight_box(truth).grown(8, Box(0, 0, *wide.shape[1::-1]))
    soft = from_box(wide, box, CancelToken())
    assert soft.region == strokes_region(box, *wide.shape[1::-1])
    found = np.zeros_like(truth)
    found[soft.region.slices] = soft.cut()
    assert iou(found, truth) > 0.97
    found[box.slices] = False
    assert not found.any()


def test_what_cannot_be_is_one_sentence() -> None:
    image, truth, _ = scene()
    none = np.zeros_like(truth)
    with pytest.raises(EngineError, match="another size"):
        from_strokes(image, truth, Strokes(none[1:], none), CancelToken())
    with pytest.raises(EngineError, match="not on the image"):
        from_box(image, Box(400, 10, 500, 20), CancelToken())


def test_a_set_token_stops_it() -> None:
    image, truth, _ = scene()
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        from_strokes(image, truth, Strokes(truth, ~truth), token)
