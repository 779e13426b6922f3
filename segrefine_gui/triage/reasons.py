"""Reasons for a risk: what raises it most, as sentences that a person can check on the image."""

from __future__ import annotations

from segrefine_gui.domain.assessment import Reason
from segrefine_gui.triage.findings import Findings
from segrefine_gui.triage.sentences import SENTENCES

MOST_REASONS = 3
_LEAST_WEIGHT = 0.1
"""Log odds; what speaks less than this is not worth reading."""


def find_reasons(findings: Findings) -> tuple[Reason, ...]:
    """At most three reasons, the weightiest first; empty where nothing speaks for harm."""
    told: dict[str, Reason] = {}
    for feature, weight in sorted(findings.contributions.items(), key=lambda item: -item[1]):
        if weight < _LEAST_WEIGHT or len(told) == MOST_REASONS:
            break
        if feature not in SENTENCES or feature not in findings.features:
            continue  # that a feature could not be had is nothing to check on the picture
        found = SENTENCES[feature](findings)
        if found is not None:
            sentence, box = found
            told.setdefault(sentence, Reason(feature, sentence, weight, box))
    return tuple(told.values())
