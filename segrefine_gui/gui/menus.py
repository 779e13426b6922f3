"""Menu bar and toolbar, built from the action table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QToolButton, QWidget

from segrefine_gui.gui.action_table import ACTIONS
from segrefine_gui.gui.action_table.spec import MENUS, SUBMENUS, VIEW, translated
from segrefine_gui.gui.actions import Actions

_SEPARATOR_AFTER = frozenset(
    {
        "open_project",
        "show_jobs",
        "export",
        "close_project",
        "redo",
        "drop",
        "alternative_4",
        "toggle_change",
        "merge_instances",
        "cut_by_neighbours",
        "take_no_changes",
        "tool_refine",
        "pick_4",
        "look_farther",
        "take_coarse_mask",
        "discard_edit",
        "set_change_risk_limit",
        "find",
        "keep_zoom",
        "outlines_only",
        "toggle_grid",
        "cycle_view_back",
        "view_soft",
    }
)

_TOOLBAR = (
    ("open_images", "import_masks", "open_project"),
    ("refine", "export"),
    ("undo", "redo"),
    ("previous", "next", "next_pending"),
    ("fit_instance", "actual_size", "hide_overlays", "outlines_only"),
)

_WITH_TEXT = frozenset({"refine", "export"})

ICON_SIDE = 20


class RecentMenu(QObject):
    """The submenu of recent projects."""

    chosen = Signal(object)
    """The path of a project."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.menu = QMenu(self.tr("Open &Recent"), parent)

    def set_recent(self, paths: Sequence[Path]) -> None:
        """Show these projects, newest first."""
        self.menu.clear()
        self.menu.setEnabled(bool(paths))
        for number, path in enumerate(paths, start=1):
            text = f"{path.stem} — {path.parent}".replace("&", "&&")
            action = self.menu.addAction(f"&{number}  {text}")
            action.triggered.connect(lambda _=False, path=path: self.chosen.emit(path))


class ThemeMenu(QObject):
    """The submenu of themes."""

    chosen = Signal(str)
    """"system", "light" or "dark"."""

    def __init__(self, theme: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.menu = QMenu(self.tr("&Theme"), parent)
        group = QActionGroup(self)
        names = {"system": self.tr("&System"), "light": self.tr("&Light"), "dark": self.tr("&Dark")}
        for name, text in names.items():
            action = self.menu.addAction(text)
            action.setObjectName(f"theme_{name}")
            action.setCheckable(True)
            action.setChecked(name == theme)
            group.addAction(action)
            action.triggered.connect(lambda _=False, name=name: self.chosen.emit(name))


def fill_menu_bar(window: QMainWindow, actions: Actions, recent: QMenu, theme: QMenu) -> None:
    """Put every action into its menu.

    Args:
        window: the window.
        actions: its actions.
        recent: the submenu of recent projects.
        theme: the submenu of themes.
    """
    bar = window.menuBar()
    menus = {name: QMenu(translated(name), window) for name in MENUS}
    for name, menu in menus.items():
        if name not in SUBMENUS:
            bar.addMenu(menu)
        for submenu in (sub for sub, parent in SUBMENUS.items() if parent == name):
            menu.addMenu(menus[submenu])
            menu.addSeparator()
        for spec in (spec for spec in ACTIONS if spec.menu == name and not spec.held):
            menu.addAction(actions[spec.id])
            if spec.id == "open_project":
                menu.addMenu(recent)
            if spec.id in _SEPARATOR_AFTER:
                menu.addSeparator()
        if name == VIEW:
            menu.addSeparator()
            menu.addMenu(theme)


def make_toolbar(actions: Actions, title: str) -> QToolBar:
    """The toolbar: what is done most, icons with text where an icon does not say enough."""
    toolbar = QToolBar(title)
    toolbar.setObjectName("toolbar")
    toolbar.setMovable(False)
    toolbar.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
    toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    for number, group in enumerate(_TOOLBAR):
        if number:
            toolbar.addSeparator()
        for action_id in group:
            toolbar.addAction(actions[action_id])
            button = toolbar.widgetForAction(actions[action_id])
            assert isinstance(button, QToolButton)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            if action_id in _WITH_TEXT:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return toolbar
