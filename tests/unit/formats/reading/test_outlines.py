from __future__ import annotations

import numpy as np
import pytest

from segrefine_gui.formats.reading.outlines import ellipse, turned_box


def test_a_box_turns_clockwise():
    assert turned_box((0, 0, 4, 2), 0, (9, 9)) == [0, 0, 4, 0, 4, 2, 0, 2]
    assert turned_box((0, 0, 4, 2), 90, (0, 0)) == pytest.approx([0, 0, 0, 4, -2, 4, -2, 0])


def test_an_ellipse_goes_through_its_radii():
    points = np.array(ellipse((10, 20), (8, 3), 0)).reshape(-1, 2)
    np.testing.assert_allclose((((points - (10, 20)) / (8, 3)) ** 2).sum(axis=1), 1)
    turned = np.array(ellipse((10, 20), (8, 3), 90)).reshape(-1, 2)
    np.testing.assert_allclose((np.ptp(turned[:, 0]), np.ptp(turned[:, 1])), (6, 16), atol=0.3)


def test_a_large_ellipse_has_points_enough_and_not_too_many():
    assert len(ellipse((0, 0), (1e9, 1), 0)) == 20_000
    assert len(ellipse((0, 0), (0, 0), 0)) == 32
