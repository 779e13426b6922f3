"""Sets of keys that people know from other programs, as what differs from the action table."""

from __future__ import annotations

from collections.abc import Mapping

Keys = tuple[str, ...]
"""Shortcuts of one action in Qt's portable form, the one to show first."""

DEFAULT_PRESET = "SegRefine"

_CVAT: Mapping[str, Keys] = {
    "next": ("F", "Right"),
    "previous": ("D", "Left", "C"),
    "next_pending": ("Tab", "V"),
    "go_to": ("`", "Ctrl+G"),
    "undo": ("Ctrl+Z",),
    "redo": ("Ctrl+Shift+Z", "Ctrl+Y"),
    "hide_overlays": ("H",),
    "toggle_neighbours": ("Shift+H",),
    "cycle_view": ("S",),
    "cycle_view_back": ("Shift+S",),
    "take_safe_changes": ("W",),
    "edit_note": ("Shift+C",),
    "new_instance": ("N",),
    "next_change": ("K",),
    "previous_change": ("Shift+K",),
    "merge_instances": ("Ctrl+M", "Shift+M"),
}
"""D and F go through frames, C and V by steps, Tab to the next object, H hides, N draws."""

_LABELME: Mapping[str, Keys] = {
    "next": ("D", "Right"),
    "previous": ("A", "Left"),
    "undo": ("Ctrl+Z",),
    "redo": ("Ctrl+Shift+Z", "Ctrl+Y"),
    "fit_image": ("Ctrl+F",),
    "fit_instance": ("Ctrl+Shift+F", "Z"),
    "actual_size": ("Ctrl+0",),
    "find": ("/",),
    "open_images": ("Ctrl+U",),
    "new_instance": ("Ctrl+N", "W"),
    "duplicate_instance": ("Ctrl+D",),
    "adjust_display": ("Shift+D",),
}
"""A and D go through images, Ctrl+F fits the window, Ctrl+0 is the original size, Ctrl+N draws."""

_LIGHTROOM: Mapping[str, Keys] = {
    "use_refined": ("P", "Return", "Enter"),
    "drop": ("Backspace", "Del"),
    "next": ("Right",),
    "previous": ("Left",),
    "edit_note": ("Shift+C",),
    "edit_mask": ("K",),
    "split_instance": ("Shift+P",),
    "reset_threshold": ("Shift+Backspace",),
    "view_side_by_side": ("C", "Y", "1"),
    "show_coarse": ("\\", "Space"),
    "fit_instance": ("E",),
    "actual_size": ("Z", "Ctrl+1"),
}
r"""P picks, X rejects, U takes that back, G is the grid, E one photo, K paints, C compares.

\ is before.
"""

PRESETS: Mapping[str, Mapping[str, Keys]] = {
    DEFAULT_PRESET: {},
    "CVAT": _CVAT,
    "labelme": _LABELME,
    "Lightroom": _LIGHTROOM,
}
"""By name, as it is shown: the keys of each action that has others than in the table."""
