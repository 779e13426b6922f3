"""An edit, whatever is done: what is drawn and stored is the mask, and undo finds the start."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.editor_hand import make_start

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.editor.session import EditSession

HEIGHT, WIDTH = 37, 51

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["fill", "stroke", "rollback", "take", "replace", "undo", "redo"]),
        st.integers(0, 2**32 - 1),
    ),
    max_size=14,
)


def act(session: EditSession, what: str, seed: int) -> None:
    """Do one thing that a person can do, somewhere."""
    random = np.random.default_rng(seed)
    x0, x1 = sorted(random.integers(0, WIDTH + 1, 2).tolist())
    y0, y1 = sorted(random.integers(0, HEIGHT + 1, 2).tolist())
    box = Box(x0, y0, x1, y1)
    inside = random.random((box.height, box.width)) < 0.5
    value = bool(seed % 2)
    if what == "fill":
        session.fill("Fill", box, inside, value)
    elif what in ("stroke", "rollback"):
        session.begin("Stroke")
        session.paint(box, inside, value)
        session.paint(image_box(WIDTH, 2), np.ones((2, WIDTH), dtype=bool), not value)
        session.commit() if what == "stroke" else session.rollback()
    elif what == "take":
        session.take("Take", session.start.coarse if value else session.start.first)
    elif what == "replace":
        session.replace("Replace", random.random((HEIGHT, WIDTH)) < 0.5)
    else:
        getattr(session, what)()


@settings(max_examples=60)
@given(ACTS, st.integers(0, 2**32 - 1))
def test_what_is_drawn_and_stored_is_the_mask_and_undo_all_is_the_start(acts, seed):
    random = np.random.default_rng(seed)
    first, coarse = (random.random((HEIGHT, WIDTH)) < 0.5 for _ in range(2))
    session = EditSession(make_start(first, coarse, None))
    for what, number in acts:
        act(session, what, number)

        drawn = session.start.live.pyramid.levels
        expected = MaskPyramid.build(session.mask, image_box(WIDTH, HEIGHT)).levels
        for level, anew in zip(drawn, expected, strict=True):
            np.testing.assert_array_equal(level, anew)
        np.testing.assert_array_equal(session.encoder()().decode(), session.mask)

    draft = session.draft_encoder()()
    assert (draft is None) == np.array_equal(session.mask, first)
    while session.can_redo:
        session.redo()
    end, steps = session.mask.copy(), 0
    while session.can_undo:
        session.undo()
        steps += 1
    np.testing.assert_array_equal(session.mask, first)
    for _ in range(steps):
        session.redo()
    np.testing.assert_array_equal(session.mask, end)
    assert not session.can_redo
