"""A real canvas on which an edit is open, and a hand that uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from support.editor_hand import Hand, make_start

from segrefine_gui.gui.canvas.viewport import Viewport
from segrefine_gui.gui.editor.canvas import EditorCanvas
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.workers.pool import ReadingPool


@pytest.fixture
def make_hand(qtbot: QtBot) -> Iterator[Callable[..., Hand]]:
    """Opens a canvas on an edit."""
    pool = ReadingPool()

    def make_hand(
        mask: np.ndarray,
        coarse: np.ndarray | None = None,
        refined: np.ndarray | None = None,
        photo: np.ndarray | None = None,
    ) -> Hand:
        start = make_start(mask, mask if coarse is None else coarse, refined, photo)
        canvas = EditorCanvas(Viewport())
        qtbot.addWidget(canvas)
        canvas.resize(400, 300)
        session = EditSession(start, canvas)
        canvas.set_image(start.image)
        with qtbot.waitExposed(canvas):
            canvas.show()
        return Hand(canvas, session, pool)

    yield make_hand
    pool.shutdown(5000)
