from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from segrefine_gui.domain.masks import BoolMask, encode_mask
from segrefine_gui.formats.writing import polygons
from segrefine_gui.formats.writing.polygons import Holes, Polygons, polygons_of

masks = hnp.arrays(
    np.bool_, st.tuples(st.integers(1, 20), st.integers(1, 20)), elements=st.booleans()
)
RING = np.ones((9, 9), dtype=bool)
RING[3:6, 2:7] = False


def filled(found: Polygons, shape: tuple[int, int]) -> BoolMask:
    coded = coco_mask.frPyObjects([list(part) for part in found.parts], *shape)
    return coco_mask.decode(coco_mask.merge(coded)).astype(bool)


def disk(side: int, hole: float = 0.0) -> BoolMask:
    distance = np.hypot(*np.mgrid[:side, :side] - side / 2)
    return (distance < side * 0.4) & (distance >= hole)


@given(masks, st.sampled_from(Holes))
@settings(max_examples=300)
def test_without_a_tolerance_any_mask_comes_back_exactly(mask, holes):
    found = polygons_of(encode_mask(mask), holes=holes)
    if not mask.any():
        assert found is None
        return
    assert found.pixels == 0
    assert all(len(part) >= 6 for part in found.parts)
    np.testing.assert_array_equal(filled(found, mask.shape), mask)


@given(masks.filter(np.any), st.floats(0.1, 6), st.sampled_from(Holes))
@settings(max_examples=300)
def test_the_pixels_that_simplifying_changes_are_counted(mask, tolerance, holes):
    found = polygons_of(encode_mask(mask), tolerance, holes)
    assert all(len(part) >= 6 for part in found.parts)
    assert found.pixels == np.count_nonzero(filled(found, mask.shape) != mask)


def test_holes_in_holes_in_parts_and_whole_images():
    nested = np.zeros((40, 50), dtype=bool)
    for inset in range(0, 18, 3):
        nested[inset : 40 - inset, inset : 50 - inset] ^= True
    for mask in (nested, ~nested, np.ones((4, 3), dtype=bool), np.ones((1, 1), dtype=bool)):
        for holes in Holes:
            found = polygons_of(encode_mask(mask), holes=holes)
            assert found.pixels == 0
            np.testing.assert_array_equal(filled(found, mask.shape), mask)


def test_a_seam_makes_one_outline_and_a_split_several_plain_ones():
    seam, split = (polygons_of(encode_mask(RING), holes=holes) for holes in Holes)
    assert seam.parts == [[0, 0, 2, 0, 2, 3, 2, 6, 7, 6, 7, 3, 2, 3, 2, 0, 9, 0, 9, 9, 0, 9]]
    assert len(split.parts) == 2
    for part in split.parts:
        points = list(zip(part[::2], part[1::2], strict=True))
        assert len(set(points)) == len(points)


def test_a_seam_is_no_longer_than_to_the_outline_above():
    mask = np.ones((100, 100), dtype=bool)
    mask[10:20, 40:50] = mask[30:40, 40:50] = False
    (part,) = polygons_of(encode_mask(mask)).parts
    points = np.array(part).reshape(-1, 2)
    steps = np.abs(np.diff(points, axis=0)).max(axis=1)
    assert np.count_nonzero(steps == 10) >= 10  # two seams of ten pixels, each gone twice
    assert steps.max() == 100


def test_simplified_outlines_have_few_points_and_lose_little():
    mask = disk(200, hole=30)
    exact, close, loose = (polygons_of(encode_mask(mask), each) for each in (0, 0.25, 1.5))
    assert exact.pixels == close.pixels == 0
    assert 0 < loose.pixels < 0.015 * mask.sum()
    assert len(loose.parts[0]) * 8 < len(close.parts[0]) * 2 < len(exact.parts[0]) * 2
    assert not filled(loose, mask.shape)[100, 100]


def test_specks_do_not_vanish_however_large_the_tolerance():
    mask = np.zeros((9, 9), dtype=bool)
    mask[2, 2] = mask[6:8, 5:8] = True
    found = polygons_of(encode_mask(mask), tolerance=50)
    assert found.pixels == 0
    np.testing.assert_array_equal(filled(found, mask.shape), mask)


def test_what_is_too_ragged_is_no_polygons(monkeypatch):
    monkeypatch.setattr(polygons, "MAX_WORK", 7)
    assert polygons_of(encode_mask(RING)) is None
    assert polygons_of(encode_mask(disk(30))) is not None


@pytest.mark.parametrize("holes", Holes)
def test_noise_takes_no_more_than_seconds(holes):
    mask = np.random.default_rng(3).random((200, 200)) < 0.7
    found = polygons_of(encode_mask(mask), holes=holes)
    assert found.pixels == 0
