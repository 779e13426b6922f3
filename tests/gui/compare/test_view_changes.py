"""Changes on the canvases: which are taken, which is current, which was clicked."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from support.light_table import GREY, scene_of, shown

from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.compare.modes import ViewMode
from segrefine_gui.gui.compare.view import CompareView
from segrefine_gui.gui.scene import Scene

REMOVED, ADDED, SMALL = 1, 2, 3
INSIDE = {REMOVED: (240, 100), ADDED: (70, 100), SMALL: (105, 173)}


@pytest.fixture(autouse=True)
def actual_size(view: CompareView, scene: Scene) -> None:
    view.show_scene(scene)
    view.viewport.zoom_by(1 / view.viewport.scale)
    view.viewport.centre_on(150, 100)


def pixel(canvas, point: tuple[int, int]) -> np.ndarray:
    x, y = (round(value) for value in canvas.view().to_widget(*point))
    return shown(canvas)[y, x]


def test_the_right_side_shows_the_final_mask_of_the_choice(view: CompareView):
    view.set_choice({ADDED}, None)

    assert (pixel(view.right, INSIDE[ADDED]) != GREY).any()
    assert (pixel(view.right, INSIDE[REMOVED]) != GREY).any(), "not removed"
    assert (pixel(view.right, INSIDE[SMALL]) == GREY).all(), "not added"
    assert "1 of 3 changes" in view.right.accessibleName()


def test_a_choice_of_all_or_none_shows_refined_or_coarse(view: CompareView):
    view.set_choice({REMOVED, ADDED, SMALL}, None)
    all_taken = shown(view.right)[45:]
    assert "changes" not in view.right.accessibleName()

    view.set_choice((), None)
    assert (pixel(view.right, INSIDE[REMOVED]) != GREY).any()
    assert (pixel(view.right, INSIDE[ADDED]) == GREY).all()

    view.set_choice([1, 2, 3], None)
    np.testing.assert_array_equal(shown(view.right)[45:], all_taken)


@pytest.mark.parametrize("mode", list(ViewMode))
@pytest.mark.parametrize("zoom", [0.5, 1, 3])
def test_toggling_a_change_leaves_the_rest_and_equals_a_fresh_view(
    view: CompareView, qtbot, pool, scene: Scene, mode: ViewMode, zoom: float
):
    view.set_mode(mode)
    view.viewport.zoom_by(zoom)
    qtbot.waitUntil(lambda: mode is ViewMode.SIDE_BY_SIDE or view.left.width() == view.width())
    canvas = view.right if mode is ViewMode.SIDE_BY_SIDE else view.left
    before = shown(canvas)

    view.set_choice({REMOVED, ADDED}, None)

    after = shown(canvas)
    rows, columns = (after[45:] != before[45:]).any(axis=-1).nonzero()
    if rows.size:
        left, top = canvas.view().to_widget(100, 170)
        right, bottom = canvas.view().to_widget(110, 176)
        assert left - 4 <= columns.min() <= columns.max() <= right + 4
        assert top - 4 <= rows.min() + 45 <= rows.max() + 45 <= bottom + 4
    fresh = CompareView(pool)
    fresh.set_shows_minimap(False)
    qtbot.addWidget(fresh)
    fresh.resize(view.size())
    fresh.set_mode(mode)
    fresh.show()
    fresh.show_scene(scene)
    fresh.set_choice({REMOVED, ADDED}, None)
    fresh_canvas = fresh.right if mode is ViewMode.SIDE_BY_SIDE else fresh.left
    qtbot.waitUntil(lambda: fresh_canvas.size() == canvas.size())
    fresh.viewport.zoom_by(view.viewport.scale / fresh.viewport.scale)
    fresh.viewport.centre_on(150, 100)
    np.testing.assert_array_equal(shown(fresh_canvas), after)


@pytest.mark.parametrize("mode", list(ViewMode))
def test_a_click_on_a_change_tells_its_number_in_every_view(view: CompareView, qtbot, mode):
    view.set_mode(mode)
    clicked: list[int] = []
    view.change_clicked.connect(clicked.append)
    canvases = [view.left, view.right] if mode is ViewMode.SIDE_BY_SIDE else [view.left]

    for canvas in canvases:
        clicked.clear()
        for number in (REMOVED, ADDED, SMALL):
            click(qtbot, canvas, INSIDE[number])
        assert clicked == [REMOVED, ADDED, SMALL]

        click(qtbot, canvas, (20, 20))
        assert clicked == [REMOVED, ADDED, SMALL], "there is no change"


def click(qtbot, canvas, point: tuple[int, int]) -> None:
    x, y = canvas.view().to_widget(*point)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))


def test_a_drag_over_a_change_is_no_click(view: CompareView, qtbot):
    clicked: list[int] = []
    view.change_clicked.connect(clicked.append)
    x, y = (round(value) for value in view.left.view().to_widget(*INSIDE[ADDED]))

    qtbot.mousePress(view.left, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    qtbot.mouseMove(view.left, QPoint(x + 30, y))
    qtbot.mouseRelease(view.left, Qt.MouseButton.LeftButton, pos=QPoint(x + 30, y))

    assert clicked == []
    assert view.viewport.centre.x() == pytest.approx(120)


def test_hidden_changes_cannot_be_clicked(view: CompareView, qtbot):
    clicked: list[int] = []
    view.change_clicked.connect(clicked.append)
    view.set_hides_overlays(True)

    click(qtbot, view.left, INSIDE[ADDED])

    assert clicked == []


def test_zooming_to_a_change_shows_it_with_what_is_around_it(view: CompareView):
    view.zoom_to_change(SMALL)

    centre = view.viewport.centre
    assert centre.x() == 105
    assert centre.y() == pytest.approx(161), "no further down: there the image ends"
    assert 1.5 < view.viewport.scale < 3, "a speck is not blown up"

    view.zoom_to_change(REMOVED)
    assert view.viewport.centre.x() == pytest.approx(240, abs=20)


def test_another_instance_begins_with_all_changes_and_none_current(
    view: CompareView, comparison: Comparison
):
    view.set_choice({ADDED}, ADDED)

    view.show_scene(scene_of(comparison, 300, 200, instance_id=2))

    assert (pixel(view.right, INSIDE[REMOVED]) == GREY).all()
    assert "changes" not in view.right.accessibleName()
