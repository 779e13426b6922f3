import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.view_transform import ViewTransform

scales = st.floats(0.01, 64)
ratios = st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0])
coordinates = st.floats(-5000, 5000)
edges = st.integers(0, 4000)


@given(coordinates, coordinates, scales, ratios)
def test_widget_and_image_points_are_inverse(x: float, y: float, scale: float, ratio: float):
    view = ViewTransform.centred((500, 300), scale, (801, 603), ratio)

    assert view.to_image(*view.to_widget(x, y)) == pytest.approx((x, y), abs=1e-6)


@given(edges, edges, scales, ratios)
def test_centre_is_shown_in_the_middle_up_to_half_a_device_pixel(
    x: int, y: int, scale: float, ratio: float
):
    view = ViewTransform.centred((x, y), scale, (801, 603), ratio)

    assert view.to_widget(x, y) == pytest.approx((400.5, 301.5), abs=0.5 / ratio + 1e-6)


@given(edges, st.integers(1, 50), scales, ratios)
def test_device_box_holds_the_pixels_whose_centres_are_inside(
    x0: int, side: int, scale: float, ratio: float
):
    view = ViewTransform.centred((1000, 1000), scale, (640, 480), ratio)

    box = view.device_box(Box(x0, x0, x0 + side, x0 + side))

    for device, inside in (
        (box.x0, True),
        (box.x0 - 1, False),
        (box.x1 - 1, True),
        (box.x1, False),
    ):
        x = view.to_image((device + 0.5) / ratio, 0)[0]
        near_an_edge = min(abs(x - x0), abs(x - x0 - side)) * scale < 1e-6
        empty = box.x0 == box.x1
        assert near_an_edge or empty or (x0 <= x < x0 + side) == inside


def test_boxes_that_touch_in_the_image_touch_on_the_screen():
    view = ViewTransform.centred((50, 50), 0.37, (640, 480))

    assert view.device_box(Box(0, 0, 33, 9)).x1 == view.device_box(Box(33, 0, 70, 9)).x0


def test_widget_box_covers_a_widget_of_fractional_device_size():
    view = ViewTransform.centred((0, 0), 1, (101, 51), 1.25)

    assert view.widget_box == Box(0, 0, math.ceil(126.25), math.ceil(63.75))
