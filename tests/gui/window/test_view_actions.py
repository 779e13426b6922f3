"""The view of a real window by menu and key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from segrefine_gui.gui.compare.modes import ViewMode

BELOW_CAPTIONS = 60


def test_number_keys_pick_views_and_f_cycles_them(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    compare = person.window.page.compare

    for number, mode in enumerate(ViewMode, start=1):
        person.press(getattr(Qt.Key, f"Key_{number % 10}"))
        assert compare.mode is mode
        checked = [a.objectName() for a in actions_of(person) if a.isChecked()]
        assert checked == ["view_" + mode.value.replace("-", "_")]

    person.press(Qt.Key.Key_F)
    assert compare.mode is ViewMode.SIDE_BY_SIDE
    person.trigger("cycle_view_back")
    assert compare.mode is ViewMode.SOFT


def actions_of(person: Any) -> list[Any]:
    names = ["view_" + mode.value.replace("-", "_") for mode in ViewMode]
    return [person.window.findChild(object, name) for name in names]


def test_views_look_different(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    seen = []
    for mode in ViewMode:
        person.trigger("view_" + mode.value.replace("-", "_"))
        compare = person.window.page.compare
        is_double = mode is ViewMode.SIDE_BY_SIDE
        person.wait_until(lambda c=compare, d=is_double: d or c.left.width() == c.width())
        seen.append(person.left_pixels()[BELOW_CAPTIONS:])

    for at, one in enumerate(seen):
        assert not any(np.array_equal(one, other) for other in seen[:at])


def test_h_shows_the_other_instances_of_the_image(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    before = person.left_pixels()

    person.press(Qt.Key.Key_H)
    person.wait_until(lambda: not np.array_equal(person.left_pixels(), before))

    person.press(Qt.Key.Key_H)
    assert np.array_equal(person.left_pixels(), before)


def test_blinking_by_itself_is_one_switch_in_menu_and_view(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    compare = person.window.page.compare
    person.trigger("view_blink")

    person.trigger("auto_blink")
    assert compare.is_blinking
    assert compare.blink_bar.button.isChecked()

    compare.blink_bar.button.click()
    assert not compare.is_blinking
    assert not person.window.findChild(object, "auto_blink").isChecked()


def test_the_map_the_grid_and_the_loupe_are_switches(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    compare = person.window.page.compare
    compare.viewport.zoom_by(8)
    assert any(each.isVisible() for each in compare.minimaps)

    person.trigger("toggle_minimap")
    assert not any(each.isVisible() for each in compare.minimaps)

    with_grid = person.left_pixels()
    person.trigger("toggle_grid")
    assert not np.array_equal(person.left_pixels(), with_grid)

    without_loupe = person.left_pixels()
    person.trigger("toggle_loupe")
    QTest.mouseMove(compare.left, QPoint(100, 150))
    assert not np.array_equal(person.left_pixels(), without_loupe)


def test_display_is_adjusted_in_a_panel_and_reset_by_key(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    before = person.left_pixels()

    person.trigger("adjust_display")
    panel = person.window.viewing.panel
    assert panel.isVisible()
    panel.brightness.slider.setValue(30)
    assert not np.array_equal(person.left_pixels(), before)

    person.trigger("reset_display")
    assert np.array_equal(person.left_pixels(), before)
    panel.close()


def test_the_next_start_finds_the_view_as_it_was_left(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    person.trigger("view_outlines")
    person.trigger("toggle_neighbours")
    person.trigger("toggle_minimap")
    person.window.close()

    window = open_window(project).window
    assert window.page.compare.mode is ViewMode.OUTLINES
    on = {"toggle_neighbours": True, "toggle_minimap": False, "toggle_grid": True}
    for name, is_on in on.items():
        assert window.findChild(object, name).isChecked() is is_on


def test_the_view_is_moved_by_keys_alone(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    viewport = person.window.page.compare.viewport
    person.press(Qt.Key.Key_Plus, Qt.Key.Key_Plus)
    scale, start = viewport.scale, viewport.centre

    def shift(key: Qt.Key) -> None:
        QTest.keyClick(person.window.focusWidget(), key, Qt.KeyboardModifier.ShiftModifier)

    shift(Qt.Key.Key_Right)
    shift(Qt.Key.Key_Down)
    assert viewport.scale == scale
    assert viewport.centre.x() > start.x()
    assert viewport.centre.y() > start.y()

    shift(Qt.Key.Key_Left)
    shift(Qt.Key.Key_Up)
    assert np.allclose(viewport.centre.toTuple(), start.toTuple())
    person.press(Qt.Key.Key_Minus)
    assert viewport.scale < scale


def test_the_divider_of_a_swipe_is_moved_by_keys(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    person.trigger("view_swipe")
    person.wait_until(lambda: person.left_pixels().shape[1] > 0)
    before = person.left_pixels()
    person.press(Qt.Key.Key_Comma)
    assert not np.array_equal(person.left_pixels(), before)
    person.press(Qt.Key.Key_Period)
    assert np.array_equal(person.left_pixels(), before)
