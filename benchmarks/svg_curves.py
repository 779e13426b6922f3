"""Curves as SVG text: square panels side by side, each with axes, lines, spreads and a legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]

INK, MUTED, GRID, PAPER = "#14171C", "#5B6470", "#E3E6EA", "#FFFFFF"
SIDE = 330
"""Width and height of the axes' square, in px."""
LEFT, RIGHT, TOP, BOTTOM = 62, 18, 44, 52
LINE_HEIGHT = 17
TICKS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel.

    Attributes:
        label: its text in the legend; empty for no entry.
        points: (x, y) from left to right; those outside the axes are cut off.
        color: "#RRGGBB".
        spread: (low, high) of y for each point, drawn as a band, or as bars where `marked`.
        marked: a dot on each point.
        dashed: a guide rather than a finding.
    """

    label: str
    points: Sequence[Point]
    color: str = INK
    spread: Sequence[Point] = ()
    marked: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Axes from 0 to `x_max` and `y_max`, with their lines; the last is on top, also as legend."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    x_max: float = 1.0
    y_max: float = 1.0
    legend_below: bool = False
    """Whether the legend stands in the lower right corner; else in the upper left one."""


def draw(panels: Sequence[Panel]) -> str:
    """The panels side by side as one SVG document."""
    panel_width, height = LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM
    width = panel_width * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
    ]
    for number, panel in enumerate(panels):
        parts.append(f'<g transform="translate({LEFT + number * panel_width} {TOP})">')
        parts += _grid()
        for line in panel.lines:
            parts += _line(panel, line)
        parts.append(_mat())
        parts += _axes(panel)
        parts += _legend(panel)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def round_limit(value: float) -> float:
    """The least of 1, 2, 2.5, 5 or 10 times a power of ten that is not below `value` > 0."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value * (1 - 1e-9))


def _grid() -> list[str]:
    steps = [tick / TICKS * SIDE for tick in range(TICKS + 1)]
    across = [_path([(0, at), (SIDE, at)], GRID, 1) for at in steps]
    return across + [_path([(at, 0), (at, SIDE)], GRID, 1) for at in steps]


def _mat() -> str:
    """Paper around the axes, over lines that leave them; not every viewer knows `clipPath`."""
    window = f"M0 0V{SIDE}H{SIDE}V0Z"
    paper = f"M{-LEFT} {-TOP}H{SIDE + RIGHT}V{SIDE + BOTTOM}H{-LEFT}Z"
    return f'<path d="{paper}{window}" fill="{PAPER}" fill-rule="evenodd"/>'


def _axes(panel: Panel) -> list[str]:
    middle = SIDE / 2
    parts = [
        _text(0, -18, panel.title, anchor="start", size=14, weight="bold"),
        _path([(0, 0), (0, SIDE), (SIDE, SIDE)], MUTED, 1),
        _text(middle, SIDE + 38, panel.x_label),
    ]
    for tick in range(TICKS + 1):
        share = tick / TICKS
        at = share * SIDE
        parts.append(_text(at, SIDE + 17, f"{share * panel.x_max:.4g}", color=MUTED))
        parts.append(
            _text(-8, SIDE - at + 4, f"{share * panel.y_max:.4g}", anchor="end", color=MUTED)
        )
    turned = _text(0, 0, panel.y_label)
    return [*parts, f'<g transform="translate(-44 {middle:g}) rotate(-90)">{turned}</g>']


def _line(panel: Panel, line: Line) -> list[str]:
    def place(x: float, y: float) -> Point:
        return x / panel.x_max * SIDE, SIDE - y / panel.y_max * SIDE

    points = [place(x, y) for x, y in line.points]
    spread = zip(line.points, line.spread, strict=True) if line.spread else ()
    ends = [(place(x, low), place(x, high)) for (x, _), (low, high) in spread]
    parts = []
    if line.marked:
        parts += [_path(bar, line.color, 1) for bar in ends]
    elif ends:
        outline = [low for low, _ in ends] + [high for _, high in reversed(ends)]
        ring = " ".join(f"{x:.1f},{y:.1f}" for x, y in outline)
        parts.append(f'<polygon points="{ring}" fill="{line.color}" fill-opacity="0.14"/>')
    parts.append(_path(points, line.color, 1 if line.dashed else 2, dashed=line.dashed))
    if line.marked:
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{line.color}"/>' for x, y in points
        ]
    return parts


def _legend(panel: Panel) -> list[str]:
    lines = [line for line in reversed(panel.lines) if line.label]
    width = 44 + 6.4 * max((len(line.label) for line in lines), default=0)
    height = LINE_HEIGHT * len(lines) + 8
    x, y = (SIDE - width - 6, SIDE - height - 6) if panel.legend_below else (6, 6)
    parts = [
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" rx="3"'
        f' fill="{PAPER}" fill-opacity="0.86"/>'
    ]
    for number, line in enumerate(lines):
        middle = y + 4 + LINE_HEIGHT * (number + 0.5)
        stroke = 1 if line.dashed else 2
        parts.append(
            _path([(x + 7, middle), (x + 29, middle)], line.color, stroke, dashed=line.dashed)
        )
        parts.append(_text(x + 36, middle + 4, line.label, anchor="start"))
    return parts


def _path(points: Sequence[Point], color: str, width: float, *, dashed: bool = False) -> str:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<polyline points="{drawn}" fill="none" stroke="{color}" stroke-width="{width}"'
        f' stroke-linejoin="round"{dashes}/>'
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "middle",
    color: str = INK,
    size: int = 12,
    weight: str = "normal",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}"'
        f' font-size="{size}" font-weight="{weight}">{escape(text)}</text>'
    )
