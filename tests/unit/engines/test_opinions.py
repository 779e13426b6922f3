"""Opinions agree with changes that are right, and not with those that are wrong."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from support.refinements import disk, picture_of

from segrefine_gui.domain.metrics import iou
from segrefine_gui.engines.opinions import opinion_on

ANY, GRABCUT = "any", "grabcut"


@pytest.mark.parametrize("refiner", [ANY, GRABCUT])
def test_an_opinion_mends_a_coarse_mask_and_leaves_a_right_one(refiner: str) -> None:
    image, truth = picture_of(disk()), disk()
    opinion = opinion_on(refiner)
    for coarse in (disk(48), truth):
        found = opinion(image, coarse)
        assert found is not None
        mask, reach = found
        assert (mask.dtype, reach.dtype) == (np.bool_, np.bool_)
        assert iou(mask, truth) > 0.97


@pytest.mark.parametrize("refiner", [ANY, GRABCUT])
def test_it_changes_nothing_out_of_its_reach(refiner: str) -> None:
    coarse = disk(40)
    found = opinion_on(refiner)(picture_of(disk(60)), coarse)
    assert found is not None
    mask, reach = found
    assert reach.any()
    # The copy's pixels are larger than the image's.
    nearly = cv2.dilate(reach.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert not np.any((mask != coarse) & ~nearly)
    assert not reach[100, 100]


def test_the_same_input_gives_the_same_opinion() -> None:
    image = picture_of(disk())
    first, again = opinion_on(ANY)(image, disk(46)), opinion_on(ANY)(image, disk(46))
    assert first is not None
    assert again is not None
    assert np.array_equal(first[0], again[0])


def test_grabcut_is_held_against_a_narrower_band() -> None:
    # Where colours tell both sides apart, the wide band reaches what the narrow one must leave.
    image, coarse = picture_of(disk(60)), disk(54)
    wide, narrow = opinion_on(ANY)(image, coarse), opinion_on(GRABCUT)(image, coarse)
    assert wide is not None
    assert narrow is not None
    for some, fewer in zip(wide, narrow, strict=True):
        assert np.count_nonzero(some) > np.count_nonzero(fewer)


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (300, 2)])
def test_a_mask_without_two_sides_gets_no_opinion(shape: tuple[int, int]) -> None:
    image = np.zeros((*shape, 3), np.uint8)
    for mask in (np.zeros(shape, bool), np.ones(shape, bool)):
        assert opinion_on(ANY)(image, mask) is None
