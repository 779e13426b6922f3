"""What an arrangement of the queue says in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from segrefine_gui.gui.queue.model import decision_name
from segrefine_gui.gui.queue.span_field import HIGHEST
from segrefine_gui.services.arrange import Arrangement, SortBy, Span

NAMED = 2
"""Categories that are named; more are counted."""


def sort_name(sort: SortBy) -> str:
    """What an order is called on the screen."""
    texts = {
        SortBy.ARRIVAL: _tr("Arrival"),
        SortBy.IMAGE: _tr("Image"),
        SortBy.CATEGORY: _tr("Category"),
        SortBy.DECISION: _tr("Decision"),
        SortBy.RISK: _tr("Risk"),
        SortBy.SCORE: _tr("Score"),
        SortBy.SIZE: _tr("Size"),
    }
    return texts[sort]


def filter_words(arrangement: Arrangement) -> list[str]:
    """Each thing that is filtered by, and the order where it is not the usual one.

    The searched text is left out: it is to be read where it was typed.
    """
    words = []
    if arrangement.decisions:
        # In the order of the enumeration, whatever that of the set.
        chosen = [d for d in type(next(iter(arrangement.decisions))) if d in arrangement.decisions]
        words.append(", ".join(map(decision_name, chosen)))
    if arrangement.categories:
        names = sorted(arrangement.categories)
        named = len(names) <= NAMED
        words.append(", ".join(names) if named else _tr("{} categories").format(len(names)))
    for name, span, form in (
        (_tr("risk"), arrangement.risk, ".2f"),
        (_tr("score"), arrangement.score, ".2f"),
        (_tr("size"), arrangement.size, ",.0f"),
    ):
        if span is not None:
            words.append(f"{name} {_span_words(span, form)}")
    if arrangement.drafted:
        words.append(_tr("with a draft"))
    if arrangement.image:
        words.append(_tr("image “{}”").format(arrangement.image))
    if arrangement.sort is not SortBy.ARRIVAL or arrangement.descending:
        arrow = "↓" if arrangement.descending else "↑"
        words.append(_tr("by {} {}").format(sort_name(arrangement.sort).lower(), arrow))
    return words


def _span_words(span: Span, form: str) -> str:
    low, high = span
    if high >= HIGHEST:
        return f"≥ {low:{form}}"
    return f"≤ {high:{form}}" if low == 0 else f"{low:{form}}–{high:{form}}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("queue", text)
