"""What a person found in a random sample, before they accept the others unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from PySide6.QtCore import QCoreApplication


class Finding(Enum):
    """What an instance of the sample looks like: refining did well by it, or harmed it."""

    FINE = "fine"
    HARMED = "harmed"

    @property
    def label(self) -> str:
        """Its name for a person, translated."""
        names = {
            Finding.FINE: QCoreApplication.translate("spot check", "Looks fine"),
            Finding.HARMED: QCoreApplication.translate("spot check", "Harmed"),
        }
        return names[self]


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """What a spot check remembers while one of its instances is looked at.

    Attributes:
        below: instances of less risk would be accepted, 0..1.
        seed: of the sample.
        sampled: instances drawn so far from those below that risk.
        findings: on those that were looked at; harmed ones are not accepted.
    """

    below: float = 0.1
    seed: int = 0
    sampled: frozenset[int] = frozenset()
    findings: Mapping[int, Finding] = field(default_factory=dict)
