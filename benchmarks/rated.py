"""Refined instances with their risk and what came of them, ready to be counted and resampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.risk_metrics import RiskTally, tally


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """A group of instances.

    Attributes:
        name: what tables and curves call it.
        risks: float64 (n,), 0..1, n > 0.
        harmed: bool (n,).
        images: str (n,), the image of each.
    """

    name: str
    risks: npt.NDArray[np.float64]
    harmed: npt.NDArray[np.bool_]
    images: npt.NDArray[np.str_]

    @property
    def tally(self) -> RiskTally:
        """All of them by risk."""
        return tally(self.risks, self.harmed)

    def drawn(self, rng: np.random.Generator) -> npt.NDArray[np.intp]:
        """Positions of a bootstrap sample: images are drawn, each with all of its instances."""
        names, image_of = np.unique(self.images, return_inverse=True)
        times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))
        return np.repeat(np.arange(len(self.risks)), times[image_of])


def together(name: str, groups: Sequence[Rated]) -> Rated:
    """All groups as one; images of two groups are never the same."""
    return Rated(
        name,
        np.concatenate([group.risks for group in groups]),
        np.concatenate([group.harmed for group in groups]),
        np.concatenate([np.char.add(f"{group.name}/", group.images) for group in groups]),
    )
