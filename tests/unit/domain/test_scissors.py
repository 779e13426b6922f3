from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.scissors import Scissors

CENTRE, RADIUS = (160, 120), 80


def disc() -> np.ndarray:
    image = np.full((240, 320, 3), (40, 60, 50), np.uint8)
    cv2.circle(image, CENTRE, RADIUS, (200, 170, 60), -1)
    return image


def test_the_way_goes_along_the_edge_and_not_straight() -> None:
    scissors = Scissors(disc(), (240.2, 120.7))
    way = np.array(scissors.way_to((80.5, 119.1)))
    assert tuple(way[0]) == (240.5, 120.5)
    assert tuple(way[-1]) == (80.5, 119.5)
    away = np.hypot(*(way - 0.5 - CENTRE).T) - RADIUS
    assert np.abs(away).max() < 3
    assert len(way) > 150  # a straight line would have 161 pixels across the middle
    assert np.abs(np.diff(way, axis=0)).max() == 1


def test_one_click_has_a_way_to_every_pixel_of_its_window() -> None:
    scissors = Scissors(disc(), (310, 20), reach=50)
    assert scissors.window == Box(260, 0, 320, 71)
    for x in range(260, 320, 7):
        for y in range(0, 71, 7):
            way = np.array(scissors.way_to((x + 0.5, y + 0.5)))
            assert tuple(way[-1]) == (x + 0.5, y + 0.5)
            assert np.abs(np.diff(way, axis=0, prepend=way[:1])).max() <= 1


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_it_ends_where_the_person_points_also_outside_of_the_window(x: float, y: float) -> None:
    scissors = Scissors(disc(), (5, 5), reach=30)
    way = np.array(scissors.way_to((x, y)))
    assert tuple(way[-1]) == (np.floor(x) + 0.5, np.floor(y) + 0.5)
    inside = way[:-1]
    assert (inside >= 0).all()
    assert (inside < 36).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (7, 1), (2, 2)])
def test_the_smallest_images_have_ways(shape: tuple[int, int]) -> None:
    height, width = shape
    scissors = Scissors(np.zeros((*shape, 3), np.uint8), (-4, -4))
    way = scissors.way_to((width - 0.5, height - 0.5))
    assert way[0] == (0.5, 0.5)
    assert way[-1] == (width - 0.5, height - 0.5)
