"""Collecting problems without drowning in them: a damaged file may have one for every entry."""

from __future__ import annotations

from collections import Counter

from segrefine_gui.formats.base import Problem

MAX_ALIKE = 100
"""Most problems with the same sentence; the others are counted."""

MAX_PROBLEMS = 5_000
"""Most problems in all."""


class Problems:
    """Problems of one file; those beyond the limits are counted.

    Args:
        place: what to put before each subject.
    """

    def __init__(self, place: str = "") -> None:
        self._place = place
        self._told: list[Problem] = []
        self._alike: Counter[str] = Counter()
        self._others = 0

    def add(self, subject: str, sentence: str) -> None:
        """Tell of one."""
        if sentence not in self._alike and len(self._told) >= MAX_PROBLEMS:
            self._others += 1
            return
        self._alike[sentence] += 1
        if self._alike[sentence] <= MAX_ALIKE and len(self._told) < MAX_PROBLEMS:
            self._told.append(Problem(self._place + subject, sentence))

    def all(self) -> list[Problem]:
        """Those that were told, then how many there are besides."""
        told = Counter(problem.sentence for problem in self._told)
        more = [
            Problem(f"{self._place}{count - told[sentence]:,} more", sentence)
            for sentence, count in self._alike.items()
            if count > told[sentence]
        ]
        if self._others:
            sentence = "They were left out or changed, each for a reason of its own."
            more.append(Problem(f"{self._place}{self._others:,} more", sentence))
        return [*self._told, *more]
