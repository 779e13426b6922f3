"""What is measured of the risk models on scenes that they were not fitted to, for their card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.curve_fit import Floats
from training.risk_cases import RiskCase
from training.risk_fit import Fitted

_BINS = 10
_SIDE, _MARGIN = 220, 40


@dataclass(frozen=True, slots=True)
class Reliability:
    """Predicted risk against the share that was harmed, in ten groups of equal size.

    Attributes:
        predicted: float64 (10,), mean risk of each group.
        found: float64 (10,), share of harmed ones in it.
        count: of all refinements.
    """

    predicted: Floats
    found: Floats
    count: int

    @classmethod
    def of(cls, fitted: Fitted, cases: Sequence[RiskCase]) -> Reliability:
        """Group at least ten refinements by their risk."""
        usual = np.array([not case.broken for case in cases])
        harmed, risks = np.array([case.harmed for case in cases])[usual], fitted.risks[usual]
        groups = np.array_split(np.argsort(risks, kind="stable"), _BINS)
        predicted = np.array([risks[group].mean() for group in groups])
        return cls(predicted, np.array([harmed[group].mean() for group in groups]), len(risks))


@dataclass(frozen=True, slots=True)
class Figures:
    """How well risks of refinements fit what happened; all on scenes that were held out.

    Attributes:
        count: refinements.
        harm: share of them that were harmed.
        auroc: chance that a harmed one has the higher risk of two.
        recall: share of the harm among the riskiest 30%.
        brier: mean squared error of the risk.
        change_auroc: the same as `auroc`, for changes.
    """

    count: int
    harm: float
    auroc: float
    recall: float
    brier: float
    change_auroc: float

    def __str__(self) -> str:
        return (
            f"{self.count} refinements, {self.harm:.1%} harmed, AUROC {self.auroc:.3f}, "
            f"recall in riskiest 30% {self.recall:.2f}, Brier {self.brier:.3f}, "
            f"changes AUROC {self.change_auroc:.3f}"
        )


def figures(fitted: Fitted, cases: Sequence[RiskCase]) -> Figures:
    """The figures of a fit."""
    usual = np.array([not case.broken for case in cases])
    harmed = np.array([case.harmed for case in cases])[usual]
    risks = fitted.risks[usual]
    of_usual = np.repeat(usual, [len(case.change_wrong) for case in cases])
    wrong = np.concatenate([case.change_wrong for case in cases])[of_usual] > 0.5
    riskiest = np.argsort(-risks, kind="stable")[: round(0.3 * len(harmed))]
    return Figures(
        len(harmed),
        float(harmed.mean()),
        auroc(risks, harmed),
        float(harmed[riskiest].sum() / max(1, harmed.sum())),
        float(((risks - harmed) ** 2).mean()),
        auroc(fitted.change_risks[of_usual], wrong),
    )


def auroc(risks: Floats, harmed: npt.NDArray[np.bool_]) -> float:
    """The chance that of a harmed and an unharmed one the harmed one has the higher risk."""
    first, second = risks[harmed], np.sort(risks[~harmed])
    if first.size == 0 or second.size == 0:
        return float("nan")
    below = np.searchsorted(second, first, "left") + np.searchsorted(second, first, "right")
    return float(below.mean()) / (2 * second.size)


def draw_reliability(curves: Mapping[str, Reliability], path: Path) -> None:
    """Draw one diagram a model, side by side, as SVG."""
    pitch = _SIDE + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{pitch * len(curves)}" height="{pitch}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for place, (name, curve) in enumerate(curves.items()):
        left, foot = place * pitch + _MARGIN, _MARGIN + _SIDE
        points = [
            (left + _SIDE * predicted, foot - _SIDE * found)
            for predicted, found in zip(curve.predicted, curve.found, strict=True)
        ]
        parts += [
            f'<rect x="{left}" y="{_MARGIN}" width="{_SIDE}" height="{_SIDE}" fill="none" '
            'stroke="#888"/>',
            f'<path d="M{left} {foot}L{left + _SIDE} {_MARGIN}" stroke="#bbb" '
            'stroke-dasharray="4"/>',
            f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="none" '
            'stroke="#0b62a4" stroke-width="2"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#0b62a4"/>' for x, y in points),
            f'<text x="{left}" y="{_MARGIN - 8}">{name}, n = {curve.count}</text>',
            f'<text x="{left}" y="{foot + 16}">0</text>',
            f'<text x="{left + _SIDE - 6}" y="{foot + 16}">1</text>',
            f'<text x="{left + 60}" y="{foot + 28}">predicted risk</text>',
            f'<text transform="translate({left - 10} {foot - 60}) rotate(-90)">share harmed</text>',
        ]
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", "utf-8")


def write_card(models: Mapping[str, tuple[Fitted, Sequence[RiskCase]]], path: Path) -> None:
    """Write the card's table between its two marks; what people wrote around it stays."""
    lines = [
        "| model | refinements | harmed | AUROC | harm in riskiest 30% | Brier | changes AUROC |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, (fitted, cases) in models.items():
        row = figures(fitted, cases)
        lines.append(
            f"| {name} | {row.count} | {row.harm:.1%} | {row.auroc:.3f} | {row.recall:.0%} "
            f"| {row.brier:.3f} | {row.change_auroc:.3f} |"
        )
    card = path.read_text("utf-8") if path.exists() else f"{_BEGIN}\n{_END}\n"
    head, _, rest = card.partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    path.write_text(f"{head}{_BEGIN}\n" + "\n".join(lines) + f"\n{_END}{tail}", "utf-8")


_BEGIN, _END = "<!-- figures: risk -->", "<!-- /figures -->"
