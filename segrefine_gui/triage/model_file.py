"""Reads risk models: JSON of numbers alone, checked as the untrusted file that it may be."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.triage.additive import AdditiveModel, Curve
from segrefine_gui.triage.change_features import CHANGE_FEATURES
from segrefine_gui.triage.feature import FeatureTable
from segrefine_gui.triage.features import FEATURES

VERSION = 2
"""Of the file's form; raised whenever a feature changes its meaning."""

_FORMAT = "segrefine-risk"
_MOST_BYTES = 1_000_000
_MOST_KNOTS = 64
_MOST_LOG_ODDS = 100.0


@dataclass(frozen=True, slots=True)
class RiskModel:
    """What the risk of one refiner's refinements is estimated with.

    Attributes:
        name: of the refiner that it was made for, or "generic".
        changes: the probability that a change turns more right pixels wrong than wrong ones right.
        refinement: the probability that the refinement harms.
    """

    name: str
    changes: AdditiveModel
    refinement: AdditiveModel


def read_model(path: Path) -> RiskModel:
    """Read a risk model.

    Raises:
        WeightsError: the file is missing, damaged, of another version or no risk model.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _Damaged("it is too large")
        content = json.loads(path.read_text("utf-8"))
        return _model(content)
    except OSError as error:
        raise WeightsError(f"The risk model {path.name} cannot be read.", str(error)) from error
    except (ValueError, RecursionError) as error:
        sentence = f"The risk model {path.name} is damaged; install SegRefine again."
        raise WeightsError(sentence, str(error)) from error


def write_model(model: RiskModel, path: Path, made: dict[str, object]) -> None:
    """Write a risk model.

    Args:
        model: what to write.
        path: of the file.
        made: how it was made, for people to read; plain JSON values.
    """
    content = {
        "format": _FORMAT,
        "version": VERSION,
        "name": model.name,
        "made": made,
        "changes": _content(model.changes),
        "refinement": _content(model.refinement),
    }
    path.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", "utf-8")


class _Damaged(ValueError):
    pass


def _content(model: AdditiveModel) -> dict[str, object]:
    return {
        "intercept": round(model.intercept, 5),
        "curves": [
            {key: _rounded(value) for key, value in asdict(curve).items()} for curve in model.curves
        ],
    }


def _rounded(value: object) -> object:
    if isinstance(value, tuple):
        return [_rounded(item) for item in value]
    # Knots may lie close together: their differences must survive.
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _model(content: object) -> RiskModel:
    fields = _mapping(content)
    if fields.get("format") != _FORMAT:
        raise _Damaged("it is no risk model")
    if fields.get("version") != VERSION:
        raise _Damaged(f"its version is {str(fields.get('version'))[:20]}, not {VERSION}")
    name = fields.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 50:
        raise _Damaged("it has no name")
    return RiskModel(
        name,
        _additive(fields.get("changes"), CHANGE_FEATURES),
        _additive(fields.get("refinement"), FEATURES),
    )


def _additive(content: object, table: FeatureTable) -> AdditiveModel:
    fields = _mapping(content)
    items = fields.get("curves")
    if not isinstance(items, list) or len(items) > len(table):
        raise _Damaged("its curves are no list")
    curves = [_curve(_mapping(item)) for item in items]
    used = [curve.feature for curve in curves]
    if len(set(used)) < len(used) or not {feature.name for feature in table}.issuperset(used):
        raise _Damaged("it uses a feature twice, or one that does not exist")
    return AdditiveModel(_log_odds(fields.get("intercept")), tuple(curves))


def _curve(fields: dict[str, object]) -> Curve:
    feature, knots, heights = (fields.get(key) for key in ("feature", "knots", "heights"))
    if not isinstance(feature, str):
        raise _Damaged("a curve has no feature")
    if not isinstance(knots, list) or not isinstance(heights, list):
        raise _Damaged(f"the curve of {feature[:50]} has no points")
    if not 2 <= len(knots) == len(heights) <= _MOST_KNOTS:
        raise _Damaged(f"the curve of {feature[:50]} has {len(knots)} knots")
    at = [_number(knot) for knot in knots]
    if any(low >= high for low, high in pairwise(at)):
        raise _Damaged(f"the knots of {feature[:50]} do not ascend")
    return Curve(
        feature,
        tuple(at),
        tuple(_log_odds(height) for height in heights),
        _log_odds(fields.get("missing")),
    )


def _mapping(content: object) -> dict[str, object]:
    if not isinstance(content, dict):
        raise _Damaged("a part of it is no object")
    return content


def _log_odds(value: object) -> float:
    number = _number(value)
    if abs(number) > _MOST_LOG_ODDS:
        raise _Damaged("it has log odds that no model has")
    return number


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Damaged("it has a value that is no number")
    # An integer of a thousand digits is valid JSON and no float.
    if abs(value) > 1e12 or not math.isfinite(value):
        raise _Damaged("it has a number that is out of all bounds")
    return float(value)
