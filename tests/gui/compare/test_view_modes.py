"""Each view by its pixels."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from support.light_table import GREY, grey_image, shown

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.gui.canvas.adjustment import Adjustment
from segrefine_gui.gui.canvas.change_ring import RING_COLOR
from segrefine_gui.gui.canvas.difference import ADDED_COLOR, REMOVED_COLOR
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, REFINED_COLOR
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.compare.modes import ViewMode
from segrefine_gui.gui.compare.stage import A_COLOR, B_COLOR
from segrefine_gui.gui.compare.view import CompareView
from segrefine_gui.gui.scene import Scene

COARSE_ONLY, BOTH, REFINED_ONLY, NEITHER = (240, 100), (150, 100), (70, 100), (20, 180)
"""Image points (x, y), away from outlines."""


@pytest.fixture(autouse=True)
def actual_size(view: CompareView, scene: Scene) -> None:
    view.show_scene(scene)
    view.viewport.zoom_by(1 / view.viewport.scale)
    view.viewport.centre_on(150, 100)


def at(canvas, point: tuple[int, int]) -> np.ndarray:
    """What is seen at a point of the image, a little around it averaged."""
    x, y = (round(value) for value in canvas.view().to_widget(*point))
    return shown(canvas)[y - 3 : y + 4, x - 3 : x + 4].mean(axis=(0, 1))


def tinted(color: QColor, opacity: float = 0.3) -> pytest.approx:
    expected = (1 - opacity) * GREY + opacity * np.array(color.getRgb()[:3])
    return pytest.approx(expected, abs=2)


def has(canvas, color: QColor) -> bool:
    below_captions = shown(canvas)[45:]
    return bool((below_captions == color.getRgb()[:3]).all(axis=-1).any())


def test_side_by_side_shows_coarse_left_and_refined_right(view: CompareView):
    for canvas, color, inside in (
        (view.left, COARSE_COLOR, COARSE_ONLY),
        (view.right, REFINED_COLOR, REFINED_ONLY),
    ):
        assert at(canvas, BOTH) == tinted(color)
        assert at(canvas, inside) == tinted(color)
        assert at(canvas, NEITHER) == pytest.approx(GREY)
    assert (at(view.right, COARSE_ONLY) == GREY).all()


@pytest.mark.parametrize("mode", [mode for mode in ViewMode if mode is not ViewMode.SIDE_BY_SIDE])
def test_every_other_view_has_the_full_width(view: CompareView, qtbot, mode: ViewMode):
    view.set_mode(mode)

    assert view.right.isHidden()
    qtbot.waitUntil(lambda: view.left.width() == view.width())

    view.set_mode(ViewMode.SIDE_BY_SIDE)
    assert view.right.isVisible()
    qtbot.waitUntil(lambda: view.left.width() < view.width())


def test_swipe_is_divided_where_the_divider_is_dragged_to(view: CompareView, qtbot):
    view.set_mode(ViewMode.SWIPE)
    assert view.divider.isVisible()
    x = view.left.view().to_widget(150, 100)[0]
    grip = QPoint(view.divider.width() // 2, view.divider.height() // 2)

    qtbot.mousePress(view.divider, Qt.MouseButton.LeftButton, pos=grip)
    line = view.divider.mapFrom(view.left, QPoint(round(x) + 60, 100))
    qtbot.mouseMove(view.divider, line)
    qtbot.mouseRelease(view.divider, Qt.MouseButton.LeftButton)

    assert view.divider.geometry().center().x() == pytest.approx(x + 60, abs=1)
    assert at(view.left, BOTH) == tinted(COARSE_COLOR)
    assert at(view.left, COARSE_ONLY) == pytest.approx(GREY), "right of the line: refined"
    assert at(view.left, REFINED_ONLY) == pytest.approx(GREY), "left of the line: coarse"

    view.move_divider(-1)
    assert at(view.left, BOTH) == tinted(REFINED_COLOR)
    assert view.divider.geometry().center().x() == pytest.approx(0, abs=1)


def test_the_divider_keeps_its_share_of_the_width(view: CompareView, qtbot):
    view.set_mode(ViewMode.SWIPE)
    view.set_divider(0.25)

    view.resize(1000, 300)
    qtbot.waitUntil(lambda: view.left.width() == 1000)

    assert view.divider.geometry().center().x() == pytest.approx(250, abs=1)
    assert view.divider.height() == view.left.height()


@pytest.mark.parametrize("value", [0, 40, 100])
def test_onion_skin_blends_as_the_slider_says(view: CompareView, value: int):
    view.set_mode(ViewMode.ONION_SKIN)

    view.onion_bar.slider.setValue(value)

    share = value / 100
    assert at(view.left, COARSE_ONLY) == tinted(COARSE_COLOR, 0.3 * (1 - share))
    assert at(view.left, REFINED_ONLY) == tinted(REFINED_COLOR, 0.3 * share)


def test_blink_shows_coarse_for_as_long_as_it_is_held(view: CompareView):
    view.set_mode(ViewMode.BLINK)
    assert at(view.left, BOTH) == tinted(REFINED_COLOR)

    view.set_shows_coarse(True)
    assert at(view.left, BOTH) == tinted(COARSE_COLOR)

    view.set_shows_coarse(False)
    assert at(view.left, BOTH) == tinted(REFINED_COLOR)


def test_blinking_by_itself_changes_twice_a_second_at_one_place(view: CompareView, qtbot):
    view.set_mode(ViewMode.BLINK)
    centre, scale = view.viewport.centre, view.viewport.scale
    shown_at, began = [], time.monotonic()

    def note() -> None:
        shown_at.append((view.left.picture.blend.opacity, time.monotonic() - began))

    view.left.picture_changed.connect(note)
    with qtbot.waitSignals([view.left.picture_changed] * 4, timeout=4000):
        view.blink_bar.button.click()

    assert view.blinks_by_itself
    assert [opacity for opacity, _ in shown_at] == [0.0, 1.0, 0.0, 1.0]
    assert shown_at[-1][1] >= 0.8, "four changes a second, not more"
    assert (view.viewport.centre, view.viewport.scale) == (centre, scale)


def test_blinking_stops_in_other_views_and_unseen(view: CompareView):
    view.set_mode(ViewMode.BLINK)
    view.set_auto_blink(True)
    assert view.is_blinking

    view.set_mode(ViewMode.SWIPE)
    assert not view.is_blinking

    view.set_mode(ViewMode.BLINK)
    assert view.is_blinking

    view.hide()
    assert not view.is_blinking

    view.show()
    assert view.is_blinking

    view.set_auto_blink(False)
    assert not view.is_blinking


def test_difference_shows_added_and_removed(view: CompareView):
    view.set_mode(ViewMode.DIFFERENCE)

    assert has(view.left, ADDED_COLOR)
    assert has(view.left, REMOVED_COLOR)
    red, green, _ = at(view.left, REFINED_ONLY)
    assert green > red + 20
    red, green, _ = at(view.left, COARSE_ONLY)
    assert red > green + 20
    assert (at(view.left, BOTH) == GREY).all()


def test_outlines_have_no_fill(view: CompareView):
    view.set_mode(ViewMode.OUTLINES)

    assert has(view.left, COARSE_COLOR)
    assert has(view.left, REFINED_COLOR)
    for point in (COARSE_ONLY, BOTH, REFINED_ONLY, NEITHER):
        assert (at(view.left, point) == GREY).all()


@pytest.mark.parametrize(
    ("mode", "ground"),
    [
        (ViewMode.CUT_OUT_BLACK, 0),
        (ViewMode.CUT_OUT_WHITE, 255),
    ],
)
def test_cut_outs_show_the_final_mask_and_coarse_while_held(view: CompareView, mode, ground):
    view.set_mode(mode)
    assert (at(view.left, REFINED_ONLY) == GREY).all()
    assert (at(view.left, COARSE_ONLY) == ground).all()

    view.set_shows_coarse(True)
    assert (at(view.left, REFINED_ONLY) == ground).all()
    assert (at(view.left, COARSE_ONLY) == GREY).all()


def test_the_checkerboard_is_not_the_photo(view: CompareView):
    view.set_mode(ViewMode.CUT_OUT_CHECKER)

    assert (at(view.left, BOTH) == GREY).all()
    assert 0x99 <= at(view.left, NEITHER)[0] <= 0xCC


def test_soft_mask_is_white_where_the_refiner_is_sure(view: CompareView):
    view.set_mode(ViewMode.SOFT)

    assert (at(view.left, BOTH) == 255).all()
    assert (at(view.left, COARSE_ONLY) == 0).all()


def test_all_views_are_cycled_through_and_keep_zoom_and_pan(view: CompareView):
    view.viewport.zoom_by(3.3)
    view.viewport.centre_on(123, 45)
    zoom_and_pan = (view.viewport.scale, view.viewport.centre)
    modes = []
    view.mode_changed.connect(modes.append)

    for _ in ViewMode:
        view.cycle_mode()
        assert (view.viewport.scale, view.viewport.centre) == zoom_and_pan

    assert sorted(modes) == sorted(ViewMode)
    assert view.mode is ViewMode.SIDE_BY_SIDE
    view.cycle_mode(-1)
    assert view.mode is ViewMode.SOFT


@pytest.mark.parametrize("mode", list(ViewMode))
def test_every_view_can_show_the_photo_alone(view: CompareView, mode: ViewMode):
    view.set_mode(mode)

    view.set_hides_overlays(True)

    for point in (COARSE_ONLY, BOTH, REFINED_ONLY, NEITHER):
        if mode is not ViewMode.SWIPE or point is not BOTH:  # there is the grip
            assert (at(view.left, point) == GREY).all()


@pytest.mark.parametrize("mode", list(ViewMode))
def test_every_view_shows_an_instance_that_is_not_refined(view: CompareView, scene, mode):
    unrefined = Scene(7, scene.image, "", scene.coarse, None, "", scene.box)
    view.set_keys("Ctrl+R", "Space")

    view.set_mode(mode)
    view.show_scene(unrefined)

    assert view.left.picture is not None
    words = view.left.accessibleName() + view.right.accessibleDescription()
    assert "Not refined yet — Ctrl+R" in words
    assert not view.divider.isVisible()
    assert not view.onion_bar.isVisible()
    assert not view.blink_bar.isVisible()


@pytest.mark.parametrize("mode", list(ViewMode))
def test_every_view_says_why_there_is_nothing_to_see(view: CompareView, scene, mode):
    view.set_mode(mode)

    lost = Scene(8, None, "The image is gone.", scene.coarse, scene.comparison, "x", scene.box)
    view.show_scene(lost)
    assert view.left.accessibleDescription() == "The image is gone."

    view.show_nothing("There are no instances.")
    assert view.left.picture is None
    assert view.left.accessibleDescription() == "There are no instances."


def test_opacity_is_turned_by_the_canvas_and_told(view: CompareView):
    told = []
    view.opacity_changed.connect(told.append)

    view.left.opacity_turned.emit(4.0)

    assert told == [pytest.approx(0.5)]
    assert at(view.left, BOTH) == tinted(COARSE_COLOR, 0.5)
    assert at(view.right, BOTH) == tinted(REFINED_COLOR, 0.5)

    view.left.opacity_turned.emit(-50.0)
    assert view.opacity == 0
    assert (at(view.left, BOTH) == GREY).all()


def test_adjustments_reach_the_photo_in_both_canvases(view: CompareView):
    view.set_adjustment(Adjustment(brightness=0.2))

    for canvas in (view.left, view.right):
        assert (at(canvas, NEITHER) == GREY + 51).all()


def test_blind_sides_have_no_names_and_no_known_colours(view: CompareView):
    view.set_blind(True, swapped=False)
    assert view.left.accessibleName() == "A"
    assert view.right.accessibleName() == "B"
    assert at(view.left, COARSE_ONLY) == tinted(A_COLOR)
    assert at(view.right, REFINED_ONLY) == tinted(B_COLOR)

    view.set_blind(True, swapped=True)
    assert view.left.accessibleName() == "A"
    assert at(view.left, REFINED_ONLY) == tinted(A_COLOR)
    assert (at(view.left, COARSE_ONLY) == GREY).all()
    assert at(view.right, COARSE_ONLY) == tinted(B_COLOR)


@pytest.mark.parametrize("mode", list(ViewMode))
def test_no_view_tells_a_blind_person_which_side_is_refined(view: CompareView, mode: ViewMode):
    view.set_mode(mode)

    view.set_blind(True, swapped=True)

    for canvas in (view.left, view.right):
        for color in (COARSE_COLOR, REFINED_COLOR, ADDED_COLOR, REMOVED_COLOR):
            assert not has(canvas, color)
        for word in ("Coarse", "Refined", "grabcut", "Added", "Removed"):
            assert word not in canvas.accessibleName()


def test_blind_difference_is_hatched_by_side_not_by_kind(view: CompareView):
    view.set_mode(ViewMode.DIFFERENCE)
    directions = {}
    for swapped, only_in_a in ((False, COARSE_ONLY), (True, REFINED_ONLY)):
        view.set_blind(True, swapped)
        x, y = (round(value) for value in view.left.view().to_widget(*only_in_a))
        patch = shown(view.left)[y - 15 : y + 15, x - 15 : x + 15]
        directions[swapped] = np.array_equal(patch[1:, :-1], patch[:-1, 1:])

    assert directions == {False: True, True: True}, "what only A has is always hatched rising"


def test_neighbours_are_faint_and_can_be_toggled(view: CompareView, qtbot):
    mask = np.zeros((200, 300), np.bool_)
    mask[160:200, 0:60] = True
    asked = []

    def neighbours_of(instance_id: int):
        asked.append(instance_id)
        return [encode_mask(mask), encode_mask(np.zeros_like(mask))]

    view.set_neighbour_source(neighbours_of)
    assert not asked, "nobody wants to see them"

    with qtbot.waitSignal(view.left.picture_changed, timeout=2000):
        view.set_shows_neighbours(True)
        qtbot.waitUntil(lambda: bool((at(view.left, NEITHER) != GREY).any()), timeout=2000)
    assert asked == [1]
    assert np.abs(at(view.left, NEITHER) - GREY).max() < 40

    view.set_shows_neighbours(False)
    assert (at(view.left, NEITHER) == GREY).all()


def test_the_grid_can_be_switched_off(view: CompareView):
    view.set_mode(ViewMode.CUT_OUT_WHITE)
    view.set_shows_coarse(True)
    view.viewport.zoom_by(20)
    view.viewport.centre_on(70, 100)
    assert (shown(view.left)[60:150, 60:90] < 255).any()

    view.set_shows_grid(False)
    assert (shown(view.left)[60:150, 60:90] == 255).all()


def test_the_map_is_on_the_right_canvas_or_on_the_only_one(view: CompareView):
    view.set_shows_minimap(True)
    view.viewport.zoom_by(4)
    assert [each.isVisible() for each in view.minimaps] == [False, True]

    view.set_mode(ViewMode.DIFFERENCE)
    assert [each.isVisible() for each in view.minimaps] == [True, False]


def test_the_ring_is_around_the_current_change_in_every_view(view: CompareView):
    for mode in ViewMode:
        if mode in (ViewMode.CUT_OUT_WHITE, ViewMode.SOFT):
            continue  # white on white: the dark rim shows it
        view.set_mode(mode)
        view.set_choice({1, 2, 3}, None)
        assert not ring_at(view, 38), mode

        view.set_choice({1, 2, 3}, 2)
        assert ring_at(view, 38), mode


def ring_at(view: CompareView, x: int) -> bool:
    column = round(view.left.view().to_widget(x - 1, 0)[0])
    return bool((shown(view.left)[80:120, column] == RING_COLOR.getRgb()[:3]).all())


def test_hovering_tells_the_point_of_either_canvas(view: CompareView, qtbot):
    points: list[QPointF] = []
    view.hovered.connect(points.append)

    for canvas in (view.left, view.right):
        qtbot.mouseMove(canvas, QPoint(100, 90))
        expected = canvas.view().to_image(100, 90)
        assert (points[-1].x(), points[-1].y()) == pytest.approx(expected)


def test_a_photo_of_another_size_is_framed(view: CompareView, scene: Scene):
    box = Box(10, 10, 40, 30)
    mask = MaskPyramid.build(np.ones((20, 30), np.bool_), box)
    view.show_scene(Scene(2, grey_image(640, 480), "", mask, None, "", box))

    assert (view.viewport.centre.x(), view.viewport.centre.y()) == (25, 20)
