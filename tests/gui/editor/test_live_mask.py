"""A live mask: whatever is painted, it is the pyramid that would be built anew."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.editor.live_mask import REMEMBERED, LiveMask


@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_after_any_changes_it_is_what_would_be_built_anew(width: int, height: int, seed: int):
    random = np.random.default_rng(seed)
    mask = random.random((height, width)) < 0.5
    live = LiveMask(mask)
    for _ in range(4):
        x0, x1 = sorted(random.integers(0, width + 1, 2).tolist())
        y0, y1 = sorted(random.integers(0, height + 1, 2).tolist())
        box = Box(x0, y0, x1, y1)
        mask[box.slices] ^= random.random((box.height, box.width)) < 0.5
        live.update(mask, box)

        anew = MaskPyramid.build(mask, image_box(width, height))
        for level, expected in zip(live.pyramid.levels, anew.levels, strict=True):
            np.testing.assert_array_equal(level, expected)


def test_versions_know_where_they_differ():
    mask = np.zeros((40, 60), dtype=bool)
    live = LiveMask(mask)
    first = live.version
    second = live.update(mask, Box(2, 3, 5, 8))
    third = live.update(mask, Box(10, 1, 12, 4))

    assert second.differs_in(first) == Box(2, 3, 5, 8)
    assert third.differs_in(second) == Box(10, 1, 12, 4)
    assert third.differs_in(first) == Box(2, 1, 12, 8)
    assert third.differs_in(live.version).area == 0
    assert live.update(mask, Box(4, 4, 4, 9)).differs_in(third).area == 0, "nothing changed"
    assert third.differs_in(LiveMask(mask).version) == image_box(60, 40)


def test_what_was_long_ago_may_differ_anywhere():
    mask = np.zeros((40, 60), dtype=bool)
    live = LiveMask(mask)
    first = live.version
    for _ in range(REMEMBERED + 1):
        live.update(mask, Box(2, 3, 5, 8))

    assert live.version.differs_in(first) == image_box(60, 40)
