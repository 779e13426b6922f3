"""Keys: they mean the same wherever the focus is, and what they show is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.action_table import ACTIONS
from segrefine_gui.gui.actions import shortcut_groups
from segrefine_gui.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from segrefine_gui.gui.keys.keymap import Keymap
from segrefine_gui.gui.queue.view import QueueView

REFINED, COARSE, PENDING = Decision.REFINED, Decision.COARSE, Decision.PENDING
BELOW_CAPTIONS = 60
"""Widget rows that captions reach into."""


def test_space_shows_coarse_on_the_right_as_long_as_it_is_held(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    person.window.page.compare.set_shows_minimap(False)  # it is on the right side alone
    refined = person.right_pixels()[BELOW_CAPTIONS:]
    left = person.left_pixels()[BELOW_CAPTIONS:]
    focused = person.window.focusWidget()

    QTest.keyPress(focused, Qt.Key.Key_Space)
    held = person.right_pixels()[BELOW_CAPTIONS:]
    # A held key repeats as a release and a press.
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
        repeated = QKeyEvent(
            kind, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", autorep=True
        )
        QApplication.sendEvent(focused, repeated)
        assert np.array_equal(person.right_pixels()[BELOW_CAPTIONS:], held)
    QTest.keyRelease(focused, Qt.Key.Key_Space)

    assert not np.array_equal(held, refined)
    width = min(held.shape[1], left.shape[1]) - 2
    middle = slice(1, width)
    shifts = (
        np.mean(held[:, middle] != left[:, middle.start + d : middle.stop + d]) for d in (-1, 0, 1)
    )
    assert min(shifts) < 0.001, "both sides show the coarse mask"
    assert np.array_equal(person.right_pixels()[BELOW_CAPTIONS:], refined)


def test_space_is_let_go_when_the_window_is_left(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    refined = person.right_pixels()
    QTest.keyPress(person.window.focusWidget(), Qt.Key.Key_Space)
    assert not np.array_equal(person.right_pixels(), refined)

    QApplication.sendEvent(person.window, QEvent(QEvent.Type.WindowDeactivate))

    assert np.array_equal(person.right_pixels(), refined)


def test_tab_goes_to_what_is_not_decided(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    person.press(Qt.Key.Key_Right, Qt.Key.Key_X)
    assert person.row == 2
    person.press(Qt.Key.Key_Left, Qt.Key.Key_Left)
    assert person.row == 0

    person.press(Qt.Key.Key_Tab)
    assert person.row == 2, "row 1 is decided"
    person.press(Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    assert person.row == 0, "it wraps round"


@pytest.mark.parametrize("focus", ["left", "right", "list"])
def test_keys_work_whatever_has_the_focus(
    open_window: Callable[..., Any], project: Path, focus: str
):
    person = open_window(project)
    compare = person.window.page.compare
    widgets = {
        "left": compare.left,
        "right": compare.right,
        "list": person.window.findChild(QueueView),
    }
    widgets[focus].setFocus()

    person.press(Qt.Key.Key_Return, Qt.Key.Key_D, Qt.Key.Key_A, Qt.Key.Key_X, Qt.Key.Key_Tab)

    assert person.decisions() == [REFINED, COARSE, PENDING, PENDING]
    assert person.row == 3
    assert person.window.focusWidget() is widgets[focus]


def test_every_key_of_a_decision_decides(open_window: Callable[..., Any], project: Path):
    person = open_window(project)

    person.press(Qt.Key.Key_Enter, Qt.Key.Key_Return, Qt.Key.Key_X, Qt.Key.Key_Delete)

    assert person.decisions() == [REFINED, REFINED, COARSE, Decision.DROPPED]


def test_a_held_enter_decides_once(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    focused = person.window.focusWidget()
    QTest.keyPress(focused, Qt.Key.Key_Return)
    person.wait_shown()

    for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
        repeated = QKeyEvent(
            kind, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True
        )
        QApplication.sendEvent(focused, repeated)

    assert person.decisions() == [REFINED, PENDING, PENDING, PENDING]


def test_nothing_is_decided_before_it_is_on_the_screen(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    person.window.review.go_to(2)
    assert not person.window.review.is_seen

    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Return)

    assert person.decisions() == [PENDING] * 4


def test_overlays_and_fill_can_be_taken_away(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    filled = person.left_pixels()
    person.press(Qt.Key.Key_L)
    outlined = person.left_pixels()
    person.press(Qt.Key.Key_O)
    bare = person.left_pixels()
    person.press(Qt.Key.Key_O, Qt.Key.Key_L)

    assert np.mean(filled != outlined) > np.mean(outlined != bare) > 0
    assert np.array_equal(person.left_pixels(), filled)


def test_zoom_keys(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    viewport = person.window.page.compare.viewport
    at_instance = viewport.scale

    person.trigger("fit_image")
    assert viewport.scale == pytest.approx(viewport.fit_scale)
    assert viewport.scale < at_instance
    person.press(Qt.Key.Key_Z)
    assert viewport.scale == pytest.approx(at_instance)
    person.trigger("actual_size")
    assert viewport.scale * person.window.devicePixelRatioF() == pytest.approx(1)


def test_each_instance_is_zoomed_to_unless_the_zoom_is_kept(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    viewport = person.window.page.compare.viewport
    person.trigger("actual_size")
    person.press(Qt.Key.Key_Right)
    person.wait_shown()
    assert viewport.scale > 1
    person.trigger("keep_zoom")
    person.trigger("actual_size")
    person.press(Qt.Key.Key_Right)
    person.wait_shown()
    assert viewport.scale * person.window.devicePixelRatioF() == pytest.approx(1)


def test_the_list_leads_to_its_instances(
    open_window: Callable[..., Any], project: Path, qtbot: Any
):
    person = open_window(project)
    view = person.window.findChild(QueueView)
    place = view.visualRect(view.model().index(2)).center()

    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert person.row == 2
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert person.row == 1


def test_keys_are_listed(open_window: Callable[..., Any], project: Path):
    person = open_window(project)

    person.press(Qt.Key.Key_F1)

    assert person.dialog(ShortcutsDialog).isVisible()
    listed = {text: keys for group in shortcut_groups(Keymap()).values() for text, keys in group}
    assert listed["Use Refined"] == "Return, Enter"
    assert len(listed) == len(ACTIONS)
    person.dialog(ShortcutsDialog).close()


def test_keys_do_nothing_on_the_start_page(open_window: Callable[..., Any]):
    person = open_window()

    for action_id in ("use_refined", "keep_coarse", "drop", "undo", "next_pending", "refine"):
        assert not person.window.findChild(object, action_id).isEnabled()
