"""What was edited is what every view shows as the final mask."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from support.light_table import GREY, shown

from segrefine_gui.domain.changes import find_changes
from segrefine_gui.gui.canvas.change_pyramid import ChangePyramid
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, EDITED_COLOR, REFINED_COLOR
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.compare.modes import ViewMode
from segrefine_gui.gui.compare.view import CompareView
from segrefine_gui.gui.scene import Scene

EDITED_ONLY, COARSE_ONLY, REFINED_ONLY, ALL = (20, 180), (240, 100), (70, 100), (150, 100)
"""Image points (x, y), away from outlines."""


@pytest.fixture
def edited(scene: Scene) -> Scene:
    """A scene whose edit has the middle of both masks and a corner that neither has."""
    mask = np.zeros((200, 300), np.bool_)
    mask[50:150, 110:200] = True
    mask[165:195, 5:35] = True
    assert scene.coarse is not None
    changes = find_changes(scene.coarse.inside, mask, scene.box)
    pyramid = ChangePyramid.build(changes, mask)
    edited = MaskPyramid.build(mask, scene.box)
    return replace(scene, edited=edited, edited_changes=pyramid)


@pytest.fixture(params=["refined", "unrefined"])
def shown_edit(request: pytest.FixtureRequest, view: CompareView, edited: Scene) -> Scene:
    scene = edited if request.param == "refined" else replace(edited, comparison=None, refiner="")
    view.show_scene(scene)
    view.viewport.zoom_by(1 / view.viewport.scale)
    view.viewport.centre_on(150, 100)
    return scene


def at(canvas, point: tuple[int, int]) -> np.ndarray:
    """What is seen at a point of the image, a little around it averaged."""
    x, y = (round(value) for value in canvas.view().to_widget(*point))
    return shown(canvas)[y - 3 : y + 4, x - 3 : x + 4].mean(axis=(0, 1))


def has(canvas, color) -> bool:
    below_captions = shown(canvas)[45:]
    return bool((below_captions == color.getRgb()[:3]).all(axis=-1).any())


def test_side_by_side_shows_coarse_left_and_the_edit_right(view: CompareView, shown_edit: Scene):
    assert has(view.left, COARSE_COLOR)
    assert not has(view.left, EDITED_COLOR)
    assert has(view.right, EDITED_COLOR)
    assert not has(view.right, REFINED_COLOR)
    for point in (EDITED_ONLY, ALL):
        assert at(view.right, point)[1] > at(view.right, point)[0] + 20, "a green fill"
    for point in (COARSE_ONLY, REFINED_ONLY):
        assert at(view.right, point) == pytest.approx(GREY)
    assert "Edited" in view.right.accessibleName()


@pytest.mark.parametrize("mode", [ViewMode.SWIPE, ViewMode.ONION_SKIN, ViewMode.OUTLINES])
def test_both_masks_in_one_view_are_coarse_and_the_edit(
    view: CompareView, shown_edit: Scene, mode: ViewMode
):
    view.set_mode(mode)
    view.set_divider(0.5)
    name = view.left.accessibleName()
    assert "Coarse" in name
    assert "Edited" in name
    assert "Refined" not in name
    assert view.divider.isVisible() == (mode is ViewMode.SWIPE)
    assert view.onion_bar.isVisible() == (mode is ViewMode.ONION_SKIN)


def test_a_cut_out_is_what_was_edited(view: CompareView, shown_edit: Scene):
    view.set_mode(ViewMode.CUT_OUT_BLACK)
    for point, value in ((EDITED_ONLY, GREY), (ALL, GREY), (COARSE_ONLY, 0), (REFINED_ONLY, 0)):
        assert at(view.left, point) == pytest.approx(value)


def test_the_difference_is_that_of_the_edit_and_cannot_be_chosen_from(
    view: CompareView, shown_edit: Scene, qtbot
):
    view.set_mode(ViewMode.DIFFERENCE)
    assert "Added" in view.left.accessibleName()
    red, green, _ = at(view.left, COARSE_ONLY)
    assert red > green, "removed"
    red, green, _ = at(view.left, EDITED_ONLY)
    assert green > red, "added"
    assert at(view.left, REFINED_ONLY) == pytest.approx(GREY)
    x, y = (round(value) for value in view.left.view().to_widget(*REFINED_ONLY))
    with qtbot.assertNotEmitted(view.change_clicked):
        qtbot.mouseClick(view.left, Qt.MouseButton.LeftButton, pos=QPoint(x, y))


def test_every_view_shows_it_without_an_error(view: CompareView, shown_edit: Scene):
    for mode in ViewMode:
        view.set_mode(mode)
        assert shown(view.left).any()


def test_an_empty_edit_beside_an_empty_coarse_mask_shows_the_photo(view: CompareView, scene: Scene):
    view.show_scene(replace(scene, coarse=None, comparison=None, edited=MaskPyramid.empty()))
    for mode in ViewMode:
        view.set_mode(mode)
    view.set_mode(ViewMode.CUT_OUT_WHITE)
    assert at(view.left, ALL) == pytest.approx(255)


def test_blind_compares_the_refined_mask_and_no_edit(view: CompareView, edited: Scene):
    view.show_scene(edited)
    view.set_blind(True)
    assert not has(view.left, EDITED_COLOR)
    assert not has(view.right, EDITED_COLOR)
