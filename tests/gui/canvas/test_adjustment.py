import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.light_table import grey_image, shown

from segrefine_gui.gui.canvas.adjustment import AS_IT_IS, Adjustment
from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.viewport import Viewport


def test_as_it_is_changes_nothing():
    np.testing.assert_array_equal(AS_IT_IS.table, np.arange(256))


@given(
    st.floats(-1, 1),
    st.floats(-1, 3),
    st.floats(0.1, 10),
)
def test_order_of_values_is_kept(brightness: float, contrast: float, gamma: float):
    table = Adjustment(brightness, contrast, gamma).table

    assert table.dtype == np.uint8
    assert (np.diff(table.astype(int)) >= 0).all()


def test_gamma_lightens_shadows_and_keeps_black_and_white():
    table = Adjustment(gamma=2.2).table

    assert table[64] == round(255 * (64 / 255) ** (1 / 2.2))
    assert (table[0], table[255]) == (0, 255)


def test_contrast_turns_about_mid_grey_and_brightness_lifts():
    assert Adjustment(contrast=1).table[[96, 150]].tolist() == [64, 172]
    assert Adjustment(brightness=0.2).table[100] == 151


@pytest.mark.parametrize("scale", [0.4, 5])
def test_a_canvas_shows_adjusted_pixels_and_leaves_the_image_as_it_is(qtbot, scale: float):
    canvas = MaskCanvas(Viewport())
    canvas.resize(200, 150)
    qtbot.addWidget(canvas)
    canvas.show()
    image = grey_image(300, 200)
    canvas.set_image(image)
    canvas.viewport.zoom_by(scale / canvas.viewport.scale)

    canvas.set_adjustment(Adjustment(brightness=0.25, gamma=1.5))

    expected = Adjustment(brightness=0.25, gamma=1.5).table[128]
    assert (shown(canvas)[75, 100] == expected).all()
    assert (image.levels[0] == 128).all()

    canvas.set_adjustment(AS_IT_IS)
    assert (shown(canvas)[75, 100] == 128).all()
