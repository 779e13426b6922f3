from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.formats.base import OverlapOrder, Problem
from segrefine_gui.formats.writing.overlaps import without_overlaps

LARGE = np.zeros((6, 8), dtype=bool)
LARGE[0:6, 0:6] = True
SMALL = np.zeros_like(LARGE)
SMALL[2:4, 4:8] = True
INSIDE = np.zeros_like(LARGE)
INSIDE[1, 1] = True

masks_of_an_image = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8).flatmap(
    lambda shape: st.lists(hnp.arrays(np.bool_, shape), max_size=5)
)
scores = st.none() | st.floats(0, 1)


@given(masks_of_an_image, st.sampled_from(OverlapOrder), st.data())
def test_no_pixel_is_shared_and_none_is_lost(make_record, masks, order, data):
    records = [make_record(mask, i, score=data.draw(scores)) for i, mask in enumerate(masks)]
    kept, problems = without_overlaps(records, order)
    ids = [record.instance.source_id for record in kept]
    assert ids == sorted(ids)
    cut = {record.instance.source_id: record.mask.decode() for record in kept}
    for own, mask in cut.items():
        assert not (mask & ~masks[own]).any()
    if masks:
        owners = np.sum(list(cut.values()) or [np.zeros_like(masks[0])], axis=0)
        np.testing.assert_array_equal(owners, np.any(masks, axis=0))
    empty = np.zeros((1, 1), dtype=bool)
    lost = {
        record.subject: int(np.count_nonzero(mask & ~cut.get(i, empty)))
        for i, (record, mask) in enumerate(zip(records, masks, strict=True))
    }
    assert {each.subject: each.pixels for each in problems} == {
        subject: pixels for subject, pixels in lost.items() if pixels
    }
    assert all(record.mask.area for record in kept) or any(not mask.any() for mask in masks)


@pytest.mark.parametrize(
    ("order", "keeps"),
    [
        (OverlapOrder.SMALLEST, "small"),
        (OverlapOrder.FIRST, "large"),
        (OverlapOrder.LAST, "small"),
        (OverlapOrder.SCORE, "large"),
    ],
)
def test_who_keeps_what_is_shared(make_record, order, keeps):
    records = [make_record(LARGE, 1, score=0.9), make_record(SMALL, 2, score=0.4)]
    (large, small), (problem,) = without_overlaps(records, order)
    subject = "instance 2 of photo.jpg" if keeps == "large" else "instance 1 of photo.jpg"
    assert problem == Problem(subject, "It lost 4 pixels that it shares with others.", 4)
    np.testing.assert_array_equal(large.mask.decode(), LARGE & ~(SMALL & (keeps == "small")))
    np.testing.assert_array_equal(small.mask.decode(), SMALL & ~(LARGE & (keeps == "large")))


def test_one_that_others_cover_whole_is_left_out_and_said(make_record):
    records = [make_record(LARGE, 1), make_record(INSIDE, 2)]
    kept, problems = without_overlaps(records, OverlapOrder.FIRST)
    assert [record.instance.source_id for record in kept] == [1]
    assert problems == [
        Problem("instance 2 of photo.jpg", "It is covered whole by others and was left out.", 1)
    ]


def test_without_a_score_comes_last(make_record):
    records = [make_record(LARGE, 1), make_record(SMALL, 2, score=0.1)]
    (large, small), _ = without_overlaps(records, OverlapOrder.SCORE)
    assert (large.mask.area, small.mask.area) == (32, 8)


def test_an_empty_mask_shares_nothing(make_record):
    records = [make_record(np.zeros_like(LARGE), 1), make_record(LARGE, 2)]
    assert without_overlaps(records, OverlapOrder.SMALLEST) == (records, [])
