"""Options of an export as JSON, so that a project can remember them; read back without trust."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from segrefine_gui.domain.records import Decision
from segrefine_gui.formats.base import WriterOptions
from segrefine_gui.services.export import ExportOptions

_MOST_CATEGORIES = 10_000
_LONGEST_NAME = 1024
_LARGEST_AREA = 1_000_000_000
_LARGEST_TOLERANCE = 50.0

_DEFAULTS = ExportOptions()

Choice = TypeVar("Choice", bound=Enum)


def options_to_json(options: ExportOptions) -> dict[str, object]:
    """Plain JSON values."""
    writing = options.writing
    return {
        "masks": options.masks.value,
        "decisions": sorted(decision.value for decision in options.decisions),
        "gate": options.gate,
        "categories": dict(options.categories),
        "min_area": options.min_area,
        "keeps_empty": options.keeps_empty,
        "val_share": options.val_share,
        "polygons": writing.polygons,
        "tolerance": writing.tolerance,
        "overlap": writing.overlap.value,
        "png": writing.png.value,
    }


def options_from_json(values: Mapping[str, object]) -> ExportOptions:
    """What `options_to_json` made; what is damaged or out of range keeps its default."""
    usual, writing = _DEFAULTS, _DEFAULTS.writing
    gate = _number(values, "gate", -1.0, 1.0)
    return ExportOptions(
        _choice(values, "masks", usual.masks),
        _decisions(values.get("decisions")),
        gate if gate >= 0 else None,
        _categories(values.get("categories")),
        int(_number(values, "min_area", usual.min_area, _LARGEST_AREA)),
        _flag(values, "keeps_empty", usual.keeps_empty),
        _number(values, "val_share", usual.val_share, 1.0),
        WriterOptions(
            _flag(values, "polygons", writing.polygons),
            _number(values, "tolerance", writing.tolerance, _LARGEST_TOLERANCE),
            _choice(values, "overlap", writing.overlap),
            _choice(values, "png", writing.png),
        ),
    )


def _choice(values: Mapping[str, object], key: str, usual: Choice) -> Choice:
    try:
        return type(usual)(values.get(key))
    except ValueError:
        return usual


def _decisions(values: object) -> frozenset[Decision]:
    if not isinstance(values, list):
        return _DEFAULTS.decisions
    known = {decision.value: decision for decision in Decision}
    return frozenset(known[value] for value in values if isinstance(value, str) and value in known)


def _categories(values: object) -> dict[str, str]:
    items = list(values.items())[:_MOST_CATEGORIES] if isinstance(values, dict) else []
    return {
        name: new
        for name, new in items
        if isinstance(new, str) and len(name) <= _LONGEST_NAME and len(new) <= _LONGEST_NAME
    }


def _flag(values: Mapping[str, object], key: str, usual: bool) -> bool:
    value = values.get(key)
    return value if isinstance(value, bool) else usual


def _number(values: Mapping[str, object], key: str, usual: float, most: float) -> float:
    """A number from 0 to `most`."""
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return usual
    return value if 0 <= value <= most and math.isfinite(value) else usual
