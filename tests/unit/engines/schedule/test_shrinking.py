import numpy as np
import pytest

from segrefine_gui.engines.schedule.shrinking import shrunk, shrunk_mask


def test_a_small_crop_stays_as_it_is():
    image, mask = np.zeros((30, 40, 3), np.uint8), np.zeros((30, 40), bool)
    small, coarse = shrunk(image, mask, 40)
    assert small is image
    assert coarse is mask


@pytest.mark.parametrize(
    ("shape", "size"), [((300, 400), (30, 40)), ((400, 100), (40, 10)), ((2, 4000), (1, 40))]
)
def test_the_longer_side_is_shrunk_to_the_limit(shape, size):
    image, mask = np.full((*shape, 3), 90, np.uint8), np.zeros(shape, bool)
    mask[:, : shape[1] // 2] = True
    small, coarse = shrunk(image, mask, 40)
    assert small.shape == (*size, 3)
    assert np.all(small == 90)
    assert coarse.dtype == bool
    assert coarse.sum(axis=1).tolist() == [size[1] // 2] * size[0]


def test_a_pixel_is_set_where_half_of_what_it_covers_is():
    mask = np.zeros((40, 40), bool)
    mask[:10, :5] = True  # half of the first pixel
    mask[10:20, :4] = True  # less than half of the second
    _, coarse = shrunk(np.zeros((40, 40, 3), np.uint8), mask, 4)
    assert np.argwhere(coarse).tolist() == [[0, 0]]


@pytest.mark.parametrize("longest", [1, 7, 20, 1000])
def test_the_mask_alone_is_that_of_both(longest):
    rng = np.random.default_rng(0)
    image, mask = rng.integers(0, 256, (40, 30, 3), np.uint8), rng.random((40, 30)) < 0.5
    assert np.array_equal(shrunk_mask(mask, longest), shrunk(image, mask, longest)[1])
