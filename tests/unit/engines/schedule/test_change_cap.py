"""Changes far from the coarse boundary are undone, and nothing else is."""

import numpy as np

from segrefine_gui.engines.schedule.change_cap import capped


def square():
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:50] = True  # sqrt(area) is 20
    return mask


def test_pixels_beyond_the_cap_are_as_the_coarse_mask_says():
    coarse = square()
    soft = np.full(coarse.shape, 100, np.uint8)
    kept = capped(soft, coarse, 0.1)  # two pixels
    assert kept[30, 28] == kept[30, 29] == 100
    assert kept[30, 27] == 0
    assert kept[30, 30] == kept[30, 31] == 100
    assert kept[30, 32] == 255
    assert np.count_nonzero(kept == 255) == 16 * 16
    assert kept.dtype == np.uint8


def test_a_wide_cap_changes_nothing():
    soft = np.random.default_rng(0).integers(0, 256, (60, 80), dtype=np.uint8)
    assert np.array_equal(capped(soft, square(), 10), soft)


def test_a_mask_without_a_boundary_comes_back():
    soft = np.full((5, 7), 100, np.uint8)
    for coarse in (np.zeros((5, 7), bool), np.ones((5, 7), bool)):
        assert np.array_equal(capped(soft, coarse, 0.5), coarse * np.uint8(255))
