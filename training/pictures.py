"""Pictures for people who want to see what the model learns from and where it fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.engines.base import RgbImage

Colour = tuple[int, int, int]
"""RGB, 0..255."""

RED: Colour = (255, 40, 40)
GREEN: Colour = (40, 255, 40)
_GAP = 4
"""Pixels between the pictures of a sheet."""
_LINE = 18
"""Height of a caption, in pixels."""
_OUTSIDE = np.array((30, 60, 150))
"""RGB that covers what a cut-out leaves out; darkness would hide dark things."""
_COVER = 0.75
"""How much it covers, 0..1."""


def outlined(image: RgbImage, mask: BoolMask, colour: Colour) -> RgbImage:
    """A copy of an image (h, w, 3) with the outline of a mask (h, w), one pixel wide."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(image.copy(), outlines, -1, colour, 1), np.uint8)


def cut_out(image: RgbImage, mask: BoolMask) -> RgbImage:
    """A copy of an image (h, w, 3), blue where the mask (h, w) is not."""
    covered = image + _COVER * (_OUTSIDE - image)
    return np.where(mask[..., None], image, covered).astype(np.uint8)


def captioned(picture: RgbImage, text: str) -> RgbImage:
    """A picture with a line of text below."""
    below = np.pad(picture, ((0, _LINE), (0, 0), (0, 0)))
    place = (4, below.shape[0] - 5)
    white = (255, 255, 255)
    cv2.putText(below, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, white, 1, cv2.LINE_AA)
    return below


def signed_plane(plane: npt.NDArray[np.float32]) -> RgbImage:
    """A plane (h, w) of values -1..1 as grey, -1 black, 0 middle grey, 1 white."""
    grey = np.rint((plane + 1) * 127.5).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def sheet(rows: Sequence[Sequence[RgbImage]]) -> RgbImage:
    """Pictures of one size, laid out in rows of the same length."""
    border = ((_GAP, 0), (_GAP, 0), (0, 0))
    lines = [np.hstack([np.pad(picture, border) for picture in row]) for row in rows]
    return np.pad(np.vstack(lines), ((0, _GAP), (0, _GAP), (0, 0)))


def save(picture: RgbImage, path: Path) -> None:
    """Write a picture; the ending of `path` says in which format."""
    Image.fromarray(picture).save(path, quality=80, optimize=True)
