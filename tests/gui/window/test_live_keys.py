"""Keys that are changed in the window count and are shown at once, and after a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.action_table import ACTIONS
from segrefine_gui.gui.action_table.review_rows import ALTERNATIVES_ROWS
from segrefine_gui.gui.action_table.spec import Scope
from segrefine_gui.gui.keys.command_palette import CommandPalette
from segrefine_gui.gui.keys.key_editor import KeyEditor
from segrefine_gui.gui.start_page import StartPage

Key = Qt.Key
REFINED, COARSE, PENDING = Decision.REFINED, Decision.COARSE, Decision.PENDING


def give(person: Any, action_id: str, key: Key) -> None:
    """Give an action a key in the editor, away from whatever has it."""
    person.trigger("edit_keys")
    editor = person.dialog(KeyEditor)
    editor.table.go_to(action_id)
    editor.change.click()
    QTest.keyClick(editor.capture, key)
    if editor.question.isVisible():
        editor.question.yes.click()
    editor.close_button.click()


def words(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def test_a_decision_has_its_new_key_on_its_button_and_after_a_restart(
    open_window: Callable[..., Any], project: Path
):
    person = open_window(project)
    give(person, "use_refined", Key.Key_P)
    assert "P" in words(person.window.page.decisions)
    assert "⏎" not in words(person.window.page.decisions)
    person.press(Key.Key_Return, Key.Key_P)
    assert person.decisions() == [REFINED, PENDING, PENDING, PENDING]
    person.window.close()

    again = open_window(project)
    again.press(Key.Key_P)
    assert again.decisions().count(REFINED) == 2
    assert "P" in words(again.window.page.decisions)


def test_the_start_page_shows_the_new_key(open_window: Callable[..., Any]):
    person = open_window()
    page = person.window.findChild(StartPage)
    assert "Ctrl+O" in words(page)

    give(person, "open_project", Key.Key_F2)

    assert "F2" in words(page)
    assert "Ctrl+O" not in words(page)


def test_another_key_is_held_to_see_coarse(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    give(person, "show_coarse", Key.Key_Q)
    person.press(Key.Key_Left)  # back in the window
    refined = person.right_pixels()

    QTest.keyPress(person.window.focusWidget(), Key.Key_Space)
    assert np.array_equal(person.right_pixels(), refined)
    QTest.keyRelease(person.window.focusWidget(), Key.Key_Space)
    QTest.keyPress(person.window.focusWidget(), Key.Key_Q)
    assert not np.array_equal(person.right_pixels(), refined)
    QTest.keyRelease(person.window.focusWidget(), Key.Key_Q)
    assert np.array_equal(person.right_pixels(), refined)


def test_the_palette_decides(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    person.trigger("command_palette")
    palette = person.dialog(CommandPalette)
    QTest.keyClicks(palette.field, "keep coarse")
    QTest.keyClick(palette.field, Key.Key_Return)

    person.wait_until(lambda: person.decisions()[0] is COARSE)
    assert person.decisions() == [COARSE, PENDING, PENDING, PENDING]


def test_every_command_of_the_table_does_something(open_window: Callable[..., Any], project: Path):
    person = open_window(project)
    person.trigger("command_palette")
    idle = {command.id for command in person.dialog(CommandPalette).rows() if command.when}
    person.dialog(CommandPalette).close()

    # What there is nothing for yet: no job, nothing decided, no change looked at, no risk known,
    # and one refinement only.
    jobs = {"cancel_job", "cancel_all_jobs"}
    changes = {"toggle_change", "take_all_but_this"}
    alternatives = {each.id for each in ALTERNATIVES_ROWS}
    others = {"undo", "redo", "next_reason", "recalibrate"}
    # Those of the editor can be used in the editor.
    editing = {spec.id for spec in ACTIONS if spec.scope is Scope.EDITING}
    assert idle <= jobs | changes | alternatives | others | editing
