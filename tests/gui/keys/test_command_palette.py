"""The command palette: a few letters and Enter run any command."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segrefine_gui.gui.action_table import ACTIONS
from segrefine_gui.gui.action_table.spec import Scope
from segrefine_gui.gui.keys.command_palette import CommandPalette
from segrefine_gui.gui.keys.keymap import Keymap

Key = Qt.Key


def opened(desk) -> CommandPalette:
    desk.press(Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    return desk.opened(CommandPalette)


def names(palette: CommandPalette) -> list[str]:
    return [command.text for command in palette.rows()]


def test_letters_and_enter_run_a_command(desk, qtbot: QtBot):
    palette = opened(desk)
    QTest.keyClicks(palette.focusWidget(), "keco")
    assert names(palette)[0] == "Keep Coarse"
    assert palette.current.keys == "X"
    assert palette.current.menu == "Review"

    QTest.keyClick(palette.focusWidget(), Key.Key_Return)

    qtbot.waitUntil(lambda: desk.ran == ["keep_coarse"])


def test_a_screen_reader_hears_what_enter_would_run(desk):
    palette = opened(desk)
    QTest.keyClicks(palette.field, "keep coarse")
    assert palette.field.accessibleDescription() == "Keep Coarse, Review, X"

    QTest.keyClicks(palette.field, "qqq")
    assert palette.field.accessibleDescription() == palette.nothing.text()


def test_a_command_runs_after_the_palette_has_closed(desk, qtbot: QtBot):
    palette = opened(desk)
    seen: list[bool] = []
    desk.actions_["drop"].triggered.connect(lambda: seen.append(palette_is_open(desk)))
    QTest.keyClicks(palette.field, "drop")
    QTest.keyClick(palette.field, Key.Key_Return)

    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [False]


def palette_is_open(desk) -> bool:
    return any(palette.isVisible() for palette in desk.findChildren(CommandPalette))


def test_everything_is_listed_but_what_is_held(desk):
    listed = {command.id for command in opened(desk).rows()}

    assert listed == {spec.id for spec in ACTIONS if not spec.held}


def test_arrows_move_and_wrap_while_the_field_keeps_the_focus(desk):
    palette = opened(desk)
    first, last = names(palette)[0], names(palette)[-1]

    QTest.keyClick(palette.field, Key.Key_Up)
    assert palette.current.text == last
    QTest.keyClick(palette.field, Key.Key_Down)
    assert palette.current.text == first
    QTest.keyClick(palette.field, Key.Key_Down)
    assert palette.current.text == names(palette)[1]
    assert palette.focusWidget() is palette.field


def test_escape_leaves_and_runs_nothing(desk):
    palette = opened(desk)
    QTest.keyClicks(palette.field, "drop")
    QTest.keyClick(palette.field, Key.Key_Escape)
    QApplication.processEvents()

    assert not palette_is_open(desk)
    assert desk.ran == []


def test_letters_are_typed_and_are_no_shortcuts(desk):
    palette = opened(desk)
    QTest.keyClicks(palette.field, "x")

    assert palette.field.text() == "x"
    assert desk.ran == []


def test_no_shortcut_and_no_tab_gets_past_the_field(desk):
    palette = opened(desk)
    for key in (Key.Key_E, Key.Key_R):
        QTest.keyClick(palette.field, key, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(palette.field, Key.Key_Tab)

    assert desk.ran == []
    assert desk.focusWidget() is palette.field


def test_the_focus_goes_back(desk):
    palette = opened(desk)
    QTest.keyClick(palette.field, Key.Key_Escape)

    assert desk.focusWidget() is desk.middle


def test_a_click_elsewhere_leaves(desk, qtbot: QtBot):
    opened(desk)
    desk.middle.setFocus(Qt.FocusReason.MouseFocusReason)
    QApplication.processEvents()

    assert not palette_is_open(desk)


def test_what_cannot_be_used_is_last_says_when_it_can_and_does_not_run(desk):
    desk.actions_.set_enabled(Scope.REVIEW, False)
    palette = opened(desk)
    whens = [command.when for command in palette.rows()]
    assert whens == sorted(whens, key=bool)

    QTest.keyClicks(palette.field, "keep coarse")
    assert palette.current.when == "while an instance is reviewed"
    QTest.keyClick(palette.field, Key.Key_Return)
    QApplication.processEvents()

    assert palette.isVisible()
    assert desk.ran == []


def test_what_has_nothing_to_do_is_not_for_now(desk):
    desk.actions_["undo"].setEnabled(False)
    palette = opened(desk)
    QTest.keyClicks(palette.field, "undo")

    assert palette.current.when == "not now"


def test_what_was_used_last_comes_first(desk, qtbot: QtBot):
    for typed in ("swipe", "pixel grid"):
        palette = opened(desk)
        QTest.keyClicks(palette.field, typed)
        QTest.keyClick(palette.field, Key.Key_Return)
        qtbot.waitUntil(lambda: not palette_is_open(desk))
    QApplication.processEvents()

    assert desk.ran == ["view_swipe", "toggle_grid"]
    assert names(opened(desk))[:2] == ["Pixel Grid", "Swipe"]


def test_words_of_the_menu_find_commands_too(desk):
    palette = opened(desk)
    QTest.keyClicks(palette.field, "compare")

    assert {"Swipe", "Onion Skin"} <= set(names(palette))


def test_letters_that_nothing_has_are_said_to_be_so(desk):
    palette = opened(desk)
    QTest.keyClicks(palette.field, "qqq")
    assert palette.nothing.isVisible()
    assert palette.current is None

    QTest.keyClick(palette.field, Key.Key_Down)
    QTest.keyClick(palette.field, Key.Key_Return)
    assert palette.isVisible()


def test_keys_are_those_of_now(desk):
    desk.actions_.set_keymap(Keymap("Lightroom"))
    palette = opened(desk)
    QTest.keyClicks(palette.field, "use refined")

    assert palette.current.keys == "P, Return, Enter"


def test_a_click_runs_a_command(desk, qtbot: QtBot):
    palette = opened(desk)
    place = palette.list.visualRect(palette.list.model().index(2, 0)).center()
    wanted = palette.rows()[2].id
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    qtbot.waitUntil(lambda: desk.ran == [wanted])


@pytest.mark.parametrize("typed", ["", "keep"])
def test_rows_are_drawn_and_none_is_cut(desk, typed: str):
    palette = opened(desk)
    QTest.keyClicks(palette.field, typed)
    QApplication.processEvents()

    image = palette.list.grab().toImage()
    row = palette.list.sizeHintForRow(0)
    places = [(x, y) for x in range(image.width()) for y in range(row)]
    assert len({image.pixel(x, y) for x, y in places}) > 2, "letters are drawn on the row"
    assert palette.list.viewport().height() >= min(len(palette.rows()), 11) * row
