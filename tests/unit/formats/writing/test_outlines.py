from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from segrefine_gui.formats.writing.outlines import trace_outlines

masks = hnp.arrays(
    np.bool_, st.tuples(st.integers(1, 16), st.integers(1, 16)), elements=st.booleans()
)


def filled(parts: list[list[int]], shape: tuple[int, int]) -> np.ndarray:
    if not parts:
        return np.zeros(shape, dtype=bool)
    return coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(parts, *shape))).astype(bool)


def counted(mask: np.ndarray, connectivity: int) -> int:
    return cv2.connectedComponents(mask.astype(np.uint8), connectivity=connectivity)[0] - 1


@given(masks)
def test_parts_and_holes_are_counted_as_opencv_counts_them(mask):
    parts, holes = trace_outlines(mask)
    assert len(parts) == counted(mask, 4)
    assert len(holes) == counted(np.pad(~mask, 1, constant_values=True), 8) - 1


@given(masks)
def test_cocos_rasteriser_gives_a_mask_without_holes_back_exactly(mask):
    # Holes are filled as the writer never does, so that every random mask counts.
    background = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    labels = cv2.connectedComponents(background, connectivity=8)[1]
    solid = (labels != labels[0, 0])[1:-1, 1:-1]
    parts, holes = trace_outlines(solid)
    assert holes == []
    np.testing.assert_array_equal(filled(parts, solid.shape), solid)


def test_pixels_that_touch_at_a_corner_are_two_parts():
    parts, holes = trace_outlines(np.eye(2, dtype=bool))
    assert parts == [[0, 0, 1, 0, 1, 1, 0, 1], [1, 1, 2, 1, 2, 2, 1, 2]]
    assert holes == []


def test_whole_image_empty_image_and_single_pixels():
    assert trace_outlines(np.ones((3, 5), dtype=bool)) == ([[0, 0, 5, 0, 5, 3, 0, 3]], [])
    assert trace_outlines(np.zeros((3, 5), dtype=bool)) == ([], [])
    assert trace_outlines(np.ones((1, 1), dtype=bool)) == ([[0, 0, 1, 0, 1, 1, 0, 1]], [])


def test_a_ring_has_a_hole():
    ring = np.ones((3, 3), dtype=bool)
    ring[1, 1] = False
    parts, holes = trace_outlines(ring)
    assert parts == [[0, 0, 3, 0, 3, 3, 0, 3]]
    (hole,) = holes
    assert hole[:2] == [1, 1]
    assert set(zip(hole[::2], hole[1::2], strict=True)) == {(1, 1), (1, 2), (2, 2), (2, 1)}
