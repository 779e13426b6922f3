"""A report as one HTML page that needs nothing but itself: no network, no script, no fonts.

Every name comes from somebody's files and is escaped; a content security policy says besides that
the page may load nothing.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from html import escape

from segrefine_gui.services.report import Outcome, Pace, Report
from segrefine_gui.services.report_charts import (
    CLASSES,
    outcome_bars,
    pace_curve,
    reliability_curve,
    risk_histogram,
)
from segrefine_gui.services.report_examples import Example
from segrefine_gui.services.risk_summary import RiskSummary

STYLE = """
:root { color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --text: #1b1f24; --muted: #5b6470; --border: #d8dce2;
  --whole: #0072b2; --parts: #56b4e9; --edited: #009e73; --coarse: #e69f00;
  --dropped: #cc79a7; --pending: #b8bfc9; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14171c; --card: #1d2127; --text: #e6e9ee; --muted: #98a2b0; --border: #343a43;
  --whole: #3d9fdc; --parts: #8fd0f5; --edited: #35c096; --coarse: #e69f00;
  --dropped: #cc79a7; --pending: #5b6470; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--page);
  color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { margin: 0 0 .25rem; font-size: 1.15rem; }
p { margin: .25rem 0 .75rem; }
.muted { color: var(--muted); }
section { margin-top: 1.25rem; padding: 1.25rem; background: var(--card);
  border: 1px solid var(--border); border-radius: 10px; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem;
  margin: 1.25rem 0 0; }
dl div { padding: .75rem 1rem; background: var(--card); border: 1px solid var(--border);
  border-radius: 10px; }
dt { color: var(--muted); font-size: .85rem; }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
ul.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0 0; padding: 0;
  list-style: none; font-size: .9rem; }
ul.legend i { display: inline-block; width: .8rem; height: .8rem; margin-right: .35rem;
  border-radius: 3px; }
i.whole { background: var(--whole); } i.parts { background: var(--parts); }
i.edited { background: var(--edited); } i.coarse { background: var(--coarse); }
i.dropped { background: var(--dropped); } i.pending { background: var(--pending); }
svg { display: block; width: 100%; height: auto; font-size: 13px; }
svg text { fill: var(--text); } svg .note { fill: var(--muted); font-size: 12px; }
rect.whole { fill: var(--whole); } rect.parts { fill: var(--parts); }
rect.edited { fill: var(--edited); } rect.coarse { fill: var(--coarse); }
rect.dropped { fill: var(--dropped); } rect.pending { fill: var(--pending); }
.axis { fill: none; stroke: var(--border); } .ideal { stroke: var(--muted); stroke-dasharray: 4 4; }
.curve { fill: none; stroke: var(--whole); stroke-width: 2; } .mark { fill: var(--whole); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem 1rem .25rem 0; text-align: right; border-bottom: 1px solid var(--border); }
th:first-child, td:first-child { text-align: left; }
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
  gap: 1rem; }
figure { margin: 0; min-width: 0; }
figure img { max-width: 100%; height: auto; border-radius: 6px; }
figcaption { font-size: .85rem; overflow-wrap: anywhere; }
@media print { body { background: none; } section { break-inside: avoid; } }
"""

_MEASURES = (
    ("auroc", "AUROC: does a refinement that was turned down have the higher risk?"),
    ("harm_recall", "turned down, and among the riskiest 30%"),
    ("coverage", "share that could have been accepted unseen at 2% turned down"),
    ("brier", "Brier score, 0 best"),
)


def render(report: Report) -> str:
    """The whole page."""
    title = escape(f"SegRefine report: {report.project}")
    body = [
        f"<h1>{escape(report.project)}</h1>",
        f'<p class="muted">SegRefine report of {report.made_at:%Y-%m-%d %H:%M} UTC</p>',
        _figures(report),
        _section(
            "Acceptance by category",
            "Accepted is what was taken whole or in part, of all that was decided for or against: "
            "what was edited counts as not taken, pending and dropped instances do not count.",
            _legend() + outcome_bars(report.categories, "Acceptance by category"),
        )
        if report.categories
        else _section("Nothing here yet", "The project has no instances.", ""),
    ]
    if report.sizes:
        bars = outcome_bars(report.sizes, "Acceptance by size")
        body.append(_section("Acceptance by size", "By area of the coarse mask.", bars))
    if report.reasons:
        bars = outcome_bars(report.reasons, "Acceptance by reason")
        words = "By what spoke for the risk of a refinement; one can have several reasons."
        body.append(_section("Acceptance by reason", words, bars))
    if report.risks:
        chart = _legend() + risk_histogram(report.risks, "Instances by risk and decision")
        words = "How many refinements there are at each risk, and what was decided about them."
        body.append(_section("Risk and decisions", words, chart))
    if report.calibration is not None:
        body.append(_reliability(report.calibration))
    if report.paces:
        body.append(_pace(report))
    body += [_examples(title, found) for title, found in report.examples.items() if found]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _figures(report: Report) -> str:
    overall = report.overall
    accepted = "–" if overall.acceptance is None else f"{overall.acceptance:.0%}"
    figures = {
        "images": report.images,
        "instances": overall.total,
        "accepted": accepted,
        **{each.value: overall.counts.get(each, 0) for each in Outcome},
    }
    cells = (f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures.items())
    return f"<dl>{''.join(cells)}</dl>"


def _reliability(found: RiskSummary) -> str:
    rows = (
        (words, _number(getattr(found.quality, name)), _span(found, name))
        for name, words in _MEASURES
    )
    words = (
        f"Of {found.instances} refinements that somebody spent time on, {found.harm:.0%} were kept "
        "coarse or had changes left out. Where the curve is below the diagonal the risks were too "
        "high, above it too low."
    )
    chart = reliability_curve(found.reliability, "Mean risk against the share turned down")
    return _section(
        "Are the risks right?", words, chart + _table(("", "value", "95% interval"), rows)
    )


def _pace(report: Report) -> str:
    rows = (_pace_row(pace) for pace in report.paces)
    header = ("reviewer", "decisions", "minutes", "median seconds", "decisions a minute")
    content = _table(header, rows)
    if report.pace_curve:
        content = pace_curve(report.pace_curve, "Median seconds a decision") + content
    words = "Of the decisions that somebody spent time on, from the first to the last."
    return _section("Pace", words, content)


def _pace_row(pace: Pace) -> Sequence[str]:
    rate = pace.decisions / pace.minutes if pace.minutes else math.nan
    return (
        pace.reviewer or "–",
        str(pace.decisions),
        f"{pace.minutes:.1f}",
        f"{pace.median_seconds:.1f}",
        "–" if math.isnan(rate) else f"{rate:.1f}",
    )


def _examples(title: str, found: Sequence[Example]) -> str:
    figures = "".join(_figure(example) for example in found)
    words = "Left the coarse mask, right the refined one, without the changes that were left out."
    return _section(title, words, f'<div class="examples">{figures}</div>')


def _figure(example: Example) -> str:
    data = base64.b64encode(example.jpeg).decode("ascii")
    risk = "" if example.risk is None else f", risk {example.risk:.2f}"
    reasons = escape("; ".join(example.reasons))
    title = escape(example.title)
    return (
        f'<figure><img src="data:image/jpeg;base64,{data}" width="{example.width}" '
        f'height="{example.height}" alt="{title}"><figcaption>{title}<br>'
        f'<span class="muted">{example.decision.value}{risk}{": " if reasons else ""}{reasons}'
        "</span></figcaption></figure>"
    )


def _section(title: str, words: str, content: str) -> str:
    return (
        f'<section><h2>{escape(title)}</h2><p class="muted">{escape(words)}</p>{content}</section>'
    )


def _legend() -> str:
    items = (
        f'<li><i class="{style}"></i>{outcome.value}</li>' for outcome, style in CLASSES.items()
    )
    return f'<ul class="legend">{"".join(items)}</ul>'


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _span(found: RiskSummary, name: str) -> str:
    interval = found.intervals[name]
    return f"{_number(interval.low)} … {_number(interval.high)}"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"
