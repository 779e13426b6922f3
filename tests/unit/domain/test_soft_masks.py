from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import EngineRun, Refinement, refined_mask
from segrefine_gui.domain.soft_masks import SoftMask

VALUES = np.array([[0, 127, 128], [200, 254, 255]], dtype=np.uint8)
REGION = Box(4, 1, 7, 3)


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)))
def test_png_is_lossless(values):
    region = Box(3, 4, 3 + values.shape[1], 4 + values.shape[0])
    back = SoftMask.from_png(region, SoftMask(region, values).to_png())
    assert back.region == region
    np.testing.assert_array_equal(back.values, values)


def test_cut_takes_values_at_the_threshold():
    soft = SoftMask(REGION, VALUES)
    assert soft.cut().tolist() == [[False, False, True], [True, True, True]]
    assert soft.cut(255).tolist() == [[False, False, False], [False, False, True]]
    assert soft.cut(0).all()


@pytest.mark.parametrize("values", [VALUES.astype(np.float32), VALUES.T, VALUES[..., None]])
def test_values_must_be_bytes_that_fit_the_region(values):
    with pytest.raises(ValueError, match="soft mask"):
        SoftMask(REGION, values)


@pytest.mark.parametrize(
    "png",
    [
        b"",
        b"no png",
        SoftMask(REGION, VALUES).to_png()[:40],
        cv2.imencode(".png", VALUES.astype(np.uint16))[1].tobytes(),
        cv2.imencode(".png", VALUES.T)[1].tobytes(),
        cv2.imencode(".png", np.dstack([VALUES] * 3))[1].tobytes(),
    ],
)
def test_a_damaged_store_is_a_mask_error(png):
    with pytest.raises(MaskError, match="refined mask"):
        SoftMask.from_png(REGION, png)


def test_refined_mask_lies_where_its_region_is():
    refinement = Refinement(1, 1, SoftMask(REGION, VALUES), EngineRun("grabcut"))
    coarse = encode_mask(np.ones((5, 9), dtype=bool))
    expected = np.zeros((5, 9), dtype=bool)
    expected[1:3, 4:7] = VALUES >= 200
    np.testing.assert_array_equal(refined_mask(refinement, coarse, 200).decode(), expected)
