"""Only the box that changed is drawn again, and the window looks as if all of it were."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from support.editor_hand import Hand

from segrefine_gui.gui.canvas.overlay import EDITED_COLOR, MaskOverlay
from segrefine_gui.gui.editor.canvas import EditorCanvas

HEIGHT, WIDTH = 300, 400


class PaintedArea(QObject):
    """Notes how much of a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.largest = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            rect = event.rect()
            self.largest = max(self.largest, rect.width() * rect.height())
        return False


def grabbed(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].copy()


@pytest.mark.parametrize("zoom", [0.37, 1, 2.6, 9])
def test_strokes_look_as_if_everything_were_drawn_anew(make_hand: Callable[..., Hand], zoom: float):
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[100:200, 120:300] = True
    photo = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    hand = make_hand(mask, photo=photo)
    canvas, session = hand.canvas, hand.session
    canvas.viewport.zoom_by(zoom)

    def layers() -> list[MaskOverlay]:
        return [MaskOverlay(session.version, EDITED_COLOR)]

    session.changed.connect(lambda box: canvas.replace_overlays(layers(), box))
    canvas.set_overlays(layers())
    hand.size.set(12)
    grabbed(canvas)
    for tool, start, end in (
        ("tool_brush", (180, 140), (210, 160)),
        ("tool_eraser", (190, 150), (220, 145)),
        ("tool_brush", (150, 190), (230, 205)),
    ):
        hand.take(tool)
        hand.stroke(start, end)
    session.undo()
    canvas.set_tool(None)

    fresh = EditorCanvas(canvas.viewport, canvas)
    fresh.resize(canvas.size())
    fresh.set_image(session.start.image)
    fresh.set_overlays(layers())
    np.testing.assert_array_equal(grabbed(canvas), grabbed(fresh))


def test_a_dab_paints_a_small_part_of_the_window(make_hand: Callable[..., Hand]):
    hand = make_hand(np.zeros((HEIGHT, WIDTH), dtype=bool))
    canvas, session = hand.canvas, hand.session
    session.changed.connect(
        lambda box: canvas.replace_overlays([MaskOverlay(session.version, EDITED_COLOR)], box)
    )
    canvas.set_overlays([MaskOverlay(session.version, EDITED_COLOR)])
    hand.take("tool_brush")
    QTest.mouseMove(canvas, QPoint(100, 100))
    QApplication.processEvents()
    painted = PaintedArea(canvas)
    hand.click(hand.canvas.view().to_image(102, 102))
    QApplication.processEvents()
    assert session.can_undo
    assert 0 < painted.largest < 60 * 60
