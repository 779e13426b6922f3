"""Which changes of a refinement a person takes, and at which threshold. No Qt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.changes import Change, ChangeMap
from segrefine_gui.domain.masks import Rle, encode_part
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person wants of one refinement.

    Attributes:
        threshold: the cut of its soft mask, 1..255.
        left_out: numbers of the changes, at that threshold, at which the coarse mask is kept.
        asks: the safe changes were taken unseen, and the risky ones are being asked about.
    """

    threshold: int = DEFAULT_THRESHOLD
    left_out: frozenset[int] = frozenset()
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """The mask that a choice makes, as an edit begins with it and a decision records it.

    Attributes:
        kept: numbers of the changes that are taken; None where there is no refinement.
        threshold: the cut of the soft mask, 1..255.
        left_out: the pixels at which the coarse mask is kept; None for nowhere.
    """

    kept: frozenset[int] | None = None
    threshold: int = DEFAULT_THRESHOLD
    left_out: Rle | None = None


@dataclass(frozen=True, slots=True)
class ChangeRisks:
    """How risky changes are.

    Attributes:
        values: risk 0..1 of each change, by its number less one; empty where that is not known:
            it is estimated at the default threshold, and changes are other ones at any other.
        limit: 0..1; a change of more risk than this is risky, any other safe.
    """

    values: Sequence[float] = ()
    limit: float = 1.0

    def of(self, number: int) -> float | None:
        """The risk of a change, None where it is not known."""
        return self.values[number - 1] if self.values else None

    @property
    def risky(self) -> frozenset[int]:
        """Numbers of the changes that are not to be taken unseen."""
        return frozenset(
            number for number, risk in enumerate(self.values, start=1) if risk > self.limit
        )

    def riskiest_first(self, numbers: Collection[int]) -> list[int]:
        """Numbers of changes, the riskiest first and of equals the largest."""
        return sorted(numbers, key=lambda number: (-(self.of(number) or 0.0), number))


@dataclass(frozen=True, slots=True)
class ChoiceState:
    """A choice with what it is made from, as it is shown.

    Attributes:
        changes: all changes, the largest first.
        choice: which of them are taken; all of them while they are not those of its threshold yet.
        current: number of the change that is looked at, None for none.
        risks: how risky they are.
    """

    changes: Sequence[Change]
    choice: Choice
    current: int | None = None
    risks: ChangeRisks = ChangeRisks()

    @property
    def kept(self) -> frozenset[int]:
        """Numbers of the changes that are taken."""
        return frozenset(change.number for change in self.changes) - self.choice.left_out

    @property
    def asked(self) -> frozenset[int]:
        """Numbers of the changes that are being asked about."""
        return self.risks.risky if self.choice.asks else frozenset()

    @property
    def is_partial(self) -> bool:
        """Whether some change is left out."""
        return bool(self.choice.left_out)

    @property
    def takes_nothing(self) -> bool:
        """Whether every change is left out, so that the coarse mask is all that stays."""
        return self.is_partial and not self.kept


def recover_left_out(changes: ChangeMap, left_out: Rle | None) -> frozenset[int]:
    """The numbers of the changes that were left out: most of their pixels were.

    Args:
        changes: the changes at the threshold at which it was decided.
        left_out: as `encode_left_out` gave it; None for nowhere.
    """
    if left_out is None:
        return frozenset()
    part = left_out.box.intersection(changes.region)
    if part.area == 0:
        return frozenset()
    labels = changes.labels[part.shifted(-changes.region.x0, -changes.region.y0).slices]
    hits = np.bincount(labels[left_out.decode(part)], minlength=len(changes.changes) + 1)
    return frozenset(
        change.number for change in changes.changes if 2 * hits[change.number] > change.area
    )


def encode_left_out(
    changes: ChangeMap, left_out: Collection[int], height: int, width: int
) -> Rle | None:
    """The pixels of the changes that are left out, as a decision records them.

    Args:
        changes: all changes.
        left_out: numbers of those that are left out.
        height: rows of the image.
        width: columns of the image.

    Returns:
        A mask of the whole image; None where nothing is left out.
    """
    if not left_out:
        return None
    box = Box(0, 0, 0, 0)
    for number in left_out:
        box = box.union(changes.changes[number - 1].box)
    is_left_out = np.zeros(len(changes.changes) + 1, dtype=np.bool_)
    is_left_out[list(left_out)] = True
    labels = changes.labels[box.shifted(-changes.region.x0, -changes.region.y0).slices]
    return encode_part(is_left_out[labels], box, height, width)
