"""What has the focus keeps the keys it needs; all others stay shortcuts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QSpinBox,
    QWidget,
)

from segrefine_gui.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from segrefine_gui.gui.widgets.held_key import HeldKey

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def add(desk, widget: QWidget) -> QWidget:
    desk.column.addWidget(widget)
    widget.show()
    widget.setFocus()
    assert desk.focusWidget() is widget
    return widget


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QSpinBox, QComboBox])
def test_typing_is_no_shortcut(desk, kind: type[QWidget]):
    field = add(desk, kind())

    for key in (Key.Key_X, Key.Key_D, Key.Key_1, Key.Key_Return, Key.Key_Delete, Key.Key_Left):
        QTest.keyClick(field, key)

    assert desk.ran == []


def test_letters_are_typed(desk):
    field = add(desk, QLineEdit())
    QTest.keyClicks(field, "axu? ")

    assert field.text() == "axu? "
    assert desk.ran == []


def test_commands_with_ctrl_work_while_typing(desk):
    field = add(desk, QLineEdit())
    QTest.keyClick(field, Key.Key_E, CTRL)
    assert desk.ran == ["export"]

    QTest.keyClick(field, Key.Key_F1)
    assert desk.opened(ShortcutsDialog).isVisible()
    desk.opened(ShortcutsDialog).close()


def test_tab_leaves_a_field_and_goes_to_the_next_pending_elsewhere(desk):
    other = add(desk, QCheckBox("other"))
    field = add(desk, QLineEdit())
    desk.setTabOrder(field, other)

    QTest.keyClick(field, Key.Key_Tab)
    assert desk.focusWidget() is other
    assert desk.ran == []

    desk.middle.setFocus()
    desk.press(Key.Key_Tab)
    assert desk.ran == ["next_pending"]


def test_arrows_move_a_slider_and_letters_are_commands(desk):
    slider = add(desk, QSlider(Qt.Orientation.Horizontal))
    QTest.keyClick(slider, Key.Key_Right)
    assert slider.value() == 1
    QTest.keyClick(slider, Key.Key_X)

    assert desk.ran == ["keep_coarse"]


def test_space_presses_the_button_with_the_focus_and_is_held_elsewhere(desk):
    held = HeldKey(desk)
    held.set_keys(desk.actions_.keymap.keys("show_coarse"))
    heard: list[bool] = []
    held.held.connect(heard.append)
    box = add(desk, QCheckBox("show"))
    QTest.keyClick(box, Key.Key_Space)
    assert box.isChecked()
    assert heard == []

    desk.middle.setFocus()
    QTest.keyPress(desk.middle, Key.Key_Space)
    QTest.keyRelease(desk.middle, Key.Key_Space)
    assert heard == [True, False]


def test_another_key_can_be_held(desk):
    held = HeldKey(desk)
    heard: list[bool] = []
    held.held.connect(heard.append)
    held.set_keys(("\\", "Q"))

    for key in (Key.Key_Space, Key.Key_Q, Key.Key_Backslash):
        QTest.keyPress(desk.middle, key)
        QTest.keyRelease(desk.middle, key)

    assert heard == [True, False, True, False]
