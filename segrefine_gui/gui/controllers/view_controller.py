"""Connects the actions that change only what is seen with the compare view."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray, QObject
from PySide6.QtWidgets import QWidget

from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.compare.display_panel import DisplayPanel
from segrefine_gui.gui.compare.modes import ViewMode
from segrefine_gui.gui.compare.view import CompareView
from segrefine_gui.gui.controllers.review_controller import ReviewController

ZOOM_STEP = 1.25
"""How much closer one key press looks."""

PAN_STEP = 80
"""How far one key press moves the image, in widget pixels."""

DIVIDER_STEP = 0.05
"""How far one key press moves the line of a swipe, as a share of the width."""

REMEMBERED = ("toggle_neighbours", "toggle_minimap", "toggle_grid")
"""Switches that the next start finds as they were left."""


class ViewController(QObject):
    """Modes, overlays and aids of the canvases, by menu and key.

    Args:
        compare: the canvases.
        actions: the window's actions.
        review: knows the neighbours of an instance.
        parent: the window.
    """

    def __init__(
        self,
        compare: CompareView,
        actions: Actions,
        review: ReviewController,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._compare = compare
        self._actions = actions
        self.panel = DisplayPanel(parent)
        self.panel.adjusted.connect(compare.set_adjustment)
        self.panel.opacity_changed.connect(compare.set_opacity)
        compare.opacity_changed.connect(self.panel.show_opacity)
        compare.set_neighbour_source(
            lambda instance_id: [each.coarse for each in review.neighbours(instance_id)]
        )
        for mode in ViewMode:
            actions.connect_action(_action_of(mode), partial(compare.set_mode, mode))
        compare.mode_changed.connect(self._check_mode)
        compare.auto_blink_changed.connect(actions["auto_blink"].setChecked)
        actions.connect_action("cycle_view", compare.cycle_mode)
        actions.connect_action("cycle_view_back", partial(compare.cycle_mode, -1))
        actions.connect_action("adjust_display", self._show_panel)
        actions.connect_action("reset_display", self.panel.reset)
        viewport = compare.viewport
        for action_id, act in {
            "zoom_in": partial(viewport.zoom_by, ZOOM_STEP),
            "zoom_out": partial(viewport.zoom_by, 1 / ZOOM_STEP),
            "pan_left": partial(viewport.pan_by, PAN_STEP, 0),
            "pan_right": partial(viewport.pan_by, -PAN_STEP, 0),
            "pan_up": partial(viewport.pan_by, 0, PAN_STEP),
            "pan_down": partial(viewport.pan_by, 0, -PAN_STEP),
            "divider_left": partial(compare.move_divider, -DIVIDER_STEP),
            "divider_right": partial(compare.move_divider, DIVIDER_STEP),
        }.items():
            actions.connect_action(action_id, act)
        for action_id in ("toggle_minimap", "toggle_grid"):
            actions[action_id].setChecked(True)
        for action_id, switch in {
            "auto_blink": compare.set_auto_blink,
            "toggle_neighbours": compare.set_shows_neighbours,
            "toggle_minimap": compare.set_shows_minimap,
            "toggle_grid": compare.set_shows_grid,
            "toggle_loupe": compare.set_loupe,
        }.items():
            actions.connect_switch(action_id, switch)

    def saved(self) -> QByteArray:
        """What of it the next start should bring back: the mode and the switches that are on."""
        on = [each for each in REMEMBERED if self._actions[each].isChecked()]
        return QByteArray(" ".join([self._compare.mode.value, *on]).encode())

    def restore(self, state: QByteArray) -> None:
        """Bring back what `saved` gave; words that mean nothing any more are passed over."""
        words = bytes(state.data()).decode(errors="replace").split()
        if not words:
            return
        for mode in ViewMode:
            if mode.value == words[0]:
                self._compare.set_mode(mode)
        for each in REMEMBERED:
            self._actions[each].setChecked(each in words)

    def _check_mode(self, mode: ViewMode) -> None:
        self._actions[_action_of(mode)].setChecked(True)

    def _show_panel(self) -> None:
        self.panel.show()
        self.panel.raise_()
        self.panel.activateWindow()


def _action_of(mode: ViewMode) -> str:
    return "view_" + mode.value.replace("-", "_")
