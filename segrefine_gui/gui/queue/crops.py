"""Pictures of an instance's surroundings with the outlines of its masks. No widgets, any thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.errors import ImageError
from segrefine_gui.domain.masks import BoolMask, Rle
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD, SoftMask
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, EDITED_COLOR, REFINED_COLOR
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.services.looks import Shown

MARGIN = 0.15
"""Free share around an instance, of its longer side."""

NO_CROP = 96
"""Grey of the half where a refined crop would be, had the instance been refined."""

LINE_BOTH, LINE_PAIR = 1 / 56, 1 / 70
"""Width of outlines, as a share of the crop's side: two pixels of a crop of its usual size."""

ReadReduced = Callable[[Path], tuple[Pixels, float]]
"""Gives an image, perhaps reduced, and its scale; raises `ImageError`."""


@dataclass(frozen=True, slots=True, eq=False)
class CropSource:
    """What a crop is made of.

    Attributes:
        path: the image.
        coarse: the coarse mask.
        soft: the refinement's soft mask, None where there is none.
        threshold: where that is cut, 1..255.
        left_out: where the coarse mask is kept in spite of it; None for nowhere.
        edited: the mask of the whole image that a person made of it, drawn in place of the
            refined one; None where nobody did.
    """

    path: Path
    coarse: Rle
    soft: SoftMask | None = None
    threshold: int = DEFAULT_THRESHOLD
    left_out: Rle | None = None
    edited: Rle | None = None

    @classmethod
    def of(cls, shown: Shown) -> CropSource:
        """The crop of an instance as it is decided now."""
        soft = None if shown.refinement is None else shown.refinement.soft
        record = shown.decision
        path, coarse = shown.image.path, shown.instance.coarse
        return cls(path, coarse, soft, record.threshold, record.left_out, shown.edited)

    @property
    def color(self) -> QColor:
        """Of the outline that is drawn beside the coarse one."""
        return REFINED_COLOR if self.edited is None else EDITED_COLOR

    def box(self) -> Box:
        """The smallest box around both masks."""
        if self.edited is not None:
            return self.coarse.box.union(self.edited.box)
        if self.soft is None:
            return self.coarse.box
        found = cv2.boundingRect(self.soft.cut(self.threshold).astype(np.uint8))
        x0, y0 = self.soft.region.x0 + found[0], self.soft.region.y0 + found[1]
        return self.coarse.box.union(Box(x0, y0, x0 + found[2], y0 + found[3]))

    def refined_in(self, region: Box) -> BoolMask | None:
        """The edited, else the refined mask in a region of the image; None without either."""
        if self.edited is not None:
            return self.edited.decode(region)
        if self.soft is None:
            return None
        refined = np.zeros((region.height, region.width), dtype=np.bool_)
        seen = self.soft.region
        both = region.intersection(seen)
        inside = both.shifted(-region.x0, -region.y0).slices
        refined[inside] = self.soft.cut(self.threshold)[both.shifted(-seen.x0, -seen.y0).slices]
        if self.left_out is not None:
            kept = self.left_out.decode(region)
            refined = np.where(kept, self.coarse.decode(region), refined)
        return refined


def draw_both(source: CropSource, read: ReadReduced, side: int) -> QImage:
    """One crop with the refined outline, or the edited one, over the coarse one.

    Where the outlines agree only the refined one is seen, so any bit of the coarse colour marks a
    place that the refinement moved: that reads at a size at which two crops could not be compared.

    Args:
        source: what it is made of.
        read: gives the image.
        side: length of the longer side, in pixels.

    Returns:
        RGB888; a square unless the image is too narrow for one.

    Raises:
        ImageError: the image cannot be read or has another shape than the mask.
    """
    crop, coarse, refined = _cut(source, read, side)
    outlines = [(coarse, COARSE_COLOR)]
    if refined is not None:
        outlines.append((refined, source.color))
    draw_outlines(crop, outlines, side * LINE_BOTH)
    return as_image(crop)


def draw_plain(source: CropSource, read: ReadReduced, side: int) -> QImage:
    """One crop without an outline, as `draw_both` makes it otherwise."""
    return as_image(_cut(source, read, side)[0])


def draw_pair(source: CropSource, read: ReadReduced, side: int) -> QImage:
    """Two crops beside each other: with the coarse outline, and with the refined or edited one.

    Args:
        source: what they are made of.
        read: gives the image.
        side: length of the longer side of one crop, in pixels.

    Returns:
        RGB888 whose halves are the crops; the right half is grey without a refinement or an edit.

    Raises:
        ImageError: the image cannot be read or has another shape than the mask.
    """
    before, coarse, refined = _cut(source, read, side)
    if refined is None:
        after = np.full_like(before, NO_CROP)
    else:
        after = before.copy()
        draw_outlines(after, [(refined, source.color)], side * LINE_PAIR)
    draw_outlines(before, [(coarse, COARSE_COLOR)], side * LINE_PAIR)
    return as_image(np.hstack([before, after]))


def _cut(
    source: CropSource, read: ReadReduced, side: int
) -> tuple[Pixels, BoolMask, BoolMask | None]:
    """The pixels around an instance and its masks, all at the size of the crop."""
    coarse = source.coarse
    pixels, scale = read(source.path)
    height, width = pixels.shape[:2]
    if abs(width - coarse.width * scale) > 1 or abs(height - coarse.height * scale) > 1:
        raise ImageError(f"The file {source.path.name} has another size than its masks.")
    region = square_around(source.box(), coarse.width, coarse.height)
    shrink = side / max(region.width, region.height)
    size = (max(1, round(region.width * shrink)), max(1, round(region.height * shrink)))
    part = pixels[_reduced(region, scale, height, width).slices]
    method = cv2.INTER_AREA if shrink < scale else cv2.INTER_LINEAR
    crop = np.ascontiguousarray(cv2.resize(part, size, interpolation=method))
    refined = source.refined_in(region)
    after = None if refined is None else resized(refined, size)
    return crop, resized(coarse.decode(region), size), after


def resized(mask: BoolMask, size: tuple[int, int]) -> BoolMask:
    """A mask at another size (width, height): the pixels of which at least half is inside."""
    share = cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    inside: BoolMask = share >= 128
    return inside


def draw_outlines(crop: Pixels, outlines: Sequence[tuple[BoolMask, QColor]], line: float) -> None:
    """Draw outlines of masks into a crop, each with a dark rim, the last on top.

    Args:
        crop: uint8 (h, w, 3) RGB, which is drawn into.
        outlines: bool (h, w) with the colour of each.
        line: width in pixels.
    """
    width = max(1, round(line))
    found = [
        cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]
        for mask, _ in outlines
    ]
    for contours in found:  # all halos lie under all lines
        cv2.drawContours(crop, contours, -1, (0, 0, 0), width + 2, cv2.LINE_AA)
    for contours, (_, color) in zip(found, outlines, strict=True):
        rgb = (color.red(), color.green(), color.blue())
        cv2.drawContours(crop, contours, -1, rgb, width, cv2.LINE_AA)


def as_image(pixels: npt.NDArray[np.uint8]) -> QImage:
    """A picture of uint8 (h, w, 3) RGB, with pixels of its own."""
    height, width = pixels.shape[:2]
    drawn = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return drawn.copy()


def _reduced(region: Box, scale: float, height: int, width: int) -> Box:
    """A region of the image in pixels of its reduced form, at least one pixel."""
    x0, y0 = min(int(region.x0 * scale), width - 1), min(int(region.y0 * scale), height - 1)
    x1, y1 = round(region.x1 * scale), round(region.y1 * scale)
    return Box(x0, y0, min(max(x1, x0 + 1), width), min(max(y1, y0 + 1), height))


def square_around(box: Box, width: int, height: int) -> Box:
    """A square around a box with a margin, inside the image where that allows a square."""
    side = round(max(box.width, box.height, 1) * (1 + 2 * MARGIN))
    x0 = _placed((box.x0 + box.x1 - side) // 2, side, width)
    y0 = _placed((box.y0 + box.y1 - side) // 2, side, height)
    square = Box(x0, y0, x0 + side, y0 + side)
    return square.intersection(image_box(width, height))


def _placed(start: int, side: int, limit: int) -> int:
    return max(0, min(start, limit - side))
