"""How far an instance and its surroundings differ in colour, and what each pixel looks like."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.engines.base import RgbImage

LogOdds = npt.NDArray[np.float32]
"""Shape (h, w): above 0 where a colour is commoner inside the instance, below 0 outside."""

_BINS = 16
_FLOOR = 1e-5
COLOUR_ODDS_LIMIT = 4.0
"""One colour counts for at most e^4 : 1, so that a rare one does not decide a whole change."""


@dataclass(frozen=True, slots=True)
class ColourOdds:
    """How much likelier each colour is inside than outside: two histograms compared.

    Attributes:
        table: float32 (4096,), the log odds of each colour, by its bin.
    """

    table: npt.NDArray[np.float32]

    @classmethod
    def learn(cls, image: RgbImage, inside: BoolMask, outside: BoolMask) -> ColourOdds:
        """Compare two histograms of 16 bins a channel, each blurred by a bin.

        Args:
            image: uint8 RGB (h, w, 3).
            inside: bool (h, w), pixels that surely are the instance; at least one.
            outside: bool (h, w), pixels that surely are not; at least one.
        """
        bins = _bins(image)
        odds = np.log((_histogram(bins[inside]) + _FLOOR) / (_histogram(bins[outside]) + _FLOOR))
        return cls(np.clip(odds, -COLOUR_ODDS_LIMIT, COLOUR_ODDS_LIMIT).astype(np.float32))

    def log_odds(self, image: RgbImage) -> LogOdds:
        """float32 (h, w), limited to -4..4, of an image (h, w, 3) of the same colours."""
        values: LogOdds = self.table[_bins(image)]
        return values


def _bins(image: RgbImage) -> npt.NDArray[np.int32]:
    levels = image.astype(np.int32) >> 4
    bins: npt.NDArray[np.int32] = (levels[..., 0] * _BINS + levels[..., 1]) * _BINS + levels[..., 2]
    return bins


def separation(log_odds: LogOdds, inside: BoolMask, outside: BoolMask) -> float:
    """How well colour alone tells two sets of pixels apart.

    Returns:
        The chance that a pixel of `inside` has higher odds than one of `outside` (the area under
        the ROC curve): 1.0 tells them apart, 0.5 not at all. 0.5 when either set is empty.
    """
    first, second = log_odds[inside], np.sort(log_odds[outside])
    if first.size == 0 or second.size == 0:
        return 0.5
    # A tie counts half: the mean of both sides of the insertion point.
    below = np.searchsorted(second, first, "left") + np.searchsorted(second, first, "right")
    return float(below.mean()) / (2 * second.size)


def contradicted_changes(
    coarse: BoolMask,
    decided: BoolMask,
    log_odds: LogOdds,
    *,
    least_odds: float,
    least_area: float,
) -> BoolMask:
    """The changes from `coarse` to `decided` that the colours speak against.

    A change is one 8-connected region that was added or removed. Colours speak against it when
    on average they belong to its other side.

    Args:
        coarse: bool (h, w), the mask before.
        decided: bool (h, w), the mask after.
        log_odds: of the same size, positive inside.
        least_odds: how far they must, on average, in log odds; above 0.
        least_area: pixels that a change must have to be judged; along a true boundary colours
            mix, and of a few mixed pixels nothing can be said.

    Returns:
        bool (h, w), True on every pixel of such a change.
    """
    contradicted = np.zeros_like(coarse)
    for change, towards in ((decided & ~coarse, log_odds), (coarse & ~decided, -log_odds)):
        count, labels = cv2.connectedComponents(change.view(np.uint8), connectivity=8)
        areas = np.bincount(labels.ravel(), minlength=count)
        sums = np.bincount(labels.ravel(), weights=towards.ravel(), minlength=count)
        against = (sums < -least_odds * areas) & (areas >= least_area)
        against[0] = False  # label 0 is what did not change
        contradicted |= against[labels]
    return contradicted


def _histogram(bins: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """Shares of the colours, blurred by (1, 2, 1) / 4 along each channel; flat, summing to 1."""
    cube = np.bincount(bins, minlength=_BINS**3).reshape(_BINS, _BINS, _BINS) / bins.size
    for axis in range(3):
        padded = np.pad(cube, [(1, 1) if axis == other else (0, 0) for other in range(3)], "edge")
        lower, upper = (np.take(padded, range(s, s + _BINS), axis) for s in (0, 2))
        cube = (lower + 2 * cube + upper) / 4
    flat: npt.NDArray[np.float32] = cube.ravel().astype(np.float32)
    return flat
