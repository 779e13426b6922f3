import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtWidgets import QApplication
from support.light_table import shown

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.loupe import DIAMETER, MAGNIFICATION, Loupe
from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.overlay import REFINED_COLOR, MaskOverlay
from segrefine_gui.gui.canvas.picture import Swipe
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.canvas.viewport import Viewport

CURSOR = QPoint(200, 150)


@pytest.fixture
def canvas(qtbot) -> MaskCanvas:
    """A photo of big pixels, one device pixel a pixel."""
    made = MaskCanvas(Viewport())
    made.resize(400, 300)
    qtbot.addWidget(made)
    made.show()
    noise = np.random.default_rng(2).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    made.set_image(ImagePyramid.build(noise))
    return made


def test_it_follows_the_cursor_while_it_is_on(canvas, qtbot):
    loupe = Loupe(canvas)
    qtbot.mouseMove(canvas, CURSOR)
    assert not loupe.isVisible()

    loupe.set_on(True)
    qtbot.mouseMove(canvas, CURSOR + QPoint(5, 0))
    assert loupe.isVisible()
    assert (loupe.geometry().center() - CURSOR - QPoint(5, 0)).manhattanLength() <= 2

    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert not loupe.isVisible()

    qtbot.mouseMove(canvas, CURSOR)
    loupe.set_on(False)
    assert not loupe.isVisible()


def test_it_shows_what_is_under_the_cursor_larger(canvas, qtbot):
    loupe = Loupe(canvas)
    loupe.set_on(True)
    qtbot.mouseMove(canvas, CURSOR)
    image = canvas.picture.image.levels[0]

    seen = shown(loupe)

    for dx, dy in ((-7, 3), (5, -8), (9, 9)):
        at = [round(DIAMETER / 2 + (d + 0.5) * MAGNIFICATION) for d in (dy, dx)]
        expected = image[CURSOR.y() + dy, CURSOR.x() + dx]
        np.testing.assert_array_equal(seen[at[0], at[1]], expected)


def test_it_is_round_and_lets_the_mouse_through(canvas, qtbot):
    loupe = Loupe(canvas)
    loupe.set_on(True)
    qtbot.mouseMove(canvas, CURSOR)

    seen = shown(canvas)
    corner = loupe.geometry().topLeft() + QPoint(4, 4)
    image = canvas.picture.image.levels[0]

    np.testing.assert_array_equal(seen[corner.y(), corner.x()], image[corner.y(), corner.x()])
    assert canvas.childAt(CURSOR) is None


def test_under_it_a_swipe_is_divided_at_the_same_place(canvas, qtbot):
    everywhere = MaskOverlay.of(
        np.ones((300, 400), np.bool_), Box(0, 0, 400, 300), REFINED_COLOR, opacity=1.0
    )
    canvas.set_overlays((), [everywhere], Swipe(0.5))
    loupe = Loupe(canvas)
    loupe.set_on(True)
    qtbot.mouseMove(canvas, CURSOR - QPoint(10, 0))

    row = shown(loupe)[DIAMETER // 2 + 30]

    covered = (row == REFINED_COLOR.getRgb()[:3]).all(axis=-1).nonzero()[0]
    assert covered[0] == pytest.approx(DIAMETER / 2 + 10 * MAGNIFICATION, abs=2)
