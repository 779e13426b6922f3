"""How many harmed masks are among those that would be accepted unseen, and how sure that is.

Were each risk exact and each harm independent, their number would follow the Poisson-binomial
distribution: its mean is the sum of the risks, and it is narrow. But risks were calibrated on
other photos than these, and that doubt is the larger one. So the share of harm is given a Beta
distribution: its mean is the mean risk, and its weight is that of `TRUST` instances looked at. The
number of harmed masks is then Beta-binomial, with the same mean and a wider interval, and a sample
that a person judges updates the share exactly as it should (a Beta prior is conjugate): looking at
a sample of good masks brings the expected number down, and makes it surer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TRUST = 24.0
"""What the risks weigh, in judged instances: two samples of twelve outweigh them."""
CONFIDENCE = 0.9
"""Probability that the number lies in the interval."""
_LEAST_SHAPE = 1e-6


@dataclass(frozen=True, slots=True)
class ExpectedHarm:
    """How many of some instances are harmed: the expected number, and an interval for it."""

    count: float
    low: int
    high: int


def expected_harm(risks: Sequence[float], sampled: int = 0, harmed: int = 0) -> ExpectedHarm:
    """The number of harmed masks among instances that nobody has looked at.

    Args:
        risks: of the instances, each 0..1, without those of the sample.
        sampled: how many more of the same kind, drawn at random, a person has judged.
        harmed: how many of those they judged harmed.

    Returns:
        The expected number with its `CONFIDENCE` interval, both within 0..len(risks).

    Raises:
        ValueError: more are harmed than were sampled.
    """
    if not 0 <= harmed <= sampled:
        raise ValueError(f"{harmed} of {sampled} cannot be harmed")
    if not len(risks):
        return ExpectedHarm(0.0, 0, 0)
    mean = float(np.mean(risks))
    bad = max(mean * TRUST, _LEAST_SHAPE) + harmed
    good = max((1 - mean) * TRUST, _LEAST_SHAPE) + sampled - harmed
    below = np.cumsum(_beta_binomial(len(risks), bad, good))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.searchsorted(below, [tail, 1 - tail])
    return ExpectedHarm(len(risks) * bad / (bad + good), int(low), min(int(high), len(risks)))


def _beta_binomial(count: int, bad: float, good: float) -> npt.NDArray[np.float64]:
    """Probabilities of 0..count harmed, by the ratio of each to the one before."""
    numbers = np.arange(count, dtype=np.float64)
    ratios = (count - numbers) * (numbers + bad) / ((numbers + 1) * (count - 1 - numbers + good))
    logs = np.concatenate(([0.0], np.cumsum(np.log(ratios))))
    logs += math.lgamma(count + good) - math.lgamma(good)
    logs += math.lgamma(bad + good) - math.lgamma(count + bad + good)
    probabilities: npt.NDArray[np.float64] = np.exp(logs)
    return probabilities
