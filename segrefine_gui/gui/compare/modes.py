"""The ways in which a coarse mask and its refinement can be looked at."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication


class ViewMode(str, Enum):
    """One way; the values are written into settings and action ids, and never change."""

    SIDE_BY_SIDE = "side-by-side"
    SWIPE = "swipe"
    ONION_SKIN = "onion-skin"
    BLINK = "blink"
    DIFFERENCE = "difference"
    OUTLINES = "outlines"
    CUT_OUT_BLACK = "cut-out-black"
    CUT_OUT_WHITE = "cut-out-white"
    CUT_OUT_CHECKER = "cut-out-checker"
    SOFT = "soft"

    @property
    def label(self) -> str:
        """Its name for a person, translated."""
        names = {
            ViewMode.SIDE_BY_SIDE: QCoreApplication.translate("ViewMode", "Side by side"),
            ViewMode.SWIPE: QCoreApplication.translate("ViewMode", "Swipe"),
            ViewMode.ONION_SKIN: QCoreApplication.translate("ViewMode", "Onion skin"),
            ViewMode.BLINK: QCoreApplication.translate("ViewMode", "Blink"),
            ViewMode.DIFFERENCE: QCoreApplication.translate("ViewMode", "Difference"),
            ViewMode.OUTLINES: QCoreApplication.translate("ViewMode", "Outlines"),
            ViewMode.CUT_OUT_BLACK: QCoreApplication.translate("ViewMode", "Cut-out on black"),
            ViewMode.CUT_OUT_WHITE: QCoreApplication.translate("ViewMode", "Cut-out on white"),
            ViewMode.CUT_OUT_CHECKER: QCoreApplication.translate(
                "ViewMode", "Cut-out on checkerboard"
            ),
            ViewMode.SOFT: QCoreApplication.translate("ViewMode", "Soft mask"),
        }
        return names[self]

    def stepped(self, step: int) -> ViewMode:
        """The mode so many further on, round and round."""
        modes = list(ViewMode)
        return modes[(modes.index(self) + step) % len(modes)]
