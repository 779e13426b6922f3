from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.wand import wand

IMAGES = hnp.arrays(
    np.uint8,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12).map(lambda s: (*s, 3)),
    elements=st.sampled_from([0, 10, 20, 30, 250, 255]),
)


@given(IMAGES, st.sampled_from([0, 5, 10, 20, 255]), st.booleans(), st.data())
def test_the_wand_takes_what_looks_like_the_clicked_pixel(
    image: npt.NDArray[np.uint8], tolerance: int, contiguous: bool, data: st.DataObject
) -> None:
    height, width = image.shape[:2]
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    x1, y1 = data.draw(st.integers(x0 + 1, width)), data.draw(st.integers(y0 + 1, height))
    x, y = data.draw(st.integers(x0, x1 - 1)), data.draw(st.integers(y0, y1 - 1))

    before = image.copy()
    box, found = wand(image, x, y, tolerance, Box(x0, y0, x1, y1), contiguous=contiguous)
    np.testing.assert_array_equal(image, before)

    alike = (np.abs(image.astype(int) - image[y, x].astype(int)) <= tolerance).all(axis=2)
    inside = np.zeros_like(alike)
    inside[y0:y1, x0:x1] = alike[y0:y1, x0:x1]
    if contiguous:
        joined = np.zeros_like(inside)
        joined[y, x] = True
        while True:
            wide = np.pad(joined, 1)
            more = inside & (
                joined | wide[2:, 1:-1] | wide[:-2, 1:-1] | wide[1:-1, 2:] | wide[1:-1, :-2]
            )
            if (more == joined).all():
                break
            joined = more
        inside = joined
    laid = np.zeros_like(inside)
    laid[box.slices] = found
    np.testing.assert_array_equal(laid, inside)
    assert found.any(axis=0)[[0, -1]].all()
    assert found.any(axis=1)[[0, -1]].all()


@pytest.mark.parametrize(("x", "y"), [(1, 5), (9, 5), (5, -3)])
def test_a_click_outside_takes_nothing(x: int, y: int) -> None:
    box, found = wand(np.zeros((10, 10, 3), np.uint8), x, y, 255, Box(2, 2, 8, 8))
    assert (box.area, found.size) == (0, 0)
