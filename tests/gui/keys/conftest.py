"""A window with every action, each of which only notes that it was run."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from segrefine_gui.gui.action_table import ACTIONS
from segrefine_gui.gui.action_table.spec import Scope
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.keys.key_controller import KeyController
from segrefine_gui.gui.preferences import Preferences

OPENS = ("shortcuts", "edit_keys", "command_palette")
"""What the controller connects itself."""

WidgetT = TypeVar("WidgetT", bound=QWidget)


class Desk(QMainWindow):
    """The window; `ran` lists the ids of the actions that were run."""

    def __init__(self, settings: Path) -> None:
        super().__init__()
        self.ran: list[str] = []
        self.settings_path = settings
        self.middle = QLabel("canvas")
        self.middle.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.addWidget(self.middle)
        self.setCentralWidget(content)
        self.actions_ = Actions(self)
        self.preferences = Preferences(settings)
        self.keys = KeyController(self.actions_, self.preferences, self)
        for spec in ACTIONS:
            self.addAction(self.actions_[spec.id])
            if spec.id not in OPENS:
                self.actions_.connect_action(spec.id, lambda id=spec.id: self.ran.append(id))
        for scope in (Scope.PROJECT, Scope.QUEUE, Scope.REVIEW):
            self.actions_.set_enabled(scope, True)
        self.resize(900, 600)

    def press(
        self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press a key on what has the focus."""
        if not self.isActiveWindow():  # the screen of the tests has no window manager
            self.activateWindow()
            assert QTest.qWaitForWindowActive(self)
        QTest.keyClick(self.focusWidget() or self, key, modifiers)
        QApplication.processEvents()

    def opened(self, kind: type[WidgetT]) -> WidgetT:
        """The visible child window of a kind."""
        QApplication.processEvents()
        return next(child for child in self.findChildren(kind) if child.isVisible())


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "settings.json")
    qtbot.addWidget(desk)
    with qtbot.waitActive(desk):
        desk.show()
        desk.activateWindow()
    desk.middle.setFocus()
    return desk
