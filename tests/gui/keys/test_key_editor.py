"""The key editor: a key is pressed, and from then on it is the key."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from segrefine_gui.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from segrefine_gui.gui.keys.key_editor import KeyEditor
from segrefine_gui.gui.keys.keymap import Keymap
from segrefine_gui.gui.preferences import Preferences

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def editor(desk) -> KeyEditor:
    desk.actions_["edit_keys"].trigger()
    return desk.opened(KeyEditor)


def choose(editor: KeyEditor, action_id: str) -> None:
    editor.table.go_to(action_id)
    editor.table.setFocus()


def give(editor: KeyEditor, action_id: str, key: Key, modifiers=Qt.KeyboardModifier.NoModifier):
    choose(editor, action_id)
    QTest.keyClick(editor.table, Key.Key_Return)
    QTest.keyClick(editor.focusWidget(), key, modifiers)


def row(editor: KeyEditor, action_id: str) -> list[str]:
    editor.table.go_to(action_id)
    item = editor.table.currentItem()
    return [item.text(column) for column in range(3)]


def test_a_new_key_works_at_once_and_the_old_one_no_more(desk, editor: KeyEditor):
    give(editor, "drop", Key.Key_Q)
    assert row(editor, "drop") == ["Drop", "Q", "Del"]
    editor.close_button.click()

    desk.press(Key.Key_Q)
    desk.press(Key.Key_Delete)

    assert desk.ran == ["drop"]
    assert "(Q)" in desk.actions_["drop"].toolTip()


def test_a_second_key_can_be_added(desk, editor: KeyEditor):
    choose(editor, "drop")
    editor.add.click()
    QTest.keyClick(editor.focusWidget(), Key.Key_Q, CTRL | SHIFT)

    assert desk.actions_.keymap.keys("drop") == ("Del", "Ctrl+Shift+Q")


def test_a_key_that_is_taken_is_taken_away_only_when_the_person_says_so(desk, editor: KeyEditor):
    give(editor, "drop", Key.Key_X)
    assert editor.question.sentence.text() == "X already means “Keep Coarse”."
    assert desk.actions_.keymap == Keymap(), "nothing is changed before the answer"

    editor.question.no.click()
    assert desk.actions_.keymap == Keymap()
    assert not editor.question.isVisible()

    give(editor, "drop", Key.Key_X)
    assert editor.focusWidget() is editor.question.yes
    QTest.keyClick(editor.focusWidget(), Key.Key_Return)
    assert row(editor, "keep_coarse") == ["Keep Coarse", "—", "X"]
    editor.close_button.click()
    desk.press(Key.Key_X)
    assert desk.ran == ["drop"]


def test_escape_answers_no_and_keeps_the_dialog(desk, editor: KeyEditor):
    give(editor, "drop", Key.Key_X)
    QTest.keyClick(editor.focusWidget(), Key.Key_Escape)

    assert desk.actions_.keymap == Keymap()
    assert editor.isVisible()
    assert editor.focusWidget() is editor.table


@pytest.mark.parametrize(
    ("key", "modifiers", "written"),
    [
        (Key.Key_Tab, None, "Tab"),
        (Key.Key_Backtab, SHIFT, "Shift+Tab"),
        (Key.Key_Return, None, "Return"),
        (Key.Key_Space, None, "Space"),
        (Key.Key_Question, SHIFT, "?"),
        (Key.Key_Slash, CTRL, "Ctrl+/"),
        (Key.Key_1, Qt.KeyboardModifier.KeypadModifier, "1"),
        (Key.Key_F5, SHIFT, "Shift+F5"),
        (Key.Key_Odiaeresis, None, "Ö"),
    ],
)
def test_every_kind_of_key_is_taken(editor: KeyEditor, key: Key, modifiers, written: str):
    choose(editor, "blind_mode")
    QTest.keyClick(editor.table, Key.Key_Return)
    taken: list[str] = []
    editor.capture.captured.connect(taken.append)
    QTest.keyClick(editor.focusWidget(), key, modifiers or Qt.KeyboardModifier.NoModifier)
    assert taken == [written]


def test_modifiers_alone_are_waited_out_and_escape_leaves(desk, editor: KeyEditor):
    choose(editor, "drop")
    QTest.keyClick(editor.table, Key.Key_Return)
    assert "“Drop”" in editor.capture.text()
    for key in (Key.Key_Control, Key.Key_Shift):
        QTest.keyClick(editor.capture, key)
    assert editor.capture.isVisible()

    QTest.keyClick(editor.capture, Key.Key_Escape)

    assert not editor.capture.isVisible()
    assert editor.isVisible()
    assert desk.actions_.keymap == Keymap()


def test_a_mnemonic_of_the_dialog_can_be_a_key(editor: KeyEditor):
    choose(editor, "drop")
    QTest.keyClick(editor.table, Key.Key_Return)
    asked = QKeyEvent(QEvent.Type.ShortcutOverride, Key.Key_C, Qt.KeyboardModifier.AltModifier, "c")
    asked.ignore()
    QApplication.sendEvent(editor.capture, asked)
    assert asked.isAccepted()


def test_keys_can_be_removed_and_reset(desk, editor: KeyEditor):
    choose(editor, "drop")
    QTest.keyClick(editor.table, Key.Key_Delete)
    assert desk.actions_.keymap.keys("drop") == ()
    assert not editor.remove.isEnabled()

    editor.reset.click()
    assert desk.actions_.keymap == Keymap()
    assert not editor.reset.isEnabled()
    assert not editor.reset_all.isEnabled()


def test_resetting_asks_when_another_action_has_the_key_now(desk, editor: KeyEditor):
    give(editor, "drop", Key.Key_X)
    editor.question.yes.click()

    choose(editor, "keep_coarse")
    editor.reset.click()
    assert editor.question.sentence.text() == "X already means “Drop”."
    editor.question.yes.click()

    assert desk.actions_.keymap.keys("keep_coarse") == ("X",)
    assert desk.actions_.keymap.keys("drop") == ()


def test_all_can_be_reset_at_once(desk, editor: KeyEditor):
    give(editor, "drop", Key.Key_Q)
    give(editor, "next", Key.Key_V)
    editor.reset_all.click()
    assert "2 commands" in editor.question.sentence.text()

    editor.question.yes.click()

    assert desk.actions_.keymap == Keymap()


def test_a_held_key_cannot_have_modifiers(desk, editor: KeyEditor):
    give(editor, "show_coarse", Key.Key_Y, CTRL)
    assert editor.hint.isVisible()
    assert "without Ctrl" in editor.hint.text()

    give(editor, "show_coarse", Key.Key_Y)
    assert desk.actions_.keymap.keys("show_coarse") == ("Y",)
    assert desk.actions_["show_coarse"].shortcuts() == [], "it is watched, not a shortcut"


def test_a_key_that_opens_a_menu_is_refused(desk, editor: KeyEditor):
    give(editor, "drop", Key.Key_F, Qt.KeyboardModifier.AltModifier)

    assert editor.hint.text() == "Alt+F opens the menu “File”."
    assert desk.actions_.keymap == Keymap()


def test_a_preset_can_be_chosen(desk, editor: KeyEditor):
    choose_preset(editor, "CVAT")

    assert desk.actions_.keymap == Keymap("CVAT")
    assert row(editor, "next")[1] == "F, Right"
    editor.close_button.click()
    desk.press(Key.Key_F)
    assert desk.ran == ["next"]


def test_own_keys_are_kept_in_another_preset_only_when_wanted(desk, editor: KeyEditor):
    give(editor, "drop", Key.Key_Q)
    choose_preset(editor, "labelme")
    editor.question.yes.click()
    assert desk.actions_.keymap == Keymap("labelme", {"drop": ("Q",)})

    choose_preset(editor, "CVAT")
    editor.question.no.click()
    assert desk.actions_.keymap == Keymap("CVAT")


def choose_preset(editor: KeyEditor, name: str) -> None:
    editor.preset.setCurrentText(name)
    editor.preset.activated.emit(editor.preset.currentIndex())


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("keep coarse", ["Keep Coarse"]),
        ("ctrl+shift+t", ["Leave All (Coarse)"]),
        ("neighbours", ["Cut by Neighbours", "Neighbours"]),
        ("nothing like this", []),
    ],
)
def test_the_search_finds_names_and_keys(editor: KeyEditor, words: str, shown: list[str]):
    QTest.keyClicks(editor.search, words)

    visible = []
    for top in range(editor.table.topLevelItemCount()):
        group = editor.table.topLevelItem(top)
        rows = [group.child(index) for index in range(group.childCount())]
        names = [item.text(0) for item in rows if not item.isHidden()]
        assert group.isHidden() is not bool(names)
        visible += names
    assert visible == shown
    assert editor.change.isEnabled() is bool(shown)


def test_down_and_enter_go_from_the_search_to_the_table(editor: KeyEditor):
    QTest.keyClicks(editor.search, "drop")
    QTest.keyClick(editor.search, Key.Key_Return)
    assert editor.focusWidget() is editor.table
    QTest.keyClick(editor.table, Key.Key_Return)
    assert editor.focusWidget() is editor.capture
    QTest.keyClick(editor.capture, Key.Key_Escape)

    QTest.keyClick(editor.table, Key.Key_Escape)
    assert editor.search.text() == ""
    assert editor.isVisible()
    QTest.keyClick(editor.search, Key.Key_Escape)
    assert not editor.isVisible()


def test_keys_are_there_again_after_a_restart(desk, editor: KeyEditor):
    choose_preset(editor, "Lightroom")
    give(editor, "drop", Key.Key_Q)

    stored = json.loads(desk.settings_path.read_text("utf-8"))
    assert stored["key_preset"] == "Lightroom"
    assert stored["keys"] == {"drop": ["Q"]}
    again = Preferences(desk.settings_path).settings
    assert Keymap.from_settings(again.key_preset, again.keys) == desk.actions_.keymap


def test_the_list_of_keys_leads_here(desk, qtbot: QtBot):
    desk.press(Key.Key_F1)
    listed = desk.opened(ShortcutsDialog)
    qtbot.mouseClick(button(listed, "Change keys…"), Qt.MouseButton.LeftButton)

    assert desk.opened(KeyEditor).isVisible()
    assert not [each for each in desk.findChildren(ShortcutsDialog) if each.isVisible()]


def button(parent: QWidget, text: str):
    return next(b for b in parent.findChildren(QWidget) if getattr(b, "text", str)() == text)
