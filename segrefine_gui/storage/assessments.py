"""Assessments as the JSON beside a refinement's risk, read back without trust.

The risk column alone decides what the risk is, so that it can be sorted by; the JSON explains it.
What is damaged in the JSON is left out: an explanation is never worth losing a refinement.
"""

from __future__ import annotations

import math
import sys
from typing import Any, TypeGuard

from segrefine_gui.domain.assessment import Assessment, Reason
from segrefine_gui.domain.boxes import Box

_MOST_REASONS = 3


def assessment_to_json(assessment: Assessment) -> dict[str, Any]:
    """Plain JSON values of all but the risk, which has its own column."""
    return {
        "model": assessment.model,
        "reasons": [
            {
                "feature": reason.feature,
                "sentence": reason.sentence,
                "weight": reason.weight,
                "box": None if reason.box is None else list(reason.box),
            }
            for reason in assessment.reasons
        ],
        "change_risks": list(assessment.change_risks),
        # A feature that could not be had is missing; JSON has no NaN to say so.
        "features": {
            name: value for name, value in assessment.features.items() if math.isfinite(value)
        },
    }


def read_risk(value: object) -> float | None:
    """The risk in a column; None where there is none to believe."""
    return float(value) if _is_probability(value) else None


def assessment_from_json(risk: float | None, values: object, image: Box) -> Assessment | None:
    """What `assessment_to_json` made, with the risk; None where there is no risk.

    Args:
        risk: of the refinement, as `read_risk` gives it.
        values: untrusted JSON; None where only the risk is known.
        image: the box of the image, which boxes of reasons are cut to.
    """
    if risk is None:
        return None
    known = values if isinstance(values, dict) else {}
    reasons = [_reason(each, image) for each in _list(known.get("reasons"))[:_MOST_REASONS]]
    change_risks = _list(known.get("change_risks"))
    features, model = known.get("features"), known.get("model")
    return Assessment(
        risk,
        tuple(reason for reason in reasons if reason is not None),
        # They are known by their position: one that is damaged spoils them all.
        tuple(map(float, change_risks)) if all(map(_is_probability, change_risks)) else (),
        {
            name: float(value)
            for name, value in (features if isinstance(features, dict) else {}).items()
            if _is_number(value)
        },
        model if isinstance(model, str) else "",
    )


def _reason(values: object, image: Box) -> Reason | None:
    if not isinstance(values, dict):
        return None
    feature, sentence, weight = (values.get(key) for key in ("feature", "sentence", "weight"))
    if not (isinstance(feature, str) and isinstance(sentence, str) and _is_number(weight)):
        return None
    return Reason(feature, sentence, float(weight), _box(values.get("box"), image))


def _box(value: object, image: Box) -> Box | None:
    sides = _list(value)
    if len(sides) != 4 or not all(type(side) is int for side in sides):
        return None
    box = Box(*sides).intersection(image)
    return box if box.area else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_number(value: object) -> TypeGuard[int | float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # A whole number of JSON may be longer than any float.
    return abs(value) <= sys.float_info.max


def _is_probability(value: object) -> TypeGuard[int | float]:
    return _is_number(value) and 0 <= value <= 1
