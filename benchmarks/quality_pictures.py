"""Pictures of how refining changed masks: a scatter of all, and a sheet of some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.engines.base import RgbImage

COARSE, REFINED, TRUTH = "#E69F00", "#56B4E9", "#FFFFFF"
"""Colours of the outlines; the first two are the window's."""
HARMED, UNHARMED = "#D62728", "#1F77B4"
PAPER, INK, FAINT = "#16181C", "#E8E8E8", "#8A8F98"

COLUMNS = 5
PICTURE = 400
"""Side of the square that a crop is fitted into, in pixels."""
GAP, LINE = 8, 17
PLOT, MARGIN = 600, 70
"""Side of the scatter's square and the room around it, in pixels."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One instance on a sheet.

    Attributes:
        crop: uint8 (h, w, 3) RGB, the instance and a little around it.
        coarse: bool (h, w).
        refined: bool (h, w).
        truth: bool (h, w).
        caption: lines of text below it.
        harmed: whether refining made it worse.
    """

    crop: RgbImage
    coarse: BoolMask
    refined: BoolMask
    truth: BoolMask
    caption: Sequence[str]
    harmed: bool


@dataclass(frozen=True, slots=True)
class Change:
    """IoU of one instance before and after, each 0..1, and whether that is harm."""

    before: float
    after: float
    harmed: bool


def scatter(title: str, changes: Sequence[Change]) -> Image.Image:
    """IoU after over IoU before; what lies below the diagonal got worse."""
    lowest = min(min(change.before, change.after) for change in changes)
    low = min(0.9, int(10 * lowest) / 10)
    side = PLOT + 2 * MARGIN
    picture = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(picture, "RGBA")

    def across(value: float) -> float:
        return MARGIN + PLOT * (value - low) / (1 - low)

    def down(value: float) -> float:
        return side - across(value)

    for tenth in range(round(10 * low), 11):
        value = tenth / 10
        draw.line([(across(value), down(low)), (across(value), down(1))], "#DDDDDD")
        draw.line([(across(low), down(value)), (across(1), down(value))], "#DDDDDD")
        draw.text((across(value), down(low) + 8), f"{value:.1f}", "black", _font(14), "ma")
        draw.text((across(low) - 8, down(value)), f"{value:.1f}", "black", _font(14), "rm")
    draw.line([(across(low), down(low)), (across(1), down(1))], "#888888", 2)
    # Those that were harmed are drawn last, so that none is hidden.
    for change in sorted(changes, key=lambda change: change.harmed):
        x, y = across(change.before), down(change.after)
        color = HARMED if change.harmed else UNHARMED
        draw.ellipse([x - 3, y - 3, x + 3, y + 3], f"{color}B0")
    draw.text((side / 2, 14), title, "black", _font(18), "ma")
    harmed = sum(change.harmed for change in changes)
    legend = f"red: harmed, {harmed} of {len(changes)}"
    draw.text((side / 2, 40), legend, HARMED, _font(14), "ma")
    draw.text((side / 2, side - 14), "coarse IoU", "black", _font(16), "md")
    upright = Image.new("RGB", (120, 20), "white")
    ImageDraw.Draw(upright).text((60, 10), "refined IoU", "black", _font(16), "mm")
    picture.paste(upright.rotate(90, expand=True), (4, side // 2 - 60))
    return picture


def sheet(title: str, tiles: Sequence[Tile]) -> Image.Image:
    """Tiles row by row, under a title that explains the outlines' colours."""
    lines = max(len(tile.caption) for tile in tiles)
    width, height = PICTURE + GAP, PICTURE + lines * LINE + 2 * GAP
    head = 34
    rows = -(-len(tiles) // COLUMNS)
    picture = Image.new("RGB", (GAP + COLUMNS * width, head + rows * height), PAPER)
    draw = ImageDraw.Draw(picture)
    x: float = GAP
    for text, color in (
        (title, INK),
        ("coarse", COARSE),
        ("refined", REFINED),
        ("truth (dark around it)", TRUTH),
        ("red caption: harmed", HARMED),
    ):
        draw.text((x, GAP), text, color, _font(16))
        x += draw.textlength(text, _font(16)) + 18
    for number, tile in enumerate(tiles):
        row, column = divmod(number, COLUMNS)
        x, y = GAP + column * width, head + row * height
        drawn = _outlined(tile)
        corner = x + (PICTURE - drawn.width) // 2, y + (PICTURE - drawn.height) // 2
        picture.paste(drawn, corner)
        for line, text in enumerate(tile.caption):
            color = HARMED if tile.harmed else INK if line else FAINT
            draw.text((x, y + PICTURE + 2 + line * LINE), text, color, _font(14))
    return picture


def _outlined(tile: Tile) -> Image.Image:
    height, width = tile.truth.shape
    scale = PICTURE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    drawn = np.ascontiguousarray(cv2.resize(tile.crop, size, interpolation=smooth))
    drawn[_fitted(tile.truth, size) == 0] //= 2
    # The widest line lies beneath, so that none is hidden where all agree.
    for mask, color, thickness in (
        (tile.refined, REFINED, 2),
        (tile.truth, TRUTH, 1),
        (tile.coarse, COARSE, 1),
    ):
        outlines, _ = cv2.findContours(_fitted(mask, size), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        rgb = tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
        cv2.drawContours(drawn, outlines, -1, rgb, thickness)
    return Image.fromarray(drawn)


def _fitted(mask: BoolMask, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """0 or 1, at `size` (width, height)."""
    fitted: npt.NDArray[np.uint8] = cv2.resize(
        mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST
    )
    return fitted


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
