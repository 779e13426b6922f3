import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from support.light_table import shown

from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.minimap import Minimap
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.canvas.viewport import Viewport


@pytest.fixture
def canvas(qtbot) -> MaskCanvas:
    made = MaskCanvas(Viewport())
    made.resize(400, 300)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def minimap(canvas: MaskCanvas) -> Minimap:
    made = Minimap(canvas)
    halves = np.zeros((300, 400, 3), np.uint8)
    halves[:, 200:] = 200
    canvas.set_image(ImagePyramid.build(halves))
    return made


def test_it_shows_itself_only_while_something_is_out_of_sight(canvas, minimap):
    assert not minimap.isVisible()

    canvas.viewport.zoom_by(2)
    assert minimap.isVisible()

    canvas.viewport.fit_image()
    assert not minimap.isVisible()

    canvas.viewport.pan_by(60, 0)
    assert minimap.isVisible()


def test_it_can_be_put_away(canvas, minimap):
    canvas.viewport.zoom_by(2)

    minimap.set_wanted(False)
    assert not minimap.isVisible()

    minimap.set_wanted(True)
    assert minimap.isVisible()

    canvas.set_image(None)
    assert not minimap.isVisible()


def test_it_stays_in_the_corner(canvas, minimap):
    canvas.viewport.zoom_by(2)
    canvas.resize(700, 500)

    assert minimap.geometry().right() in range(685, 700)
    assert minimap.geometry().bottom() in range(485, 500)
    assert minimap.width() / minimap.height() == pytest.approx(4 / 3, rel=0.03)


def test_it_shows_the_image_and_where_the_canvas_is(canvas, minimap):
    canvas.viewport.zoom_by(4)
    canvas.viewport.centre_on(300, 150)

    seen = shown(minimap)[:, :, 0]

    middle = seen[minimap.height() // 2]
    assert middle[3] < 50
    assert middle[round(minimap.width() * 0.75)] == 200, "in sight: as it is"
    assert middle[-3] < 180, "out of sight: dimmed"
    bright = (seen > 220).any(axis=0).nonzero()[0]
    sight = np.array([250, 350]) / 400 * minimap.width()
    assert (bright[0], bright[-1]) == pytest.approx(tuple(sight), abs=2)


def test_a_click_and_a_drag_on_it_move_the_view(canvas, minimap, qtbot):
    canvas.viewport.zoom_by(4)
    scale = canvas.viewport.scale
    width, height = minimap.width(), minimap.height()

    qtbot.mousePress(minimap, Qt.MouseButton.LeftButton, pos=QPoint(width // 4, height // 2))
    there = canvas.viewport.centre
    assert (there.x(), there.y()) == pytest.approx((100, 150), abs=4)

    qtbot.mouseMove(minimap, QPoint(3 * width // 4, height // 4))
    qtbot.mouseRelease(minimap, Qt.MouseButton.LeftButton)
    there = canvas.viewport.centre
    assert (there.x(), there.y()) == pytest.approx((300, 75), abs=4)
    assert canvas.viewport.scale == scale


def test_going_past_the_image_stops_at_its_rim():
    viewport = Viewport()
    viewport.set_image_size(100, 80)

    viewport.centre_on(-5, 200)

    assert viewport.centre == QPointF(0, 80)
