"""What the masks are called that an edit can go back to, also where their sides are hidden."""

from __future__ import annotations

from segrefine_gui.gui.action_table import SPECS
from segrefine_gui.gui.action_table.spec import translated
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.editor.start import Sides
from segrefine_gui.gui.editor.tools.base import translate

_ABOUT_SIDES = ("tool_from_refined", "tool_from_coarse", "take_refined_mask", "take_coarse_mask")


def brush_steps(sides: Sides) -> tuple[str, str]:
    """Steps that paint from the right mask, and from the left one."""
    if sides is Sides.TOLD:
        return translate("editor", "Paint from Refined"), translate("editor", "Paint from Coarse")
    return translate("editor", "Paint from B"), translate("editor", "Paint from A")


def take_steps(sides: Sides) -> tuple[str, str]:
    """Steps that begin again from the right mask, and from the left one."""
    if sides is Sides.TOLD:
        return translate("editor", "Take Refined Mask"), translate("editor", "Take Coarse Mask")
    return translate("editor", "Take B"), translate("editor", "Take A")


def name_actions(actions: Actions, sides: Sides) -> None:
    """Let the actions about the refined and the coarse mask tell no more than may be known."""
    hidden = {
        "tool_from_refined": (
            translate("editor", "Paint from B (&right)"),
            translate("editor", "Bring the mask on the right back where you paint; Alt the left"),
        ),
        "tool_from_coarse": (
            translate("editor", "Paint fro&m A (left)"),
            translate("editor", "Bring the mask on the left back where you paint; Alt the right"),
        ),
        "take_refined_mask": (
            translate("editor", "Take B (right)"),
            translate("editor", "Begin again from the whole mask on the right"),
        ),
        "take_coarse_mask": (
            translate("editor", "Take A (left)"),
            translate("editor", "Begin again from the whole mask on the left"),
        ),
    }
    for action_id in _ABOUT_SIDES:
        spec = SPECS[action_id]
        told = translated(spec.text), translated(spec.tooltip)
        actions.reword(action_id, *(told if sides is Sides.TOLD else hidden[action_id]))
