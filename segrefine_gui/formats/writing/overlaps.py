"""Sharing out pixels among the instances of an image, for formats with one instance a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.partition import cut_by_neighbours
from segrefine_gui.formats.base import ExportRecord, OverlapOrder, Problem


def without_overlaps(
    records: Sequence[ExportRecord], order: OverlapOrder
) -> tuple[list[ExportRecord], list[Problem]]:
    """Give every pixel that several instances share to one of them.

    Args:
        records: the instances of one image, each with a mask.
        order: which of them.

    Returns:
        The same instances in the same order, without those that others cover whole, and a problem
        for each that lost pixels.
    """
    masks = [record.mask for record in records if record.mask is not None]
    ranks = sorted(range(len(masks)), key=lambda place: _rank(records[place], masks[place], order))
    if order is OverlapOrder.LAST:
        ranks.reverse()
    cut = dict(zip(ranks, cut_by_neighbours([masks[place] for place in ranks]), strict=True))
    kept: list[ExportRecord] = []
    problems: list[Problem] = []
    for place, record in enumerate(records):
        lost = masks[place].area - cut[place].area
        if lost == 0:
            kept.append(record)
        elif cut[place].area == 0:
            problems.append(
                Problem(record.subject, "It is covered whole by others and was left out.", lost)
            )
        else:
            kept.append(replace(record, mask=cut[place]))
            sentence = f"It lost {lost:,} pixels that it shares with others."
            problems.append(Problem(record.subject, sentence, lost))
    return kept, problems


def _rank(record: ExportRecord, mask: Rle, order: OverlapOrder) -> float:
    """The lowest keeps what it shares; of equal ones the first."""
    if order is OverlapOrder.SMALLEST:
        return mask.area
    if order is OverlapOrder.SCORE:
        score = record.instance.score
        return 1.0 if score is None else -score
    return 0.0
