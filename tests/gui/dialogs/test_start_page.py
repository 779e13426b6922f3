"""The start page: every way in says what was meant, by mouse and by keys."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from segrefine_gui.gui.start_page import StartPage


@pytest.fixture
def page(qtbot: QtBot) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    return page


def button_named(page: StartPage, name: str) -> QPushButton:
    return next(b for b in page.findChildren(QPushButton) if b.accessibleName() == name)


def words(page: StartPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("Open images…", "open_images_requested"),
        ("Import masks…", "import_masks_requested"),
        ("Open project…", "open_project_requested"),
        ("Try the samples", "samples_requested"),
    ],
)
def test_each_way_in_is_asked_for_by_click_and_by_enter(
    qtbot: QtBot, page: StartPage, name: str, signal: str
) -> None:
    button = button_named(page, name)
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.keyClick(button, Qt.Key.Key_Return)


def test_the_keys_are_shown(page: StartPage) -> None:
    page.show_keys({"open_images": "F2", "import_masks": "Ctrl+I", "open_project": ""}.__getitem__)
    shown = words(page)
    assert "F2" in shown
    assert "Ctrl+I" in shown

    page.show_keys(lambda _: "")
    assert "F2" not in words(page)


def test_recent_projects_are_listed_and_open_on_a_click(qtbot: QtBot, page: StartPage) -> None:
    assert "will be listed here" in words(page)
    home, other = Path.home() / "data" / "cats.segrefine", Path("/mnt/a & b/dogs.segrefine")

    page.set_recent([home, other])

    qtbot.waitUntil(lambda: "cats" in words(page))
    shown = words(page)
    assert "will be listed here" not in shown
    assert str(Path("~/data")) in shown
    assert "/mnt/a & b" in shown
    with qtbot.waitSignal(page.recent_requested) as asked:
        qtbot.mouseClick(button_named(page, "dogs"), Qt.MouseButton.LeftButton)
    assert asked.args == [other]


def test_a_new_list_replaces_the_old_one(qtbot: QtBot, page: StartPage) -> None:
    page.set_recent([Path("/a/first.segrefine")])
    qtbot.waitUntil(lambda: "first" in words(page))
    page.set_recent([Path("/a/second.segrefine")])
    qtbot.waitUntil(lambda: "second" in words(page))
    assert "first" not in words(page)
    assert [button.accessibleName() for button in page.recent] == ["second"]


def test_a_drag_over_the_window_changes_the_drop_area(page: StartPage) -> None:
    page.set_drop_active(True)
    assert "Let go to open" in words(page)
    page.set_drop_active(False)
    assert "Or drop images" in words(page)
