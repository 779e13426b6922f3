import cv2
import numpy as np

from segrefine_gui.engines.classical.guided_filter import soften


def step(width=64, at=32):
    image = np.full((40, width, 3), 30, np.uint8)
    image[:, at:] = 220
    return image


def test_a_boundary_a_pixel_off_snaps_to_the_edge():
    image = step()
    mask = np.zeros((40, 64), bool)
    mask[:, 33:] = True
    soft = soften(mask, image, image, radius=2, smoothness=1e-3)
    assert np.all((soft >= 128)[:, 33:])
    assert np.all(soft[:, 32] > 60)
    assert np.all(soft[:, :28] == 0)
    assert np.all(soft[:, 37:] == 255)


def test_enlarging_follows_the_full_size_edge():
    image = step(width=400, at=203)
    image = cv2.resize(image, (400, 250), interpolation=cv2.INTER_NEAREST)
    small = cv2.resize(image, (80, 50), interpolation=cv2.INTER_AREA)
    mask = small[..., 0] > 125
    soft = soften(mask, small, image, radius=2, smoothness=1e-3)
    assert soft.shape == (250, 400)
    assert np.array_equal(soft >= 128, image[..., 0] > 125)


def test_a_flat_mask_stays_flat():
    image = step()
    assert np.all(soften(np.ones((40, 64), bool), image, image, 2, 1e-3) == 255)
    assert not soften(np.zeros((40, 64), bool), image, image, 2, 1e-3).any()
