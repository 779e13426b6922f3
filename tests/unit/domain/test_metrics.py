from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.metrics import (
    MaskQuality,
    boundary_iou,
    iou,
    is_harm,
    mean_boundary_accuracy,
    measure,
)


@st.composite
def mask_pairs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Two masks of one size, blocky and so with an inside."""
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    scale = draw(st.sampled_from([1, 5, 30]))
    pair = [
        np.kron(draw(hnp.arrays(np.bool_, (height, width))), np.ones((scale, scale), dtype=bool))
        for _ in range(2)
    ]
    return pair[0], pair[1]


@given(mask_pairs())
def test_iou_is_pycocotools_iou(pair):
    mask, truth = pair
    ours, theirs = (encode_mask(each).to_coco() for each in pair)
    if mask.any() or truth.any():
        assert iou(mask, truth) == pytest.approx(coco_mask.iou([ours], [theirs], [0])[0, 0])
    else:
        assert iou(mask, truth) == 1.0


def naive_mba(mask: np.ndarray, truth: np.ndarray) -> float:
    """The definition, over the whole image, with the gradient as dilation minus erosion."""
    height, width = truth.shape
    accuracies = []
    for i in range(5):
        radius = 1 + int(((width + height) / 300 - 1) / 5 * i)
        disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        pixels = truth.astype(np.uint8)
        band = cv2.dilate(pixels, disk) != cv2.erode(pixels, disk)
        if not band.any():
            return math.nan
        accuracies.append((mask == truth)[band].mean())
    return float(np.mean(accuracies))


@given(mask_pairs())
def test_mba_is_the_definition_over_the_whole_image(pair):
    expected = naive_mba(*pair)
    assert mean_boundary_accuracy(*pair) == pytest.approx(expected, nan_ok=True)


def test_mba_needs_a_boundary():
    empty = np.zeros((40, 50), dtype=bool)
    assert math.isnan(mean_boundary_accuracy(empty, empty))
    assert math.isnan(mean_boundary_accuracy(~empty, ~empty))


def naive_boundary_iou(mask: np.ndarray, truth: np.ndarray) -> float:
    """The published procedure: pad by a pixel of background, erode d times, subtract."""
    distance = max(1, round(0.02 * math.hypot(*truth.shape)))

    def boundary(each: np.ndarray) -> np.ndarray:
        padded = np.pad(each, 1).astype(np.uint8)
        eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=distance)
        return each & (eroded[1:-1, 1:-1] == 0)

    ours, theirs = boundary(mask), boundary(truth)
    union = (ours | theirs).sum()
    return float((ours & theirs).sum() / union) if union else 1.0


@given(mask_pairs())
def test_boundary_iou_is_the_published_procedure(pair):
    assert boundary_iou(*pair) == pytest.approx(naive_boundary_iou(*pair))


@given(mask_pairs())
def test_a_mask_agrees_with_itself(pair):
    quality = measure(pair[0], pair[0])
    assert quality.iou == 1.0
    assert quality.boundary_iou == 1.0
    assert quality.mba == 1.0 or math.isnan(quality.mba)


def test_boundary_iou_sees_what_iou_does_not():
    truth = np.zeros((400, 400), dtype=bool)
    truth[50:350, 50:350] = True
    shifted = np.roll(truth, 6, axis=1)
    assert iou(shifted, truth) > 0.95
    assert boundary_iou(shifted, truth) < 0.8


def test_masks_of_two_sizes_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="differ in size"):
        measure(np.zeros((2, 3), dtype=bool), np.zeros((3, 2), dtype=bool))


@pytest.mark.parametrize(
    ("iou_change", "boundary_change", "harmed"),
    [
        (-0.009, 0.0, False),
        (-0.011, 0.0, True),
        (-0.011, 0.5, True),
        (0.0, -0.019, False),
        (0.0, -0.021, True),
        (0.1, 0.1, False),
    ],
)
def test_harm_is_a_fall_beyond_the_tolerances(iou_change, boundary_change, harmed):
    coarse = MaskQuality(0.8, 0.6, 0.5)
    refined = MaskQuality(0.8 + iou_change, 0.1, 0.5 + boundary_change)
    assert is_harm(coarse, refined) is harmed
