"""Actions: usable when they are connected and their scope is on, with the keys of now."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from segrefine_gui.gui.action_table import ACTIONS
from segrefine_gui.gui.action_table.spec import MENUS, SUBMENUS, Scope, plain
from segrefine_gui.gui.actions import Actions, shortcut_groups
from segrefine_gui.gui.keys.keymap import Keymap
from segrefine_gui.gui.menus import RecentMenu, ThemeMenu, fill_menu_bar
from segrefine_gui.gui.widgets.decision_bar import KeyButton


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


def test_an_action_can_be_used_once_connected_and_while_its_scope_is_on(window: QMainWindow):
    actions = Actions(window)
    assert not any(action.isEnabled() for action in actions.all())

    actions.connect_action("quit", list)
    actions.connect_action("drop", list)
    assert actions["quit"].isEnabled()
    assert not actions["drop"].isEnabled()

    actions.set_enabled(Scope.REVIEW, True)
    assert actions["drop"].isEnabled()
    assert not actions["keep_coarse"].isEnabled(), "nothing is connected with it"
    actions.connect_action("keep_coarse", list)
    assert actions["keep_coarse"].isEnabled(), "connected while its scope is on"

    actions.set_enabled(Scope.REVIEW, False)
    assert not actions["drop"].isEnabled()


def test_switches_tell_whether_they_are_on(window: QMainWindow):
    actions = Actions(window)
    heard: list[bool] = []
    actions.connect_switch("toggle_minimap", heard.append)
    actions.set_enabled(Scope.PROJECT, True)

    actions["toggle_minimap"].trigger()
    actions["toggle_minimap"].trigger()

    assert heard == [True, False]


def test_one_way_to_compare_is_chosen_the_first_to_begin_with(window: QMainWindow):
    actions = Actions(window)
    ways = [actions[spec.id] for spec in ACTIONS if spec.one_of == "compare"]
    assert [way.isChecked() for way in ways] == [True] + [False] * 9

    actions["view_soft"].setChecked(True)

    assert [way.isChecked() for way in ways] == [False] * 9 + [True]


def test_the_menus_hold_every_action_once(window: QMainWindow):
    actions = Actions(window)
    recent, theme = RecentMenu(window), ThemeMenu("system", window)
    fill_menu_bar(window, actions, recent.menu, theme.menu)

    def texts(menu) -> list[str]:
        found = []
        for action in menu.actions():
            found += texts(action.menu()) if action.menu() else [action.objectName()]
        return [text for text in found if text and not text.startswith("theme_")]

    bar = window.menuBar()
    assert [action.text() for action in bar.actions()] == [m for m in MENUS if m not in SUBMENUS]
    in_menus = [text for action in bar.actions() for text in texts(action.menu())]
    assert sorted(in_menus) == sorted(spec.id for spec in ACTIONS if not spec.held)


def test_everything_shows_the_keys_of_now(window: QMainWindow, qtbot: QtBot):
    actions = Actions(window)
    button = KeyButton(actions["use_refined"], "accept")
    qtbot.addWidget(button)
    button.show()
    actions.connect_action("use_refined", list)
    actions.set_enabled(Scope.REVIEW, True)

    def shown() -> list[str]:
        return [label.text() for label in button.findChildren(QLabel) if label.isVisible()]

    assert shown() == ["Use Refined", "⏎"]
    with qtbot.waitSignal(actions.keys_changed):
        actions.set_keymap(Keymap("Lightroom"))
    assert shown() == ["Use Refined", "P"]
    assert button.accessibleName() == "Use Refined, P"
    assert actions["use_refined"].toolTip().endswith("(P, Return, Enter)")
    assert button.toolTip() == actions["use_refined"].toolTip()
    assert actions.key_text("use_refined") == "P"
    listed = dict(shortcut_groups(actions.keymap)["Review"])
    assert listed["Use Refined"] == "P, Return, Enter"

    actions.set_keymap(Keymap().with_keys("use_refined", ()))
    assert shown() == ["Use Refined"]
    assert "(" not in actions["use_refined"].toolTip()
    assert actions["use_refined"].shortcuts() == []


def test_only_moving_repeats_while_a_key_is_held(window: QMainWindow):
    actions = Actions(window)
    assert actions["next"].autoRepeat()
    for decision in ("use_refined", "keep_coarse", "drop", "toggle_change", "undo"):
        assert not actions[decision].autoRepeat()


def test_every_action_is_named_and_explained(window: QMainWindow):
    actions = Actions(window)
    for spec in ACTIONS:
        action = actions[spec.id]
        assert action.iconText() == plain(spec.text)
        assert action.shortcutContext() == Qt.ShortcutContext.WindowShortcut
        assert action.toolTip()
