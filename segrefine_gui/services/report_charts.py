"""The charts of a report as inline SVG; their colours come from the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from segrefine_gui.domain.risk_metrics import ReliabilityBin
from segrefine_gui.services.report import Group, Outcome

CLASSES = {
    Outcome.WHOLE: "whole",
    Outcome.PARTS: "parts",
    Outcome.EDITED: "edited",
    Outcome.COARSE: "coarse",
    Outcome.DROPPED: "dropped",
    Outcome.PENDING: "pending",
}
"""The style of each outcome, in the order in which they are stacked."""
_ROW, _LABEL, _BAR, _NOTE = 26, 330, 380, 150
_LONGEST_LABEL = 46
_RANGES = (0.1, 0.25, 0.5, 1.0)
"""How far axes of probabilities may go: most risks are small, and differ all the same."""


def outcome_bars(groups: Sequence[Group], title: str) -> str:
    """One bar for each group, shared out among outcomes, with the share that was accepted."""
    rows = []
    for at, group in enumerate(groups):
        top, left = at * _ROW, float(_LABEL)
        rows.append(
            f'<text x="{_LABEL - 10}" y="{top + 17}" text-anchor="end">'
            f"{escape(_shortened(group.name))}<title>{escape(group.name)}</title></text>"
        )
        for outcome, style in CLASSES.items():
            count = group.counts.get(outcome, 0)
            if count:
                width = _BAR * count / group.total
                rows.append(_bar(left, top + 4, width, _ROW - 8, style, f"{count} {outcome.value}"))
                left += width
        rows.append(
            f'<text x="{_LABEL + _BAR + 10}" y="{top + 17}" class="note">'
            f"{_acceptance(group)}</text>"
        )
    return _svg(_LABEL + _BAR + _NOTE, len(groups) * _ROW, title, rows)


def risk_histogram(bins: Sequence[Group], title: str) -> str:
    """How many instances there are at each risk, stacked by outcome; where there are any.

    Args:
        bins: of equal width, from 0 to 1.
        title: of the chart.
    """
    width, height, left, top = 640, 200, 50, 10
    reached = max(at for at, group in enumerate(bins) if group.total or not at) + 1
    limit = _range(reached / len(bins))
    bins = bins[: math.ceil(limit * len(bins))]
    most = max(group.total for group in bins)
    step = width / len(bins)
    parts = []
    for at, group in enumerate(bins):
        foot = float(top + height)
        for outcome, style in CLASSES.items():
            count = group.counts.get(outcome, 0)
            if count:
                tall = height * count / max(1, most)
                foot -= tall
                words = f"{group.name}: {count} {outcome.value}"
                parts.append(_bar(left + at * step + 1, foot, step - 2, tall, style, words))
    parts += _axes(left, top, width, height, _ticks(limit, 4), str(max(1, most)), "risk")
    return _svg(left + width + 20, top + height + 44, title, parts)


def reliability_curve(bins: Sequence[ReliabilityBin], title: str) -> str:
    """Mean risk against the share that was turned down; on the diagonal, risks are right."""
    side, left, top = 260, 50, 14
    most = max(each.count for each in bins)
    limit = _range(max(max(each.risk, each.harm) for each in bins))
    points = [
        (left + side * each.risk / limit, top + side * (1 - each.harm / limit)) for each in bins
    ]
    parts = [
        f'<line x1="{left}" y1="{top + side}" x2="{left + side}" y2="{top}" class="ideal"/>',
        _line(points),
    ]
    for each, (x, y) in zip(bins, points, strict=True):
        radius = 3 + 5 * math.sqrt(each.count / most)
        words = f"{each.count} of risk {each.risk:.2f}: {each.harm:.0%} turned down"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="mark">'
            f"<title>{words}</title></circle>"
        )
    parts += _axes(left, top, side, side, _ticks(limit, 2), f"{limit:.0%}", "mean risk")
    return _svg(left + side + 20, top + side + 44, title, parts)


def pace_curve(seconds: Sequence[float], title: str) -> str:
    """Median seconds a decision, from the first decisions to the last."""
    width, height, left, top = 560, 160, 50, 14
    most = max(*seconds, 1.0)
    step = width / len(seconds)
    points = [
        (left + (at + 0.5) * step, top + height * (1 - each / most))
        for at, each in enumerate(seconds)
    ]
    parts = [_line(points)]
    for each, (x, y) in zip(seconds, points, strict=True):
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="mark">'
            f"<title>{each:.1f} s</title></circle>"
        )
    parts += _axes(left, top, width, height, ("first", "last"), f"{most:.0f} s", "decisions")
    return _svg(left + width + 20, top + height + 44, title, parts)


def _range(reached: float) -> float:
    return next(limit for limit in _RANGES if reached <= limit)


def _ticks(limit: float, count: int) -> list[str]:
    return [f"{limit * at / count:.3g}" for at in range(count + 1)]


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" style="max-width:{width:g}px" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _bar(x: float, y: float, width: float, height: float, style: str, words: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'class="{style}"><title>{escape(words)}</title></rect>'
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" class="curve"/>'


def _axes(
    left: float,
    top: float,
    width: float,
    height: float,
    ticks: Sequence[str],
    most: str,
    name: str,
) -> list[str]:
    """A frame's left and lower side: `most` at its top, 0 at its foot, `ticks` spread along it."""
    foot = top + height
    parts = [
        f'<path d="M{left} {top}V{foot}H{left + width}" class="axis"/>',
        f'<text x="{left - 8}" y="{top + 5}" text-anchor="end" class="note">{escape(most)}</text>',
        f'<text x="{left - 8}" y="{foot + 4}" text-anchor="end" class="note">0</text>',
        f'<text x="{left + width / 2:g}" y="{foot + 38}" text-anchor="middle">'
        f"{escape(name)}</text>",
    ]
    for at, tick in enumerate(ticks):
        x = left + width * at / (len(ticks) - 1)
        parts.append(
            f'<text x="{x:g}" y="{foot + 18}" text-anchor="middle" class="note">{tick}</text>'
        )
    return parts


def _acceptance(group: Group) -> str:
    if group.acceptance is None:
        return "–"
    return f"{group.acceptance:.0%} of {group.judged} accepted"


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…"
