"""The curves of a risk, drawn for each refiner: ROC, residual harm by coverage, reliability."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle

import numpy as np
import numpy.typing as npt
from rated import Rated
from svg_curves import Line, Panel, Point, draw, round_limit

from segrefine_gui.domain.risk_metrics import (
    RESIDUAL_HARM,
    RiskTally,
    measure_risk,
    reliability,
    tally,
)

Floats = npt.NDArray[np.float64]
Curve = Callable[[RiskTally], tuple[Floats, Floats]]
"""Makes x and y of a tally, ascending in x."""

COLORS = ("#14171C", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
"""Of the sets, the first for all of them together; from Okabe and Ito's palette."""
GUIDE = "#98A2B0"
_REPLICATES = 200
"""Bootstrap samples behind a band."""
_STEPS = 201
"""Places at which a band is taken."""
_LEAST_COVERAGE = 0.1
"""Below this coverage a single harm moves the residual harm so far that its axis ignores it."""
_Z = 1.96


def roc(found: RiskTally) -> tuple[Floats, Floats]:
    """Shares of the harmless and of the harmed at or above each risk, from (0, 0) to (1, 1)."""
    harmed, harmless = found.harmed[::-1], (found.counts - found.harmed)[::-1]
    x, y = (np.append(0.0, np.cumsum(part)) / max(1.0, part.sum()) for part in (harmless, harmed))
    return x, y


def residual_harm(found: RiskTally) -> tuple[Floats, Floats]:
    """Coverage, and the share of harm in it, where all up to each risk are accepted unseen."""
    accepted = np.cumsum(found.counts)
    return accepted / found.total, np.cumsum(found.harmed) / accepted


def wilson(share: float, count: int) -> Point:
    """The 95% interval of a share of `count` instances (Wilson 1927)."""
    spread = _Z * math.sqrt(share * (1 - share) / count + (_Z / (2 * count)) ** 2)
    middle, whole = share + _Z**2 / (2 * count), 1 + _Z**2 / count
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def draw_roc(found: Mapping[str, Sequence[Rated]]) -> str:
    """ROC curves as SVG, a panel for each refiner; the first line has a 95% band."""
    chance = Line("", [(0, 0), (1, 1)], GUIDE, dashed=True)
    panels = []
    for refiner, groups in found.items():
        lines = _lines(groups, roc, lambda group: measure_risk(group.tally).auroc)
        x_label, y_label = "share of the harmless reviewed", "share of the harm found"
        title = f"{refiner}: AUROC"
        panels.append(Panel(title, x_label, y_label, [chance, *lines], legend_below=True))
    return draw(panels)


def draw_residual_harm(found: Mapping[str, Sequence[Rated]]) -> str:
    """Residual harm by coverage as SVG, a panel for each refiner; the first has a 95% band."""
    allowed = Line("", [(0, RESIDUAL_HARM), (1, RESIDUAL_HARM)], GUIDE, dashed=True)
    panels = []
    for refiner, groups in found.items():
        lines = _lines(groups, residual_harm, lambda group: measure_risk(group.tally).coverage)
        shown = [y for line in lines for x, y in line.points if x >= _LEAST_COVERAGE]
        panels.append(
            Panel(
                f"{refiner}: coverage at {RESIDUAL_HARM:.0%} harm",
                "coverage: share accepted unseen, least risky first",
                "share of those that was harmed",
                [allowed, *lines],
                y_max=round_limit(1.2 * max(2 * RESIDUAL_HARM, *shown)),
            )
        )
    return draw(panels)


def draw_reliability(found: Mapping[str, Sequence[Rated]]) -> str:
    """Reliability curves as SVG, a panel for each refiner; bars are Wilson's 95% intervals."""
    panels = []
    for refiner, groups in found.items():
        lines = [_reliability_line(group, color) for group, color in _colored(groups)]
        highest = max(max(point) for line in lines for point in line.points)
        side = round_limit(1.1 * max(highest, RESIDUAL_HARM))
        ideal = Line("", [(0, 0), (side, side)], GUIDE, dashed=True)
        panels.append(
            Panel(
                f"{refiner}: reliability, Brier score",
                "mean risk, in bins of about equally many instances",
                "share that was harmed",
                [ideal, *lines],
                x_max=side,
                y_max=side,
            )
        )
    return draw(panels)


def _lines(groups: Sequence[Rated], curve: Curve, measure: Callable[[Rated], float]) -> list[Line]:
    lines = []
    for group, color in _colored(groups):
        points = _points(*curve(group.tally))
        if group is groups[0]:
            steps, spread = _band(group, curve)
            lines.append(Line("", steps, color, spread))
        value = measure(group)
        shown = "–" if math.isnan(value) else f"{value:.2f}"
        lines.append(Line(f"{group.name}: {shown}", points, color))
    return lines


def _band(group: Rated, curve: Curve) -> tuple[list[Point], list[Point]]:
    """Points of the curve at even steps, and where each lies in 95% of the bootstrap samples."""
    rng = np.random.default_rng(0)
    steps = np.linspace(0, 1, _STEPS)
    samples = []
    for _ in range(_REPLICATES):
        drawn = group.drawn(rng)
        samples.append(np.interp(steps, *curve(tally(group.risks[drawn], group.harmed[drawn]))))
    low, high = np.percentile(samples, [2.5, 97.5], axis=0)
    middle = np.interp(steps, *curve(group.tally))
    return _points(steps, middle), _points(low, high)


def _reliability_line(group: Rated, color: str) -> Line:
    found = group.tally
    bins = reliability(found)
    return Line(
        f"{group.name}: {measure_risk(found).brier:.3f}",
        [(each.risk, each.harm) for each in bins],
        color,
        [wilson(each.harm, each.count) for each in bins],
        marked=True,
    )


def _colored(groups: Sequence[Rated]) -> Iterator[tuple[Rated, str]]:
    """Each group with its colour, the first one last: it is drawn on top."""
    colored = list(zip(groups, cycle(COLORS), strict=False))
    return reversed(colored)


def _points(x: Floats, y: Floats) -> list[Point]:
    return list(zip(x.tolist(), y.tolist(), strict=True))


CURVES = {
    "roc": draw_roc,
    "risk-coverage": draw_residual_harm,
    "reliability": draw_reliability,
}
"""What draws each curve, by the name of its file."""
