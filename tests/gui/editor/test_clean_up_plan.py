"""What is cleaned up in a part of the image is what would be in the whole of it."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from segrefine_gui.domain import clean_up
from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import place_mask
from segrefine_gui.gui.editor.clean_up import CleanUp, Preview

PLANS = st.builds(
    CleanUp,
    close=st.integers(0, 3),
    open=st.integers(0, 2),
    smooth=st.integers(0, 4),
    holes=st.integers(0, 30),
    islands=st.integers(0, 30),
    largest=st.booleans(),
    hull=st.booleans(),
    grow=st.integers(-4, 6),
)


def blobs(seed: int) -> np.ndarray:
    """Something ragged, with holes and islands, in a part of the image."""
    noise = np.random.default_rng(seed).random((60, 80)).astype(np.float32)
    mask = cv2.GaussianBlur(noise, (0, 0), 2) > 0.52
    mask[:, :12] = mask[:8] = False
    return mask


@settings(max_examples=60)
@given(PLANS, st.integers(0, 50))
def test_a_part_is_enough(plan: CleanUp, seed: int):
    mask = blobs(seed)
    tight = Box(12, 8, 80, 60)
    region = tight.grown(plan.reach, image_box(80, 60))

    preview = Preview.build(plan, mask[region.slices], region)

    np.testing.assert_array_equal(place_mask(preview.cleaned, region, 60, 80), plan.apply(mask))


def test_each_step_is_that_of_the_domain():
    mask = np.zeros((60, 80), dtype=bool)
    mask[10:50, 20:60] = True
    mask[30:33, 30:33] = False
    mask[10:30, 50] = False
    mask[20, 60:70] = True
    mask[52:56, 72:75] = True
    for plan, expected in (
        (CleanUp(grow=3), clean_up.grow(mask, 3)),
        (CleanUp(grow=-2), clean_up.grow(mask, -2)),
        (CleanUp(smooth=3), clean_up.smooth(mask, 3)),
        (CleanUp(holes=20), clean_up.fill_holes(mask, 20)),
        (CleanUp(islands=20), clean_up.remove_islands(mask, 20)),
        (CleanUp(largest=True), clean_up.keep_largest(mask)),
        (CleanUp(hull=True), clean_up.convex_hull(mask)),
        (CleanUp(open=2), clean_up.opened(mask, 2)),
        (CleanUp(close=2), clean_up.closed(mask, 2)),
    ):
        np.testing.assert_array_equal(plan.apply(mask), expected, str(plan))
        assert not np.array_equal(expected, mask), "the mask has something to clean"
        assert not plan.does_nothing


def test_a_preview_tells_what_would_change():
    mask = blobs(3)
    region = image_box(80, 60)
    preview = Preview.build(CleanUp(grow=2), mask, region)
    assert preview.added_area == np.count_nonzero(clean_up.grow(mask, 2) & ~mask)
    assert preview.removed_area == 0
    assert preview.removed is None
    np.testing.assert_array_equal(preview.added.inside, clean_up.grow(mask, 2) & ~mask)
    assert Preview.build(CleanUp(), mask, region).changes_nothing
