"""How the values of an image are shown: brightness, contrast and gamma. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from segrefine_gui.gui.canvas.pyramid import Pixels


@dataclass(frozen=True)
class Adjustment:
    """A curve from the values of an image to those on the screen.

    Attributes:
        brightness: added after all else, as a share of the whole range, -1..1.
        contrast: slope about mid grey: -1 is flat, 0 as it is, 1 twice as steep, and so on.
        gamma: above 1 lightens the shadows, below 1 darkens them; > 0.
    """

    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 1.0

    @cached_property
    def table(self) -> Pixels:
        """What is shown for each value: uint8 of shape (256,), never falling."""
        values = (np.arange(256) / 255) ** (1 / self.gamma)
        values = (values - 0.5) * (1 + self.contrast) + 0.5 + self.brightness
        return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)

    def apply(self, pixels: Pixels) -> Pixels:
        """Pixels as they are shown; the same array where nothing is adjusted.

        Args:
            pixels: uint8 array of any number of channels, none of them an alpha that matters.
        """
        if self == AS_IT_IS:
            return pixels
        return np.asarray(cv2.LUT(pixels, self.table), dtype=np.uint8)


AS_IT_IS = Adjustment()
